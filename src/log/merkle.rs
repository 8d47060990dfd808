//! The Merkle tree over the entries of a log, as RFC 6962 (§2.1) and RFC 9162 define it, with SHA-256.
//!
//! A leaf is hashed behind the byte `00` and an inner node behind `01`, so that neither can pass for
//! the other. To append, only the *right edge* of the tree is needed: the roots of the complete
//! subtrees that make it up, one for each bit set in its size. [`Frontier`] holds just that, at most
//! 64 hashes whatever the size of the log.
//!
//! Refused here: knowing what an entry means, storing tiles, and signing.

use sha2::{Digest, Sha256};

/// A SHA-256 hash: of a leaf, of an inner node or of a whole tree.
pub type Hash = [u8; 32];

/// The largest size a stored frontier may claim: positions are PostgreSQL's `bigint`.
const SIZE_MAX: u64 = i64::MAX.unsigned_abs();

/// The hash of one entry as a leaf: `SHA-256(00 ‖ entry)`.
///
/// ```
/// # use tranche::log::merkle::leaf_hash;
/// assert_eq!(leaf_hash(b"").first(), Some(&0x6e));
/// ```
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(entry).finalize().into()
}

/// The hash of an inner node: `SHA-256(01 ‖ left ‖ right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves: the hash of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The right edge of a tree (a *compact range* from 0): what it takes to append to it and to know its root.
///
/// ```
/// # use tranche::log::merkle::{Frontier, leaf_hash, node_hash};
/// let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
/// let mut frontier = Frontier::new();
/// frontier.push(a);
/// frontier.push(b);
/// assert_eq!(frontier.root(), node_hash(&a, &b));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The roots of the complete subtrees, largest first: one for each bit set in `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of a tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf by its [`leaf_hash`]. One node is hashed for each trailing one in the size, which
    /// is less than one on average.
    pub fn push(&mut self, leaf: Hash) {
        let complete = self.size.trailing_ones();
        let mut hash = leaf;
        for _ in 0..complete {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
        debug_assert_eq!(u64::from(self.size.count_ones()), self.peaks.len() as u64, "a peak for each bit");
    }

    /// The root of the tree: the peaks folded from the smallest to the largest.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(smallest) = peaks.next() else {
            return empty_root();
        };
        peaks.fold(*smallest, |right, left| node_hash(left, &right))
    }

    /// The peaks, largest first, 32 bytes each; the size is kept beside them by the caller.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// The frontier of a tree of `size` leaves from the bytes [`to_bytes`](Self::to_bytes) gave, or
    /// `None` where their length does not belong to that size or the size is beyond a `bigint`.
    #[must_use]
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (peaks, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && peaks.len() == size.count_ones() as usize && size <= SIZE_MAX;
        fits.then(|| Self { size, peaks: peaks.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::vectors::Vectors;
    use proptest::prelude::*;

    /// `MTH` as RFC 6962 §2.1 writes it, by splitting at the largest power of two below the size.
    fn naive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&naive_root(left), &naive_root(right))
            }
        }
    }

    fn frontier_of(leaves: &[Hash]) -> Frontier {
        let mut frontier = Frontier::new();
        for leaf in leaves {
            frontier.push(*leaf);
        }
        frontier
    }

    #[test]
    fn roots_are_those_of_the_reference_test() {
        let vectors = Vectors::read();
        let mut frontier = Frontier::new();
        assert_eq!(frontier.root(), empty_root());
        for (leaf, root) in vectors.leaves().into_iter().zip(vectors.roots()) {
            frontier.push(leaf);
            assert_eq!(frontier.root(), root, "after {} leaves", frontier.size());
        }
        assert_eq!(frontier.size(), 8);
    }

    #[test]
    fn a_leaf_and_a_node_of_the_same_bytes_differ() {
        let (left, right) = ([1; 32], [2; 32]);
        assert_ne!(leaf_hash(&[left, right].concat()), node_hash(&left, &right));
    }

    #[test]
    fn bytes_that_do_not_belong_to_the_size_are_refused() {
        assert_eq!(Frontier::from_bytes(0, &[]), Some(Frontier::new()));
        assert_eq!(Frontier::from_bytes(3, &[0; 32]), None, "a peak is missing");
        assert_eq!(Frontier::from_bytes(2, &[0; 64]), None, "a peak too many");
        assert_eq!(Frontier::from_bytes(1, &[0; 33]), None, "not a multiple of a hash");
        assert_eq!(Frontier::from_bytes(u64::MAX, &[0; 64 * 32]), None, "beyond a bigint");
    }

    proptest! {
        #[test]
        fn the_root_is_the_naive_one(seeds in prop::collection::vec(any::<[u8; 8]>(), 0..300)) {
            let leaves: Vec<Hash> = seeds.iter().map(|seed| leaf_hash(seed)).collect();
            let frontier = frontier_of(&leaves);
            prop_assert_eq!(frontier.size(), leaves.len() as u64);
            prop_assert_eq!(frontier.root(), naive_root(&leaves));
        }

        #[test]
        fn a_stored_frontier_goes_on_where_it_stopped(before in 0usize..200, after in 0usize..50) {
            let leaves: Vec<Hash> = (0..before + after).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let (head, tail) = leaves.split_at(before);
            let stored = frontier_of(head);
            let mut read = Frontier::from_bytes(stored.size(), &stored.to_bytes()).unwrap();
            prop_assert_eq!(&read, &stored);
            for leaf in tail {
                read.push(*leaf);
            }
            prop_assert_eq!(read.root(), naive_root(&leaves));
        }
    }
}
