//! The server of a cluster: whether it runs, and starting and stopping it. Refuses to signal a process that it
//! does not know to be this cluster's, and leaves `postmaster.pid` to PostgreSQL except where PostgreSQL
//! itself would be stuck on it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::Step;
use super::account::last_lines;
use super::creation::tidy;
use super::error::EmbeddedError;
use super::programs::Programs;
use super::site::{Site, present};
use super::socket;

/// How long a server may take to recover or to shut down. Redoing 4 GB of log on a slow disk takes minutes.
const PATIENCE: Duration = Duration::from_mins(5);

/// The same for `pg_ctl`.
const PATIENCE_SECONDS: &str = "300";

/// How long a `postmaster.pid` may be empty before it counts as the remnant of a crash: a server that starts
/// fills it within microseconds.
const BLANK_PATIENCE: Duration = Duration::from_secs(2);

/// How long a server that does not answer may be on its way out before it is shut down.
const DEATH_PATIENCE: Duration = Duration::from_secs(1);

/// Between two looks at a server that changes.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the children of a postmaster that was killed may take to notice.
const ORPHAN_PATIENCE: Duration = Duration::from_mins(1);

/// How much of a log is searched for the cause of a failure.
const LOG_END_BYTES: u64 = 8192;

/// What a server is doing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// There is none.
    Stopped,
    /// There is none, but a `postmaster.pid` that names another program's process, of the same user. PostgreSQL
    /// would take that for a server and refuse to start.
    Stale,
    /// The file is empty: the server is starting this instant, or the machine crashed when it was.
    Blank,
    /// It starts or shuts down.
    Changing(u32),
    /// It accepts connections, in this directory.
    Ready(u32, PathBuf),
    /// It runs, but its socket is gone: the home was moved or `/tmp` was emptied.
    Deaf(u32),
}

impl State {
    /// The server's process, where there is one.
    pub(super) fn pid(&self) -> Option<u32> {
        match self {
            Self::Changing(pid) | Self::Ready(pid, _) | Self::Deaf(pid) => Some(*pid),
            Self::Stopped | Self::Stale | Self::Blank => None,
        }
    }
}

/// What the cluster's server is doing. Costs a small file and a connection, so that every call can afford it.
pub(super) fn state(site: &Site) -> Result<State, EmbeddedError> {
    let file = site.data().join("postmaster.pid");
    let Some(text) = present(fs::read_to_string(&file), &file)? else {
        return Ok(State::Stopped);
    };
    // pid, data directory, start time, port, socket's directory, address, shared memory, status
    let mut lines = text.lines().map(str::trim);
    let Some(pid) = lines.next().and_then(|line| line.parse::<i32>().ok()).and_then(Pid::from_raw) else {
        return Ok(State::Blank);
    };
    match test_kill_process(pid) {
        // Nobody's, or another user's: PostgreSQL knows that this is no server of its own.
        Err(Errno::SRCH | Errno::PERM) => return Ok(State::Stopped),
        _ if is_another_program(site, pid) => return Ok(State::Stale),
        _ => {}
    }
    let number = pid.as_raw_nonzero().get().unsigned_abs();
    let (directory, status) = (lines.nth(3).unwrap_or_default(), lines.nth(2).unwrap_or_default());
    if status != "ready" {
        return Ok(State::Changing(number));
    }
    let directory = PathBuf::from(directory);
    Ok(if socket::answers(site, &directory)? { State::Ready(number, directory) } else { State::Deaf(number) })
}

/// Whether a process is surely not this cluster's server, which has its data directory as working directory.
/// Where that cannot be seen (macOS), it is taken for the server, as PostgreSQL does. A dead process whose
/// parent does not ask for its status, as the first process of many containers does not, keeps its number but
/// runs nothing.
fn is_another_program(site: &Site, pid: Pid) -> bool {
    let process = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
    let status = fs::read_to_string(process.join("stat")).unwrap_or_default();
    // "pid (name) state …", where the name may hold anything.
    if status.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X'])) {
        return true;
    }
    let place = |path: &Path| fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
    matches!((place(&process.join("cwd")), place(&site.data())), (Ok(process), Ok(data)) if process != data)
}

