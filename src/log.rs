//! The log: entries as bytes, the Merkle tree over them, its proofs and tiles, and signed checkpoints of it.
//!
//! An entry is the RFC 8785 canonical JSON of an event; its bytes are what is stored, hashed and proven. This layer
//! knows no SQL and does not judge what an event means.

pub mod canonical;
pub mod checkpoint;
pub mod entry;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod proof;
pub mod tile;

#[cfg(test)]
mod vectors;
