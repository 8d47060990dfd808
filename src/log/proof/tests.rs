//! The published vectors of Certificate Transparency, and the definitions of RFC 6962 written out on small trees.

use proptest::prelude::*;

use super::*;
use crate::log::merkle::leaf_hash;

/// The leaves of the reference test of Certificate Transparency.
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// Index from 0, size, path: those of the reference test, whose indexes are from 1.
const INCLUSION: [(u64, u64, &[&str]); 5] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

/// The earlier size, the later, the proof.
const CONSISTENCY: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn hashes(texts: &[&str]) -> Vec<Hash> {
    texts.iter().map(|text| unhex(text).try_into().unwrap()).collect()
}

fn published() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| leaf_hash(&unhex(leaf))).collect()
}

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

#[test]
fn inclusion_is_that_of_the_reference_test() {
    let leaves = published();
    for (index, size, path) in INCLUSION {
        let tree = &leaves[..usize::try_from(size).unwrap()];
        let proof = made(Prover::of_inclusion(index, size).unwrap(), tree);
        assert_eq!(proof, hashes(path), "{index} in {size}");
        let leaf = leaves[usize::try_from(index).unwrap()];
        assert_eq!(verify_inclusion(&leaf, (index, size), &proof, &mth(tree)), Ok(()));
    }
}

#[test]
fn consistency_is_that_of_the_reference_test() {
    let leaves = published();
    for (old, new, path) in CONSISTENCY {
        let (before, after) = (&leaves[..usize::try_from(old).unwrap()], &leaves[..usize::try_from(new).unwrap()]);
        let proof = made(Prover::of_consistency(old, new).unwrap(), after);
        assert_eq!(proof, hashes(path), "{old} to {new}");
        assert_eq!(verify_consistency((old, &mth(before)), (new, &mth(after)), &proof), Ok(()));
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
