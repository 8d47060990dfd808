//! Evaluations: EVAL-01, EVAL-03, EVAL-04, EVAL-06, EVAL-07 (五(五)). EVAL-02 and EVAL-05 come with AUTH-01 and PARTY-01.

use crate::domain::act::{ApprovePlan, Evaluate, SelfEvaluate};
use crate::domain::code::EvaluationKind;
use crate::domain::decide::Case;
use crate::domain::ledger::Pilot;
use crate::domain::rulebook::Rule;
use crate::domain::text::{Score, Weight};

/// A full score, in hundredths.
const FULL_SCORE: u64 = 10_000;
/// All weights together, in millionths.
const FULL_WEIGHT: u64 = 100_000_000;

/// EVAL-01 (warning): a plan has targets.
pub fn eval_01(case: &mut Case, act: &ApprovePlan) {
    if act.targets.is_empty() {
        case.warn(Rule::Eval01, "实施方案没有绩效目标", "the plan has no performance targets");
    }
}

/// EVAL-03: an evaluation names a self-evaluation of the same pilot, kind and year, dated no later.
pub fn eval_03(case: &mut Case, pilot: &Pilot, act: &Evaluate) {
    let on = case.command.on;
    let id = &act.self_evaluation;
    let Some(own) = pilot.self_evaluation(id) else {
        case.refuse(
            Rule::Eval03,
            format!("{id} 不是该试点的绩效自评"),
            format!("{id} is no self-evaluation of this pilot"),
        );
        return;
    };
    if (own.kind, own.year) != (act.kind, act.year) {
        case.refuse(
            Rule::Eval03,
            format!("自评 {id} 为 {}{}自评,与 {}{}评价不符", own.year, own.kind.zh(), act.year, act.kind.zh()),
            format!("the self-evaluation {id} is {} of {}, not {} of {}", own.kind, own.year, act.kind, act.year),
        );
    }
    if own.on > on {
        case.refuse(
            Rule::Eval03,
            format!("自评 {id} 的日期 {} 晚于评价 {on}", own.on),
            format!("the self-evaluation {id} is dated {}, after {on}", own.on),
        );
    }
}

/// EVAL-04: an overall self-evaluation has an opinion and comes after the term's end.
pub fn eval_04(case: &mut Case, pilot: Option<&Pilot>, act: &SelfEvaluate) {
    if act.kind != EvaluationKind::Overall {
        return;
    }
    if act.opinion.is_none() {
        case.refuse(Rule::Eval04, "整体绩效自评须附书面意见", "an overall self-evaluation has a written opinion");
    }
    let on = case.command.on;
    let end = pilot.and_then(|pilot| pilot.plan.as_ref()).map(|plan| plan.term_end);
    if let Some(end) = end.filter(|end| on <= *end) {
        case.refuse(
            Rule::Eval04,
            format!("{on} 时试点期尚未届满(至 {end})"),
            format!("on {on} the term has not ended (it ends {end})"),
        );
    }
}

/// EVAL-06: a score is at most 100.
pub fn eval_06_range(case: &mut Case, score: &Score) {
    if score.units() > FULL_SCORE {
        case.refuse(Rule::Eval06, format!("得分 {score} 超过 100"), format!("the score {score} is over 100"));
    }
}

/// EVAL-06: the grade is that of the score's band, or a reason is given, which is a warning.
pub fn eval_06_grade(case: &mut Case, act: &Evaluate) {
    if act.score.units() > FULL_SCORE {
        return;
    }
    let due = case.ledger.programme.parameters.grade_of(&act.score);
    if due == act.grade {
        return;
    }
    let zh = format!("得分 {} 对应等级{due},填报等级{}", act.score, act.grade);
    let en = format!("the score {} is the grade {due}, not {}", act.score, act.grade);
    match &act.override_reason {
        None => case.refuse(Rule::Eval06, format!("{zh},须说明理由"), format!("{en}; a reason is needed")),
        Some(reason) => case.warn(Rule::Eval06, format!("{zh},理由:{reason}"), format!("{en}, because: {reason}")),
    }
}

/// EVAL-07 (warning): the items' weights come to 100.
pub fn eval_07(case: &mut Case, act: &SelfEvaluate) {
    let Some(items) = &act.items else { return };
    let sum = items.iter().map(|item| item.weight.units()).fold(0, u64::saturating_add);
    if sum != FULL_WEIGHT {
        let shown = items.iter().map(|item| Weight::as_str(&item.weight)).collect::<Vec<_>>().join(" + ");
        case.warn(
            Rule::Eval07,
            format!("指标权重合计不为 100:{shown}"),
            format!("the weights do not come to 100: {shown}"),
        );
    }
}
