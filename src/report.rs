//! What is told: an input struct to text, JSON and other bytes.
//!
//! Refused here: queries, and deciding anything.

pub mod amount;
pub mod lang;
pub mod outcome;
pub mod parameters;
pub mod remaining;
pub mod rules;
pub mod schema;
pub mod style;
pub mod table;
