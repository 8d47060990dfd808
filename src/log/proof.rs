//! Proofs over the Merkle tree: that an entry is in it, and that one tree is the beginning of another (RFC 6962 §2.1,
//! RFC 9162 §2.1.3 and §2.1.4).
//!
//! A proof is a list of roots of spans of leaves. Which spans those are follows from the sizes alone, so [`Prover`]
//! works them out first and then takes the leaves one after another, keeping one right edge and the roots it found: a
//! few dozen hashes whatever the size of the log.
//!
//! Refused here: trusting anything. A verifier is given both roots, and a proof it cannot use is an error, never a panic.

use super::merkle::{Frontier, Hash, empty_root, node_hash};

/// A proof cannot be made, or does not prove what it is said to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no leaf of this index in a tree of this size.
    #[error("there is no leaf {index} in a tree of {size}")]
    Beyond {
        /// The leaf's index, from 0.
        index: u64,
        /// How many leaves there are.
        size: u64,
    },
    /// The later tree is the smaller one.
    #[error("a tree of {old} leaves is not the beginning of one of {new}")]
    Shrunk {
        /// The size of the earlier tree.
        old: u64,
        /// That of the later one.
        new: u64,
    },
    /// Fewer leaves were given than the tree has.
    #[error("{given} leaves were given of {size}")]
    Unfinished {
        /// How many were given.
        given: u64,
        /// How many the tree has.
        size: u64,
    },
    /// The proof has not as many hashes as it takes.
    #[error("the proof has {found} hashes where it takes {expected}")]
    Length {
        /// How many it takes.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// The hashes do not lead to the root.
    #[error("the hashes do not lead to the root of the tree of {size} leaves")]
    Root {
        /// The size of the tree whose root was not met.
        size: u64,
    },
}

/// Leaves from the first up to, but without, the second.
type Span = (u64, u64);

/// The largest power of two below `size`, at which RFC 6962 splits a tree of two leaves or more.
fn split(size: u64) -> u64 {
    1_u64.checked_shl((size.saturating_sub(1)).checked_ilog2().unwrap_or(0)).unwrap_or(0)
}

/// `PATH(index, D[size])`: the spans beside the way from the leaf to the root, the leaf's sibling first.
pub(crate) fn inclusion_spans(index: u64, size: u64) -> Vec<Span> {
    let (mut from, mut to) = (0, size);
    let mut spans = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            spans.push((middle, to));
            to = middle;
        } else {
            spans.push((from, middle));
            from = middle;
        }
    }
    spans.reverse();
    spans
}

/// `PROOF(old, D[new])`: where the earlier tree is a subtree of the later its root is not among them, for the verifier
/// has it.
fn consistency_spans(old: u64, new: u64) -> Vec<Span> {
    let (mut from, mut to) = (0, new);
    let mut spans = Vec::new();
    if old == 0 {
        return spans;
    }
    while old < to {
        let middle = from + split(to - from);
        if old <= middle {
            spans.push((middle, to));
            to = middle;
        } else {
            spans.push((from, middle));
            from = middle;
        }
    }
    if from != 0 {
        spans.push((from, to));
    }
    spans.reverse();
    spans
}

/// Makes a proof from the leaves, given in order.
///
/// ```
/// # use tranche::log::merkle::{leaf_hash, node_hash};
/// # use tranche::log::proof::{Prover, verify_inclusion};
/// let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
/// let mut prover = Prover::of_inclusion(1, 2)?;
/// prover.push(a);
/// prover.push(b);
/// let proof = prover.finish()?;
/// assert_eq!(proof, [a]);
/// verify_inclusion(&b, (1, 2), &proof, &node_hash(&a, &b))?;
/// # Ok::<(), tranche::log::proof::ProofError>(())
/// ```
#[derive(Debug)]
pub struct Prover {
    /// How many leaves it takes, and how many it was given.
    size: u64,
    given: u64,
    /// The spans still to come, by their beginning, each with its place in the proof; the next is the last.
    wanted: Vec<(Span, usize)>,
    /// The right edge of the span that is under way.
    edge: Frontier,
    proof: Vec<Hash>,
}

