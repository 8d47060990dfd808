//! The signer of checkpoints: its key, and its own record of what it signed last, in files outside the database.
//!
//! Whoever owns the database can make it say anything; they cannot make the signer forget. It signs only a tree that
//! begins with the one it signed before, and its record is on disk before the signature leaves. Handed over to a new
//! key, the record goes with it: the old key signs no more from then on, and the new one only what goes on from there.
//!
//! Refused here: signing what the entries do not give, and two signers with one key at a time.

mod file;
mod record;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::announced::{Announced, AnnouncedError};
use super::prove::{self, Consistency, ProveError, Tree};
use crate::domain::act::AnnounceKey;
use crate::domain::rule::key::statement_text;
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::log::note::{Note, NoteError, Signer};
use crate::store::{Head, Store};

pub use file::{key_read, key_write, record_beside};
pub(super) use file::{key_take, record_keep, record_read};
use record::Record;

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
    /// The file holds no private key of the kind that is due.
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
    /// The key was handed over to another.
    #[error("by the record {} this key was handed over to {to} and signs no more", path.display())]
    HandedOver {
        /// The record.
        path: PathBuf,
        /// The public key of its successor.
        to: String,
    },
    /// A key that has signed or been given something else cannot take over.
    #[error("the new key has a record of its own, {}: take a new key", .0.display())]
    InUse(PathBuf),
    /// The key succeeded another, and the record that was handed over to it is not there.
    #[error("this key succeeded another one, and the record handed over to it is missing: {}", .0.display())]
    RecordMissing(PathBuf),
    /// A key cannot succeed one of another name, or itself.
    #[error("{new} cannot succeed {old}: another key of the same name is needed")]
    Successor {
        /// The old key.
        old: String,
        /// The new one.
        new: String,
    },
    /// The ledger does not go on from what was signed, or is not what its head says.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The ledger's entries announce another key.
    #[error(transparent)]
    Announced(#[from] AnnouncedError),
}

/// The parts of a signer's record: the ledger's name, and the note that was signed last, if any.
///
/// # Errors
///
/// Where the text is no record.
pub fn record_parts(text: &str) -> Result<(String, Option<String>), serde_json::Error> {
    let Record { ledger, checkpoint, .. } = serde_json::from_str(text)?;
    Ok((ledger, checkpoint))
}

/// A checkpoint that was signed.
pub struct Signed {
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
    /// That it goes on from the one before; none where this is the first on record.
    pub since: Option<Consistency>,
}

/// A key is handed over: what the ledger is to announce, and the two records after it.
pub struct HandingOver {
    /// The announcement.
    pub announcement: AnnounceKey,
    left: Record,
    inherited: Record,
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
        let (signer, lock) = key_take(key)?;
        Ok(Self { signer, record, _lock: lock })
    }

    /// Signs the head of a ledger, where its entries give it and go on from what was signed last, and announce no other
    /// key.
    ///
    /// # Errors
    ///
    /// Where they do not, the record is not this key's for this ledger, or files or the database fail.
    pub async fn sign(&self, store: &Store, head: &Head, mut progress: impl FnMut(u64)) -> Result<Signed, SignerError> {
        let (record, last) = self.read(&head.name)?;
        if let Some(to) = record.as_ref().and_then(|record| record.handed_over_to.clone()) {
            return Err(SignerError::HandedOver { path: self.record.clone(), to });
        }
        // Without anything signed before, what the head goes on from is the empty tree.
        let public = self.signer.public();
        let nothing = Checkpoint::nothing(public.name());
        let old = last.as_ref().map_or(&nothing, |last| &last.checkpoint);
        let mut announced = Announced::default();
        let proven = prove::consistency_seen(store, head, old, Tree::Head, |at, entry| {
            announced.see(at, entry);
            progress(at);
        })
        .await?;
        prove::check_behind(store, head).await?;
        announced.check(public, record.as_ref().is_some_and(Record::is_inherited))?;
        if announced.is_successor() && record.is_none() {
            return Err(SignerError::RecordMissing(self.record.clone()));
        }
        let origin = public.name().to_owned();
        let checkpoint = Checkpoint { origin, size: proven.size, root: proven.root, extensions: Vec::new() };
        let checkpoint = SignedCheckpoint::sign(checkpoint, &self.signer);
        record_keep(&self.record, &Record::signed(&head.name, &checkpoint))?;
        Ok(Signed { checkpoint, since: last.map(|_| proven) })
    }

    /// The announcement of this key as the first of a ledger.
    #[must_use]
    pub fn announce(&self) -> AnnounceKey {
        let key = self.signer.public().clone();
        let text = statement_text(None, &key);
        let signatures = vec![self.signer.sign(&text)];
        AnnounceKey { key, previous: None, statement: Note { text, signatures } }
    }

    /// What handing over to a new key comes to; nothing is done yet. The announcement is the same each time.
    ///
    /// # Errors
    ///
    /// Where the new key cannot succeed this one or has a record of its own, this one has handed over to another, or files
    /// fail.
    pub fn handing_over(&self, to: &Self, ledger: &str) -> Result<HandingOver, SignerError> {
        let (old, new) = (self.signer.public(), to.signer.public());
        if old.name() != new.name() || old.bytes() == new.bytes() {
            return Err(SignerError::Successor { old: old.to_string(), new: new.to_string() });
        }
        let text = statement_text(Some(old), new);
        let signatures = vec![self.signer.sign(&text), to.signer.sign(&text)];
        let statement = Note { text, signatures };
        let (own, _) = self.read(ledger)?;
        let own = own.unwrap_or_else(|| Record::empty(ledger));
        let new = new.to_string();
        if let Some(other) = own.handed_over_to.as_ref().filter(|other| **other != new) {
            return Err(SignerError::HandedOver { path: self.record.clone(), to: other.clone() });
        }
        let mut inherited = own.inherited(&statement);
        match to.read(ledger)?.0 {
            // It was handed over before, and has been signing since.
            Some(known) if own.handed_over_to.is_some() => inherited = known,
            Some(known) if known != inherited => return Err(SignerError::InUse(to.record.clone())),
            _ => {}
        }
        let left = Record { handed_over_to: Some(new), ..own };
        let announcement = AnnounceKey { key: to.signer.public().clone(), previous: Some(old.clone()), statement };
        Ok(HandingOver { announcement, left, inherited })
    }

    /// Hands over to a new key, once the ledger announces it: from here on this one signs no more, and the new one goes on
    /// from what it signed last. Done again, where it was cut off, it comes to the same.
    ///
    /// # Errors
    ///
    /// Where files fail.
    pub fn hand_over(&self, to: &Self, handing: &HandingOver) -> Result<(), SignerError> {
        // First this key stops, then the other has what it left: between the two nobody signs.
        record_keep(&self.record, &handing.left)?;
        record_keep(&to.record, &handing.inherited)
    }

    /// The record, which must be this key's for this ledger, and what was signed last.
    fn read(&self, ledger: &str) -> Result<(Option<Record>, Option<SignedCheckpoint>), SignerError> {
        let Some(record) = record_read::<Record>(&self.record)? else { return Ok((None, None)) };
        let path = || self.record.clone();
        let last = record.last(self.signer.public()).map_err(|why| SignerError::Record { path: path(), why })?;
        if record.ledger != ledger {
            let (expected, found) = (ledger.to_owned(), record.ledger);
            return Err(SignerError::OtherLedger { path: path(), expected, found });
        }
        Ok((Some(record), last))
    }
}
