//! Judging acts that move money or promise it.

use super::Case;
use super::pilot::not_closed;
use crate::domain::act::{
    AdjustAllocation, Allocate, AssignProject, ChangeAssignment, ConfirmReceipt, FileProject, Pay, Release,
    ReversePayment, ReverseRelease,
};
use crate::domain::ledger::{Assignment, IdKind, Pilot};
use crate::domain::rule::ban::{ban_08_ruling, ban_economic_code, ban_purpose, eth_01};
use crate::domain::rule::cap::{cap_01_02_03, cap_04, cap_05_exists, cap_05_first};
use crate::domain::rule::ledger::{date_02, ref_01, ref_02, state_01};
use crate::domain::rule::sanction::san_03_reversal;
use crate::domain::rule::tranche::{
    plan_01_release, san_04, src_01, tr_01, tr_02, tr_03, tr_04, tr_05, tr_08, tr_08_ended, tr_08_payment,
};
use crate::domain::rule::usage::{
    def_04, is_budget_funded, plan_01, use_01, use_03, use_04, use_05_assigned, use_05_balance, use_05_covers_paid,
    use_05_paid, use_06,
};
use crate::domain::text::ProjectCode;

pub(super) fn allocate(case: &mut Case, act: &Allocate) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    cap_05_first(case, pilot);
    cap_01_02_03(case, pilot, act.amount);
    super::pilot::not_ended(case, pilot);
    date_02(case, Some(pilot.recognised_on), "认定日期", "the recognition");
}

/// DATE-02: not before the allocation.
fn after_allocation(case: &mut Case, pilot: &Pilot) {
    date_02(case, pilot.allocations.first().map(|first| first.on), "核定定额日期", "the allocation");
}

/// TR-08 for an increase, STATE-01 for anything else: a closed pilot's sums stand still.
fn increase_or_not(case: &mut Case, pilot: &Pilot, increases: bool) {
    if increases {
        tr_08(case, pilot);
    } else {
        not_closed(case, pilot);
    }
}

pub(super) fn adjust_allocation(case: &mut Case, act: &AdjustAllocation) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    cap_05_exists(case, pilot);
    cap_01_02_03(case, pilot, act.new_amount);
    cap_04(case, pilot, act.new_amount);
    after_allocation(case, pilot);
    increase_or_not(case, pilot, act.new_amount > pilot.allocation().unwrap_or_default());
}

pub(super) fn release(case: &mut Case, act: &Release) {
    ref_02(case, case.ledger.programme.is_taken(IdKind::Release, &act.release), "下达", &act.release);
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let evaluation = act.evaluation.as_ref();
    if let Some(id) = evaluation.filter(|id| pilot.evaluation(id).is_none() && pilot.self_evaluation(id).is_none()) {
        ref_01(case, "该试点绩效评价", "evaluation of this pilot", id.as_str());
    }
    src_01(case, pilot, &act.document);
    tr_08(case, pilot);
    cap_05_exists(case, pilot);
    after_allocation(case, pilot);
    let decided = evaluation.and_then(|id| pilot.payouts.iter().rfind(|payout| payout.evaluation == *id));
    date_02(case, decided.map(|payout| payout.on), "拨付决定日期", "the payout decision");
    tr_01(case, pilot, act.amount);
    tr_02(case, pilot, act.amount);
    tr_03(case, pilot, act.amount, evaluation);
    tr_04(case, pilot, act.amount);
    plan_01_release(case, pilot);
    tr_05(case, pilot);
    san_04(case, pilot);
}

pub(super) fn confirm_receipt(case: &mut Case, act: &ConfirmReceipt) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let Some(release) = pilot.release(&act.release) else {
        return ref_01(case, "该试点下达", "release of this pilot", act.release.as_str());
    };
    state_01(case, release.confirmed_on.is_none(), "已确认到账", "its receipt is already confirmed");
    state_01(case, release.reversed_on.is_none(), "该下达已冲正", "the release is reversed");
    date_02(case, Some(release.on), "下达日期", "the release");
}

pub(super) fn reverse_release(case: &mut Case, act: &ReverseRelease) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    not_closed(case, pilot);
    let Some(release) = pilot.release(&act.release) else {
        return ref_01(case, "该试点下达", "release of this pilot", act.release.as_str());
    };
    date_02(case, Some(release.on), "下达日期", "the release");
    if release.reversed_on.is_some() {
        return state_01(case, false, "该下达已冲正", "the release is already reversed");
    }
    use_05_balance(case, pilot, release.amount);
    san_03_reversal(case, pilot, release.amount);
}

