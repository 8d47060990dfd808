//! Proofs as text others' tools read, and as JSON.
//!
//! Inclusion is a C2SP tlog-proof; consistency has the form in which a C2SP tlog-witness is given a checkpoint. Leaf
//! indexes count from 0 there, positions in the ledger from 1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::engine::prove::{Consistency, Inclusion};
use crate::engine::replay::hex;
use crate::log::merkle::Hash;

/// A proof that an entry is in the log, for programs. Hashes are hexadecimal.
#[derive(Serialize)]
pub struct InclusionShape {
    position: u64,
    index: u64,
    leaf: String,
    size: u64,
    root: String,
    proof: Vec<String>,
    /// The entry: the leaf is the hash of `00` and its very bytes.
    entry: String,
    checkpoint: String,
}

impl InclusionShape {
    /// The proof with the checkpoint it leads to.
    #[must_use]
    pub fn of(proven: &Inclusion, checkpoint: &str) -> Self {
        Self {
            position: proven.position,
            index: proven.position.saturating_sub(1),
            leaf: hex(&proven.leaf),
            size: proven.size,
            root: hex(&proven.root),
            proof: proven.proof.iter().map(|hash| hex(hash)).collect(),
            entry: String::from_utf8_lossy(&proven.entry).into_owned(),
            checkpoint: checkpoint.to_owned(),
        }
    }
}

/// A proof that one state of the log is the beginning of another, for programs. Hashes are hexadecimal.
#[derive(Serialize)]
pub struct ConsistencyShape {
    old_size: u64,
    old_root: String,
    size: u64,
    root: String,
    proof: Vec<String>,
    checkpoint: String,
}

impl ConsistencyShape {
    /// The proof with the later checkpoint.
    #[must_use]
    pub fn of(proven: &Consistency, checkpoint: &str) -> Self {
        Self {
            old_size: proven.old_size,
            old_root: hex(&proven.old_root),
            size: proven.size,
            root: hex(&proven.root),
            proof: proven.proof.iter().map(|hash| hex(hash)).collect(),
            checkpoint: checkpoint.to_owned(),
        }
    }
}

fn lines(proof: &[Hash]) -> String {
    proof.iter().map(|hash| STANDARD.encode(hash) + "\n").collect()
}

/// A C2SP tlog-proof.
#[must_use]
pub fn inclusion_text(proven: &Inclusion, checkpoint: &str) -> String {
    let index = proven.position.saturating_sub(1);
    format!("c2sp.org/tlog-proof@v1\nindex {index}\n{}\n{checkpoint}", lines(&proven.proof))
}

/// The body of a C2SP tlog-witness `add-checkpoint` request.
#[must_use]
pub fn consistency_text(proven: &Consistency, checkpoint: &str) -> String {
    format!("old {}\n{}\n{checkpoint}", proven.old_size, lines(&proven.proof))
}
