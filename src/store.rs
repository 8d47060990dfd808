//! store

pub mod embedded;
