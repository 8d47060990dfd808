//! Judging acts on a pilot's plan and its end.

use super::Case;
use crate::domain::act::{AdjustPlan, ApprovePlan, ClosePilot, FilePlan, Monitor};
use crate::domain::code::EvaluationKind;
use crate::domain::ledger::Pilot;
use crate::domain::rule::evaluation::eval_01;
use crate::domain::rule::ledger::{date_02, ref_01, state_01};

/// STATE-01: the pilot is not closed.
pub(super) fn not_closed(case: &mut Case, pilot: &Pilot) {
    state_01(case, pilot.closed_on.is_none(), "试点已办结", "the pilot is closed");
}

/// STATE-01: the pilot is neither revoked nor closed.
pub(super) fn not_ended(case: &mut Case, pilot: &Pilot) {
    state_01(case, pilot.revoked.is_none(), "试点资格已取消", "the pilot is revoked");
    not_closed(case, pilot);
}

/// STATE-01: the pilot has an approved plan.
pub(super) fn has_plan(case: &mut Case, pilot: &Pilot) {
    state_01(case, pilot.plan.is_some(), "实施方案尚未批复", "no plan is approved yet");
}

pub(super) fn approve_plan(case: &mut Case, act: &ApprovePlan) {
    eval_01(case, act);
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    state_01(case, pilot.plan.is_none(), "实施方案已批复", "the plan is already approved");
    not_ended(case, pilot);
    date_02(case, Some(pilot.recognised_on), "认定日期", "the recognition");
}

pub(super) fn adjust_plan(case: &mut Case, act: &AdjustPlan) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    has_plan(case, pilot);
    not_ended(case, pilot);
    let plan = pilot.plan.as_ref();
    for project in act.remove.iter().flatten() {
        if plan.is_none_or(|plan| !plan.projects.contains_key(project)) {
            ref_01(case, "方案内项目", "project in the plan", project.as_str());
        }
        if pilot.assignment(project).is_some_and(crate::domain::ledger::Assignment::is_live) {
            let zh = format!("项目 {project} 已确定支持额度,须先撤回");
            state_01(case, false, &zh, &format!("the project {project} has a live assignment"));
        }
    }
    date_02(case, plan.map(|plan| plan.approved_on), "方案批复日期", "the plan's approval");
}

pub(super) fn file_plan(case: &mut Case, act: &FilePlan) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let unfiled = || pilot.plan.iter().flat_map(|plan| &plan.changes).filter(|change| change.filed_on.is_none());
    state_01(case, unfiled().next().is_some(), "没有待备案的方案调整", "there is no plan change to file");
    date_02(case, unfiled().map(|change| change.on).max(), "方案调整日期", "the plan's change");
}

pub(super) fn monitor(case: &mut Case, act: &Monitor) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    has_plan(case, pilot);
    not_closed(case, pilot);
}

pub(super) fn close(case: &mut Case, act: &ClosePilot) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    not_closed(case, pilot);
    let overall = pilot.evaluations.iter().filter(|evaluation| evaluation.kind == EvaluationKind::Overall);
    let first_overall = overall.map(|evaluation| evaluation.on).next();
    state_01(case, first_overall.is_some(), "整体绩效评价尚未登记", "no overall evaluation is recorded");
    let outstanding = pilot.clawback_ordered() - pilot.clawback_returned();
    if outstanding.is_positive() {
        let sum = outstanding.grouped();
        state_01(case, false, &format!("尚应收回 {sum}"), &format!("{sum} is still to be clawed back"));
    }
    let balance = pilot.balance;
    if balance.is_positive() {
        let sum = balance.grouped();
        state_01(case, false, &format!("资金余额 {sum},须为零"), &format!("the balance is {sum}; it must be zero"));
    }
    date_02(case, first_overall, "整体绩效评价日期", "the overall evaluation");
}
