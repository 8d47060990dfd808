//! The ledger's own rules: form, references, identifiers, authority, parties, dates, periods, states.

use std::collections::BTreeSet;

use crate::domain::Date;
use crate::domain::act::{Act, ActKind};
use crate::domain::code::{Body, EvaluationKind};
use crate::domain::decide::{Case, application_of};
use crate::domain::rulebook::Rule;
use crate::domain::text::Id;

/// Rules that bind every command alike.
pub fn envelope(case: &mut Case) {
    auth_01(case);
    auth_02(case);
    party_01(case);
    date_01(case);
    per_01(case);
}

/// FORM-01, where only the state can tell: a simulated time is for sandboxes and never goes back.
pub fn form_01_recorded_at(case: &mut Case) {
    let Some(at) = case.command.recorded_at else {
        return;
    };
    if !case.ledger.programme.sandbox {
        case.refuse(
            Rule::Form01,
            "recorded_at:只有演练台账可以指定记录时间",
            "recorded_at: only a sandbox ledger takes a simulated time",
        );
    } else if let Some(last) = case.ledger.programme.last_simulated.filter(|last| at < *last) {
        case.refuse(
            Rule::Form01,
            format!("recorded_at:{at} 早于上一模拟时间 {last}"),
            format!("recorded_at: {at} is before the last simulated time {last}"),
        );
    }
}

/// REF-01: what is named exists.
pub fn ref_01(case: &mut Case, zh: &str, en: &str, id: &str) {
    case.refuse(Rule::Ref01, format!("没有编号为 {id} 的{zh}"), format!("there is no {en} {id}"));
}

/// REF-02: a new identifier is not taken.
pub fn ref_02(case: &mut Case, taken: bool, zh: &str, id: &Id) {
    if taken {
        case.refuse(Rule::Ref02, format!("{zh}编号 {id} 已被使用"), format!("the identifier {id} is taken"));
    }
}

/// AUTH-01: the recording body may send this command; EVAL-02 where it is a self-evaluation.
fn auth_01(case: &mut Case) {
    let annual_evaluation = matches!(&case.command.act, Act::Evaluate(act) if act.kind == EvaluationKind::Annual);
    let recorders = if annual_evaluation { &[Body::ProvinceDrc] } else { case.kind().recorders() };
    let body = case.command.by.body;
    if recorders.contains(&body) {
        return;
    }
    let may_zh = recorders.iter().map(|body| body.zh()).collect::<Vec<_>>().join("、");
    let may_en = recorders.iter().map(|body| body.as_str()).collect::<Vec<_>>().join(", ");
    let zh = format!("{}无权办理此事项,应由{may_zh}办理", body.zh());
    let en = format!("{body} may not record this; {may_en} may");
    if case.kind() == ActKind::SelfEvaluate {
        case.refuse(Rule::Eval02, zh.clone(), en.clone());
    }
    case.refuse(Rule::Auth01, zh, en);
}

/// AUTH-02: city bodies act for their own city, areas for themselves.
fn auth_02(case: &mut Case) {
    let ledger = case.ledger;
    let act = &case.command.act;
    let (city, areas): (Option<&str>, &[Id]) = if let Some(pilot) = case.subject {
        (Some(&pilot.city), &pilot.members)
    } else if let Act::SubmitApplication(new) = act {
        (ledger.programme.areas.get(&new.lead).map(|area| area.city.as_str()), std::slice::from_ref(&new.lead))
    } else if let Some(known) = application_of(act).and_then(|id| ledger.programme.applications.get(id)) {
        (ledger.city_of(known), &known.members)
    } else {
        return;
    };
    for party in case.command.parties() {
        if let (Some(own), Some(city)) = (&party.city, city)
            && own.as_str() != city
        {
            case.refuse(
                Rule::Auth02,
                format!("{own}的{}不能办理{city}的事项", party.body.zh()),
                format!("{} of {own} acts on a matter of {city}", party.body),
            );
        }
        if let Some(own) = &party.area
            && !areas.contains(own)
        {
            let members = areas.iter().map(Id::as_str).collect::<Vec<_>>().join("、");
            case.refuse(
                Rule::Auth02,
                format!("{own} 的{}不能办理 {members} 的事项", party.body.zh()),
                format!("{} of {own} acts on a matter of {members}", party.body),
            );
        }
    }
}

