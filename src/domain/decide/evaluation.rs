//! Judging evaluations and the payout decision.

use super::Case;
use super::pilot::{has_plan, not_closed, not_ended};
use crate::domain::act::{DecidePayout, Evaluate, SelfEvaluate};
use crate::domain::ledger::IdKind;
use crate::domain::rule::cap::cap_05_exists;
use crate::domain::rule::evaluation::{eval_03, eval_04, eval_06_grade, eval_06_range, eval_07};
use crate::domain::rule::ledger::{date_02, ref_01, ref_02};
use crate::domain::rule::tranche::tr_07;

pub(super) fn self_evaluate(case: &mut Case, act: &SelfEvaluate) {
    ref_02(case, case.ledger.programme.is_taken(IdKind::Evaluation, &act.evaluation), "绩效评价", &act.evaluation);
    eval_06_range(case, &act.score);
    eval_07(case, act);
    let pilot = case.pilot(&act.pilot);
    eval_04(case, pilot, act);
    let Some(pilot) = pilot else { return };
    has_plan(case, pilot);
    not_ended(case, pilot);
    date_02(case, Some(pilot.recognised_on), "认定日期", "the recognition");
}

pub(super) fn evaluate(case: &mut Case, act: &Evaluate) {
    ref_02(case, case.ledger.programme.is_taken(IdKind::Evaluation, &act.evaluation), "绩效评价", &act.evaluation);
    eval_06_range(case, &act.score);
    eval_06_grade(case, act);
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    not_closed(case, pilot);
    eval_03(case, pilot, act);
}

pub(super) fn decide_payout(case: &mut Case, act: &DecidePayout) {
    let Some(pilot) = case.pilot(&act.pilot) else {
        return;
    };
    let evaluation = pilot.evaluation(&act.evaluation);
    if evaluation.is_none() {
        ref_01(case, "该试点省级绩效评价", "evaluation of this pilot by the province", act.evaluation.as_str());
    }
    not_ended(case, pilot);
    cap_05_exists(case, pilot);
    tr_07(case, pilot, evaluation, act.ratio.share());
    date_02(case, evaluation.map(|evaluation| evaluation.on), "绩效评价日期", "the evaluation");
}
