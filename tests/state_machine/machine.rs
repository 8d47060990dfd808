//! A ledger in memory that is sent commands as JSON, and what must hold of each of them.
//!
//! It appends what the pure core accepts, writes the log an auditor reads, and keeps the books. It has no
//! idempotency: that is the log's, not the core's.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};
use tranche::domain::act::Act;
use tranche::domain::command::Command;
use tranche::domain::decide::{Decision, decide};
use tranche::domain::event::{Event, Reason, events_of};
use tranche::domain::evolve::evolve;
use tranche::domain::ledger::Ledger;
use tranche::domain::{Date, Timestamp};

use super::books::Books;

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is of wrong form.
    Malformed,
    /// It breaks these rules.
    Refused(Vec<String>),
    /// It was appended.
    Accepted,
}

/// A ledger, its log and its books.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// The state.
    pub ledger: Ledger,
    /// The events, as the core has them.
    pub events: Vec<Event>,
    /// The events, as an auditor reads them.
    pub log: Vec<Value>,
    books: Books,
}

/// The real time; a sandbox whose times are simulated never looks at it.
pub fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

/// A date as the log writes it.
pub fn written(date: Date) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// Folds events into a state.
pub fn fold<'a>(ledger: &mut Ledger, events: impl IntoIterator<Item = &'a Event>) {
    for event in events {
        evolve(ledger, event);
    }
}

/// What is written of an act is read back as it was.
fn round_trip(act: &Act) -> Result<String, String> {
    let written = serde_json::to_string(act).map_err(|error| error.to_string())?;
    let read = act.kind().decode(written.as_str()).map_err(|error| format!("{written} is not read back: {error}"))?;
    if read == *act { Ok(written) } else { Err(format!("{written} is read back as {read:?}")) }
}

/// Reasons are there, each rule once, in the rulebook's order.
fn in_order(reasons: &[Reason]) -> Result<(), String> {
    let ordered = reasons.is_sorted_by(|one, next| one.rule < next.rule);
    if ordered { Ok(()) } else { Err(format!("reasons out of order: {reasons:?}")) }
}

impl Machine {
    /// Judges a command and changes nothing.
    pub fn judge(&self, command: &Command) -> Result<Decision, String> {
        round_trip(&command.act)?;
        let decision = decide(&self.ledger, command, now());
        match &decision {
            Decision::Refused(reasons) if reasons.is_empty() => return Err("refused for no reason".to_owned()),
            Decision::Refused(reasons) => in_order(reasons)?,
            Decision::Accepted { acts, warnings } => {
                in_order(warnings)?;
                if acts.first().map(|(_, act)| act) != Some(&command.act) {
                    return Err(format!("the first event is not the command's act: {acts:?}"));
                }
            }
        }
        Ok(decision)
    }

    /// Sends a command; an error is a property that does not hold.
    pub fn submit(&mut self, object: &Map<String, Value>) -> Result<Outcome, String> {
        let Ok(command) = Command::read(object) else {
            return Ok(Outcome::Malformed);
        };
        match self.judge(&command)? {
            Decision::Refused(reasons) => {
                Ok(Outcome::Refused(reasons.iter().map(|reason| reason.rule.to_string()).collect()))
            }
            Decision::Accepted { acts, warnings } => {
                let first = self.log.len();
                self.append(&command, acts, &warnings)?;
                self.data_are_the_fields(first, object, &command)?;
                Ok(Outcome::Accepted)
            }
        }
    }

    /// A command's own fields are its event's data.
    fn data_are_the_fields(&self, at: usize, object: &Map<String, Value>, command: &Command) -> Result<(), String> {
        let fields = command.act.kind().fields();
        let own: Map<String, Value> = object
            .iter()
            .filter(|(key, _)| fields.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let data = &self.log[at]["data"];
        if data.as_object() == Some(&own) { Ok(()) } else { Err(format!("{own:?} became {data}")) }
    }

    /// Appends acts, then checks books and counts.
    pub fn append(&mut self, command: &Command, acts: Vec<(String, Act)>, warnings: &[Reason]) -> Result<(), String> {
        let moment = self.ledger.moment(command, now());
        let id = command.id.unwrap_or_default();
        for event in events_of(&self.ledger, command, id, (acts, warnings), moment) {
            let data: Value = serde_json::from_str(&round_trip(&event.act)?).map_err(|error| error.to_string())?;
            evolve(&mut self.ledger, &event);
            self.log.push(json!({
                "position": event.position,
                "stream": event.stream,
                "version": event.version,
                "type": event.act.kind().event(),
                "on": written(event.on),
                "today": written(moment.today),
                "recorded_at": event.recorded_at.to_rfc3339_opts(SecondsFormat::Micros, true),
                "simulated": event.simulated,
                "data": data,
            }));
            self.events.push(event);
            self.books.post(&self.log)?;
        }
        let programme = &self.ledger.programme;
        if self.books.counts() == (&programme.streams, programme.position) {
            Ok(())
        } else {
            Err(format!("the ledger's streams are {:?}", programme.streams))
        }
    }
}
