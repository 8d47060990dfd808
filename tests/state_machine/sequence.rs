//! A sequence of steps from the common start, and what must hold at its end, as of any date and after any prefix.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tranche::domain::Date;
use tranche::domain::act::Act;
use tranche::domain::alerts;
use tranche::domain::code::Gate;
use tranche::domain::event::Event;
use tranche::domain::figures::Figures;
use tranche::domain::ledger::{Ledger, Payment, Pilot, Programme};
use tranche::domain::money::Share;
use tranche::domain::text::Id;
use tranche::report::status::View;

use super::auditor;
use super::dice::Dice;
use super::difference::explained;
use super::draw::{Draw, Step, draw, next_day, shifted};
use super::machine::{Machine, Outcome, fold, written};
use super::setup::{FIRST_DAY, start};

/// How often each command was drawn, and how often accepted.
#[derive(Debug, Default)]
pub struct Tally {
    /// By command: drawn and accepted.
    pub by_command: BTreeMap<String, (u64, u64)>,
    /// How often each rule refused.
    pub rules: BTreeMap<String, u64>,
    /// How often sequences ended in a state that is hard to reach.
    pub reached: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// All drawn and all accepted.
    pub fn total(&self) -> (u64, u64) {
        self.by_command.values().fold((0, 0), |sum, each| (sum.0 + each.0, sum.1 + each.1))
    }

    /// Notes what a state has that few have.
    fn reach(&mut self, ledger: &Ledger, today: Date) {
        let mut note = |what, holds: bool| *self.reached.entry(what).or_default() += u64::from(holds);
        for pilot in ledger.pilots.values() {
            let figures = Figures::of_pilot(&ledger.programme, pilot, today);
            note("released beyond the first share", figures.released > figures.first_share_limit);
            note("allocation cut below what was released", figures.allocated < figures.released);
            note("limit with a part of the remainder", figures.payout_ratio.is_some_and(|ratio| ratio > Share::NONE));
            note("strict gate", ledger.programme.parameters.gate == Gate::RemainderAfterYear);
            note(
                "money returned, more outstanding",
                figures.clawback_outstanding.min(figures.clawback_returned).is_positive(),
            );
            note("closed after payments", pilot.closed_on.is_some() && figures.paid.is_positive());
            note("suspended twice", pilot.suspensions.len() > 1);
            note(
                "a project assigned anew",
                (0..pilot.assignments.len()).any(|at| {
                    pilot.assignments[at + 1..].iter().any(|later| later.project == pilot.assignments[at].project)
                }),
            );
            note("appended out of date order", !pilot.releases.is_sorted_by_key(|release| release.on));
        }
        note("amended out of date order", !ledger.programme.amendments.is_sorted_by_key(|amendment| amendment.on));
    }

    fn count(&mut self, name: &str, outcome: &Outcome) {
        let counts = self.by_command.entry(name.to_owned()).or_default();
        counts.0 += 1;
        match outcome {
            Outcome::Accepted => counts.1 += 1,
            Outcome::Refused(rules) => {
                for rule in rules {
                    *self.rules.entry(rule.clone()).or_default() += 1;
                }
            }
            Outcome::Malformed => *self.rules.entry("FORM-01".to_owned()).or_default() += 1,
        }
    }
}

/// A sequence under way; its journal outlives a panic.
pub struct Sequence<'j> {
    /// The machine.
    pub machine: Machine,
    /// The day of the last step.
    pub today: Date,
    main: usize,
    number: usize,
    journal: &'j Mutex<Vec<String>>,
}

impl<'j> Sequence<'j> {
    /// A sequence from the common start, mostly about one pilot.
    pub fn new(main: usize, journal: &'j Mutex<Vec<String>>) -> Self {
        journal.lock().unwrap().clear();
        Self { machine: start(), today: FIRST_DAY.parse().unwrap(), main, number: 0, journal }
    }

    /// Draws the command of the next step.
    pub fn draw(&mut self, (action, seed): Step) -> Map<String, Value> {
        self.number += 1;
        self.today = next_day(self.today, seed);
        let (ledger, today, number) = (&self.machine.ledger, self.today, self.number);
        draw(Draw { ledger, dice: Dice(seed), today, number, main: self.main }, action)
    }

    /// Sends a command, noting it in the journal.
    pub fn send(&mut self, object: &Map<String, Value>) -> Result<Outcome, String> {
        self.journal.lock().unwrap().push(Value::Object(object.clone()).to_string());
        let outcome = self.machine.submit(object)?;
        if let Some(line) = self.journal.lock().unwrap().last_mut() {
            *line = format!("{outcome:?}: {line}");
        }
        Ok(outcome)
    }

    /// Takes all steps, then holds the result to every property.
    pub fn run(mut self, steps: &[Step], tally: &mut Tally) -> Result<(), String> {
        for step in steps {
            let object = self.draw(*step);
            let outcome = self.send(&object)?;
            tally.count(object["command"].as_str().unwrap(), &outcome);
        }
        tally.reach(&self.machine.ledger, self.today);
        let mut dice = Dice(steps.iter().fold(0, |mixed, (_, seed)| mixed ^ seed));
        self.finish(&mut dice)
    }

