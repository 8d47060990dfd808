//! A cosigner (C2SP tlog-cosignature, tlog-witness): it signs a checkpoint of somebody else's that goes on from the last
//! one it signed, and keeps its own record of that, so that one ledger cannot be shown to two in two forms.
//!
//! It needs no database where it is given a proof. Refused here: what was rolled back or forks, what the log did not
//! sign, another log with the same key, and two processes at work with one key.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::announced::{Announced, AnnouncedError};
use super::prove::{self, ProveError, Tree};
use super::signer::{SignerError, key_take, record_keep, record_read};
use crate::log::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::log::merkle::Hash;
use crate::log::note::{Cosigner, NoteError, Verifier};
use crate::log::proof::{ProofError, verify_consistency};
use crate::store::{Head, Store};

/// A checkpoint cannot be cosigned.
#[derive(Debug, thiserror::Error)]
pub enum CosignerError {
    /// The key or the record.
    #[error(transparent)]
    Files(#[from] SignerError),
    /// The checkpoint is not the log's.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Whose signature the checkpoint must have is not known.
    #[error("name the log's public key: this cosigner has signed nothing yet that would tell it")]
    LogKeyUnknown,
    /// Another key signed than the last time, and there are no entries that would tell whether it was handed on.
    #[error(
        "the key {known}, by which the last one was signed, did not sign this one. Where the log's key was changed, the \
         ledger's entries announce it under the old key: cosign where the database is, or name the new key by --log-key"
    )]
    KeyChanged {
        /// The key of the last time.
        known: String,
    },
    /// The log is shorter than what was cosigned.
    #[error("rolled back: {cosigned} entries were cosigned before, and this checkpoint has {found}")]
    Shorter {
        /// What was cosigned before.
        cosigned: u64,
        /// What is to be cosigned.
        found: u64,
    },
    /// The log shows another history than what was cosigned.
    #[error("forked: over {size} entries another root was cosigned before")]
    Forked {
        /// The size at which they part, or before which.
        size: u64,
    },
    /// There is neither a database nor a proof to go by.
    #[error("it has to be shown that this checkpoint goes on from the {cosigned} entries cosigned before")]
    Unproven {
        /// What was cosigned before.
        cosigned: u64,
    },
    /// The proof begins elsewhere.
    #[error("the proof goes on from {found} entries, and {cosigned} were cosigned before")]
    OtherProof {
        /// What was cosigned before.
        cosigned: u64,
        /// Where the proof begins.
        found: u64,
    },
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The ledger in the database is another, or altered.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The ledger's entries announce another key than the log's.
    #[error(transparent)]
    Announced(#[from] AnnouncedError),
}

/// By what the cosigner sees that a checkpoint goes on from the last.
pub enum Evidence<'a> {
    /// All entries, read and hashed again.
    Entries(&'a Store, &'a Head),
    /// A proof of consistency from a size on.
    Proof {
        /// The size.
        old: u64,
        /// The hashes.
        proof: &'a [Hash],
    },
    /// Nothing: enough for the first checkpoint, and for the same one again.
    Nothing,
}

/// What was cosigned last.
#[derive(Serialize, Deserialize)]
struct Record {
    /// The public key of the log.
    log: String,
    /// The note, with the cosignature.
    checkpoint: String,
}

/// The last checkpoint that was cosigned.
struct Last {
    log: Verifier,
    checkpoint: Checkpoint,
    seconds: u64,
}

/// A checkpoint that was cosigned.
pub struct Cosigned {
    /// The checkpoint, with the new line under it.
    pub checkpoint: SignedCheckpoint,
    /// How many entries were cosigned before; none where this is the first on record.
    pub since: Option<u64>,
    /// When it was cosigned, in seconds since 1970.
    pub seconds: u64,
}

/// A cosigner's key in use: as long as this is there, no other process signs with it.
pub struct CosignDesk {
    cosigner: Cosigner,
    record: PathBuf,
    /// The key's file, locked.
    _lock: File,
}

impl CosignDesk {
    /// Takes a key, and the place of its record.
    ///
    /// # Errors
    ///
    /// Where the key cannot be read, is no cosigner's, or is in use.
    pub fn open(key: &Path, record: PathBuf) -> Result<Self, SignerError> {
        let (cosigner, lock) = key_take(key)?;
        Ok(Self { cosigner, record, _lock: lock })
    }

