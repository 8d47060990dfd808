//! The history judged again: each event against the state before it, by the same rules, on the day it was recorded.
//!
//! Where an entry is not what it was, nothing after it can be judged: the state it led to is not known. Positions,
//! versions and times are followed to the end all the same.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

use uuid::Uuid;

use super::decoded::Item;
use super::finding::{Findings, What};
use crate::domain::act::Act;
use crate::domain::command::Command;
use crate::domain::decide::{consequence_of, stream_of, warnings_of};
use crate::domain::event::{Event, Reason, events_of};
use crate::domain::evolve::evolve;
use crate::domain::ledger::{Ledger, shanghai_date};
use crate::domain::parameters::Parameters;
use crate::domain::rulebook::Rule;
use crate::domain::text::Id;
use crate::domain::{Timestamp, ledger::Moment};
use crate::engine::replay::sums::Sums;
use crate::engine::replay::{Differences, columns};

/// What is followed from entry to entry.
#[derive(Default)]
pub(super) struct Judge {
    pub(super) state: Ledger,
    pub(super) sums: Sums,
    /// The events that the last command leads to and that are still to come.
    due: VecDeque<Event>,
    /// The last position judged, and whether that is all that can be.
    pub(super) judged: u64,
    stopped: bool,
    versions: HashMap<String, u64>,
    /// The last entry's time, by its own word, where nothing else is wrong with it.
    last_at: Option<Timestamp>,
    /// Whether entries are gone, so that versions may be.
    gaps: bool,
    /// The last entry's command, where that entry is what it was.
    command: Option<Uuid>,
    /// How many commands there are, by the columns.
    pub(super) commands: u64,
    payments: Payments,
}

/// The payments there were: those that are cancelled are kept in the state, of the others a keyed hash.
#[derive(Default)]
struct Payments {
    cancelled: HashSet<Id>,
    key: RandomState,
    met: Hashes,
}

/// A set of hashes, by 48 bits of each: half of what a table of them takes, which is most of what a verification holds.
#[derive(Default)]
struct Hashes(Vec<Vec<u32>>);

impl Hashes {
    /// Adds a hash; says whether it was not there.
    fn insert(&mut self, hash: u64) -> bool {
        if self.0.is_empty() {
            self.0.resize(1 << 16, Vec::new());
        }
        let [high, low, rest @ ..] = hash.to_be_bytes();
        let [a, b, c, d, ..] = rest;
        let Some(shard) = self.0.get_mut(usize::from(u16::from_be_bytes([high, low]))) else { return true };
        let rest = u32::from_be_bytes([a, b, c, d]);
        let new = !shard.contains(&rest);
        if new {
            shard.push(rest);
        }
        new
    }
}

impl Judge {
    /// A judge who knows which payments are cancelled.
    pub(super) fn knowing(cancelled: HashSet<Id>) -> Self {
        // No command has this id, so the first entry is its command's first.
        let command = Some(Uuid::nil());
        Self { command, payments: Payments { cancelled, ..Payments::default() }, ..Self::default() }
    }

    /// Which of the next entries record a payment whose identifier one before them seems to have had. All are looked up
    /// before any is judged, so that one look-up need not wait for the other.
    pub(super) fn met_again(&mut self, items: &[Item]) -> HashSet<u64> {
        let Payments { key, met, .. } = &mut self.payments;
        let again = |item: &&Item| item.payment().is_some_and(|payment| !met.insert(key.hash_one(payment)));
        items.iter().filter(again).map(|item| item.position).collect()
    }

    /// There is no entry here, or none that can be read.
    pub(super) fn missing(&mut self) {
        self.stopped = true;
        self.gaps = true;
        self.last_at = None;
        self.command = None;
    }

    /// Whether an event is still to come that goes with the last.
    pub(super) fn is_cut_off(&self) -> bool {
        !self.stopped && !self.due.is_empty()
    }

    /// Takes the next entry; `sound` says whether it is the one that its tile tells of.
    pub(super) fn take(&mut self, item: Item, sound: bool, findings: &mut Findings) {
        let (position, since) = (item.position, Some(item.recorded_at));
        let mut note = |what: What| findings.note(what, Some((position, position)), since);
        let plain = sound && item.differences.is_empty();
        item.differences.into_iter().for_each(|difference| note(What::Column(difference)));
        let event = match item.event {
            Ok(event) => event,
            Err(reason) => {
                note(What::Unreadable(reason));
                self.missing();
                return;
            }
        };
        if event.position != position {
            note(What::Moved);
        }
        if !item.canonical {
            note(What::Rewritten);
        }
        // What is not the entry it was says nothing of its stream; those after it may then leave versions out.
        if event.position != position || !plain {
            self.gaps = true;
        } else if let Some((stream, found, due)) = self.follow(&event.stream, event.version) {
            note(What::Version { stream, found, due });
        }
        if self.last_at.is_some_and(|last| event.recorded_at < last) && plain {
            // Which of the two it is cannot be told.
            findings.note(What::TimeBack, Some((position - 1, position)), since);
            self.stopped = true;
        }
        let opens_sandbox = matches!(&event.act, Act::OpenProgramme(act) if act.sandbox);
        self.last_at = (plain && !opens_sandbox).then_some(event.recorded_at);
        self.commands += u64::from(item.command.is_some());
        let as_it_was = event.position == position && item.canonical && plain;
        if as_it_was {
            let mut differences = Differences::default();
            columns::compare_command(item.command, &event, self.command, &mut differences);
            differences
                .0
                .into_iter()
                .for_each(|one| findings.note(What::Column(one), Some((position, position)), since));
        }
        self.command = as_it_was.then_some(event.command_id);
        self.stopped |= !as_it_was;
        if !self.stopped {
            self.judge(event, findings);
        }
    }

