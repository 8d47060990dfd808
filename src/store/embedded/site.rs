//! Where a cluster's files are and whose they are. Refuses homes that are another user's or open to everyone,
//! and never touches what is inside `data`: that is PostgreSQL's.
//!
//! ```text
//! $TRANCHE_HOME/
//!   lock         held by the process that makes, starts or stops the cluster
//!   pg/          the cluster, 0700 and its account's; for root it may lie elsewhere, see `elsewhere`
//!     data/      PGDATA; is there only once it is complete
//!     log/       the server's log, a file a weekday, and start.log of the last start
//!     sock/      the socket's directory, unless its path is too long for one
//! ```

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::elsewhere;
use super::error::EmbeddedError;

/// The name of a cluster's directory in its home.
const CLUSTER: &str = "pg";

/// A cluster's place on disk and its owner.
#[derive(Debug)]
pub(super) struct Site {
    /// The directory that holds `data`, `log` and `sock`; an absolute path.
    pub(super) directory: PathBuf,
    /// Whose the cluster is; the server runs as this user.
    pub(super) account: Account,
}

impl Site {
    /// The cluster of a home, where one has been made.
    pub(super) fn find(home: &Path) -> Result<Option<Self>, EmbeddedError> {
        if !is_ours(home)? {
            return Ok(None);
        }
        for directory in
            [Some(home.join(CLUSTER)), elsewhere::find(home)?.map(|place| place.join(CLUSTER))].into_iter().flatten()
        {
            let Some(metadata) = present(fs::symlink_metadata(&directory), &directory)? else {
                continue;
            };
            let account = Account::owner_of(&metadata);
            if !Account::caller().is_root() && account.uid != Account::caller().uid {
                return Err(EmbeddedError::Foreign { path: directory, owner: account.uid });
            }
            let data = directory.join("data");
            if metadata.is_dir() && present(fs::symlink_metadata(&data), &data)?.is_some() {
                return Ok(Some(Self { directory, account }));
            }
        }
        Ok(None)
    }

    /// Makes the directory for a new cluster, with nothing in it. To be called under the home's lock.
    pub(super) fn make(home: &Path) -> Result<Self, EmbeddedError> {
        let account = Account::for_new_cluster()?;
        let directory = if elsewhere::reachable_by(home, account)? {
            home.join(CLUSTER)
        } else {
            elsewhere::make(home)?.join(CLUSTER)
        };
        match DirBuilder::new().mode(0o700).create(&directory) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(EmbeddedError::files(&directory)(error));
            }
            // One that is there already was left by a call that was killed before it had made the data.
            _ => {}
        }
        lchown(&directory, Some(account.uid), Some(account.gid())).map_err(EmbeddedError::files(&directory))?;
        Ok(Self { directory, account })
    }

    /// `PGDATA`.
    pub(super) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The directory of the server's log.
    pub(super) fn log(&self) -> PathBuf {
        self.directory.join("log")
    }
}

/// The directory that `TRANCHE_HOME` names, or the platform's place for a user's data.
pub(super) fn home() -> Result<PathBuf, EmbeddedError> {
    let directory = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let chosen = if let Some(home) = directory("TRANCHE_HOME") {
        home
    } else if Account::caller().is_root() {
        // Other users cannot go through /root, and the server is one of them.
        PathBuf::from(elsewhere::STATE)
    } else if let Some(data) = directory("XDG_DATA_HOME").filter(|data| data.is_absolute()) {
        data.join("tranche")
    } else {
        let user = directory("HOME").ok_or(EmbeddedError::NoHome)?;
        let data = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".local/share" };
        user.join(data).join("tranche")
    };
    absolute(&chosen)
}

/// The same path from the root. The server and later calls have other working directories.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, EmbeddedError> {
    std::path::absolute(path).map_err(EmbeddedError::files(path))
}

/// Makes the home where there is none and opens its lock file.
pub(super) fn open_home(home: &Path) -> Result<File, EmbeddedError> {
    // Root's must let the server's account through; what is in it is closed in its turn.
    let mode = if Account::caller().is_root() { 0o711 } else { 0o700 };
    DirBuilder::new().recursive(true).mode(mode).create(home).map_err(EmbeddedError::files(home))?;
    is_ours(home)?;
    let path = home.join("lock");
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(&path).map_err(EmbeddedError::files(path))
}

/// Whether there is a home at all; an error where it is not the caller's own. Root must not work in a
/// directory of another user's, who could make it write through a link.
fn is_ours(home: &Path) -> Result<bool, EmbeddedError> {
    let Some(metadata) = present(fs::metadata(home), home)? else {
        return Ok(false);
    };
    if metadata.mode() & 0o002 != 0 {
        return Err(EmbeddedError::Open { path: home.to_owned() });
    }
    if metadata.uid() != Account::caller().uid {
        return Err(EmbeddedError::Foreign { path: home.to_owned(), owner: metadata.uid() });
    }
    Ok(true)
}

/// A result, where the file is there at all.
pub(super) fn present<T>(result: std::io::Result<T>, path: &Path) -> Result<Option<T>, EmbeddedError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::files(path)(error)),
    }
}

/// Lets everyone go through a directory of the caller's, without seeing what is in it.
pub(super) fn open_for_passage(directory: &Path, mode: u32) -> Result<(), EmbeddedError> {
    fs::set_permissions(directory, Permissions::from_mode(mode | 0o001)).map_err(EmbeddedError::files(directory))
}
