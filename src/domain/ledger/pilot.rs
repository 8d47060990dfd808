//! The state of one pilot, every part of it with its business date.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ByDay, year_of};
use crate::domain::Date;
use crate::domain::act::{Owner, PlannedProject, Target};
use crate::domain::code::{CapKind, EvaluationKind, FindingKind, Grade, Purpose, ReturnSource};
use crate::domain::money::{Money, Share};
use crate::domain::text::{BudgetYear, Id, ProjectCode, Score, Text, Year};

/// A pilot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pilot {
    /// The application it was.
    pub application: Id,
    /// Its name: the lead's, and «等» where it is joint.
    pub name: String,
    /// Its cohort.
    pub cohort: Year,
    /// The members' codes.
    pub members: Vec<Id>,
    /// The lead's city, frozen at recognition.
    pub city: String,
    /// Which cap binds it, frozen at recognition.
    pub cap_kind: CapKind,
    /// When it was recognised.
    pub recognised_on: Date,
    /// Its plan.
    pub plan: Option<Plan>,
    /// Its allocation and each change of it, in the order of the log.
    pub allocations: Vec<Allocation>,
    /// Its releases.
    pub releases: Vec<Tranche>,
    /// Its projects, in the order they were assigned; a code stands again where it was withdrawn and assigned anew.
    pub assignments: Vec<Assignment>,
    /// The balance after everything recorded.
    pub balance: Money,
    /// What each day did to the balance.
    pub balance_by_day: ByDay<Money>,
    /// What was paid on each day.
    pub payments_by_day: ByDay<DayOfPayments>,
    /// Its self-evaluations.
    pub self_evaluations: Vec<SelfEvaluation>,
    /// The province's evaluations.
    pub evaluations: Vec<Evaluation>,
    /// The payout decisions, in the order of the log.
    pub payouts: Vec<Payout>,
    /// The rectifications ordered.
    pub rectifications: Vec<Rectification>,
    /// The suspensions.
    pub suspensions: Vec<Suspension>,
    /// Its revocation.
    pub revoked: Option<Sanction>,
    /// The clawbacks.
    pub clawbacks: Vec<Clawback>,
    /// The findings on it.
    pub findings: Vec<Finding>,
    /// When it was closed.
    pub closed_on: Option<Date>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// When it was approved.
    pub approved_on: Date,
    /// By which document.
    pub document: Text,
    /// The first day of the term.
    pub term_start: Date,
    /// The last day of the term.
    pub term_end: Date,
    /// The projects that stand in it now.
    pub projects: BTreeMap<ProjectCode, PlannedProject>,
    /// The targets in force.
    pub targets: Vec<Target>,
    /// Its changes.
    pub changes: Vec<PlanChange>,
}

/// A change of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanChange {
    /// When it was made.
    pub on: Date,
    /// By which document.
    pub document: Text,
    /// When it was filed.
    pub filed_on: Option<Date>,
}

/// An allocation, or a change of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// When it was made.
    pub on: Date,
    /// The sum from then on.
    pub amount: Money,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tranche {
    /// Its identifier.
    pub id: Id,
    /// When it was released.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// The budget document.
    pub document: Text,
    /// The budget year of the money.
    pub budget_year: BudgetYear,
    /// The evaluation it names.
    pub evaluation: Option<Id>,
    /// When its receipt was confirmed.
    pub confirmed_on: Option<Date>,
    /// When it was reversed.
    pub reversed_on: Option<Date>,
}

/// A project that is promised money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Its code.
    pub project: ProjectCode,
    /// Its name.
    pub name: Text,
    /// Who carries it out.
    pub owner: Owner,
    /// Its direction of support.
    pub direction: Text,
    /// What it is for.
    pub purpose: Purpose,
    /// When it was assigned.
    pub on: Date,
    /// What it is promised from which date on, in the order of the log.
    pub amounts: Vec<Allocation>,
    /// When it was filed.
    pub filed_on: Option<Date>,
    /// What was paid for it on each day, net of reversals.
    pub paid_by_day: ByDay<Money>,
    /// What was paid for it in all.
    pub paid: Money,
}