    /// Follows the versions of the streams; gives what does not run on.
    fn follow(&mut self, stream: &str, found: u64) -> Option<(String, u64, u64)> {
        let version = match self.versions.get_mut(stream) {
            Some(version) => version,
            None => self.versions.entry(stream.to_owned()).or_default(),
        };
        let due = *version + 1;
        let runs_on = found == due || (self.gaps && found > due);
        *version = if runs_on { found } else { due };
        (!runs_on).then(|| (stream.to_owned(), found, due))
    }

    /// Judges an event whose predecessors are all what they were, and folds it.
    fn judge(&mut self, event: Event, findings: &mut Findings) {
        let (position, since) = (event.position, Some(event.recorded_at));
        // Which event of a command is not what it was cannot be told where they do not go together.
        let from = if self.due.is_empty() { position } else { position - 1 };
        let (event, wrong) = match self.due.pop_front() {
            Some(due) if due != event => {
                let due = format!("{} {}", due.stream, due.act.kind().event());
                let (zh, en) = (format!("应为 {due}"), format!("{due} was due"));
                (event, Some(What::Otherwise { zh, en }))
            }
            Some(_) => (event, None),
            None if position == 1 => {
                let wrong = opening_wrong(&event);
                (event, wrong)
            }
            None => self.decide(event),
        };
        if let Some(what) = wrong {
            self.stopped = true;
            findings.note(what, Some((from, position)), since);
            return;
        }
        evolve(&mut self.state, &event);
        self.sums.step(&self.state, &event);
        if let Act::Pay(act) = &event.act
            && !self.payments.cancelled.contains(&act.payment)
        {
            self.state.payments.remove(&act.payment);
        }
        self.judged = position;
    }

    /// Decides the command that led to an event, and gives the event back with what is wrong with it.
    fn decide(&mut self, event: Event) -> (Event, Option<What>) {
        let command = Command {
            id: Some(event.command_id),
            on: event.on,
            by: event.by,
            approvals: event.approvals,
            note: event.note,
            recorded_at: event.simulated.then_some(event.recorded_at),
            act: event.act,
        };
        let state = &self.state;
        let moment = state.moment(&command, event.recorded_at);
        let mut wrong = None;
        match warnings_of(state, &command, event.recorded_at) {
            Err(reasons) => wrong = Some(What::Unlawful(reasons)),
            Ok(warnings) => {
                let stream = stream_of(state, &command.act);
                let found = (&event.stream, event.version, event.recorded_at, event.simulated, &event.warnings);
                let version = state.programme.streams.get(&stream).copied().unwrap_or(0) + 1;
                let expected = (&stream, version, moment.recorded_at, moment.simulated, &warnings);
                if found != expected {
                    wrong = Some(otherwise(&event.warnings, &warnings, (&event.stream, &stream), moment));
                } else if let Some(consequence) = consequence_of(state, &command.act) {
                    let acts = vec![(stream, command.act.clone()), consequence];
                    let events = events_of(state, &command, event.command_id, (acts, &warnings), moment);
                    self.due = events.into_iter().skip(1).collect();
                }
            }
        }
        let Command { by, approvals, note, act, .. } = command;
        (Event { by, approvals, note, act, ..event }, wrong)
    }
}

/// What an event says otherwise than the rules do.
fn otherwise(found: &[Reason], expected: &[Reason], (stream, due): (&str, &str), moment: Moment) -> What {
    let rules = |reasons: &[Reason]| reasons.iter().map(|reason| reason.rule.id()).collect::<Vec<_>>().join(" ");
    let (zh, en) = if stream != due {
        (format!("流为 {stream},应为 {due}"), format!("stream {stream}, {due} was due"))
    } else if found != expected {
        let (found, due) = (rules(found), rules(expected));
        (format!("提示为 [{found}],应为 [{due}]"), format!("warnings [{found}], [{due}] were due"))
    } else {
        let due = crate::log::entry::moment_text(moment.recorded_at);
        (format!("时间或版本不符,时间应为 {due}"), format!("another time or version; {due} was due"))
    };
    What::Otherwise { zh, en }
}

/// The first event opens the programme, in its stream, on the day it was recorded, by rules that can be read.
fn opening_wrong(event: &Event) -> Option<What> {
    let opening_due = || What::Otherwise {
        zh: "首条应为开设专项(ProgrammeOpened)".to_owned(),
        en: "the first opens the programme (ProgrammeOpened)".to_owned(),
    };
    let Act::OpenProgramme(act) = &event.act else { return Some(opening_due()) };
    if Parameters::read(&act.rules).is_err() {
        let (zh, en) = ("规则不完整".to_owned(), "the rules cannot be read".to_owned());
        return Some(What::Unlawful(vec![Reason::new(Rule::Form01, zh, en)]));
    }
    let as_due = event.stream == "programme"
        && event.version == 1
        && event.on == shanghai_date(event.recorded_at)
        && !event.simulated
        && event.approvals.is_empty()
        && event.warnings.is_empty();
    (!as_due).then(opening_due)
}
