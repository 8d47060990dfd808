//! The files of a signer: private keys that only their owner reads, and records that are there whole or not at all.
//!
//! Refused here: writing over a key, and two processes at work with one.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::SignerError;
use crate::log::note::NoteError;

/// No key or record is longer.
const FILE_BYTES_MAX: u64 = 4 << 20;

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> SignerError {
    let path = path.to_owned();
    |source| SignerError::File { path, source }
}

/// Writes a new private key to a file that only its owner can read, and that must not exist.
///
/// # Errors
///
/// [`SignerError::Exists`] or [`SignerError::File`].
pub fn key_write(path: &Path, secret: &str) -> Result<(), SignerError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => SignerError::Exists(path.to_owned()),
        _ => file_error(path)(error),
    })?;
    let written = writeln!(file, "{secret}").and_then(|()| file.sync_all());
    written.and_then(|()| folder_sync(path)).map_err(file_error(path))
}

/// Reads a private key.
///
/// # Errors
///
/// [`SignerError::File`] or [`SignerError::Key`].
pub fn key_read<K: FromStr<Err = NoteError>>(path: &Path) -> Result<K, SignerError> {
    let text = file_read(path).map_err(file_error(path))?;
    text.trim_end().parse().map_err(|source| SignerError::Key { path: path.to_owned(), source })
}

/// Takes a key for as long as the file that comes with it is kept.
///
/// # Errors
///
/// As [`key_read`], and [`SignerError::Busy`].
pub(in crate::engine) fn key_take<K: FromStr<Err = NoteError>>(path: &Path) -> Result<(K, File), SignerError> {
    let key = key_read(path)?;
    let lock = File::open(path).map_err(file_error(path))?;
    lock.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => SignerError::Busy(path.to_owned()),
        TryLockError::Error(error) => file_error(path)(error),
    })?;
    Ok((key, lock))
}

/// Where the record is that belongs to a key, unless another place is named: beside it.
#[must_use]
pub fn record_beside(key: &Path) -> PathBuf {
    with_suffix(key, ".state")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn file_read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

/// Makes a file's name in its folder outlast a loss of power.
fn folder_sync(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Reads a record; none where there is no such file.
pub(in crate::engine) fn record_read<R: DeserializeOwned>(path: &Path) -> Result<Option<R>, SignerError> {
    let text = match file_read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(path)(error)),
    };
    let read = serde_json::from_str(&text);
    read.map(Some).map_err(|error| SignerError::Record { path: path.to_owned(), why: error.to_string() })
}

/// Keeps a record: on disk under another name first, so that there is always one and a whole one.
pub(in crate::engine) fn record_keep(path: &Path, record: &impl Serialize) -> Result<(), SignerError> {
    let beside = with_suffix(path, ".new");
    let kept = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        serde_json::to_writer(&mut file, record)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        folder_sync(path)
    };
    kept().map_err(file_error(path))
}