impl Assignment {
    /// What it is promised now.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amounts.last().map_or(Money::ZERO, |latest| latest.amount)
    }

    /// Whether it still stands.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.amount().is_positive()
    }

    /// What it is promised as of a date.
    #[must_use]
    pub fn amount_on(&self, date: Date) -> Money {
        latest_on(&self.amounts, date)
    }

    /// What was paid for it up to a date.
    #[must_use]
    pub fn paid_on(&self, date: Date) -> Money {
        self.paid_by_day.range(..=date).map(|(_, sum)| *sum).sum()
    }
}

/// The payments of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayOfPayments {
    /// What they come to, less what was reversed on this day of payments of any day.
    pub net: Money,
    /// How many there were.
    pub count: u32,
    /// When those of them that were reversed were.
    pub reversed_on: Vec<Date>,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its pilot.
    pub pilot: Id,
    /// Which of the pilot's assignments it is for.
    pub assignment: usize,
    /// When it was paid.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// When it was reversed.
    pub reversed_on: Option<Date>,
}

/// A self-evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfEvaluation {
    /// Its identifier.
    pub id: Id,
    /// Annual or overall.
    pub kind: EvaluationKind,
    /// The year.
    pub year: Year,
    /// When it was submitted.
    pub on: Date,
    /// Its score.
    pub score: Score,
}

/// The province's evaluation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Its identifier.
    pub id: Id,
    /// Annual or overall.
    pub kind: EvaluationKind,
    /// The year.
    pub year: Year,
    /// When it was recorded.
    pub on: Date,
    /// Its score.
    pub score: Score,
    /// Its grade.
    pub grade: Grade,
    /// The self-evaluation it rests on.
    pub self_evaluation: Id,
}

/// A payout decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// When it was made.
    pub on: Date,
    /// The evaluation it rests on.
    pub evaluation: Id,
    /// The cumulative share of the remainder.
    pub ratio: Share,
}

/// A sanction without a sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sanction {
    /// When it was imposed.
    pub on: Date,
    /// What it rests on.
    pub basis: Id,
}

/// A rectification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rectification {
    /// When it was ordered.
    pub on: Date,
    /// What it rests on.
    pub basis: Id,
    /// When it is due.
    pub due: Date,
    /// When it ended: accepted, replaced by a new order, or overtaken by revocation.
    pub ended_on: Option<Date>,
}

/// A suspension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// When it began.
    pub on: Date,
    /// What it rests on.
    pub basis: Id,
    /// When it ended: lifted, or overtaken by revocation.
    pub resumed_on: Option<Date>,
}

/// A clawback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clawback {
    /// Its identifier.
    pub id: Id,
    /// When it was ordered.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// What it rests on.
    pub basis: Id,
    /// When it is due.
    pub due: Date,
    /// What came back.
    pub receipts: Vec<Receipt>,
}

impl Clawback {
    /// What came back of it.
    #[must_use]
    pub fn returned(&self) -> Money {
        self.receipts.iter().map(|receipt| receipt.amount).sum()
    }

    /// What is still to come.
    #[must_use]
    pub fn outstanding(&self) -> Money {
        self.amount - self.returned()
    }

    /// What came back of it up to a date.
    #[must_use]
    pub fn returned_on(&self, date: Date) -> Money {
        self.receipts.iter().filter(|receipt| receipt.on <= date).map(|receipt| receipt.amount).sum()
    }
}

/// Money that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// When.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// Where it came from.
    pub source: ReturnSource,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its identifier.
    pub id: Id,
    /// When it was recorded.
    pub on: Date,
    /// What it is of.
    pub kind: FindingKind,
    /// What was found.
    pub description: Text,
    /// By which document.
    pub document: Text,
}

/// The latest of dated sums, by the order of the log, that is in force on a date; zero before the first.
fn latest_on(amounts: &[Allocation], date: Date) -> Money {
    amounts.iter().rev().find(|step| step.on <= date).map_or(Money::ZERO, |step| step.amount)
}

impl Pilot {
    /// The allocation in force: `A`.
    #[must_use]
    pub fn allocation(&self) -> Option<Money> {
        self.allocations.last().map(|latest| latest.amount)
    }

    /// The allocation as of a date.
    #[must_use]
    pub fn allocation_on(&self, date: Date) -> Money {
        latest_on(&self.allocations, date)
    }

    /// The releases that stand.
    pub fn standing_releases(&self) -> impl Iterator<Item = &Tranche> {
        self.releases.iter().filter(|release| release.reversed_on.is_none())
    }

