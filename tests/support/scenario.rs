//! A scenario folded in memory: its state and its events, without a database.

#![allow(dead_code, reason = "shared by several test programs, none of which needs all of it")]

use std::collections::HashSet;

use serde_json::Value;
use tranche::domain::Timestamp;
use tranche::domain::act::{Act, OpenProgramme};
use tranche::domain::command::Command;
use tranche::domain::decide::{Decision, decide};
use tranche::domain::event::{Event, Reason, events_of};
use tranche::domain::evolve::evolve;
use tranche::domain::ledger::Ledger;
use tranche::engine::opening;

/// What a scenario leaves.
pub struct Scenario {
    pub state: Ledger,
    pub events: Vec<Event>,
}

/// Jiangxi's rules of 2025 for a sandbox, with some parameters changed.
fn rules(changes: &[(&str, Value)]) -> OpenProgramme {
    let mut open = opening::read_rules(opening::JIANGXI_2025.as_bytes(), true).unwrap();
    for (name, value) in changes {
        open.rules.insert((*name).to_owned(), value.clone());
    }
    open
}

/// Folds what of the commands is accepted; those refused leave no trace.
pub fn fold(lines: &str, changes: &[(&str, Value)]) -> Scenario {
    fold_along(lines, changes, |_| {})
}

/// The same, and shows the scenario so far before each command that is accepted, and at the end.
pub fn fold_along(lines: &str, changes: &[(&str, Value)], mut look: impl FnMut(&Scenario)) -> Scenario {
    let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let mut scenario = Scenario { state: Ledger::default(), events: Vec::new() };
    let first = r#"{"command":"close_period","on":"2026-11-23","by":{"body":"province_finance","person":"系统"},"through":"2025-01-31"}"#;
    let envelope = Command::parse(first.as_bytes()).unwrap();
    scenario.append(&envelope, now, vec![("programme".to_owned(), Act::OpenProgramme(rules(changes)))], &[]);
    let mut seen = HashSet::new();
    for line in lines.lines() {
        let Ok(command) = Command::parse(line.as_bytes()) else { continue };
        if command.id.is_some_and(|id| seen.contains(&id)) {
            continue;
        }
        if let Decision::Accepted { acts, warnings } = decide(&scenario.state, &command, now) {
            seen.extend(command.id);
            look(&scenario);
            scenario.append(&command, now, acts, &warnings);
        }
    }
    look(&scenario);
    scenario
}

impl Scenario {
    fn append(&mut self, command: &Command, now: Timestamp, acts: Vec<(String, Act)>, warnings: &[Reason]) {
        let moment = self.state.moment(command, now);
        let id = command.id.unwrap_or_default();
        for event in events_of(&self.state, command, id, (acts, warnings), moment) {
            evolve(&mut self.state, &event);
            self.events.push(event);
        }
    }
}
