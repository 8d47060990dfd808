//! The published vectors (`tests/vectors`), and the definitions of RFC 6962 written out on small trees.

use proptest::prelude::*;

use super::*;
use crate::log::merkle::leaf_hash;
use crate::log::vectors::Vectors;

fn numbered(count: u64) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// `k` of RFC 6962 §2.1.
fn half(leaves: &[Hash]) -> (&[Hash], &[Hash]) {
    leaves.split_at(leaves.len().next_power_of_two() / 2)
}

/// `MTH`.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => node_hash(&mth(half(leaves).0), &mth(half(leaves).1)),
    }
}

/// `PATH`.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return vec![];
    }
    let (left, right) = half(leaves);
    let (mut proof, beside) =
        if index < left.len() { (path(index, left), right) } else { (path(index - left.len(), right), left) };
    proof.push(mth(beside));
    proof
}

/// `SUBPROOF`.
fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if whole { vec![] } else { vec![mth(leaves)] };
    }
    let (left, right) = half(leaves);
    let (mut proof, beside) = if old <= left.len() {
        (subproof(old, left, whole), right)
    } else {
        (subproof(old - left.len(), right, false), left)
    };
    proof.push(mth(beside));
    proof
}

fn made(mut prover: Prover, leaves: &[Hash]) -> Vec<Hash> {
    for leaf in leaves {
        prover.push(*leaf);
    }
    prover.finish().unwrap()
}

/// Its first leaves.
fn tree(leaves: &[Hash], size: u64) -> &[Hash] {
    &leaves[..usize::try_from(size).unwrap()]
}

#[test]
fn inclusion_is_that_of_the_reference_test() {
    let vectors = Vectors::read();
    let leaves = vectors.leaves();
    assert_eq!(vectors.inclusion.len(), 5);
    for published in &vectors.inclusion {
        let (index, size) = (published.index, published.size);
        let (tree, root) = (tree(&leaves, size), vectors.roots()[usize::try_from(size - 1).unwrap()]);
        let proof = made(Prover::of_inclusion(index, size).unwrap(), tree);
        assert_eq!(proof, published.proof(), "{index} in {size}");
        let leaf = leaves[usize::try_from(index).unwrap()];
        assert_eq!(verify_inclusion(&leaf, (index, size), &proof, &root), Ok(()));
    }
}

#[test]
fn consistency_is_that_of_the_reference_test() {
    let vectors = Vectors::read();
    let leaves = vectors.leaves();
    assert_eq!(vectors.consistency.len(), 5);
    for published in &vectors.consistency {
        let (old, new) = (published.old, published.new);
        let root = |size: u64| vectors.roots()[usize::try_from(size - 1).unwrap()];
        let proof = made(Prover::of_consistency(old, new).unwrap(), tree(&leaves, new));
        assert_eq!(proof, published.proof(), "{old} to {new}");
        assert_eq!(verify_consistency((old, &root(old)), (new, &root(new)), &proof), Ok(()));
    }
}

#[test]
fn every_pair_of_small_sizes_is_as_defined() {
    let leaves = numbered(40);
    for size in 1..=leaves.len() {
        let (tree, wide) = (&leaves[..size], size as u64);
        for (index, leaf) in tree.iter().enumerate() {
            let proof = made(Prover::of_inclusion(index as u64, wide).unwrap(), tree);
            assert_eq!(proof, path(index, tree), "{index} in {size}");
            assert_eq!(verify_inclusion(leaf, (index as u64, wide), &proof, &mth(tree)), Ok(()));
        }
        for old in 1..=size {
            let proof = made(Prover::of_consistency(old as u64, wide).unwrap(), tree);
            assert_eq!(proof, subproof(old, tree, true), "{old} to {size}");
            let roots = (mth(&leaves[..old]), mth(tree));
            assert_eq!(verify_consistency((old as u64, &roots.0), (wide, &roots.1), &proof), Ok(()));
        }
    }
}

