//! What an event does to its pilot's sums: each change with its sign, and what it is known by.
//!
//! Kept between events: the sums that a later one changes or cancels, and nothing else of the state. This is an
//! arithmetic of its own beside the fold, so that the two can be held against each other.
//!
//! Of payments, which are many, only those are kept that the caller says are reversed later.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::Date;
use crate::domain::act::Act;
use crate::domain::code::ReturnSource;
use crate::domain::event::Event;
use crate::domain::money::Money;
use crate::domain::text::{Id, ProjectCode};

/// The changes of a pilot's sums by one event, in yuan; nought where it leaves a sum alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The pilot.
    pub pilot: Id,
    /// Of the allocation, from the event's business date on.
    pub allocated: Money,
    /// Of what is promised to projects, from the event's business date on.
    pub assigned: Money,
    /// What earlier events said of later dates, taken back: the event appended last has the last word.
    pub undone: Vec<Undone>,
    /// Of what was released.
    pub released: Money,
    /// Of what was paid.
    pub paid: Money,
    /// Of what was ordered back.
    pub ordered: Money,
    /// Of what came back.
    pub returned: Money,
    /// That part of it which was never spent, and so left the balance.
    pub returned_unspent: Money,
    /// The identifier of the release, payment, clawback or receipt.
    pub id: Option<String>,
    /// The project.
    pub project: Option<String>,
    /// The number of the document.
    pub document: Option<String>,
    /// The number of the voucher.
    pub voucher: Option<String>,
    /// Whom it concerns: the owner of a project, the payee of a payment.
    pub party: Option<String>,
}

/// A change dated later than the event, which it takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The later date.
    pub on: Date,
    /// Of the allocation.
    pub allocated: Money,
    /// Of what is promised to projects.
    pub assigned: Money,
}

impl Movement {
    /// One that changes nothing.
    #[must_use]
    pub fn of(pilot: &Id) -> Self {
        let none = Money::ZERO;
        Self {
            pilot: pilot.clone(),
            allocated: none,
            assigned: none,
            undone: Vec::new(),
            released: none,
            paid: none,
            ordered: none,
            returned: none,
            returned_unspent: none,
            id: None,
            project: None,
            document: None,
            voucher: None,
            party: None,
        }
    }

    /// By how much the balance changes: released, less paid, less unspent money that came back.
    #[must_use]
    pub fn balance(&self) -> Money {
        self.released - self.paid - self.returned_unspent
    }

    /// By how much the allocation and what is promised to projects change, whatever the date.
    #[must_use]
    pub fn budget(&self) -> (Money, Money) {
        let undone = self.undone.iter();
        undone.fold((self.allocated, self.assigned), |(allocated, assigned), undone| {
            (allocated + undone.allocated, assigned + undone.assigned)
        })
    }
}

/// A sum that is set anew from time to time, by the dates on which it changes.
#[derive(Default)]
struct Steps(BTreeMap<Date, Money>);

impl Steps {
    /// Sets the sum from a date on, for good: gives by how much it changes there, and what changed later and no longer does.
    fn set(&mut self, on: Date, sum: Money) -> (Money, Vec<(Date, Money)>) {
        let mut later = self.0.split_off(&on);
        let same_day = later.remove(&on).unwrap_or_default();
        let before: Money = self.0.values().copied().sum();
        self.0.insert(on, sum - before);
        (sum - before - same_day, later.into_iter().map(|(on, change)| (on, -change)).collect())
    }
}

/// The sums that later events change or cancel.
#[derive(Default)]
pub struct Movements {
    reversed: HashSet<Id>,
    allocated: HashMap<Id, Steps>,
    assigned: HashMap<(Id, ProjectCode), Steps>,
    released: HashMap<Id, Money>,
    paid: HashMap<Id, (Money, ProjectCode)>,
}

impl Movements {
    /// None as yet, where these payments are reversed at some time.
    #[must_use]
    pub fn new(reversed: HashSet<Id>) -> Self {
        Self { reversed, ..Self::default() }
    }

