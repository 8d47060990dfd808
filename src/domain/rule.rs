//! The rules, each once: a function that judges one rule and says why, to the fen, in Chinese and English.
//!
//! A rule adds a refusal or a warning to the [`Case`](super::decide::Case) and nothing else. Limits come from the
//! programme's parameters, never from here. Alerts are rules about time and stand in [`alerts`](super::alerts).

pub mod ban;
pub mod cap;
pub mod eligibility;
pub mod evaluation;
pub mod key;
pub mod ledger;
pub mod sanction;
pub mod selection;
pub mod tranche;
pub mod usage;