/// The bodies that must stand together behind an act.
fn needed(act: &Act) -> &'static [Body] {
    match act {
        Act::Recommend(_) | Act::AdjustPlan(_) | Act::AssignProject(_) | Act::ChangeAssignment(_) => {
            &[Body::CityDigital, Body::CityFinance]
        }
        Act::Evaluate(act) if act.kind == EvaluationKind::Annual => &[],
        Act::AmendProgramme(_)
        | Act::Publicise(_)
        | Act::Recognise(_)
        | Act::AdjustAllocation(_)
        | Act::Evaluate(_)
        | Act::DecidePayout(_)
        | Act::OrderRectification(_)
        | Act::AcceptRectification(_)
        | Act::Suspend(_)
        | Act::Resume(_)
        | Act::Revoke(_)
        | Act::OrderClawback(_)
        | Act::ReopenPeriod(_)
        | Act::AnnounceKey(_) => &[Body::ProvinceDrc, Body::ProvinceFinance],
        _ => &[],
    }
}

/// The command's own rule that says the same as PARTY-01.
fn own_party_rule(act: &Act) -> Option<Rule> {
    match act {
        Act::Recommend(_) => Some(Rule::Doc04),
        Act::Recognise(_) => Some(Rule::Sel04),
        Act::AdjustPlan(_) => Some(Rule::Plan02),
        Act::AssignProject(_) | Act::ChangeAssignment(_) => Some(Rule::Use02),
        Act::Evaluate(act) if act.kind == EvaluationKind::Overall => Some(Rule::Eval05),
        _ => None,
    }
}

/// PARTY-01: every needed body is among the parties and no person stands twice; with it the command's own rule
/// (DOC-04, SEL-04, PLAN-02, USE-02, EVAL-05).
fn party_01(case: &mut Case) {
    let missing: Vec<Body> = needed(&case.command.act)
        .iter()
        .copied()
        .filter(|body| case.command.parties().all(|party| party.body != *body))
        .collect();
    // A space in a name makes no other person: «李 敏» is 李敏.
    let plain = |person: &str| person.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let mut seen = BTreeSet::new();
    let together = if case.command.approvals.is_empty() { 0 } else { usize::MAX };
    let people = case.command.parties().take(together).map(|party| plain(party.person.as_str()));
    let twice: BTreeSet<String> = people.filter(|person| !seen.insert(person.clone())).collect();
    let mut faults = Vec::new();
    if !missing.is_empty() {
        let zh = missing.iter().map(|body| body.zh()).collect::<Vec<_>>().join("、");
        let en = missing.iter().map(|body| body.as_str()).collect::<Vec<_>>().join(", ");
        faults.push((format!("缺少{zh}会同办理"), format!("{en} must stand with it")));
    }
    if !twice.is_empty() {
        let names: Vec<_> = twice.into_iter().collect();
        faults.push((
            format!("{} 重复签署,各方须由不同的人签署", names.join("、")),
            format!("{} stands twice; each party is another person", names.join(", ")),
        ));
    }
    for (zh, en) in faults {
        if let Some(rule) = own_party_rule(&case.command.act) {
            case.refuse(rule, zh.clone(), en.clone());
        }
        case.refuse(Rule::Party01, zh, en);
    }
}

/// DATE-01: the business date is not after today.
fn date_01(case: &mut Case) {
    let (on, today) = (case.command.on, case.moment.today);
    if on > today {
        case.refuse(
            Rule::Date01,
            format!("业务日期 {on} 晚于今天 {today}"),
            format!("the business date {on} is after today, {today}"),
        );
    }
}

/// DATE-02: the business date is not before what the act builds on.
pub fn date_02(case: &mut Case, base: Option<Date>, zh: &str, en: &str) {
    let on = case.command.on;
    if let Some(base) = base.filter(|base| on < *base) {
        case.refuse(
            Rule::Date02,
            format!("业务日期 {on} 早于{zh} {base}"),
            format!("the business date {on} is before {en}, {base}"),
        );
    }
}

/// PER-01: the business date is after the closed-through date.
fn per_01(case: &mut Case) {
    if matches!(case.kind(), ActKind::ClosePeriod | ActKind::ReopenPeriod) {
        return;
    }
    let on = case.command.on;
    if let Some(through) = case.ledger.programme.closed_through.filter(|through| on <= *through) {
        case.refuse(
            Rule::Per01,
            format!("会计期间已关闭至 {through},业务日期 {on} 须在其后;确需入账的,先办理反结账"),
            format!("the books are closed through {through}; {on} must be after it, or the period be reopened first"),
        );
    }
}

/// STATE-01: the command fits the state of its subject.
pub fn state_01(case: &mut Case, fits: bool, zh: &str, en: &str) {
    if !fits {
        case.refuse(Rule::State01, zh, en);
    }
}
