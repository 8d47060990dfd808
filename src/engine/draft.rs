//! A batch being drafted: the events and fund moves of the commands decided so far, and their outcomes.

use uuid::Uuid;

use super::{EngineError, Job, Outcome, Placed, fund};
use crate::domain::Timestamp;
use crate::domain::act::Act;
use crate::domain::decide::{form_of_time, stream_of};
use crate::domain::event::{Event, Reason, events_of};
use crate::domain::ledger::Ledger;
use crate::domain::rulebook::Rule;
use crate::log::entry::{self, ENTRY_BYTES_MAX, EntryError};
use crate::log::merkle::{Frontier, Hash};
use crate::store::{Batch, Funds};

/// A command that was decided, whose outcome is told once all it was decided on is committed.
pub(super) struct Pending {
    pub(super) job: Job,
    pub(super) outcome: Outcome,
}

impl Pending {
    /// Tells the outcome. Whoever asked may have gone; the log has what was done all the same.
    pub(super) fn answer(self) {
        let _gone = self.job.answer.send(Ok(self.outcome));
    }

    /// Tells that the database itself refused it.
    pub(super) fn refuse_by_wall(self, constraint: &str, pilot: &str) {
        let outcome = Outcome::Refused(vec![second_wall(constraint, pilot)]);
        Self { outcome, ..self }.answer();
    }
}

/// What the next append will send.
pub(super) struct Draft {
    expected_position: u64,
    expected_root: Hash,
    entries: Vec<Vec<u8>>,
    commands: Vec<Uuid>,
    funds: Funds,
    /// Whether there is anything but payments, which the database adds up itself.
    mixed: bool,
    pub(super) pending: Vec<Pending>,
    pub(super) bytes: usize,
    /// Whether all its commands and payments were looked up before they were decided.
    pub(super) looked_up: bool,
}

impl Draft {
    /// A draft on top of a head.
    pub(super) fn new(expected_position: u64, expected_root: Hash) -> Self {
        Self {
            expected_position,
            expected_root,
            entries: Vec::new(),
            commands: Vec::new(),
            funds: Funds::default(),
            mixed: false,
            pending: Vec::new(),
            bytes: 0,
            looked_up: false,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an event, `after` being the state with it folded in.
    pub(super) fn add(&mut self, after: &Ledger, event: &Event, entry: Vec<u8>) {
        if let Some(act) = fund::act_of(after, event) {
            self.funds.add(act);
        }
        self.bytes += entry.len();
        self.mixed |= !matches!(event.act, Act::Pay(_) | Act::ReversePayment(_));
        self.entries.push(entry);
        if self.commands.last() != Some(&event.command_id) {
            self.commands.push(event.command_id);
        }
    }

    /// The position it goes on from, and its entries.
    pub(super) fn entries(&self) -> (i64, &[Vec<u8>]) {
        (signed(self.expected_position), &self.entries)
    }

    /// The batch to send, `tree` being the ledger's with it, and the outcomes that wait for it.
    pub(super) fn into_batch(self, ledger: i64, tree: &Frontier) -> (Batch, Vec<Pending>) {
        let batch = Batch {
            ledger,
            expected_position: signed(self.expected_position),
            expected_root: self.expected_root,
            root: tree.root(),
            peaks: tree.to_bytes(),
            entries: self.entries,
            commands: self.commands,
            funds: if self.mixed { self.funds } else { Funds::default() },
        };
        (batch, self.pending)
    }
}

/// A position as PostgreSQL counts.
pub(super) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

/// The hash of a command's content.
pub(super) fn request_of(job: &Job) -> Result<Hash, EngineError> {
    entry::request_hash(&job.command).map_err(|source| EngineError::Entry { position: 0, source })
}

pub(super) fn unwritable(event: &Event, source: EntryError) -> EngineError {
    EngineError::Entry { position: signed(event.position), source }
}

/// The outcome of a command whose identifier was used before: repeated, or with other content IDEM-01.
pub(super) fn repeated(job: &Job, earlier: &Hash, events: Vec<Placed>) -> Outcome {
    if request_of(job).is_ok_and(|request| request == *earlier) {
        return Outcome::Repeated { events };
    }
    let at = events.first().and_then(|placed| placed.position).unwrap_or_default();
    Outcome::Refused(vec![Reason::new(
        Rule::Idem01,
        format!("命令号 {} 已用于另一内容的命令(位置 {at}),请换用新的命令号", job.id),
        format!("the command id {} was used at position {at} with other content; take a new one", job.id),
    )])
}

/// FORM-01: the entry would be longer than an entry may be.
pub(super) fn too_long(bytes: usize) -> Reason {
    Reason::new(
        Rule::Form01,
        format!("该命令的记录为 {bytes} 字节,超过上限 {ENTRY_BYTES_MAX} 字节,请精简内容"),
        format!("the command's entry would be {bytes} bytes, more than {ENTRY_BYTES_MAX}; shorten it"),
    )
}

/// A refusal; where the command's time or its entry's length is wrong as well, that alone is told (FORM-01 comes first
/// and alone).
pub(super) fn refused(state: &Ledger, name: &str, (job, now): (&Job, Timestamp), reasons: Vec<Reason>) -> Outcome {
    let command = &job.command;
    let form = form_of_time(state, command, now);
    if !form.is_empty() {
        return Outcome::Refused(form);
    }
    let acts = vec![(stream_of(state, &command.act), command.act.clone())];
    let bytes = events_of(state, command, job.id, (acts, &[]), state.moment(command, now))
        .first()
        .and_then(|event| entry::write(name, event).ok())
        .map_or(0, |entry| entry.len());
    Outcome::Refused(if bytes > ENTRY_BYTES_MAX { vec![too_long(bytes)] } else { reasons })
}

/// The rule whose constraint in the database fired.
pub(super) fn second_wall(constraint: &str, pilot: &str) -> Reason {
    let rule = constraint.split(' ').next().and_then(Rule::from_id).unwrap_or(Rule::State01);
    Reason::new(
        rule,
        format!("数据库约束 {constraint} 拒绝了试点 {pilot} 的该笔记录;请报告此问题"),
        format!("the database's constraint {constraint} refused this for the pilot {pilot}; please report it"),
    )
}
