//! The embedded default: a private PostgreSQL cluster of the user's own, for whoever names no database.
//!
//! It is a real PostgreSQL, made on first use from the programs on the machine, reached through a Unix socket
//! alone, kept in one directory, started when needed and left running for the next call. To use it:
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use tranche::store::embedded::{Cluster, home};
//!
//! let cluster = Cluster::at(home()?)?;
//! let config = cluster.ensure(&|step| eprintln!("{}", step.zh())).await?;
//! let (client, connection) = config.connect(tokio_postgres::NoTls).await?;
//! # Ok(()) }
//! ```
//!
//! Refuses to listen on a network, to run a server as root, to use a directory that is not the caller's own,
//! and to delete a cluster. Knows nothing of ledgers: the schema is put in by whoever connects.

mod account;
mod creation;
mod elsewhere;
mod error;
mod programs;
mod server;
mod site;
mod socket;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio_postgres::Config;

pub use self::error::EmbeddedError;
use self::programs::Programs;
use self::server::State;
use self::site::Site;

/// What takes its time when a cluster is made or started, for the user to see. Nothing is reported where the
/// server runs already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Another process is making, starting or stopping the same cluster.
    Waiting,
    /// The cluster is made; a few seconds, once.
    Creating,
    /// The server is started; a fraction of a second.
    Starting,
    /// The server was killed and recovers; the longer, the more was written before.
    Recovering,
}

impl Step {
    /// What is being done, in Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Waiting => "正在等待另一个 tranche 进程准备数据库…",
            Self::Creating => "正在建立数据库…",
            Self::Starting => "正在启动数据库…",
            Self::Recovering => "正在恢复数据库…",
        }
    }

    /// What is being done, in English.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Self::Waiting => "waiting for another tranche to prepare the database…",
            Self::Creating => "making the database…",
            Self::Starting => "starting the database…",
            Self::Recovering => "recovering the database…",
        }
    }
}

/// What is known of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterStatus {
    /// The home it belongs to.
    pub home: PathBuf,
    /// Its data directory; nothing where it has not been made.
    pub data: Option<PathBuf>,
    /// The server's process, where it runs.
    pub pid: Option<u32>,
    /// The version of the PostgreSQL that runs it, or would run a new one; nothing where none is installed.
    pub version: Option<String>,
    /// The directory of the socket, where the server accepts connections.
    pub socket: Option<PathBuf>,
    /// What it takes on disk, log files included, in bytes.
    pub size_bytes: u64,
    /// The directory of the server's log.
    pub log: Option<PathBuf>,
}

/// The directory of the caller's cluster: `TRANCHE_HOME`, or the platform's place for a user's data
/// (`/var/lib/tranche` for root).
///
/// # Errors
///
/// [`EmbeddedError::NoHome`] where the environment names no directory at all.
pub fn home() -> Result<PathBuf, EmbeddedError> {
    site::home()
}

/// A private cluster, by the directory it is kept in. Made or not, running or not.
#[derive(Debug, Clone)]
pub struct Cluster {
    home: PathBuf,
}

impl Cluster {
    /// The cluster of a directory. Touches nothing yet.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError::Files`] where the path is relative and there is no working directory.
    pub fn at(home: impl AsRef<Path>) -> Result<Self, EmbeddedError> {
        Ok(Self { home: site::absolute(home.as_ref())? })
    }

