//! domain

pub mod area;
pub mod rulebook;
pub mod uscc;
