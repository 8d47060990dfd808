//! report

pub mod amount;
pub mod style;
pub mod table;
