//! What the tests of the embedded cluster stand on: homes that stop their server, processes of the test's own,
//! programs that misbehave. Refuses to wait without a bound.

use std::fs::{self, DirEntry, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};
use tranche::store::embedded::{Cluster, Step};

/// The test that a process of its own runs.
const PROCESS: &str = "the_first_use_makes_a_cluster_and_the_next_finds_it";

/// Where such a process finds its home.
const GIVEN: &str = "TRANCHE_TEST_HOME";

/// More than anything here takes on a machine that is busy with all the other tests.
const BOUND: Duration = Duration::from_mins(2);

/// A home with a cluster that is stopped at the end of the test, however it ends.
pub struct Home {
    pub cluster: Cluster,
    // None where the home was given: its maker stops and removes it.
    own: Option<TempDir>,
}

impl Home {
    pub fn new() -> Self {
        let own = TempDir::new().unwrap();
        Self { cluster: Cluster::at(own.path()).unwrap(), own: Some(own) }
    }

    /// A home of this name in a directory that others may go through.
    pub fn below(name: &str) -> Self {
        let own = TempDir::new().unwrap();
        fs::set_permissions(own.path(), Permissions::from_mode(0o711)).unwrap();
        Self { cluster: Cluster::at(own.path().join(name)).unwrap(), own: Some(own) }
    }

    pub fn given_or_new() -> Self {
        match std::env::var_os(GIVEN) {
            Some(home) => Self { cluster: Cluster::at(home).unwrap(), own: None },
            None => Self::new(),
        }
    }

    pub fn path(&self) -> &Path {
        self.cluster.home()
    }

    pub async fn pid(&self) -> Option<u32> {
        self.cluster.status().await.unwrap().pid
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.own.is_none() {
            return;
        }
        // Within the test's own runtime one cannot wait for another.
        let cluster = self.cluster.clone();
        let stopped = thread::spawn(move || tokio::runtime::Runtime::new().unwrap().block_on(cluster.stop()));
        // A cluster that was spoilt on purpose has no server left to stop, and a panic has its own message.
        let _ = stopped.join();
    }
}

pub async fn ensure(cluster: &Cluster) -> Config {
    ensured(cluster).await.0
}

/// How to connect, and what took its time.
pub async fn ensured(cluster: &Cluster) -> (Config, Vec<Step>) {
    let steps = Mutex::new(Vec::new());
    let config =
        cluster.ensure(&|step| steps.lock().unwrap().push(step)).await.unwrap_or_else(|error| panic!("{error}"));
    (config, steps.into_inner().unwrap())
}

pub async fn open(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub async fn value(client: &Client, query: &str) -> String {
    client.query_one(query, &[]).await.unwrap().get(0)
}

/// This test program again, to use a home from another process. A shell gives it a descriptor it knows nothing of.
pub fn process(home: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"exec 9>&1; exec "$@""#, "sh"]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", PROCESS, "--nocapture"]).env(GIVEN, home);
    command
}

/// Waits for a process and for the end of its pipes.
pub fn finished(child: Child) -> Output {
    within_bound(move || child.wait_with_output().unwrap())
}

/// Holds that [`process`] ran its test and not none: a name that matches nothing succeeds too.
pub fn assert_one_passed(output: &Output) {
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{output:?}");
}

/// The line that somebody writes to a named pipe.
pub fn fifo_line(fifo: &Path) -> String {
    let fifo = fifo.to_owned();
    within_bound(move || fs::read_to_string(fifo).unwrap().trim().to_owned())
}

fn within_bound<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(work()));
    told.recv_timeout(BOUND).expect("it must end")
}

/// Kills a process; one that has ended by itself is as good.
pub fn kill(pid: u32) {
    let pid = Pid::from_raw(pid.cast_signed()).unwrap();
    let killed = kill_process(pid, Signal::KILL);
    assert!(matches!(killed, Ok(()) | Err(Errno::SRCH)), "{killed:?}");
}

/// Whether an entry is a cluster in the making.
pub fn is_making(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with("making")
}

/// Programs whose `initdb` does its work, tells its process number and then never ends.
pub struct Halting {
    pub bin: PathBuf,
    pub halted: PathBuf,
    _directory: TempDir,
}

pub fn programs_that_halt() -> Halting {
    let directory = open_directory();
    let (bin, halted, never) =
        (directory.path().to_owned(), directory.path().join("halted"), directory.path().join("never"));
    assert!(Command::new("mkfifo").args(["-m", "666"]).args([&halted, &never]).status().unwrap().success());
    let real = real_programs();
    symlink(real.join("postgres"), bin.join("postgres")).unwrap();
    symlink(real.join("pg_ctl"), bin.join("pg_ctl")).unwrap();
    let initdb = format!(
        "#!/bin/sh\n'{}/initdb' \"$@\"\necho $$ > '{}'\nexec cat '{}'\n",
        real.display(),
        halted.display(),
        never.display()
    );
    script(&bin.join("initdb"), &initdb);
    Halting { bin, halted, _directory: directory }
}

/// Programs that call themselves some version and do nothing.
pub fn programs_of_version(version: &str) -> TempDir {
    let directory = open_directory();
    for name in ["initdb", "pg_ctl", "postgres"] {
        script(&directory.path().join(name), &format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n"));
    }
    directory
}

/// Where this machine's programs are: what any test finds.
fn real_programs() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap()))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.pop().expect("PostgreSQL is installed")
}

fn open_directory() -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    directory
}

fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}