    /// What the next event does; none where it moves nothing.
    pub fn of(&mut self, event: &Event) -> Option<Movement> {
        Some(match &event.act {
            Act::Allocate(act) => {
                let movement = self.allocate(event.on, &act.pilot, act.amount);
                Movement { document: Some(act.document.to_string()), ..movement }
            }
            Act::AdjustAllocation(act) => {
                let movement = self.allocate(event.on, &act.pilot, act.new_amount);
                Movement { document: Some(act.document.to_string()), ..movement }
            }
            Act::AssignProject(act) => Movement {
                document: Some(act.document.to_string()),
                party: Some(act.owner.name.to_string()),
                ..self.assign(event.on, (&act.pilot, &act.project), act.amount)
            },
            Act::ChangeAssignment(act) => Movement {
                document: Some(act.document.to_string()),
                ..self.assign(event.on, (&act.pilot, &act.project), act.new_amount.0)
            },
            _ => return self.of_cash(event),
        })
    }

    /// What an event on the cash side does.
    fn of_cash(&mut self, event: &Event) -> Option<Movement> {
        Some(match &event.act {
            Act::Release(act) => {
                self.released.insert(act.release.clone(), act.amount);
                let (id, document) = (Some(act.release.to_string()), Some(act.document.to_string()));
                Movement { released: act.amount, id, document, ..Movement::of(&act.pilot) }
            }
            Act::ReverseRelease(act) => {
                let released = -self.released.remove(&act.release)?;
                Movement { released, id: Some(act.release.to_string()), ..Movement::of(&act.pilot) }
            }
            Act::Pay(act) => {
                if self.reversed.contains(&act.payment) {
                    self.paid.insert(act.payment.clone(), (act.amount, act.project.clone()));
                }
                Movement {
                    paid: act.amount,
                    id: Some(act.payment.to_string()),
                    project: Some(act.project.to_string()),
                    voucher: Some(act.voucher.to_string()),
                    party: Some(act.payee.name.to_string()),
                    ..Movement::of(&act.pilot)
                }
            }
            Act::ReversePayment(act) => {
                let (amount, project) = self.paid.remove(&act.payment)?;
                let (id, project) = (Some(act.payment.to_string()), Some(project.to_string()));
                Movement { paid: -amount, id, project, ..Movement::of(&act.pilot) }
            }
            Act::OrderClawback(act) => {
                let (id, document) = (Some(act.clawback.to_string()), Some(act.document.to_string()));
                Movement { ordered: act.amount, id, document, ..Movement::of(&act.pilot) }
            }
            Act::ReceiveClawback(act) => {
                let unspent = act.source == ReturnSource::Unspent;
                Movement {
                    returned: act.amount,
                    returned_unspent: if unspent { act.amount } else { Money::ZERO },
                    id: Some(act.receipt.to_string()),
                    voucher: Some(act.voucher.to_string()),
                    ..Movement::of(&act.pilot)
                }
            }
            _ => return None,
        })
    }

    fn allocate(&mut self, on: Date, pilot: &Id, amount: Money) -> Movement {
        let (allocated, later) = self.allocated.entry(pilot.clone()).or_default().set(on, amount);
        let undo = |(on, allocated)| Undone { on, allocated, assigned: Money::ZERO };
        Movement { allocated, undone: later.into_iter().map(undo).collect(), ..Movement::of(pilot) }
    }

    fn assign(&mut self, on: Date, (pilot, project): (&Id, &ProjectCode), amount: Money) -> Movement {
        let steps = self.assigned.entry((pilot.clone(), project.clone())).or_default();
        let (assigned, later) = steps.set(on, amount);
        let undo = |(on, assigned)| Undone { on, allocated: Money::ZERO, assigned };
        let undone = later.into_iter().map(undo).collect();
        Movement { assigned, undone, project: Some(project.to_string()), ..Movement::of(pilot) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_last_holds_from_its_date_on() {
        let day = |day: u32| Date::from_ymd_opt(2026, 5, day).unwrap();
        let fen = Money::from_fen;
        let mut steps = Steps::default();
        assert_eq!(steps.set(day(1), fen(7)), (fen(7), vec![]));
        assert_eq!(steps.set(day(10), fen(8)), (fen(1), vec![]));
        assert_eq!(steps.set(day(5), fen(9)), (fen(2), vec![(day(10), fen(-1))]), "dated back");
        assert_eq!(steps.set(day(5), fen(6)), (fen(-3), vec![]), "the same day");
    }
}
