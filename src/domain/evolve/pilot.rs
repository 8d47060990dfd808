//! Folding acts on a pilot's plan and its evaluations.

use chrono::Months;

use super::{take, with_pilot};
use crate::domain::Date;
use crate::domain::act::{AdjustPlan, ApprovePlan, DecidePayout, Evaluate, FilePlan, SelfEvaluate};
use crate::domain::ledger::{Evaluation, IdKind, Ledger, Payout, Plan, PlanChange, SelfEvaluation};

pub(super) fn approve_plan(ledger: &mut Ledger, on: Date, act: &ApprovePlan) {
    let months = Months::new(ledger.programme.parameters.term_months.0);
    // The term ends the day before its anniversary; no date goes beyond the years that are written with four digits.
    let last = Date::from_ymd_opt(9999, 12, 31).unwrap_or(Date::MAX);
    let anniversary = act.term_start.checked_add_months(months).unwrap_or(last).min(last);
    let plan = Plan {
        approved_on: on,
        document: act.document.clone(),
        term_start: act.term_start,
        term_end: anniversary.pred_opt().unwrap_or(anniversary),
        projects: act.projects.iter().map(|project| (project.project.clone(), project.clone())).collect(),
        targets: act.targets.clone(),
        changes: Vec::new(),
    };
    with_pilot(ledger, &act.pilot, |pilot| pilot.plan = Some(plan));
}

pub(super) fn adjust_plan(ledger: &mut Ledger, on: Date, act: &AdjustPlan) {
    with_pilot(ledger, &act.pilot, |pilot| {
        let Some(plan) = &mut pilot.plan else { return };
        for project in act.remove.iter().flatten() {
            plan.projects.remove(project);
        }
        for project in act.add.iter().flatten() {
            plan.projects.insert(project.project.clone(), project.clone());
        }
        if let Some(targets) = &act.targets {
            plan.targets.clone_from(targets);
        }
        plan.changes.push(PlanChange { on, document: act.document.clone(), filed_on: None });
    });
}

pub(super) fn file_plan(ledger: &mut Ledger, on: Date, act: &FilePlan) {
    with_pilot(ledger, &act.pilot, |pilot| {
        let changes = pilot.plan.iter_mut().flat_map(|plan| &mut plan.changes);
        for change in changes.filter(|change| change.filed_on.is_none()) {
            change.filed_on = Some(on);
        }
    });
}

pub(super) fn self_evaluate(ledger: &mut Ledger, on: Date, act: &SelfEvaluate) {
    take(ledger, IdKind::Evaluation, &act.evaluation, Some(&act.pilot));
    with_pilot(ledger, &act.pilot, |pilot| {
        pilot.self_evaluations.push(SelfEvaluation {
            id: act.evaluation.clone(),
            kind: act.kind,
            year: act.year,
            on,
            score: act.score.clone(),
        });
    });
}

pub(super) fn evaluate(ledger: &mut Ledger, on: Date, act: &Evaluate) {
    take(ledger, IdKind::Evaluation, &act.evaluation, Some(&act.pilot));
    with_pilot(ledger, &act.pilot, |pilot| {
        pilot.evaluations.push(Evaluation {
            id: act.evaluation.clone(),
            kind: act.kind,
            year: act.year,
            on,
            score: act.score.clone(),
            grade: act.grade,
            self_evaluation: act.self_evaluation.clone(),
        });
    });
}

pub(super) fn decide_payout(ledger: &mut Ledger, on: Date, act: &DecidePayout) {
    with_pilot(ledger, &act.pilot, |pilot| {
        pilot.payouts.push(Payout { on, evaluation: act.evaluation.clone(), ratio: act.ratio.share() });
    });
}
