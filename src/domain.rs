//! The pure core: the vocabulary, the commands and events, the rules, the state, `decide` and `evolve`.
//!
//! It knows no I/O, no clock, no randomness, no floating point and no `async`; everything it needs is an
//! argument. One command goes through it so:
//!
//! 1. [`command::Command::read`] turns a JSON object into a typed command, or lists every fault of form (FORM-01);
//! 2. [`decide::decide`] judges it against the [`ledger::Ledger`] and gives events, or every rule it breaks;
//! 3. [`evolve::evolve`] folds each event into the ledger;
//! 4. [`figures`] and [`alerts`] read sums and reminders off the ledger as of a date.
//!
//! To add a command: write its form in `act/`, list it in [`act::Act`], judge it in `decide/`, fold it in
//! `evolve/`. To add a rule: state it in [`rulebook`], write it once under `rule/`, call it from the commands
//! it binds, and give it a test that breaks it and one that keeps it.

pub mod act;
pub mod alerts;
pub mod area;
pub mod code;
pub mod command;
pub mod decide;
pub mod event;
pub mod evolve;
pub mod figures;
pub mod form;
pub mod json;
pub mod ledger;
pub mod money;
pub mod note;
pub mod parameters;
pub mod rule;
pub mod rulebook;
pub mod text;
pub mod uscc;

/// A calendar date without a zone: the business date of an act.
pub type Date = chrono::NaiveDate;

/// A moment, in UTC: when the ledger appended an entry.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
