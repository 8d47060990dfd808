//! What events move: each quantity is added up event by event, in the order of the log.

use std::collections::{BTreeMap, HashMap};

use super::Value;
use crate::domain::Date;
use crate::domain::act::Act;
use crate::domain::code::{CapKind, ReturnSource};
use crate::domain::event::Event;
use crate::domain::ledger::{Pilot, year_of};
use crate::domain::money::{Money, Share};
use crate::domain::parameters::Parameters;
use crate::domain::rule::cap::cap_of;
use crate::domain::text::{Id, ProjectCode, Year};

/// Something that events move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Quantity {
    Cap,
    Allocated,
    Released,
    ReleasedInYear,
    Ratio,
    Assigned,
    Paid,
    ReturnedUnspent,
    Ordered,
    Returned,
    /// Suspension, revocation and closing, which move no sum but close the gate.
    Standing,
}

impl Quantity {
    /// Its name: that of the figure it is, where it is one.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Cap => "cap",
            Self::Allocated => "allocated",
            Self::Released => "released",
            Self::ReleasedInYear => "released_in_recognition_year",
            Self::Ratio => "payout_ratio",
            Self::Assigned => "assigned",
            Self::Paid => "paid",
            Self::ReturnedUnspent => "returned_unspent",
            Self::Ordered => "clawback_ordered",
            Self::Returned => "clawback_returned",
            Self::Standing => "standing",
        }
    }
}

/// The quantities, and what later events need of earlier ones.
pub(super) struct Moves {
    pub(super) date: Date,
    year: Year,
    cap_kind: CapKind,
    parameters: Parameters,
    sums: BTreeMap<Quantity, Money>,
    pub(super) ratio: Share,
    releases: HashMap<Id, (Money, bool)>,
    payments: HashMap<Id, Money>,
    assignments: Vec<(ProjectCode, Money)>,
    orders: HashMap<Id, bool>,
}

impl Moves {
    pub(super) fn new(pilot: &Pilot, date: Date) -> Self {
        Self {
            date,
            year: pilot.recognition_year(),
            cap_kind: pilot.cap_kind,
            parameters: Parameters::default(),
            sums: BTreeMap::new(),
            ratio: Share::NONE,
            releases: HashMap::new(),
            payments: HashMap::new(),
            assignments: Vec::new(),
            orders: HashMap::new(),
        }
    }

    /// What a quantity has come to.
    pub(super) fn sum(&self, quantity: Quantity) -> Money {
        self.sums.get(&quantity).copied().unwrap_or_default()
    }

    /// What an event moves, and by how much; nothing where it is dated later.
    pub(super) fn of(&mut self, event: &Event) -> Vec<(Quantity, Option<Value>)> {
        use Quantity as Q;
        // The opening states the rules for all dates, also those before it.
        let counts = event.on <= self.date || matches!(event.act, Act::OpenProgramme(_));
        let moved = self.moved(event, counts);
        if !counts {
            return Vec::new();
        }
        for (quantity, sum) in &moved {
            *self.sums.entry(*quantity).or_default() += *sum;
        }
        let mut out: Vec<_> = moved.into_iter().map(|(quantity, sum)| (quantity, Some(Value::Sum(sum)))).collect();
        match &event.act {
            Act::DecidePayout(act) => {
                self.ratio = act.ratio.share();
                out.push((Q::Ratio, Some(Value::Share(self.ratio))));
            }
            Act::Suspend(_) | Act::Resume(_) | Act::Revoke(_) | Act::ClosePilot(_) => out.push((Q::Standing, None)),
            // Recognition moves no sum; it freezes which of the caps binds.
            Act::Recognise(_) => out.push((Q::Cap, None)),
            _ => {}
        }
        out
    }

    fn moved(&mut self, event: &Event, counts: bool) -> Vec<(Quantity, Money)> {
        use Quantity as Q;
        match &event.act {
            Act::OpenProgramme(act) => {
                self.parameters = Parameters::read(&act.rules).unwrap_or_default();
                self.cap_moved()
            }
            Act::AmendProgramme(act) if counts => {
                let changes: Vec<_> =
                    act.changes.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
                self.parameters.amend(&changes);
                self.cap_moved()
            }
            Act::Allocate(act) => vec![(Q::Allocated, act.amount - self.sum(Q::Allocated))],
            Act::AdjustAllocation(act) => vec![(Q::Allocated, act.new_amount - self.sum(Q::Allocated))],
            Act::Release(act) => {
                let in_year = year_of(event.on) == self.year;
                self.releases.insert(act.release.clone(), (act.amount, in_year));
                released(act.amount, in_year)
            }
            Act::ReverseRelease(act) => {
                self.releases.get(&act.release).map_or_else(Vec::new, |(amount, in_year)| released(-*amount, *in_year))
            }
            Act::AssignProject(act) => {
                self.assignments.push((act.project.clone(), if counts { act.amount } else { Money::ZERO }));
                vec![(Q::Assigned, act.amount)]
            }
            Act::ChangeAssignment(act) => self.assignment_changed(&act.project, act.new_amount.0, counts),
            Act::Pay(act) => {
                self.payments.insert(act.payment.clone(), act.amount);
                vec![(Q::Paid, act.amount)]
            }
            Act::ReversePayment(act) => {
                self.payments.get(&act.payment).map_or_else(Vec::new, |amount| vec![(Q::Paid, -*amount)])
            }
            Act::OrderClawback(act) => {
                self.orders.insert(act.clawback.clone(), counts);
                vec![(Q::Ordered, act.amount)]
            }
            Act::ReceiveClawback(act) => {
                let ordered = self.orders.get(&act.clawback).is_some_and(|counts| *counts);
                let returned = ordered.then_some((Q::Returned, act.amount));
                let unspent = (act.source == ReturnSource::Unspent).then_some((Q::ReturnedUnspent, act.amount));
                returned.into_iter().chain(unspent).collect()
            }
            _ => Vec::new(),
        }
    }

    fn cap_moved(&self) -> Vec<(Quantity, Money)> {
        let moved = cap_of(&self.parameters.cap, self.cap_kind) - self.sum(Quantity::Cap);
        if moved == Money::ZERO { Vec::new() } else { vec![(Quantity::Cap, moved)] }
    }

    /// A change is of the latest assignment of the code; it moves the sum by what it differs from what counted.
    fn assignment_changed(&mut self, project: &ProjectCode, amount: Money, counts: bool) -> Vec<(Quantity, Money)> {
        let Some((_, counted)) = self.assignments.iter_mut().rfind(|(known, _)| known == project).filter(|_| counts)
        else {
            return Vec::new();
        };
        let moved = amount - *counted;
        *counted = amount;
        vec![(Quantity::Assigned, moved)]
    }
}

fn released(amount: Money, in_year: bool) -> Vec<(Quantity, Money)> {
    let in_year = in_year.then_some((Quantity::ReleasedInYear, amount));
    std::iter::once((Quantity::Released, amount)).chain(in_year).collect()
}
