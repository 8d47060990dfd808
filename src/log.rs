//! The log as bytes and proofs: entries, their Merkle tree, tiles and checkpoints.
//!
//! It refuses SQL, and any knowledge of what an entry means.

pub mod merkle;
