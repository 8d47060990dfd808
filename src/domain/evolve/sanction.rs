//! Folding rectification, suspension, revocation, clawback and findings.

use super::fund::move_balance;
use super::{take, with_pilot};
use crate::domain::Date;
use crate::domain::act::{
    AcceptRectification, OrderClawback, OrderRectification, ReceiveClawback, RecordFinding, Resume, Revoke, Suspend,
};
use crate::domain::code::ReturnSource;
use crate::domain::ledger::{Clawback, Finding, IdKind, Ledger, Pilot, Receipt, Rectification, Sanction, Suspension};

/// Ends the rectification that is open: accepted, or replaced by a new order.
fn end_rectification(pilot: &mut Pilot, on: Date) {
    if let Some(order) = pilot.rectifications.last_mut().filter(|order| order.ended_on.is_none()) {
        order.ended_on = Some(on);
    }
}

/// Ends the suspension that is in force.
fn end_suspension(pilot: &mut Pilot, on: Date) {
    if let Some(suspension) = pilot.suspensions.last_mut().filter(|suspension| suspension.resumed_on.is_none()) {
        suspension.resumed_on = Some(on);
    }
}

pub(super) fn order_rectification(ledger: &mut Ledger, on: Date, act: &OrderRectification) {
    with_pilot(ledger, &act.pilot, |pilot| {
        end_rectification(pilot, on);
        pilot.rectifications.push(Rectification { on, basis: act.basis.clone(), due: act.due, ended_on: None });
    });
}

pub(super) fn accept_rectification(ledger: &mut Ledger, on: Date, act: &AcceptRectification) {
    with_pilot(ledger, &act.pilot, |pilot| end_rectification(pilot, on));
}

pub(super) fn suspend(ledger: &mut Ledger, on: Date, act: &Suspend) {
    with_pilot(ledger, &act.pilot, |pilot| {
        pilot.suspensions.push(Suspension { on, basis: act.basis.clone(), resumed_on: None });
    });
}

pub(super) fn resume(ledger: &mut Ledger, on: Date, act: &Resume) {
    with_pilot(ledger, &act.pilot, |pilot| end_suspension(pilot, on));
}

pub(super) fn revoke(ledger: &mut Ledger, on: Date, act: &Revoke) {
    with_pilot(ledger, &act.pilot, |pilot| {
        // Revocation is the last standing a pilot has: what was to be put right or lifted no longer is.
        end_rectification(pilot, on);
        end_suspension(pilot, on);
        pilot.revoked = Some(Sanction { on, basis: act.basis.clone() });
    });
}

pub(super) fn order_clawback(ledger: &mut Ledger, on: Date, act: &OrderClawback) {
    take(ledger, IdKind::Clawback, &act.clawback, Some(&act.pilot));
    with_pilot(ledger, &act.pilot, |pilot| {
        pilot.clawbacks.push(Clawback {
            id: act.clawback.clone(),
            on,
            amount: act.amount,
            basis: act.basis.clone(),
            due: act.due,
            receipts: Vec::new(),
        });
    });
}

pub(super) fn receive_clawback(ledger: &mut Ledger, on: Date, act: &ReceiveClawback) {
    take(ledger, IdKind::Receipt, &act.receipt, Some(&act.pilot));
    with_pilot(ledger, &act.pilot, |pilot| {
        let Some(clawback) = pilot.clawbacks.iter_mut().find(|known| known.id == act.clawback) else {
            return;
        };
        clawback.receipts.push(Receipt { on, amount: act.amount, source: act.source });
        if act.source == ReturnSource::Unspent {
            move_balance(pilot, on, -act.amount);
        }
    });
}

pub(super) fn record_finding(ledger: &mut Ledger, on: Date, act: &RecordFinding) {
    take(ledger, IdKind::Finding, &act.finding, act.pilot.as_ref().or(act.application.as_ref()));
    let finding = Finding {
        id: act.finding.clone(),
        on,
        kind: act.kind,
        description: act.description.clone(),
        document: act.document.clone(),
    };
    let application = act.application.as_ref().and_then(|id| ledger.programme.applications.get_mut(id));
    let pilot = match application {
        Some(application) => {
            application.findings.push(finding.clone());
            application.pilot.clone()
        }
        None => act.pilot.clone(),
    };
    if let Some(id) = pilot {
        with_pilot(ledger, &id, |pilot| pilot.findings.push(finding));
    }
}
