//! The real program on a ledger of its own: called as a user calls it, and what it left behind held against the log.
//!
//! What it refuses: waiting without end, and leaving processes behind, whatever becomes of the test.

#![allow(dead_code, reason = "shared by several test programs, none of which needs all of it")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio_postgres::config::Host;
use tranche::domain::Date;
use tranche::domain::figures::Figures;
use tranche::domain::text::Id;
use tranche::engine::{opening, replay, state, verify};
use tranche::store::{Head, Store, Target};

use crate::cluster;

/// Longer than any call of these tests takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(150);

/// The first cohort's history, the lines of which come in the order they are lawful in.
pub const FIRST_COHORT: &str = include_str!("../scenarios/first-cohort.jsonl");

/// A ledger in a database, and the program to call on it.
#[derive(Clone)]
pub struct Desk {
    pub target: Target,
    pub ledger: String,
}

/// What a call gave.
pub struct Told {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
}

impl Told {
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// The lines of standard output as JSON; a last one that was cut off is left out.
    pub fn lines(&self) -> Vec<Value> {
        self.out.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(json).collect()
    }

    /// What became of each line.
    pub fn outcomes(&self) -> Vec<String> {
        self.lines().iter().map(|line| line["outcome"].as_str().unwrap().to_owned()).collect()
    }

    /// Asserts the exit status and a part of what was said on standard error.
    pub fn failed(&self, code: i32, words: &str) {
        assert!(self.code() == code && self.err.contains(words), "{} {}\n{}", self.status, self.err, self.out);
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// Waits for a process's end; kills it and fails the test where that takes too long.
fn killed_late<T>(pid: Pid, wait: impl FnOnce() -> T) -> T {
    let (done, watch) = mpsc::channel::<()>();
    let guard = std::thread::spawn(move || {
        let late = watch.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout);
        if late {
            let _gone = kill_process(pid, Signal::KILL);
        }
        late
    });
    let waited = wait();
    drop(done);
    assert!(!guard.join().unwrap(), "the program did not end within {LIMIT:?}");
    waited
}

/// A process of the program, killed where the test leaves it behind.
pub struct Running {
    child: Option<Child>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        Self { child: Some(command.spawn().unwrap()) }
    }

    pub fn child(&mut self) -> &mut Child {
        self.child.as_mut().unwrap()
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(self.child.as_ref().unwrap())
    }

    /// Its lines as they come, read on a thread of their own until it ends.
    pub fn answers(&mut self) -> mpsc::Receiver<Value> {
        let out: ChildStdout = self.child().stdout.take().unwrap();
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(out);
            let mut line = String::new();
            // A line that was cut off by a kill was not acknowledged.
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) && line.ends_with('\n') {
                if sender.send(json(&line)).is_err() {
                    break;
                }
                line.clear();
            }
        });
        answers
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    /// Waits for its end without reading its output or closing its input.
    pub fn ended(mut self) -> ExitStatus {
        let status = killed_late(self.pid(), || self.child().wait().unwrap());
        self.child = None;
        status
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _gone = child.kill();
            child.wait().unwrap();
        }
    }

    /// Waits for its end; fails the test where that takes too long.
    pub fn finish(mut self) -> Told {
        let pid = self.pid();
        let child = self.child.take().unwrap();
        let output = killed_late(pid, || child.wait_with_output().unwrap());
        Told {
            status: output.status,
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// A file with this in it, gone with the value.
pub fn file(content: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    file.flush().unwrap();
    file
}

/// The program, as yet without arguments, and deaf to the environment of whoever runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tranche"));
    command
        .env_remove("DATABASE_URL")
        .env_remove("TRANCHE_LOG")
        .env_remove("TRANCHE_FONTS")
        .env("NO_COLOR", "1")
        .current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The address of a database on a Unix socket.
pub fn url(target: &Target) -> String {
    let config = target.config();
    let Some(Host::Unix(socket)) = config.get_hosts().first() else { panic!("no socket") };
    let socket = socket.to_str().unwrap().replace('/', "%2F");
    format!("postgres://postgres@{socket}/{}", config.get_dbname().unwrap())
}

impl Desk {
    /// A sandbox ledger in a database of its own.
    pub async fn sandbox() -> Self {
        let desk = Self { target: cluster::database().await, ledger: "test".to_owned() };
        desk.open().await;
        desk
    }

    /// Another sandbox ledger in the same database.
    pub async fn beside(&self, ledger: &str) -> Self {
        let desk = Self { target: self.target.clone(), ledger: ledger.to_owned() };
        desk.open().await;
        desk
    }

    /// The same ledger in a copy of its database, to be spoilt.
    pub async fn copied(&self) -> Self {
        Self { target: cluster::copy_of(&self.target).await, ledger: self.ledger.clone() }
    }

    async fn open(&self) {
        let act = opening::read_rules(opening::JIANGXI_2025.as_bytes(), true).unwrap();
        assert!(opening::open(&self.target, &self.ledger, act, tranche::cli::clock()).await.unwrap());
    }

    /// The program on this ledger, with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(["--database", &url(&self.target), "--ledger", &self.ledger]).args(arguments);
        command
    }

    pub fn call(&self, arguments: &[&str]) -> Told {
        Running::start(&mut self.command(arguments)).finish()
    }

    /// Applies lines from a file and gives what was told, as JSON.
    pub fn apply(&self, input: impl AsRef<[u8]>, flags: &[&str]) -> Told {
        let file = file(input.as_ref());
        let arguments = [&["apply", "--format", "json", file.path().to_str().unwrap()], flags].concat();
        self.call(&arguments)
    }

    /// Applies lines that all are to be accepted.
    pub fn accepted<'l>(&self, lines: impl IntoIterator<Item = &'l str>) {
        let told = self.apply(lines.into_iter().collect::<Vec<_>>().join("\n"), &[]);
        assert_eq!(told.code(), 0, "{}{}", told.err, told.out);
        assert!(told.outcomes().iter().all(|outcome| outcome == "accepted"), "{}", told.out);
    }

    pub async fn head(&self) -> (std::sync::Arc<Store>, Head) {
        let store = std::sync::Arc::new(Store::connect(&self.target).await.unwrap());
        let head = store.head(&self.ledger).await.unwrap();
        (store, head)
    }

    pub async fn position(&self) -> i64 {
        self.head().await.1.position
    }

    /// The log's entries.
    pub async fn log(&self) -> Vec<Value> {
        let (store, head) = self.head().await;
        let records: Vec<_> = store.event_read(head.ledger, 1, i64::MAX).try_collect().await.unwrap();
        records.iter().map(|record| serde_json::from_slice(&record.entry).unwrap()).collect()
    }

    /// Asserts that positions and versions have no gap and that every projection is what the log says, though what a
    /// process sent before it was killed may be recorded while this looks.
    pub async fn sound(&self) {
        let (store, head) = self.head().await;
        let (_, differences) = replay::check(&store, &head.name, |_| {}).await.unwrap();
        assert_eq!(differences, [], "a projection differs from the log");
        let report = verify::verify(&self.target, &self.ledger, &[], |_| {}).await.unwrap();
        assert_eq!(report.findings, []);
    }

    /// The figures of a pilot.
    pub async fn figures(&self, pilot: &str, date: &str) -> Value {
        let (store, head) = self.head().await;
        let ledger = state::load(&store, head.ledger).await.unwrap();
        let pilot = &ledger.pilots[&Id::parse(pilot).unwrap()];
        let date: Date = date.parse().unwrap();
        serde_json::to_value(Figures::of_pilot(&ledger.programme, pilot, date)).unwrap()
    }
}
