//! Proofs from the entries as they stand: each is read and hashed again, and nothing kept beside them is believed.
//!
//! A proof is made in one pass and bounded memory, and only for a tree whose root the entries still give. An entry is
//! not decoded: bytes that no longer read as an event are proven, or found altered, all the same.

use futures_util::{StreamExt as _, pin_mut, stream};

use crate::log::checkpoint::Checkpoint;
use crate::log::merkle::{Frontier, Hash, leaf_hash};
use crate::log::proof::{ProofError, Prover, verify_consistency, verify_inclusion};
use crate::store::{Head, Store, StoreError};

/// How many positions are read at once, and how many such spans ahead.
const SPAN: i64 = 512;
const SPANS: usize = 4;

/// The entries do not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry is missing.
    #[error("entry {position} is missing; the head says that there are {size}")]
    Missing {
        /// Its position, from 1.
        position: u64,
        /// How many there should be.
        size: u64,
    },
    /// The ledger is shorter than a checkpoint of it.
    #[error("rolled back: a checkpoint was signed over {signed} entries, and the ledger has {found}")]
    Shorter {
        /// The checkpoint's size.
        signed: u64,
        /// The ledger's.
        found: u64,
    },
    /// The entries give another root than a checkpoint.
    #[error("altered: over the first {size} entries the checkpoint of {origin} says {expected}, the entries {found}")]
    Forked {
        /// The checkpoint's origin.
        origin: String,
        /// Its size.
        size: u64,
        /// Its root, in hexadecimal.
        expected: String,
        /// What the entries give.
        found: String,
    },
    /// The entries give another root than the head.
    #[error("altered: over {size} entries the head says {expected}, the entries {found}")]
    Head {
        /// The head's position.
        size: u64,
        /// Its root, in hexadecimal.
        expected: String,
        /// What the entries give.
        found: String,
    },
    /// There are entries that the head does not count.
    #[error("rolled back: the head counts {size} entries, and entry {position} is there")]
    Uncounted {
        /// The head's position.
        size: u64,
        /// The position of the entry.
        position: u64,
    },
    /// Such a proof cannot be.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// That an entry is in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Where it stands in the ledger, from 1. Its leaf's index is one less.
    pub position: u64,
    /// The size of the tree.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The hash of the entry as a leaf.
    pub leaf: Hash,
    /// The hashes beside the way to the root, the leaf's sibling first.
    pub proof: Vec<Hash>,
    /// The entry, byte for byte.
    pub entry: Vec<u8>,
}

/// That one tree is the beginning of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency {
    /// The size of the earlier.
    pub old_size: u64,
    /// Its root.
    pub old_root: Hash,
    /// The size of the later.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The hashes.
    pub proof: Vec<Hash>,
}

/// The tree that something is to be proven in.
#[derive(Clone, Copy, Debug)]
pub enum Tree<'a> {
    /// That of all entries the head counts.
    Head,
    /// That of a checkpoint.
    Checkpoint(&'a Checkpoint),
}

impl Tree<'_> {
    /// How many leaves it has.
    #[must_use]
    pub fn size(self, head: &Head) -> u64 {
        match self {
            Self::Head => u64::try_from(head.position).unwrap_or(0),
            Self::Checkpoint(checkpoint) => checkpoint.size,
        }
    }

    /// Whether the head counts as many entries.
    fn check_size(self, head: &Head) -> Result<u64, ProveError> {
        let (size, found) = (self.size(head), Self::Head.size(head));
        if size > found { Err(ProveError::Shorter { signed: size, found }) } else { Ok(size) }
    }

    /// Whether the root is the one that the entries give.
    ///
    /// # Errors
    ///
    /// [`ProveError::Head`] or [`ProveError::Forked`].
    pub fn check_root(self, head: &Head, found: &Hash) -> Result<(), ProveError> {
        let texts = |expected: &[u8]| (super::replay::hex(expected), super::replay::hex(found));
        match self {
            Self::Head if head.root.as_slice() != found => {
                let (expected, found) = texts(&head.root);
                Err(ProveError::Head { size: self.size(head), expected, found })
            }
            Self::Checkpoint(checkpoint) if checkpoint.root != *found => {
                let (expected, found) = texts(&checkpoint.root);
                Err(ProveError::Forked { origin: checkpoint.origin.clone(), size: checkpoint.size, expected, found })
            }
            Self::Head | Self::Checkpoint(_) => Ok(()),
        }
    }
}

