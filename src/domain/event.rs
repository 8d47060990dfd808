//! An event: an act that was accepted, where it stands in the log, when, by whom, with which warnings.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::act::Act;
use super::command::{Command, Party};
use super::ledger::{Ledger, Moment};
use super::rulebook::Rule;
use super::text::Note;
use super::{Date, Timestamp};

/// A rule broken or strained, with its inputs and arithmetic in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule.
    pub rule: Rule,
    /// The clause of the notice it rests on.
    pub clause: String,
    /// What it says of this case, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Reason {
    /// A reason by this rule.
    #[must_use]
    pub fn new(rule: Rule, zh: String, en: String) -> Self {
        Self { rule, clause: rule.entry().clause.to_owned(), zh, en }
    }
}

/// An event of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the ledger, from 1 without gaps.
    pub position: u64,
    /// The stream it belongs to: `programme`, `application-…` or `pilot-…`.
    pub stream: String,
    /// Its place in the stream, from 1 without gaps.
    pub version: u64,
    /// The business date.
    pub on: Date,
    /// When the ledger appended it.
    pub recorded_at: Timestamp,
    /// Whether that time was simulated, as a sandbox allows.
    pub simulated: bool,
    /// The command that led to it.
    pub command_id: Uuid,
    /// Who recorded it.
    pub by: Party,
    /// Who approved it.
    pub approvals: Vec<Party>,
    /// A note.
    pub note: Option<Note>,
    /// The warnings it was accepted with.
    pub warnings: Vec<Reason>,
    /// What was done.
    pub act: Act,
}

/// The events of an accepted command: one after the other, each next in its stream.
#[must_use]
pub fn events_of(
    ledger: &Ledger,
    command: &Command,
    command_id: Uuid,
    (acts, warnings): (Vec<(String, Act)>, &[Reason]),
    moment: Moment,
) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::with_capacity(acts.len());
    for (offset, (stream, act)) in (1..).zip(acts) {
        let earlier = events.iter().filter(|event| event.stream == stream).count() as u64;
        let version = ledger.programme.streams.get(&stream).copied().unwrap_or(0) + earlier + 1;
        events.push(Event {
            position: ledger.programme.position + offset,
            stream,
            version,
            on: command.on,
            recorded_at: moment.recorded_at,
            simulated: moment.simulated,
            command_id,
            by: command.by.clone(),
            approvals: command.approvals.clone(),
            note: command.note.clone(),
            // The warnings are the command's: they stand in its first event.
            warnings: if offset == 1 { warnings.to_vec() } else { Vec::new() },
            act,
        });
    }
    events
}