    /// The directory it is kept in.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Makes the cluster and starts its server where that has not been done, and gives how to connect to its
    /// database as its superuser. `notice` hears of what takes its time.
    ///
    /// Safe to be called by many processes at once. A server that is up costs well below a millisecond.
    ///
    /// # Errors
    ///
    /// Any [`EmbeddedError`]; each says what to do.
    pub async fn ensure(&self, notice: &(dyn Fn(Step) + Sync)) -> Result<Config, EmbeddedError> {
        if let Some(site) = Site::find(&self.home)?
            && let State::Ready(_, socket) = server::state(&site)?
        {
            return Ok(configuration(&socket));
        }
        let home = self.home.clone();
        let (tell, mut told) = mpsc::unbounded_channel();
        let work = blocking(move || {
            // Nobody listens any more where the caller gave up; the work is finished all the same.
            bring_up(&home, &|step| _ = tell.send(step))
        });
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                Some(step) = told.recv() => notice(step),
                socket = &mut work => return socket.map(|socket| configuration(&socket)),
            }
        }
    }

    /// What is known of the cluster. Makes and starts nothing.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError::Files`] and [`EmbeddedError::Foreign`] where the files cannot be read.
    pub async fn status(&self) -> Result<ClusterStatus, EmbeddedError> {
        let home = self.home.clone();
        blocking(move || inspect(home)).await
    }

    /// Shuts the server down, ending its sessions, and waits until it has. Gives whether one was running.
    ///
    /// # Errors
    ///
    /// [`EmbeddedError::Failed`] where it does not end in time, and those of the files and programs.
    pub async fn stop(&self) -> Result<bool, EmbeddedError> {
        let home = self.home.clone();
        blocking(move || shut_down(&home)).await
    }
}

/// How to connect through a socket in this directory. The database and its superuser are of one name.
fn configuration(socket: &Path) -> Config {
    let mut config = Config::new();
    config.host_path(socket).port(socket::PORT).user(creation::NAME).dbname(creation::NAME);
    config
}

fn bring_up(home: &Path, notice: &dyn Fn(Step)) -> Result<PathBuf, EmbeddedError> {
    let lock = site::open_home(home)?;
    if lock.try_lock().is_err() {
        notice(Step::Waiting);
        lock.lock().map_err(EmbeddedError::files(home))?;
    }
    let site = if let Some(site) = Site::find(home)? {
        site
    } else {
        let programs = Programs::for_new_cluster()?;
        notice(Step::Creating);
        let site = Site::make(home)?;
        creation::create(&site, &programs)?;
        site
    };
    match server::state(&site)? {
        State::Ready(_, socket) => Ok(socket),
        _ => server::start(&site, notice),
    }
}

fn shut_down(home: &Path) -> Result<bool, EmbeddedError> {
    if Site::find(home)?.is_none() {
        return Ok(false);
    }
    let lock = site::open_home(home)?;
    lock.lock().map_err(EmbeddedError::files(home))?;
    let Some(site) = Site::find(home)? else {
        return Ok(false);
    };
    let state = server::state(&site)?;
    if state.pid().is_none() {
        return Ok(false);
    }
    server::stop(&site, &server::programs_of(&site)?)?;
    if let State::Ready(_, socket) = state {
        socket::remove(&site, &socket)?;
    }
    Ok(true)
}

fn inspect(home: PathBuf) -> Result<ClusterStatus, EmbeddedError> {
    let mut status =
        ClusterStatus { home, data: None, pid: None, version: None, socket: None, size_bytes: 0, log: None };
    let Some(site) = Site::find(&status.home)? else {
        status.version = Programs::for_new_cluster().ok().map(|programs| programs.version);
        return Ok(status);
    };
    let state = server::state(&site)?;
    status.pid = state.pid();
    status.version = server::programs_of(&site).ok().map(|programs| programs.version);
    status.size_bytes = size_on_disk(&site.directory);
    status.data = Some(site.data());
    status.log = Some(site.log());
    if let State::Ready(_, socket) = state {
        status.socket = Some(socket);
    }
    Ok(status)
}

/// What a directory takes on disk, in bytes. Files that vanish meanwhile, as a running server's do, count as
/// nothing.
fn size_on_disk(directory: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)))
        .map(|(path, metadata)| metadata.blocks() * 512 + if metadata.is_dir() { size_on_disk(&path) } else { 0 })
        .sum()
}

/// Does slow work off the runtime's threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EmbeddedError> + Send + 'static,
) -> Result<T, EmbeddedError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(EmbeddedError::Interrupted),
        },
    }
}
