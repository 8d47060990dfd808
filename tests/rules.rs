//! Given, when, then: every rule of the rulebook broken and kept through the pure core, in memory.
//!
//! `rules/` has a file for each family. What the engine judges, the identity of a command (IDEM-01), is tested in
//! `tests/engine.rs`.

#[cfg(test)]
mod rules {
    mod acts;
    mod alerts;
    mod ban;
    mod cap;
    mod eligibility;
    mod evaluation;
    mod every_command;
    mod form;
    mod ledger;
    mod sanction;
    mod selection;
    mod state;
    mod story;
    mod support;
    mod tranche;
    mod usage;
}