    /// Adds this cosigner's line to a checkpoint that the log's key signed, and that goes on from the last one cosigned.
    /// Where no key is named it is the one the last checkpoint was signed by, or the one which the entries announce that
    /// it was handed on to.
    ///
    /// # Errors
    ///
    /// Where it does not, or files or the database fail.
    pub async fn cosign(
        &self,
        mut signed: SignedCheckpoint,
        log: Option<&Verifier>,
        evidence: Evidence<'_>,
        (now, progress): (u64, impl FnMut(u64)),
    ) -> Result<Cosigned, CosignerError> {
        let last = self.last()?;
        let known = log.or(last.as_ref().map(|last| &last.log)).ok_or(CosignerError::LogKeyUnknown)?;
        // A key that the user named is that one and no other.
        let handed_on = match signed.verify(known) {
            Err(CheckpointError::Note(NoteError::Unsigned(_))) if log.is_none() => match evidence {
                Evidence::Entries(..) => true,
                _ => return Err(CosignerError::KeyChanged { known: known.to_string() }),
            },
            verified => verified.map(|()| false)?,
        };
        let mut log = known.clone();
        let new = &signed.checkpoint;
        if let Some(last) = &last {
            follows(&last.checkpoint, new)?;
        }
        let nothing = Checkpoint::nothing(&new.origin);
        let old = last.as_ref().map_or(&nothing, |last| &last.checkpoint);
        match evidence {
            Evidence::Entries(store, head) => {
                let announced = read_entries((store, head), (old, new), progress).await?;
                if handed_on {
                    // The entries are those of the checkpoint, and the old key's own signature leads to the new one.
                    log = announced.led_from(known)?.clone();
                    signed.verify(&log)?;
                } else {
                    announced.check(known, false)?;
                }
            }
            Evidence::Proof { old: from, .. } if from != old.size => {
                return Err(CosignerError::OtherProof { cosigned: old.size, found: from });
            }
            Evidence::Proof { proof, .. } => {
                verify_consistency((old.size, &old.root), (new.size, &new.root), proof).map_err(
                    |error| match error {
                        ProofError::Root { size } => CosignerError::Forked { size },
                        other => other.into(),
                    },
                )?;
            }
            Evidence::Nothing if old.size == 0 || old.size == new.size => {}
            Evidence::Nothing => return Err(CosignerError::Unproven { cosigned: old.size }),
        }
        // The time of a cosignature never goes back, even where the machine's clock does.
        let seconds = last.as_ref().map_or(now, |last| last.seconds.max(now));
        let line = self.cosigner.sign(&signed.note.text, seconds);
        signed.note.signatures.retain(|known| (&known.name, known.id) != (&line.name, line.id));
        signed.note.signatures.push(line);
        record_keep(&self.record, &Record { log: log.to_string(), checkpoint: signed.note.to_string() })?;
        Ok(Cosigned { checkpoint: signed, since: last.map(|last| last.checkpoint.size), seconds })
    }

    /// What was cosigned last, if anything.
    fn last(&self) -> Result<Option<Last>, CosignerError> {
        let Some(record) = record_read::<Record>(&self.record)? else { return Ok(None) };
        let wrong = |why: String| SignerError::Record { path: self.record.clone(), why };
        let log: Verifier = record.log.parse().map_err(|error: NoteError| wrong(error.to_string()))?;
        let signed: Result<SignedCheckpoint, CheckpointError> = record.checkpoint.parse();
        let signed = signed.map_err(|error| wrong(error.to_string()))?;
        let seconds = signed.note.signed_at(self.cosigner.public()).map_err(|error| wrong(error.to_string()))?;
        Ok(Some(Last { log, checkpoint: signed.checkpoint, seconds }))
    }
}

/// Reads all entries of the checkpoint and hashes them again, and gives the keys they announce.
async fn read_entries(
    (store, head): (&Store, &Head),
    (old, new): (&Checkpoint, &Checkpoint),
    mut progress: impl FnMut(u64),
) -> Result<Announced, CosignerError> {
    let mut announced = Announced::default();
    prove::consistency_seen(store, head, old, Tree::Checkpoint(new), |at, entry| {
        announced.see(at, entry);
        progress(at);
    })
    .await?;
    Ok(announced)
}

/// Whether a checkpoint can go on from another, by what they say alone.
fn follows(old: &Checkpoint, new: &Checkpoint) -> Result<(), CosignerError> {
    if old.origin != new.origin {
        let (expected, found) = (old.origin.clone(), new.origin.clone());
        return Err(CheckpointError::Origin { expected, found }.into());
    }
    if new.size < old.size {
        return Err(CosignerError::Shorter { cosigned: old.size, found: new.size });
    }
    if new.size == old.size && new.root != old.root {
        return Err(CosignerError::Forked { size: old.size });
    }
    Ok(())
}
