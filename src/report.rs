//! Reports: an input struct to bytes, for people and for programs.
//!
//! Refused here: queries, and deciding anything. What a report shows is read off the state and the events it is given.

pub mod amount;
pub mod citation;
pub mod comparison;
pub mod csv;
pub mod difference;
mod drawing;
pub mod explain;
pub mod form;
pub mod history;
pub mod html;
pub mod json;
pub mod kind;
pub mod lang;
pub mod outcome;
pub mod paper;
pub mod parameters;
pub mod pdf;
pub mod policy;
pub mod proof;
pub mod question;
pub mod remaining;
pub mod rules;
pub mod schema;
pub mod status;
pub mod style;
pub mod svg;
pub mod table;
pub mod verify;
pub mod xlsx;