pub(super) fn assign_project(case: &mut Case, act: &AssignProject) {
    let pilot = case.pilot(&act.pilot);
    use_01(case, pilot, &act.direction, &act.project);
    use_04(case, act);
    ban_purpose(case, act.purpose, is_budget_funded(act.owner.budget_funded, Some(&act.owner.uscc)));
    ban_08_ruling(case, act);
    eth_01(case, act.purpose);
    def_04(case, [&act.owner.uscc]);
    let Some(pilot) = pilot else { return };
    tr_08(case, pilot);
    plan_01(case, pilot);
    use_05_assigned(case, pilot, act.amount);
    cap_05_exists(case, pilot);
    after_allocation(case, pilot);
    date_02(case, pilot.plan.as_ref().map(|plan| plan.approved_on), "方案批复日期", "the plan's approval");
}

/// The assignment of a project of this pilot, or REF-01.
fn assignment<'a>(case: &mut Case, pilot: &'a Pilot, project: &ProjectCode) -> Option<&'a Assignment> {
    let assignment = pilot.assignment(project);
    if assignment.is_none() {
        ref_01(case, "该试点项目", "project of this pilot", project.as_str());
    }
    assignment
}

/// STATE-01: the project was not withdrawn.
fn not_withdrawn(case: &mut Case, assignment: &Assignment) {
    state_01(case, assignment.is_live(), "项目已撤回", "the project is withdrawn");
}

pub(super) fn change_assignment(case: &mut Case, act: &ChangeAssignment) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let Some(assignment) = assignment(case, pilot, &act.project) else {
        return;
    };
    let (old, new) = (assignment.amount(), act.new_amount.0);
    not_withdrawn(case, assignment);
    use_05_covers_paid(case, assignment, new);
    use_05_assigned(case, pilot, new - old);
    date_02(case, Some(assignment.on), "项目确定日期", "the assignment");
    increase_or_not(case, pilot, new > old);
}

pub(super) fn file_project(case: &mut Case, act: &FileProject) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let Some(assignment) = assignment(case, pilot, &act.project) else {
        return;
    };
    state_01(case, assignment.filed_on.is_none(), "项目已备案", "the project is already filed");
    not_withdrawn(case, assignment);
    date_02(case, Some(assignment.on), "项目确定日期", "the assignment");
}

pub(super) fn pay(case: &mut Case, act: &Pay) {
    ref_02(case, case.ledger.payments.contains_key(&act.payment), "支付", &act.payment);
    let pilot = case.pilot(&act.pilot);
    let owner = pilot.and_then(|pilot| pilot.assignment(&act.project)).map(|assignment| &assignment.owner);
    let budget_funded = is_budget_funded(act.payee.budget_funded, act.payee.uscc.as_ref())
        || owner.is_some_and(|owner| is_budget_funded(owner.budget_funded, Some(&owner.uscc)));
    ban_purpose(case, act.purpose, budget_funded);
    if let Some(code) = &act.economic_code {
        ban_economic_code(case, code);
    }
    eth_01(case, act.purpose);
    def_04(case, act.payee.uscc.as_ref());
    let Some(pilot) = pilot else { return };
    tr_08_ended(case, pilot);
    tr_08_payment(case, pilot);
    use_05_balance(case, pilot, act.amount);
    san_04(case, pilot);
    let Some(assignment) = assignment(case, pilot, &act.project) else {
        return;
    };
    date_02(case, Some(assignment.on), "项目确定日期", "the assignment");
    use_05_paid(case, assignment, act.amount);
    use_03(case, assignment);
    use_06(case, assignment, act);
}

pub(super) fn reverse_payment(case: &mut Case, act: &ReversePayment) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    not_closed(case, pilot);
    let Some(payment) = case.ledger.payments.get(&act.payment).filter(|payment| payment.pilot == act.pilot) else {
        return ref_01(case, "该试点支付", "payment of this pilot", act.payment.as_str());
    };
    state_01(case, payment.reversed_on.is_none(), "该支付已冲正", "the payment is already reversed");
    date_02(case, Some(payment.on), "支付日期", "the payment");
}
