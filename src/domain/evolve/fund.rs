//! Folding acts that move money or promise it.

use super::{take, with_pilot};
use crate::domain::Date;
use crate::domain::act::{
    AssignProject, ChangeAssignment, ConfirmReceipt, FileProject, Pay, Release, ReversePayment, ReverseRelease,
};
use crate::domain::ledger::{Allocation, Assignment, ByDay, IdKind, Ledger, Payment, Pilot, Tranche};
use crate::domain::money::Money;
use crate::domain::text::{Id, ProjectCode};

pub(super) fn allocate(ledger: &mut Ledger, on: Date, pilot: &Id, amount: Money) {
    with_pilot(ledger, pilot, |pilot| pilot.allocations.push(Allocation { on, amount }));
}

/// Moves the balance on a day; a sum taken out is negative.
pub(super) fn move_balance(pilot: &mut Pilot, on: Date, sum: Money) {
    pilot.balance_by_day.change(on, |of_day| *of_day += sum);
    pilot.balance += sum;
}

pub(super) fn release(ledger: &mut Ledger, on: Date, act: &Release) {
    take(ledger, IdKind::Release, &act.release, Some(&act.pilot));
    with_pilot(ledger, &act.pilot, |pilot| {
        pilot.releases.push(Tranche {
            id: act.release.clone(),
            on,
            amount: act.amount,
            document: act.document.clone(),
            budget_year: act.budget_year,
            evaluation: act.evaluation.clone(),
            confirmed_on: None,
            reversed_on: None,
        });
        move_balance(pilot, on, act.amount);
    });
}

/// Changes a release of a pilot, where the state has it.
fn with_release(ledger: &mut Ledger, pilot: &Id, release: &Id, change: impl FnOnce(&mut Tranche)) -> Option<Money> {
    let tranche = ledger.pilots.get_mut(pilot)?.releases.iter_mut().find(|known| known.id == *release)?;
    change(tranche);
    Some(tranche.amount)
}

pub(super) fn confirm_receipt(ledger: &mut Ledger, on: Date, act: &ConfirmReceipt) {
    with_release(ledger, &act.pilot, &act.release, |release| release.confirmed_on = Some(on));
}

pub(super) fn reverse_release(ledger: &mut Ledger, on: Date, act: &ReverseRelease) {
    let amount = with_release(ledger, &act.pilot, &act.release, |release| release.reversed_on = Some(on));
    if let Some(amount) = amount {
        with_pilot(ledger, &act.pilot, |pilot| move_balance(pilot, on, -amount));
    }
}

pub(super) fn assign_project(ledger: &mut Ledger, on: Date, act: &AssignProject) {
    let programme = &mut ledger.programme;
    programme.projects.insert(act.project.clone(), act.pilot.clone());
    programme.owners.entry((act.owner.uscc, act.name.clone())).or_default().insert(act.project.clone());
    with_pilot(ledger, &act.pilot, |pilot| {
        pilot.assignments.push(Assignment {
            project: act.project.clone(),
            name: act.name.clone(),
            owner: act.owner.clone(),
            direction: act.direction.clone(),
            purpose: act.purpose,
            on,
            amounts: vec![Allocation { on, amount: act.amount }],
            filed_on: None,
            paid_by_day: ByDay::default(),
            paid: Money::ZERO,
        });
    });
}

/// The latest assignment of a project of a pilot, where the state has it.
fn assignment_mut<'a>(ledger: &'a mut Ledger, pilot: &Id, project: &ProjectCode) -> Option<&'a mut Assignment> {
    ledger.pilots.get_mut(pilot)?.assignments.iter_mut().rfind(|known| known.project == *project)
}

pub(super) fn change_assignment(ledger: &mut Ledger, on: Date, act: &ChangeAssignment) {
    let amount = act.new_amount.0;
    if let Some(assignment) = assignment_mut(ledger, &act.pilot, &act.project) {
        assignment.amounts.push(Allocation { on, amount });
    }
    if amount.is_positive() {
        return;
    }
    // A code is promised money once in a ledger, so whose it is need not be known: the pilot may not be at hand.
    ledger.programme.projects.remove(&act.project);
    for codes in ledger.programme.owners.values_mut() {
        codes.remove(&act.project);
    }
}

pub(super) fn file_project(ledger: &mut Ledger, on: Date, act: &FileProject) {
    if let Some(assignment) = assignment_mut(ledger, &act.pilot, &act.project) {
        assignment.filed_on = Some(on);
    }
}

pub(super) fn pay(ledger: &mut Ledger, on: Date, act: &Pay) {
    let Some(pilot) = ledger.pilots.get_mut(&act.pilot) else {
        return;
    };
    let Some(index) = pilot.assignment_index(&act.project) else {
        return;
    };
    book_payment(pilot, index, on, act.amount);
    pilot.payments_by_day.change(on, |day| day.count += 1);
    let payment = Payment { pilot: act.pilot.clone(), assignment: index, on, amount: act.amount, reversed_on: None };
    ledger.payments.insert(act.payment.clone(), payment);
}

pub(super) fn reverse_payment(ledger: &mut Ledger, on: Date, act: &ReversePayment) {
    let Some(payment) = ledger.payments.get_mut(&act.payment) else {
        return;
    };
    payment.reversed_on = Some(on);
    let Some(pilot) = ledger.pilots.get_mut(&payment.pilot) else {
        return;
    };
    book_payment(pilot, payment.assignment, on, -payment.amount);
    pilot.payments_by_day.change(payment.on, |day| day.reversed_on.push(on));
}

/// Books a payment, or with a negative sum its reversal, wherever payments are added up.
fn book_payment(pilot: &mut Pilot, assignment: usize, on: Date, sum: Money) {
    move_balance(pilot, on, -sum);
    pilot.payments_by_day.change(on, |day| day.net += sum);
    if let Some(assignment) = pilot.assignments.get_mut(assignment) {
        assignment.paid_by_day.change(on, |of_day| *of_day += sum);
        assignment.paid += sum;
    }
}
