//! Judging rectification, suspension, revocation, clawback and findings.

use super::Case;
use super::pilot::{not_closed, not_ended};
use crate::domain::act::{
    AcceptRectification, OrderClawback, OrderRectification, ReceiveClawback, RecordFinding, Resume, Revoke, Suspend,
};
use crate::domain::code::ReturnSource;
use crate::domain::ledger::IdKind;
use crate::domain::rule::ledger::{date_02, ref_01, ref_02, state_01};
use crate::domain::rule::sanction::{san_01, san_03_ordered, san_03_receipt};
use crate::domain::rule::usage::use_05_balance;

/// The words for what a sanction may not be dated before.
const BASIS: (&str, &str) = ("处理依据日期", "what the sanction rests on");

pub(super) fn order_rectification(case: &mut Case, act: &OrderRectification) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let basis = san_01(case, pilot, &act.basis, true);
    not_ended(case, pilot);
    date_02(case, basis, BASIS.0, BASIS.1);
}

pub(super) fn accept_rectification(case: &mut Case, act: &AcceptRectification) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let order = pilot.open_rectification();
    state_01(case, order.is_some(), "没有待验收的整改", "there is no rectification to accept");
    not_ended(case, pilot);
    date_02(case, order.map(|order| order.on), "整改通知日期", "the order");
}

pub(super) fn suspend(case: &mut Case, act: &Suspend) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let basis = san_01(case, pilot, &act.basis, false);
    state_01(case, pilot.suspension().is_none(), "试点资格已暂停", "the pilot is already suspended");
    not_ended(case, pilot);
    date_02(case, basis, BASIS.0, BASIS.1);
}

pub(super) fn resume(case: &mut Case, act: &Resume) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let suspension = pilot.suspension();
    state_01(case, suspension.is_some(), "试点资格未暂停", "the pilot is not suspended");
    not_ended(case, pilot);
    date_02(case, suspension.map(|suspension| suspension.on), "暂停日期", "the suspension");
}

pub(super) fn revoke(case: &mut Case, act: &Revoke) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let basis = san_01(case, pilot, &act.basis, false);
    not_ended(case, pilot);
    date_02(case, basis, BASIS.0, BASIS.1);
}

pub(super) fn order_clawback(case: &mut Case, act: &OrderClawback) {
    ref_02(case, case.ledger.programme.is_taken(IdKind::Clawback, &act.clawback), "收回", &act.clawback);
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let basis = san_01(case, pilot, &act.basis, false);
    not_closed(case, pilot);
    san_03_ordered(case, pilot, act.amount);
    date_02(case, basis, BASIS.0, BASIS.1);
}

pub(super) fn receive_clawback(case: &mut Case, act: &ReceiveClawback) {
    ref_02(case, case.ledger.programme.is_taken(IdKind::Receipt, &act.receipt), "缴回", &act.receipt);
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    if act.source == ReturnSource::Unspent {
        use_05_balance(case, pilot, act.amount);
    }
    let Some(clawback) = pilot.clawback(&act.clawback) else {
        return ref_01(case, "该试点收回决定", "clawback of this pilot", act.clawback.as_str());
    };
    san_03_receipt(case, clawback, act.amount);
    date_02(case, Some(clawback.on), "收回决定日期", "the clawback's order");
}

pub(super) fn record_finding(case: &mut Case, act: &RecordFinding) {
    ref_02(case, case.ledger.programme.is_taken(IdKind::Finding, &act.finding), "问题", &act.finding);
    if let Some(id) = &act.pilot {
        case.pilot(id);
    }
    if let Some(id) = &act.application {
        case.application(id);
    }
}
