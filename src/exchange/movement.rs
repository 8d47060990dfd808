//! What an event does to its pilot's sums: each change with its sign, and what it is known by.
//!
//! Kept between events: the sums that a later one changes or cancels, and nothing else of the state. This is an
//! arithmetic of its own beside the fold, so that the two can be held against each other.

use std::collections::HashMap;

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
    /// Of the allocation.
    pub allocated: Money,
    /// Of what is promised to projects.
    pub assigned: Money,
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

impl Movement {
    fn of(pilot: &Id) -> Self {
        let none = Money::ZERO;
        Self {
            pilot: pilot.clone(),
            allocated: none,
            assigned: none,
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
}

/// The sums that later events change or cancel.
#[derive(Default)]
pub struct Movements {
    allocated: HashMap<Id, Money>,
    assigned: HashMap<(Id, ProjectCode), Money>,
    released: HashMap<Id, Money>,
    paid: HashMap<Id, (Money, ProjectCode)>,
}

impl Movements {
    /// What the next event does; none where it moves nothing.
    pub fn of(&mut self, event: &Event) -> Option<Movement> {
        Some(match &event.act {
            Act::Allocate(act) => {
                let allocated = self.allocate(&act.pilot, act.amount);
                Movement { allocated, document: Some(act.document.to_string()), ..Movement::of(&act.pilot) }
            }
            Act::AdjustAllocation(act) => {
                let allocated = self.allocate(&act.pilot, act.new_amount);
                Movement { allocated, document: Some(act.document.to_string()), ..Movement::of(&act.pilot) }
            }
            Act::AssignProject(act) => Movement {
                assigned: self.assign(&act.pilot, &act.project, act.amount),
                project: Some(act.project.to_string()),
                document: Some(act.document.to_string()),
                party: Some(act.owner.name.to_string()),
                ..Movement::of(&act.pilot)
            },
            Act::ChangeAssignment(act) => Movement {
                assigned: self.assign(&act.pilot, &act.project, act.new_amount.0),
                project: Some(act.project.to_string()),
                document: Some(act.document.to_string()),
                ..Movement::of(&act.pilot)
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
                self.paid.insert(act.payment.clone(), (act.amount, act.project.clone()));
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

    fn allocate(&mut self, pilot: &Id, amount: Money) -> Money {
        amount - self.allocated.insert(pilot.clone(), amount).unwrap_or_default()
    }

    fn assign(&mut self, pilot: &Id, project: &ProjectCode, amount: Money) -> Money {
        amount - self.assigned.insert((pilot.clone(), project.clone()), amount).unwrap_or_default()
    }
}