    /// What was released, net of reversals: `R`.
    #[must_use]
    pub fn released(&self) -> Money {
        self.standing_releases().map(|release| release.amount).sum()
    }

    /// What was released in the year of recognition: `Ry`.
    #[must_use]
    pub fn released_in_recognition_year(&self) -> Money {
        let year = self.recognition_year();
        self.standing_releases().filter(|release| year_of(release.on) == year).map(|release| release.amount).sum()
    }

    /// The calendar year of recognition.
    #[must_use]
    pub fn recognition_year(&self) -> Year {
        year_of(self.recognised_on)
    }

    /// What is promised to projects.
    #[must_use]
    pub fn assigned(&self) -> Money {
        self.assignments.iter().map(Assignment::amount).sum()
    }

    /// The share of the remainder that the latest payout decision unlocks: `U`.
    #[must_use]
    pub fn payout_ratio(&self) -> Share {
        self.payouts.last().map_or(Share::NONE, |payout| payout.ratio)
    }

    /// The latest assignment of a project code.
    #[must_use]
    pub fn assignment(&self, project: &ProjectCode) -> Option<&Assignment> {
        self.assignment_index(project).and_then(|index| self.assignments.get(index))
    }

    /// Where the latest assignment of a project code stands.
    #[must_use]
    pub fn assignment_index(&self, project: &ProjectCode) -> Option<usize> {
        self.assignments.iter().rposition(|assignment| assignment.project == *project)
    }

    /// A release by its identifier.
    #[must_use]
    pub fn release(&self, id: &Id) -> Option<&Tranche> {
        self.releases.iter().find(|release| release.id == *id)
    }

    /// A province's evaluation by its identifier.
    #[must_use]
    pub fn evaluation(&self, id: &Id) -> Option<&Evaluation> {
        self.evaluations.iter().find(|evaluation| evaluation.id == *id)
    }

    /// A self-evaluation by its identifier.
    #[must_use]
    pub fn self_evaluation(&self, id: &Id) -> Option<&SelfEvaluation> {
        self.self_evaluations.iter().find(|evaluation| evaluation.id == *id)
    }

    /// A clawback by its identifier.
    #[must_use]
    pub fn clawback(&self, id: &Id) -> Option<&Clawback> {
        self.clawbacks.iter().find(|clawback| clawback.id == *id)
    }

    /// What was ordered back.
    #[must_use]
    pub fn clawback_ordered(&self) -> Money {
        self.clawbacks.iter().map(|clawback| clawback.amount).sum()
    }

    /// What came back.
    #[must_use]
    pub fn clawback_returned(&self) -> Money {
        self.clawbacks.iter().map(Clawback::returned).sum()
    }

    /// The suspension in force.
    #[must_use]
    pub fn suspension(&self) -> Option<&Suspension> {
        self.suspensions.last().filter(|suspension| suspension.resumed_on.is_none())
    }

    /// The rectification to be accepted.
    #[must_use]
    pub fn open_rectification(&self) -> Option<&Rectification> {
        self.rectifications.last().filter(|order| order.ended_on.is_none())
    }

    /// A finding by its identifier.
    #[must_use]
    pub fn finding(&self, id: &Id) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == *id)
    }

    /// The first finding of fraud.
    #[must_use]
    pub fn fraud(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.kind == FindingKind::Fraud)
    }

    /// The balance at the end of a date.
    #[must_use]
    pub fn balance_on(&self, date: Date) -> Money {
        self.balance_by_day.range(..=date).map(|(_, sum)| *sum).sum()
    }

    /// The lowest balance at the end of `from` or any later day, and the first such day.
    #[must_use]
    pub fn lowest_balance_from(&self, from: Date) -> (Date, Money) {
        let mut balance = self.balance;
        let mut lowest = None;
        let mut first = None;
        for (day, sum) in self.balance_by_day.back_to(from) {
            if lowest.is_none_or(|(_, least)| balance <= least) {
                lowest = Some((*day, balance));
            }
            balance -= *sum;
            first = Some(*day);
        }
        // `balance` is now that of the day before `from`, which also holds on `from` where nothing moved then.
        match lowest {
            Some((day, least)) if first == Some(from) || least <= balance => (day, least),
            _ => (from, balance),
        }
    }
}
