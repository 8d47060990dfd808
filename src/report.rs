//! Reports: an input struct to bytes, for people and for programs.
//!
//! Refused here: queries, and deciding anything. What a report shows is read off the state and the events it is given.

pub mod amount;
pub mod citation;
pub mod difference;
pub mod explain;
pub mod history;
pub mod lang;
pub mod outcome;
pub mod parameters;
pub mod policy;
pub mod proof;
pub mod question;
pub mod remaining;
pub mod rules;
pub mod schema;
pub mod status;
pub mod style;
pub mod table;
pub mod verify;
