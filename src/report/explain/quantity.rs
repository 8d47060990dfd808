//! What events move: each quantity is added up event by event, in the order of the log.
//!
//! Every quantity is a whole number — sums in fen, shares in ten-thousandths, the rest counted — and every event moves it
//! by a whole number, so that what the events did adds up to what there is, whatever the quantity.

use std::collections::{BTreeMap, HashMap};

use super::Value;
use crate::domain::Date;
use crate::domain::act::Act;
use crate::domain::code::{CapKind, Gate, ReturnSource};
use crate::domain::event::Event;
use crate::domain::ledger::{Pilot, year_of};
use crate::domain::money::{Money, Share};
use crate::domain::parameters::Parameters;
use crate::domain::rule::cap::cap_of;
use crate::domain::text::{Id, ProjectCode, Year};

/// Something that events move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Quantity {
    Cap,
    Allocated,
    /// The parameter of the programme, in ten-thousandths.
    FirstShare,
    /// Whether the programme's remainder is what the recognition year did not release.
    Gate,
    Released,
    ReleasedInYear,
    /// The share of the remainder unlocked, in ten-thousandths.
    Ratio,
    Assigned,
    Paid,
    ReturnedUnspent,
    Ordered,
    Returned,
    /// Suspensions in force; like revocation and closing they move no sum but close the gate.
    Suspended,
    Revoked,
    Closed,
}

impl Quantity {
    /// Its name in JSON (that of the figure it is, where it is one), its sign in formulas, its name in Chinese.
    pub(super) const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Cap => ("cap", "cap", "定额上限"),
            Self::Allocated => ("allocated", "A", "核定定额"),
            Self::FirstShare => ("first_share", "s", "首期比例"),
            Self::Gate => ("gate", "—", "剩余资金的口径"),
            Self::Released => ("released", "R", "已下达"),
            Self::ReleasedInYear => ("released_in_recognition_year", "Ry", "其中认定当年"),
            Self::Ratio => ("payout_ratio", "U", "剩余资金拨付比例"),
            Self::Assigned => ("assigned", "G", "已确定到项目"),
            Self::Paid => ("paid", "P", "已支付"),
            Self::ReturnedUnspent => ("returned_unspent", "C", "收回的未使用资金"),
            Self::Ordered => ("clawback_ordered", "O", "应收回"),
            Self::Returned => ("clawback_returned", "B", "已收回"),
            Self::Suspended | Self::Revoked | Self::Closed => ("standing", "—", "试点资格"),
        }
    }

    /// How an event's share in it is shown, given what the quantity comes to with it: sums by how much they move, shares
    /// by what they are from then on, the rest without a number.
    pub(super) fn shown(self, moved: i128, after: i128) -> Option<Value> {
        match self {
            // The opening states the caps; which of them binds is settled by recognition.
            Self::Cap if moved == 0 => None,
            Self::Gate | Self::Suspended | Self::Revoked | Self::Closed => None,
            Self::FirstShare | Self::Ratio => Some(Value::Share(share_of(after))),
            _ => Some(Value::Sum(Money::from_fen(moved))),
        }
    }
}

/// A share in ten-thousandths, which no event takes beyond the whole.
fn share_of(ten_thousandths: i128) -> Share {
    u32::try_from(ten_thousandths).ok().and_then(Share::from_ten_thousandths).unwrap_or_default()
}

/// What the quantities come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::report) struct Sums(BTreeMap<Quantity, i128>);

impl Sums {
    /// What a quantity has come to.
    pub(in crate::report) fn of(&self, quantity: Quantity) -> i128 {
        self.0.get(&quantity).copied().unwrap_or_default()
    }

    pub(super) fn sum(&self, quantity: Quantity) -> Money {
        Money::from_fen(self.of(quantity))
    }

    pub(super) fn share(&self, quantity: Quantity) -> Share {
        share_of(self.of(quantity))
    }

    /// Moves a quantity.
    pub(in crate::report) fn add(&mut self, quantity: Quantity, moved: i128) {
        *self.0.entry(quantity).or_default() += moved;
    }
}

