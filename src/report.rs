//! report

pub mod amount;
pub mod lang;
pub mod outcome;
pub mod remaining;
pub mod style;
pub mod table;
