//! The signer of checkpoints: its key, and its own record of what it signed last, in files outside the database.
//!
//! Whoever owns the database can make it say anything; they cannot make the signer forget. It signs only a tree that
//! begins with the one it signed before, and its record is on disk before the signature leaves.
//!
//! Refused here: signing what the entries do not give, and two signers with one key at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::prove::{self, Consistency, ProveError, Tree};
use crate::log::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::log::note::{NoteError, Signer};
use crate::store::{Head, Store};

/// No key or record is longer.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A checkpoint cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// A file cannot be read or written.
    #[error("cannot read or write {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A key is never written over.
    #[error("{} exists: a key is never written over", .0.display())]
    Exists(PathBuf),
    /// The file holds no private key.
    #[error("{} holds no private key: {source}", path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: NoteError,
    },
    /// Another signer is at work with this key.
    #[error("another signer is at work with the key {}", .0.display())]
    Busy(PathBuf),
    /// The record is no record, or of another key.
    #[error("the record {} is not this key's: {why}", path.display())]
    Record {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The key signs for another ledger.
    #[error("by the record {} this key signs for the ledger {found}, not for {expected}", path.display())]
    OtherLedger {
        /// The record.
        path: PathBuf,
        /// The ledger to sign for.
        expected: String,
        /// The one that it signs for.
        found: String,
    },
    /// The ledger does not go on from what was signed, or is not what its head says.
    #[error(transparent)]
    Prove(#[from] ProveError),
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> SignerError {
    let path = path.to_owned();
    |source| SignerError::File { path, source }
}

/// What was signed last.
#[derive(Serialize, Deserialize)]
struct Record {
    /// For which ledger.
    ledger: String,
    /// The signed note.
    checkpoint: String,
}

/// Writes a new private key to a file that only its owner can read, and that must not exist.
///
/// # Errors
///
/// [`SignerError::Exists`] or [`SignerError::File`].
pub fn key_write(path: &Path, key: &Signer) -> Result<(), SignerError> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => SignerError::Exists(path.to_owned()),
        _ => file_error(path)(error),
    })?;
    let written = writeln!(file, "{}", key.secret_text()).and_then(|()| file.sync_all());
    written.and_then(|()| folder_sync(path)).map_err(file_error(path))
}

/// Reads a private key.
///
/// # Errors
///
/// [`SignerError::File`] or [`SignerError::Key`].
pub fn key_read(path: &Path) -> Result<Signer, SignerError> {
    let text = file_read(path).map_err(file_error(path))?;
    text.trim_end().parse().map_err(|source| SignerError::Key { path: path.to_owned(), source })
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

/// A checkpoint that was signed.
pub struct Signed {
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
    /// That it goes on from the one before; none where this is the first on record.
    pub since: Option<Consistency>,
}

/// A key in use: as long as this is there, no other process signs with it.
pub struct Desk {
    signer: Signer,
    record: PathBuf,
    /// The key's file, locked.
    _lock: File,
}

impl Desk {
    /// Takes a key, and the place of its record.
    ///
    /// # Errors
    ///
    /// [`SignerError::File`], [`SignerError::Key`] or [`SignerError::Busy`].
    pub fn open(key: &Path, record: PathBuf) -> Result<Self, SignerError> {
        let signer = key_read(key)?;
        let lock = File::open(key).map_err(file_error(key))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => SignerError::Busy(key.to_owned()),
            TryLockError::Error(error) => file_error(key)(error),
        })?;
        Ok(Self { signer, record, _lock: lock })
    }

    /// Signs the head of a ledger, where its entries give it and go on from what was signed last.
    ///
    /// # Errors
    ///
    /// Where they do not, the record is not this key's for this ledger, or files or the database fail.
    pub async fn sign(&self, store: &Store, head: &Head, progress: impl FnMut(u64)) -> Result<Signed, SignerError> {
        let last = self.last(&head.name)?;
        // Without anything signed before, what the head goes on from is the empty tree.
        let origin = self.signer.public().name().to_owned();
        let nothing = Checkpoint {
            origin: origin.clone(),
            size: 0,
            root: crate::log::merkle::empty_root(),
            extensions: Vec::new(),
        };
        let old = last.as_ref().map_or(&nothing, |last| &last.checkpoint);
        let proven = prove::consistency(store, head, old, Tree::Head, progress).await?;
        prove::check_behind(store, head).await?;
        let checkpoint = Checkpoint { origin, size: proven.size, root: proven.root, extensions: Vec::new() };
        let checkpoint = SignedCheckpoint::sign(checkpoint, &self.signer);
        self.keep(&head.name, &checkpoint).map_err(file_error(&self.record))?;
        Ok(Signed { checkpoint, since: last.map(|_| proven) })
    }

    /// What was signed last, if anything.
    fn last(&self, ledger: &str) -> Result<Option<SignedCheckpoint>, SignerError> {
        let path = &self.record;
        let text = match file_read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file_error(path)(error)),
        };
        let wrong = |why: String| SignerError::Record { path: path.clone(), why };
        let record: Record = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let last: Result<SignedCheckpoint, CheckpointError> = record.checkpoint.parse();
        let last = last.and_then(|last| last.verify(self.signer.public()).map(|()| last));
        let last = last.map_err(|error| wrong(error.to_string()))?;
        if record.ledger != ledger {
            let (expected, found) = (ledger.to_owned(), record.ledger);
            return Err(SignerError::OtherLedger { path: path.clone(), expected, found });
        }
        Ok(Some(last))
    }

    /// Keeps what was signed: on disk under another name first, so that there is always one record and a whole one.
    fn keep(&self, ledger: &str, signed: &SignedCheckpoint) -> io::Result<()> {
        let record = Record { ledger: ledger.to_owned(), checkpoint: signed.note.to_string() };
        let beside = with_suffix(&self.record, ".new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        serde_json::to_writer(&mut file, &record)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&beside, &self.record)?;
        folder_sync(&self.record)
    }
}