    /// What must hold of any state.
    pub fn finish(&self, dice: &mut Dice) -> Result<(), String> {
        let Machine { ledger, events, log, .. } = &self.machine;
        let dates = [self.today, self.past(dice), events[dice.below(events.len() - 1) + 1].on];
        audit(ledger, log, &dates)?;
        self.as_known_before(dice)?;
        for date in [self.past(dice), dates[2]] {
            as_of(ledger, events, date)?;
        }
        snapshot(ledger)?;
        for date in ["0001-01-01".parse().unwrap(), "9999-12-31".parse().unwrap(), self.today] {
            // Neither may panic, whatever the date.
            let _ = (alerts::of_programme(ledger, date), Figures::of_programme(ledger, date));
        }
        Ok(())
    }

    /// A day between the first recognition and today.
    fn past(&self, dice: &mut Dice) -> Date {
        let first: Date = "2025-10-18".parse().unwrap();
        shifted(first, dice.between(0, (self.today - first).num_days()))
    }

    /// After a prefix of the log the figures are what was known then; the rest leads to the same state again.
    fn as_known_before(&self, dice: &mut Dice) -> Result<(), String> {
        let Machine { ledger, events, log, .. } = &self.machine;
        let base = start();
        let least = base.events.len();
        let known = least + dice.below(events.len() - least + 1);
        let mut then = base.ledger;
        fold(&mut then, &events[least..known]);
        audit(&then, &log[..known], &[self.past(dice), self.today])?;
        // Every figure is worked out after every event: of some sequences that is enough.
        if dice.chance(5) {
            let (one, other) = (self.past(dice), self.past(dice));
            difference(ledger, &then, [one.min(other), one.max(other)], (events, dice))?;
        }
        fold(&mut then, &events[known..]);
        if then == *ledger { Ok(()) } else { Err(format!("folding again from event {least} gives another state")) }
    }
}

/// The auditor agrees on every figure of every pilot and on their sums.
fn audit(ledger: &Ledger, log: &[Value], dates: &[Date]) -> Result<(), String> {
    for date in dates {
        let day = written(*date);
        for (id, pilot) in &ledger.pilots {
            let found = serde_json::to_value(Figures::of_pilot(&ledger.programme, pilot, *date)).unwrap();
            let expected = auditor::figures(log, id.as_str(), &day);
            if found != expected {
                return Err(format!(
                    "{id} as of {date}, known at {}:\n  figures {found}\n  auditor {expected}",
                    log.len()
                ));
            }
        }
    }
    Ok(())
}

/// What differs between two times, two dates and both is made by events, to the fen.
fn difference(
    ledger: &Ledger,
    then: &Ledger,
    [early, late]: [Date; 2],
    (events, dice): (&[Event], &mut Dice),
) -> Result<(), String> {
    let ids: Vec<&Id> = ledger.pilots.keys().collect();
    let Some(id) = dice.pick(&ids) else { return Ok(()) };
    let view = |state, as_of| View { ledger: "test", state, as_of, known_at: None };
    for (before, after) in [
        (view(then, late), view(ledger, late)),
        (view(ledger, early), view(ledger, late)),
        (view(then, early), view(ledger, late)),
    ] {
        explained(before, after, id, events)?;
    }
    Ok(())
}

/// Reading the whole state as of a date is reading a state of what is dated no later.
fn as_of(ledger: &Ledger, events: &[Event], date: Date) -> Result<(), String> {
    let mut part = Ledger::default();
    // Names and levels are frozen at recognition by the register of that moment, so the register is whole.
    let counts = |event: &&Event| event.on <= date || matches!(event.act, Act::OpenProgramme(_) | Act::RegisterArea(_));
    fold(&mut part, events.iter().filter(counts));
    let recognised: BTreeMap<&Id, &Pilot> =
        ledger.pilots.iter().filter(|(_, pilot)| pilot.recognised_on <= date).collect();
    if !recognised.keys().copied().eq(part.pilots.keys()) {
        return Err(format!("as of {date}: {:?} against {:?}", recognised.keys(), part.pilots.keys()));
    }
    for (id, pilot) in recognised {
        let other = &part.pilots[id];
        let of_whole = Figures::of_pilot(&ledger.programme, pilot, date);
        let of_part = Figures::of_pilot(&part.programme, other, date);
        if of_whole != of_part {
            return Err(format!("{id} as of {date}:\n  of all {of_whole:?}\n  of part {of_part:?}"));
        }
        let standing = [pilot.standing_on(date), pilot.state_on(date)];
        if standing != [other.standing_on(date), other.state_on(date)] {
            return Err(format!("{id} stands otherwise as of {date}: {standing:?}"));
        }
    }
    let (of_whole, of_part) = (Figures::of_programme(ledger, date), Figures::of_programme(&part, date));
    if of_whole == of_part { Ok(()) } else { Err(format!("programme as of {date}: {of_whole:?} against {of_part:?}")) }
}

/// What a snapshot keeps is read back as it was.
fn snapshot(ledger: &Ledger) -> Result<(), String> {
    fn again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(part: &T) -> Result<(), String> {
        let bytes = postcard::to_stdvec(part).map_err(|error| format!("{error}: {part:?}"))?;
        let read: T = postcard::from_bytes(&bytes).map_err(|error| format!("{error}: {part:?}"))?;
        if read == *part { Ok(()) } else { Err(format!("a snapshot of {part:?} is read back as {read:?}")) }
    }
    again::<Programme>(&ledger.programme)?;
    ledger.pilots.values().try_for_each(again::<Pilot>)?;
    ledger.payments.values().try_for_each(again::<Payment>)
}