#[test]
fn what_cannot_be_proven_is_a_typed_error() {
    let [a, b, c] = [[1; 32], [2; 32], [3; 32]];
    assert_eq!(Prover::of_inclusion(3, 3).unwrap_err(), ProofError::Beyond { index: 3, size: 3 });
    assert_eq!(Prover::of_inclusion(0, 0).unwrap_err(), ProofError::Beyond { index: 0, size: 0 });
    assert_eq!(Prover::of_consistency(4, 3).unwrap_err(), ProofError::Shrunk { old: 4, new: 3 });
    assert_eq!(Prover::of_inclusion(0, 2).unwrap().finish(), Err(ProofError::Unfinished { given: 0, size: 2 }));
    assert_eq!(verify_inclusion(&a, (5, 5), &[], &b), Err(ProofError::Beyond { index: 5, size: 5 }));
    assert_eq!(verify_inclusion(&a, (0, 2), &[], &b), Err(ProofError::Length { expected: 1, found: 0 }));
    assert_eq!(verify_inclusion(&a, (0, 2), &[b], &c), Err(ProofError::Root { size: 2 }));
    assert_eq!(verify_consistency((2, &a), (1, &b), &[]), Err(ProofError::Shrunk { old: 2, new: 1 }));
    assert_eq!(verify_consistency((1, &a), (2, &b), &[]), Err(ProofError::Length { expected: 1, found: 0 }));
    assert_eq!(verify_consistency((0, &a), (2, &b), &[]), Err(ProofError::Root { size: 0 }));
    assert_eq!(verify_consistency((0, &empty_root()), (2, &b), &[]), Ok(()));
    assert_eq!(verify_consistency((3, &a), (3, &b), &[]), Err(ProofError::Root { size: 3 }));
    assert_eq!(verify_consistency((2, &a), (3, &b), &[c]), Err(ProofError::Root { size: 3 }));
    assert_eq!(verify_consistency((3, &a), (4, &b), &[a, b, c]), Err(ProofError::Root { size: 3 }));
}

proptest! {
    #[test]
    fn a_proof_holds_and_a_changed_one_does_not(size in 1_u64..400, at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let leaves = numbered(size);
        let index = at.index(leaves.len());
        let mut proof = made(Prover::of_inclusion(index as u64, size).unwrap(), &leaves);
        let root = mth(&leaves);
        prop_assert_eq!(&proof, &path(index, &leaves));
        let holds = |proof: &[Hash], place| verify_inclusion(&leaves[index], (place, size), proof, &root).is_ok();
        prop_assert!(holds(&proof, index as u64));
        prop_assert!(!holds(&proof, (index as u64 + 1) % size) || size == 1);
        if !proof.is_empty() {
            let which = at.index(proof.len());
            proof[which][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!holds(&proof, index as u64));
        }
    }

    #[test]
    fn a_later_tree_begins_with_the_earlier(new in 1_u64..400, at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let leaves = numbered(new);
        let old = at.index(leaves.len()) + 1;
        let mut proof = made(Prover::of_consistency(old as u64, new).unwrap(), &leaves);
        prop_assert_eq!(&proof, &subproof(old, &leaves, true));
        let (before, after) = (mth(&leaves[..old]), mth(&leaves));
        let holds = |proof: &[Hash]| verify_consistency((old as u64, &before), (new, &after), proof).is_ok();
        prop_assert!(holds(&proof));
        if !proof.is_empty() {
            let which = at.index(proof.len());
            proof[which][bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!holds(&proof));
        }
    }

    #[test]
    fn no_input_makes_a_verifier_panic(
        old in prop_oneof![any::<u64>(), 0_u64..9], new in prop_oneof![any::<u64>(), 0_u64..9],
        proof in prop::collection::vec(any::<Hash>(), 0..70),
    ) {
        let (a, b) = ([1; 32], [2; 32]);
        let _any = verify_inclusion(&a, (old, new), &proof, &b);
        let _any = verify_consistency((old, &a), (new, &b), &proof);
    }
}
