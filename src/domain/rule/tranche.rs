//! Releases and the gate before the remainder: SRC-01, TR-01 to TR-08, PLAN-01 and SAN-04 as warnings (四(一)、五(五)).

use crate::domain::code::{Gate, Grade};
use crate::domain::decide::Case;
use crate::domain::ledger::{Evaluation, Pilot, year_of};
use crate::domain::money::{Limit, Money, Share};
use crate::domain::parameters::Parameters;
use crate::domain::rulebook::Rule;
use crate::domain::text::{Id, Text, Year};

/// What of an allocation is not withheld: `F`, or `Ry` where the gate is `remainder_after_year` and the recognition
/// year is over. The sums are those of the moment, or as of a date.
#[must_use]
pub fn first_part(parameters: &Parameters, years: (Year, Year), allocation: Money, in_first_year: Money) -> Limit {
    if waits_for_remainder(parameters, years) {
        Limit::exactly(in_first_year)
    } else {
        Limit::share_of(parameters.first_share, allocation)
    }
}

/// Whether what was not released in the recognition year, now over, waits for a payout decision.
#[must_use]
pub fn waits_for_remainder(parameters: &Parameters, (year, recognition_year): (Year, Year)) -> bool {
    parameters.gate == Gate::RemainderAfterYear && year > recognition_year
}

/// What of a pilot's allocation is not withheld from the act at hand.
fn first_part_now(case: &Case, pilot: &Pilot, allocation: Money) -> Limit {
    let years = (year_of(case.command.on), pilot.recognition_year());
    first_part(&case.ledger.programme.parameters, years, allocation, pilot.released_in_recognition_year())
}

/// SRC-01: a budget document releases once per pilot.
pub fn src_01(case: &mut Case, pilot: &Pilot, document: &Text) {
    if let Some(earlier) = pilot.standing_releases().find(|release| release.document == *document) {
        case.refuse(
            Rule::Src01,
            format!("指标文号 {document} 已用于下达 {}({})", earlier.id, earlier.amount.grouped()),
            format!("the budget document {document} already released {} ({})", earlier.id, earlier.amount.grouped()),
        );
    }
}

/// TR-01: in the recognition year no more than the first share is released.
pub fn tr_01(case: &mut Case, pilot: &Pilot, x: Money) {
    let Some(allocation) = pilot.allocation() else {
        return;
    };
    let year = pilot.recognition_year();
    let share = case.ledger.programme.parameters.first_share;
    let limit = Limit::share_of(share, allocation);
    let released = pilot.released_in_recognition_year();
    let sum = released + x;
    if year_of(case.command.on) != year || limit.admits(sum) {
        return;
    }
    case.refuse(
        Rule::Tr01,
        format!(
            "{year}年已下达 {},本次 {},合计 {},超过定额 {} 的 {}({})",
            released.grouped(),
            x.grouped(),
            sum.grouped(),
            allocation.grouped(),
            share.percent(),
            limit.floor().grouped()
        ),
        format!(
            "released in {year}: {}, now {}, together {}: more than {} of the allocation {} ({})",
            released.grouped(),
            x.grouped(),
            sum.grouped(),
            share.percent(),
            allocation.grouped(),
            limit.floor().grouped()
        ),
    );
}

/// TR-02: the remainder waits for a payout decision: `R + x ≤ F + U·(A − F)`.
pub fn tr_02(case: &mut Case, pilot: &Pilot, x: Money) {
    let Some(allocation) = pilot.allocation() else {
        return;
    };
    let first = first_part_now(case, pilot, allocation);
    let ratio = pilot.payout_ratio();
    let limit = first.with_share_of_rest(ratio, allocation);
    let (released, sum) = (pilot.released(), pilot.released() + x);
    if limit.admits(sum) {
        return;
    }
    let decided =
        if pilot.payouts.is_empty() { ("尚无拨付决定", "there is no payout decision") } else { ("", "") };
    case.refuse(
        Rule::Tr02,
        format!(
            "已下达 {},本次 {},合计 {},超过可下达上限 {}(首期 {} + 剩余 {} × {}){}",
            released.grouped(),
            x.grouped(),
            sum.grouped(),
            limit.floor().grouped(),
            first.floor().grouped(),
            (allocation - first.floor()).grouped(),
            ratio.percent(),
            prefixed(";", decided.0)
        ),
        format!(
            "released {}, now {}, together {}: more than the limit {} ({} first + {} of the remaining {}){}",
            released.grouped(),
            x.grouped(),
            sum.grouped(),
            limit.floor().grouped(),
            first.floor().grouped(),
            ratio.percent(),
            (allocation - first.floor()).grouped(),
            prefixed("; ", decided.1)
        ),
    );
}

fn prefixed(prefix: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{prefix}{text}") }
}

/// TR-03: beyond the first part, a release names an evaluation by the province that has a payout decision.
pub fn tr_03(case: &mut Case, pilot: &Pilot, x: Money, evaluation: Option<&Id>) {
    let Some(allocation) = pilot.allocation() else {
        return;
    };
    let first = first_part_now(case, pilot, allocation);
    let sum = pilot.released() + x;
    if first.admits(sum) {
        return;
    }
    let beyond = format!("合计 {} 超过首期 {}", sum.grouped(), first.floor().grouped());
    let beyond_en = format!("together {}, beyond the first {}", sum.grouped(), first.floor().grouped());
    match evaluation {
        None => case.refuse(
            Rule::Tr03,
            format!("{beyond},须注明所依据的省级绩效评价"),
            format!("{beyond_en}: it must name the province's evaluation it rests on"),
        ),
        Some(id) if pilot.evaluation(id).is_none() => case.refuse(
            Rule::Tr03,
            format!("{beyond},{id} 不是该试点的省级绩效评价"),
            format!("{beyond_en}: {id} is no evaluation of this pilot by the province"),
        ),
        Some(id) if pilot.payouts.iter().all(|payout| payout.evaluation != *id) => case.refuse(
            Rule::Tr03,
            format!("{beyond},评价 {id} 尚无拨付决定"),
            format!("{beyond_en}: the evaluation {id} has no payout decision"),
        ),
        Some(_) => {}
    }
}