/// The quantities as of a date, and what later events need of earlier ones.
pub(in crate::report) struct Moves {
    date: Date,
    year: Year,
    cap_kind: CapKind,
    parameters: Parameters,
    recognised: bool,
    pub(in crate::report) sums: Sums,
    releases: HashMap<Id, (Money, bool)>,
    payments: HashMap<Id, Money>,
    assignments: Vec<(ProjectCode, Money)>,
    orders: HashMap<Id, bool>,
}

/// By how much an event moves which quantities.
pub(in crate::report) type Moved = Vec<(Quantity, i128)>;

impl Moves {
    pub(in crate::report) fn new(pilot: &Pilot, date: Date) -> Self {
        Self {
            date,
            year: pilot.recognition_year(),
            cap_kind: pilot.cap_kind,
            parameters: Parameters::default(),
            recognised: false,
            sums: Sums::default(),
            releases: HashMap::new(),
            payments: HashMap::new(),
            assignments: Vec::new(),
            orders: HashMap::new(),
        }
    }

    /// What an event moves, and by how much; nothing where it is dated later. Events come in the order of the log.
    pub(in crate::report) fn of(&mut self, event: &Event) -> Moved {
        // The opening states the rules for all dates, also those before it; and a pilot is asked about as one.
        let counts = event.on <= self.date || matches!(event.act, Act::OpenProgramme(_) | Act::Recognise(_));
        let moved = self.moved(event, counts);
        if !counts {
            return Vec::new();
        }
        for (quantity, by) in &moved {
            self.sums.add(*quantity, *by);
        }
        moved
    }

    fn moved(&mut self, event: &Event, counts: bool) -> Moved {
        use Quantity as Q;
        match &event.act {
            Act::OpenProgramme(act) => {
                self.parameters = Parameters::read(&act.rules).unwrap_or_default();
                let mut moved = vec![(Q::Cap, 0)];
                moved.extend(self.parameters_moved());
                moved
            }
            Act::AmendProgramme(act) if counts => {
                let changes: Vec<_> =
                    act.changes.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
                self.parameters.amend(&changes);
                self.parameters_moved()
            }
            // Recognition freezes which of the caps binds.
            Act::Recognise(_) => {
                self.recognised = true;
                self.parameters_moved()
            }
            Act::Suspend(_) => vec![(Q::Suspended, 1)],
            Act::Resume(_) => vec![(Q::Suspended, -self.sums.of(Q::Suspended).min(1))],
            // What was suspended no longer is: revocation is the last standing a pilot has.
            Act::Revoke(_) => vec![(Q::Revoked, 1), (Q::Suspended, -self.sums.of(Q::Suspended))],
            Act::ClosePilot(_) => vec![(Q::Closed, 1)],
            Act::DecidePayout(act) => {
                vec![(Q::Ratio, i128::from(act.ratio.share().ten_thousandths()) - self.sums.of(Q::Ratio))]
            }
            _ => self.money_moved(event, counts).into_iter().map(|(quantity, sum)| (quantity, sum.fen())).collect(),
        }
    }

    /// By how much the parameters that figures rest on differ from what was counted.
    fn parameters_moved(&self) -> Moved {
        use Quantity as Q;
        let parameters = &self.parameters;
        let cap = if self.recognised { cap_of(&parameters.cap, self.cap_kind).fen() } else { 0 };
        let gate = i128::from(parameters.gate == Gate::RemainderAfterYear);
        let share = i128::from(parameters.first_share.ten_thousandths());
        let moved = [(Q::Cap, cap), (Q::FirstShare, share), (Q::Gate, gate)];
        let moved = moved.into_iter().map(|(quantity, value)| (quantity, value - self.sums.of(quantity)));
        moved.filter(|(_, by)| *by != 0).collect()
    }

    fn money_moved(&mut self, event: &Event, counts: bool) -> Vec<(Quantity, Money)> {
        use Quantity as Q;
        match &event.act {
            Act::Allocate(act) => vec![(Q::Allocated, act.amount - self.sums.sum(Q::Allocated))],
            Act::AdjustAllocation(act) => vec![(Q::Allocated, act.new_amount - self.sums.sum(Q::Allocated))],
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
