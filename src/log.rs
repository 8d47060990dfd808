//! The log: entries as bytes, and the Merkle tree over them.
//!
//! An entry is the RFC 8785 canonical JSON of an event; its bytes are what is stored, hashed and proven. This layer
//! knows no SQL and does not judge what an event means.

pub mod entry;
pub mod merkle;