/// TR-04: no more is released than allocated; returned money gives no room back.
pub fn tr_04(case: &mut Case, pilot: &Pilot, x: Money) {
    let Some(allocation) = pilot.allocation() else {
        return;
    };
    let (released, sum) = (pilot.released(), pilot.released() + x);
    if sum > allocation {
        case.refuse(
            Rule::Tr04,
            format!(
                "已下达 {},本次 {},合计 {},超过定额 {}",
                released.grouped(),
                x.grouped(),
                sum.grouped(),
                allocation.grouped()
            ),
            format!(
                "released {}, now {}, together {}: more than the allocation {}",
                released.grouped(),
                x.grouped(),
                sum.grouped(),
                allocation.grouped()
            ),
        );
    }
}

/// TR-05 (warning): a release after the term's end.
pub fn tr_05(case: &mut Case, pilot: &Pilot) {
    let on = case.command.on;
    if let Some(end) = pilot.plan.as_ref().map(|plan| plan.term_end).filter(|end| on > *end) {
        case.warn(
            Rule::Tr05,
            format!("{on} 下达时试点期已于 {end} 届满"),
            format!("released on {on}, after the term's end on {end}"),
        );
    }
}

/// TR-07: what a payout decision may unlock.
pub fn tr_07(case: &mut Case, pilot: &Pilot, evaluation: Option<&Evaluation>, ratio: Share) {
    let parameters = &case.ledger.programme.parameters;
    if let Some(evaluation) = evaluation {
        let grade = evaluation.grade;
        if grade == Grade::Poor && ratio > Share::NONE {
            case.refuse(
                Rule::Tr07,
                format!("评价等级为差,拨付比例须为 0,本次 {}", ratio.percent()),
                format!("the grade is 差: the ratio must be 0, not {}", ratio.percent()),
            );
        }
        if grade == Grade::Middling && ratio == Share::WHOLE {
            case.warn(
                Rule::Tr07,
                "评价等级为中而全额拨付剩余资金",
                "the grade is 中, yet the whole remainder is paid out",
            );
        }
        if let Some(most) =
            parameters.payout_table.as_ref().and_then(|table| table.get(&grade)).filter(|most| ratio > **most)
        {
            case.refuse(
                Rule::Tr07,
                format!("等级{grade}的拨付比例不超过 {},本次 {}", most.percent(), ratio.percent()),
                format!("the grade {grade} unlocks at most {}, not {}", most.percent(), ratio.percent()),
            );
        }
    }
    let Some(allocation) = pilot.allocation() else {
        return;
    };
    let first = first_part_now(case, pilot, allocation);
    let (limit, released) = (first.with_share_of_rest(ratio, allocation), pilot.released());
    if !limit.admits(released) && !first.admits(released) {
        case.refuse(
            Rule::Tr07,
            format!(
                "按比例 {} 可下达上限为 {},低于已下达 {}",
                ratio.percent(),
                limit.floor().grouped(),
                released.grouped()
            ),
            format!(
                "at {} the limit is {}, below the {} already released",
                ratio.percent(),
                limit.floor().grouped(),
                released.grouped()
            ),
        );
    }
}

/// TR-08: nothing is released, assigned or increased while a pilot is suspended, revoked or closed.
pub fn tr_08(case: &mut Case, pilot: &Pilot) {
    if pilot.suspension().is_some() {
        case.refuse(Rule::Tr08, "试点资格已暂停", "the pilot is suspended");
    }
    tr_08_ended(case, pilot);
}

/// TR-08: nothing is paid once a pilot is revoked or closed.
pub fn tr_08_ended(case: &mut Case, pilot: &Pilot) {
    if pilot.revoked.is_some() {
        case.refuse(Rule::Tr08, "试点资格已取消", "the pilot is revoked");
    }
    if pilot.closed_on.is_some() {
        case.refuse(Rule::Tr08, "试点已办结", "the pilot is closed");
    }
}

/// TR-08 (warning): a payment while the pilot is suspended.
pub fn tr_08_payment(case: &mut Case, pilot: &Pilot) {
    if let Some(suspension) = pilot.suspension() {
        case.warn(
            Rule::Tr08,
            format!("试点资格自 {} 起暂停,仍发生支付", suspension.on),
            format!("a payment while suspended since {}", suspension.on),
        );
    }
}

/// PLAN-01 (warning): a release while no plan is approved.
pub fn plan_01_release(case: &mut Case, pilot: &Pilot) {
    if pilot.plan.is_none() {
        case.warn(Rule::Plan01, "实施方案尚未批复即下达资金", "released before the plan is approved");
    }
}

/// SAN-04 (warning): money moves while fraud stands and the pilot is not revoked.
pub fn san_04(case: &mut Case, pilot: &Pilot) {
    if let Some(fraud) = pilot.fraud().filter(|_| pilot.revoked.is_none()) {
        case.warn(
            Rule::San04,
            format!("问题 {}(弄虚作假)尚未处理", fraud.id),
            format!("the finding {} of fraud is not settled", fraud.id),
        );
    }
}
