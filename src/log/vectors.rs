//! The published vectors of the tree, as tests read them; `tests/vectors/README.md` says where they come from.

use serde::Deserialize;

use super::merkle::{Hash, leaf_hash};

/// Bytes written in hexadecimal.
pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn hashes(texts: &[String]) -> Vec<Hash> {
    texts.iter().map(|text| unhex(text).try_into().unwrap()).collect()
}

/// A proof that a leaf, its index from 0, is in a tree of a size.
#[derive(Deserialize)]
pub struct Inclusion {
    pub index: u64,
    pub size: u64,
    proof: Vec<String>,
}

/// A proof that one tree is the beginning of another.
#[derive(Deserialize)]
pub struct Consistency {
    pub old: u64,
    pub new: u64,
    proof: Vec<String>,
}

impl Inclusion {
    pub fn proof(&self) -> Vec<Hash> {
        hashes(&self.proof)
    }
}

impl Consistency {
    pub fn proof(&self) -> Vec<Hash> {
        hashes(&self.proof)
    }
}

/// The reference test of Certificate Transparency.
#[derive(Deserialize)]
pub struct Vectors {
    leaves: Vec<String>,
    roots: Vec<String>,
    pub inclusion: Vec<Inclusion>,
    pub consistency: Vec<Consistency>,
}

impl Vectors {
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../../tests/vectors/merkle.json")).unwrap()
    }

    /// The hash of each leaf.
    pub fn leaves(&self) -> Vec<Hash> {
        self.leaves.iter().map(|leaf| leaf_hash(&unhex(leaf))).collect()
    }

    /// The root over the first 1, 2, … of them.
    pub fn roots(&self) -> Vec<Hash> {
        hashes(&self.roots)
    }
}