/// Waits for a server to be either ready or gone; one that nobody can reach any more is shut down. Gives the
/// socket's directory where it is ready. To be called under the home's lock.
pub(super) fn settle(site: &Site, programs: &Programs) -> Result<Option<PathBuf>, EmbeddedError> {
    let begun = Instant::now();
    loop {
        match state(site)? {
            State::Ready(_, directory) => return Ok(Some(directory)),
            State::Stopped => return Ok(None),
            State::Blank if begun.elapsed() < BLANK_PATIENCE => thread::sleep(PAUSE),
            State::Stale | State::Blank => {
                site.account.shell(&site.directory, "rm -f data/postmaster.pid", "", "")?;
                return Ok(None);
            }
            State::Deaf(_) if begun.elapsed() < DEATH_PATIENCE => thread::sleep(PAUSE),
            State::Deaf(_) => stop(site, programs)?,
            State::Changing(pid) if begun.elapsed() > PATIENCE => {
                return Err(EmbeddedError::NotReady { pid, log: site.log() });
            }
            State::Changing(_) => thread::sleep(PAUSE),
        }
    }
}

/// Brings the server up where it is not, and gives the directory of its socket.
pub(super) fn start(site: &Site, notice: &dyn Fn(Step)) -> Result<PathBuf, EmbeddedError> {
    let programs = programs_of(site)?;
    let remnant = site.data().join("postmaster.pid");
    let killed = present(fs::symlink_metadata(&remnant), &remnant)?.is_some();
    notice(if killed { Step::Recovering } else { Step::Starting });
    if let Some(directory) = settle(site, &programs)? {
        return Ok(directory);
    }
    let directory = socket::directory(site)?;
    socket::prepare(site, &directory)?;
    let begun = Instant::now();
    while let Err(error) = pg_ctl_start(site, &programs, &directory) {
        // The children of a postmaster that was killed still hold its memory; they are on their way out.
        let said = newest_log(site);
        if !said.contains("pre-existing shared memory block") || begun.elapsed() > ORPHAN_PATIENCE {
            return Err(match error {
                EmbeddedError::Failed { .. } => EmbeddedError::NotStarted { said: last_lines(&said), log: site.log() },
                other => other,
            });
        }
        thread::sleep(PAUSE);
    }
    match state(site)? {
        State::Ready(_, directory) => Ok(directory),
        _ => Err(EmbeddedError::NotStarted { said: last_lines(&newest_log(site)), log: site.log() }),
    }
}

/// Starts the server in a session of its own, so that it outlives the caller and hears none of its signals.
/// Its output goes to the log, so that nobody waits for the end of a pipe it would hold. Paths are relative to
/// the site: `pg_ctl` hands them to a shell without much care.
fn pg_ctl_start(site: &Site, programs: &Programs, socket: &str) -> Result<String, EmbeddedError> {
    tidy(site)?;
    let options = format!("-c unix_socket_directories='{socket}'");
    let arguments = ["start", "-w", "-s", "-t", PATIENCE_SECONDS, "-l", "log/start.log", "-o", &options];
    site.account.run(&site.directory, &programs.path("pg_ctl"), &arguments, "")
}

/// Shuts the server down: sessions are ended, what they have committed is kept. Waits for it.
pub(super) fn stop(site: &Site, programs: &Programs) -> Result<(), EmbeddedError> {
    let arguments = ["stop", "-m", "fast", "-w", "-s", "-t", PATIENCE_SECONDS];
    match site.account.run(&site.directory, &programs.path("pg_ctl"), &arguments, "") {
        // It may have ended by itself in between.
        Err(error) if state(site)?.pid().is_some() => Err(error),
        _ => Ok(()),
    }
}

/// The programs that can run this cluster.
pub(super) fn programs_of(site: &Site) -> Result<Programs, EmbeddedError> {
    let file = site.data().join("PG_VERSION");
    let text = fs::read_to_string(&file).map_err(EmbeddedError::files(&file))?;
    let major = text.trim().parse().map_err(|_| EmbeddedError::files(&file)(ErrorKind::InvalidData.into()))?;
    Programs::of_major(major, &site.data())
}

/// The end of what the server wrote last: to `start.log` until its log is open, to the day's file from then on.
fn newest_log(site: &Site) -> String {
    let newest = fs::read_dir(site.log()).ok().and_then(|entries| {
        entries.flatten().max_by_key(|entry| entry.metadata().and_then(|file| file.modified()).ok())
    });
    newest.and_then(|entry| end_of(&entry.path()).ok()).unwrap_or_default()
}

/// The last bytes of a file, as text.
fn end_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_END_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
