//! Sanctions: SAN-01 and SAN-03 (五(五)). SAN-02 is an alert; SAN-04 warns in `tranche` and rejects in `decide`.

use crate::domain::Date;
use crate::domain::code::Grade;
use crate::domain::decide::Case;
use crate::domain::ledger::{Clawback, Pilot};
use crate::domain::money::Money;
use crate::domain::rulebook::Rule;
use crate::domain::text::Id;

/// SAN-01: a sanction rests on a poor evaluation by the province, or on a finding; gives the date of that.
///
/// For rectification 中 is poor enough.
pub fn san_01(case: &mut Case, pilot: &Pilot, basis: &Id, rectification: bool) -> Option<Date> {
    if let Some(finding) = pilot.finding(basis) {
        return Some(finding.on);
    }
    let Some(evaluation) = pilot.evaluation(basis) else {
        case.refuse(
            Rule::San01,
            format!("{basis} 不是该试点的省级绩效评价或问题"),
            format!("{basis} is neither an evaluation of this pilot by the province nor a finding on it"),
        );
        return None;
    };
    let mut poor = case.ledger.programme.parameters.poor_set.clone();
    if rectification {
        poor.insert(Grade::Middling);
    }
    if !poor.contains(&evaluation.grade) {
        let grades = poor.iter().map(|grade| grade.zh()).collect::<Vec<_>>().join("、");
        case.refuse(
            Rule::San01,
            format!("评价 {basis} 等级为{},须为{grades}方可处理", evaluation.grade),
            format!("the evaluation {basis} is of grade {}; only {grades} is ground enough", evaluation.grade),
        );
    }
    Some(evaluation.on)
}

/// SAN-03: what is ordered back keeps to what was released.
pub fn san_03_ordered(case: &mut Case, pilot: &Pilot, x: Money) {
    let (ordered, released) = (pilot.clawback_ordered(), pilot.released());
    let sum = ordered + x;
    if sum > released {
        case.refuse(
            Rule::San03,
            format!(
                "已下达收回决定 {},本次 {},合计 {},超过已下达 {}",
                ordered.grouped(),
                x.grouped(),
                sum.grouped(),
                released.grouped()
            ),
            format!(
                "ordered back {}, now {}, together {}: more than the {} released",
                ordered.grouped(),
                x.grouped(),
                sum.grouped(),
                released.grouped()
            ),
        );
    }
}

/// SAN-03: after a release is reversed, what was ordered back still keeps to what remains released.
pub fn san_03_reversal(case: &mut Case, pilot: &Pilot, x: Money) {
    let (ordered, rest) = (pilot.clawback_ordered(), pilot.released() - x);
    if ordered > rest {
        case.refuse(
            Rule::San03,
            format!("冲正后已下达余 {},少于收回决定 {}", rest.grouped(), ordered.grouped()),
            format!("{} would remain released, less than the {} ordered back", rest.grouped(), ordered.grouped()),
        );
    }
}

/// SAN-03: receipts keep to what is outstanding of their order.
pub fn san_03_receipt(case: &mut Case, clawback: &Clawback, x: Money) {
    let outstanding = clawback.outstanding();
    if x > outstanding {
        case.refuse(
            Rule::San03,
            format!("{} 尚应收回 {},本次 {}", clawback.id, outstanding.grouped(), x.grouped()),
            format!("{} is outstanding of {}; {} is more", outstanding.grouped(), clawback.id, x.grouped()),
        );
    }
}