impl Prover {
    /// A proof that the leaf of this index, from 0, is in the tree of this size.
    ///
    /// # Errors
    ///
    /// [`ProofError::Beyond`].
    pub fn of_inclusion(index: u64, size: u64) -> Result<Self, ProofError> {
        if index >= size {
            return Err(ProofError::Beyond { index, size });
        }
        Ok(Self::of(inclusion_spans(index, size), size))
    }

    /// A proof that the tree of the size `old` is the beginning of that of the size `new`.
    ///
    /// # Errors
    ///
    /// [`ProofError::Shrunk`].
    pub fn of_consistency(old: u64, new: u64) -> Result<Self, ProofError> {
        if old > new {
            return Err(ProofError::Shrunk { old, new });
        }
        Ok(Self::of(consistency_spans(old, new), new))
    }

    fn of(spans: Vec<Span>, size: u64) -> Self {
        let proof = vec![[0; 32]; spans.len()];
        let mut wanted: Vec<(Span, usize)> = spans.into_iter().zip(0..).collect();
        wanted.sort_unstable_by(|left, right| right.cmp(left));
        Self { size, given: 0, wanted, edge: Frontier::new(), proof }
    }

    /// Takes the next leaf by its hash; those beyond the tree's size are let pass.
    pub fn push(&mut self, leaf: Hash) {
        let index = self.given;
        self.given = self.given.saturating_add(1);
        let Some(((from, to), place)) = self.wanted.last().copied() else { return };
        if index < from {
            return;
        }
        self.edge.push(leaf);
        if self.given == to {
            if let Some(hash) = self.proof.get_mut(place) {
                *hash = std::mem::take(&mut self.edge).root();
            }
            self.wanted.pop();
        }
    }

    /// The proof.
    ///
    /// # Errors
    ///
    /// [`ProofError::Unfinished`].
    pub fn finish(self) -> Result<Vec<Hash>, ProofError> {
        if self.given < self.size {
            return Err(ProofError::Unfinished { given: self.given, size: self.size });
        }
        Ok(self.proof)
    }
}

fn check_length(expected: usize, found: usize) -> Result<(), ProofError> {
    if expected == found { Ok(()) } else { Err(ProofError::Length { expected, found }) }
}

/// Verifies that a leaf stands at `(index, size)`, its index from 0 in a tree of that size, under a root.
///
/// # Errors
///
/// [`ProofError::Beyond`], [`ProofError::Length`] or [`ProofError::Root`].
pub fn verify_inclusion(leaf: &Hash, (index, size): (u64, u64), proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Beyond { index, size });
    }
    let spans = inclusion_spans(index, size);
    check_length(spans.len(), proof.len())?;
    let found = spans.iter().zip(proof).fold(*leaf, |own, ((from, _), beside)| {
        if *from > index { node_hash(&own, beside) } else { node_hash(beside, &own) }
    });
    if found == *root { Ok(()) } else { Err(ProofError::Root { size }) }
}

/// Verifies that the tree of a size and root is the beginning of another one.
///
/// Everything begins with the empty tree, whose root must be the hash of nothing.
///
/// # Errors
///
/// [`ProofError::Shrunk`], [`ProofError::Length`], or [`ProofError::Root`] with the size whose root was not met.
pub fn verify_consistency(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> Result<(), ProofError> {
    let ((old, old_root), (new, new_root)) = (old, new);
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    let spans = consistency_spans(old, new);
    check_length(spans.len(), proof.len())?;
    if old == 0 {
        return if *old_root == empty_root() { Ok(()) } else { Err(ProofError::Root { size: 0 }) };
    }
    let mut steps = spans.iter().zip(proof);
    // The first hash is that of the earlier tree's last subtree, unless that is the whole of it.
    let whole = old.is_power_of_two() || old == new;
    let seed = if whole { *old_root } else { steps.next().map_or(*old_root, |(_, hash)| *hash) };
    let (mut of_old, mut of_new) = (seed, seed);
    for ((from, _), hash) in steps {
        if *from < old {
            of_old = node_hash(hash, &of_old);
            of_new = node_hash(hash, &of_new);
        } else {
            of_new = node_hash(&of_new, hash);
        }
    }
    if of_old != *old_root {
        return Err(ProofError::Root { size: old });
    }
    if of_new != *new_root {
        return Err(ProofError::Root { size: new });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