/// Reads the first entries, hands each on with its leaf's index and hash, and gives their root.
async fn pass(
    store: &Store,
    head: &Head,
    size: u64,
    mut take: impl FnMut(u64, &[u8], Hash),
) -> Result<Hash, ProveError> {
    let mut edge = Frontier::new();
    let last = i64::try_from(size).unwrap_or(i64::MAX);
    let step = usize::try_from(SPAN).unwrap_or(usize::MAX);
    // The database reads the next ones while these are hashed.
    let spans = stream::iter((1..=last).step_by(step))
        .map(|from| store.entry_span(head.ledger, from, last.min(from + SPAN - 1)))
        .buffered(SPANS);
    pin_mut!(spans);
    'log: while let Some(span) = spans.next().await {
        for (position, entry) in span?.entries()? {
            let index = edge.size();
            if u64::try_from(position) != Ok(index.saturating_add(1)) {
                break 'log;
            }
            let leaf = leaf_hash(entry);
            edge.push(leaf);
            take(index, entry, leaf);
        }
    }
    if edge.size() < size {
        return Err(ProveError::Missing { position: edge.size().saturating_add(1), size });
    }
    Ok(edge.root())
}

/// Proves that the entry at a position, from 1, is in a tree.
///
/// # Errors
///
/// Where the tree has no such position, the entries no longer give its root, or the database fails.
pub async fn inclusion(
    store: &Store,
    head: &Head,
    tree: Tree<'_>,
    position: u64,
    mut progress: impl FnMut(u64),
) -> Result<Inclusion, ProveError> {
    let size = tree.check_size(head)?;
    // Position 0 is as far beyond the tree as can be.
    let index = position.wrapping_sub(1);
    let mut prover = Prover::of_inclusion(index, size)?;
    let mut own = (Vec::new(), [0; 32]);
    let root = pass(store, head, size, |at, entry, leaf| {
        prover.push(leaf);
        if at == index {
            own = (entry.to_vec(), leaf);
        }
        progress(at);
    })
    .await?;
    tree.check_root(head, &root)?;
    let ((entry, leaf), proof) = (own, prover.finish()?);
    verify_inclusion(&leaf, (index, size), &proof, &root)?;
    Ok(Inclusion { position, size, root, leaf, proof, entry })
}

/// Proves that the tree of a checkpoint is the beginning of another.
///
/// # Errors
///
/// Where it is not, the entries no longer give the root of either, or the database fails.
pub async fn consistency(
    store: &Store,
    head: &Head,
    old: &Checkpoint,
    tree: Tree<'_>,
    mut progress: impl FnMut(u64),
) -> Result<Consistency, ProveError> {
    consistency_seen(store, head, old, tree, |at, _| progress(at)).await
}

/// The same, with each entry shown as it is read, beside its leaf's index.
///
/// # Errors
///
/// As [`consistency`].
pub async fn consistency_seen(
    store: &Store,
    head: &Head,
    old: &Checkpoint,
    tree: Tree<'_>,
    mut see: impl FnMut(u64, &[u8]),
) -> Result<Consistency, ProveError> {
    Tree::Checkpoint(old).check_size(head)?;
    let size = tree.check_size(head)?;
    let mut prover = Prover::of_consistency(old.size, size)?;
    let mut beginning = Frontier::new();
    let root = pass(store, head, size, |at, entry, leaf| {
        prover.push(leaf);
        if at < old.size {
            beginning.push(leaf);
        }
        see(at, entry);
    })
    .await?;
    Tree::Checkpoint(old).check_root(head, &beginning.root())?;
    tree.check_root(head, &root)?;
    let proof = prover.finish()?;
    verify_consistency((old.size, &old.root), (size, &root), &proof)?;
    Ok(Consistency { old_size: old.size, old_root: old.root, size, root, proof })
}

/// Holds a head against what stands behind it: an entry there means that the head was rolled back, unless it has been
/// appended since, and then the head has moved too.
///
/// # Errors
///
/// [`ProveError::Uncounted`], or where the database fails.
pub async fn check_behind(store: &Store, head: &Head) -> Result<(), ProveError> {
    let from = head.position.saturating_add(1);
    let records = store.event_read(head.ledger, from, i64::MAX);
    pin_mut!(records);
    let Some(record) = records.next().await else { return Ok(()) };
    let record = record?;
    let head = store.head(&head.name).await?;
    if head.position >= record.position {
        return Ok(());
    }
    let position = u64::try_from(record.position).unwrap_or(0);
    Err(ProveError::Uncounted { size: Tree::Head.size(&head), position })
}
