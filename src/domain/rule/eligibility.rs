//! Who may apply: QTY-04, ELIG-01 to ELIG-08, RESP-01, DOC-01 (一(二)、二(一)、三、五(一)(二)、六).

use std::collections::BTreeSet;

use chrono::Months;

use crate::domain::act::SubmitApplication;
use crate::domain::area::{Area, AreaKind};
use crate::domain::code::IncidentGrade;
use crate::domain::decide::Case;
use crate::domain::rulebook::Rule;
use crate::domain::text::{Id, Text};

/// The fields the notice names (二(一)).
const FIELDS: &[&str] = &["ai", "blockchain", "iot", "vr", "culture", "health", "energy", "agriculture", "data"];

/// The sections a plan has (五(一)), each with its Chinese name.
const SECTIONS: &[(&str, &str)] = &[
    ("foundation", "工作基础"),
    ("goals", "工作目标"),
    ("tasks", "建设任务"),
    ("use_of_funds", "资金使用方向"),
    ("safeguards", "保障措施"),
];

/// QTY-04: the cohort is one of the programme's.
pub fn qty_04(case: &mut Case, act: &SubmitApplication) {
    let cohorts = &case.ledger.programme.parameters.cohorts;
    if !cohorts.contains(&act.cohort) {
        let known = cohorts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
        case.refuse(
            Rule::Qty04,
            format!("{}年不在试点批次({known})之内", act.cohort),
            format!("{} is no cohort of the programme ({known})", act.cohort),
        );
    }
}

fn may_apply(area: &Area) -> bool {
    area.kind != AreaKind::Zone || (area.verified && area.level.is_some())
}

/// ELIG-01: every member is a county, city, district, or zone of a verified level.
pub fn elig_01(case: &mut Case, act: &SubmitApplication) {
    for member in act.members.iter().collect::<BTreeSet<_>>() {
        match case.ledger.programme.areas.get(member) {
            None => case.refuse(
                Rule::Elig01,
                format!("{member} 不在地区名录中"),
                format!("{member} is not in the area register"),
            ),
            Some(area) if !may_apply(area) => case.refuse(
                Rule::Elig01,
                format!("{}({member})的开发区级别尚未核实,须先登记地区", area.name),
                format!("the level of {} ({member}) is not verified; register_area records it", area.name),
            ),
            Some(_) => {}
        }
    }
}

/// ELIG-02: the lead is one of distinct members; members of several cities are a warning.
pub fn elig_02(case: &mut Case, act: &SubmitApplication) {
    let distinct: BTreeSet<&Id> = act.members.iter().collect();
    if distinct.len() < act.members.len() {
        case.refuse(Rule::Elig02, "申报主体重复", "a member stands twice");
    }
    if !distinct.contains(&act.lead) {
        case.refuse(
            Rule::Elig02,
            format!("牵头主体 {} 不在申报主体之中", act.lead),
            format!("the lead {} is not among the members", act.lead),
        );
    }
    let areas = &case.ledger.programme.areas;
    let cities: BTreeSet<&str> =
        distinct.iter().filter_map(|id| areas.get(*id)).map(|area| area.city.as_str()).collect();
    if cities.len() > 1 {
        let names: Vec<_> = cities.into_iter().collect();
        case.warn(
            Rule::Elig02,
            format!("联合申报跨设区市:{}", names.join("、")),
            format!("the members lie in several cities: {}", names.join(", ")),
        );
    }
}

/// ELIG-03: no member was ever recognised, alone or jointly.
pub fn elig_03(case: &mut Case, members: &[Id]) {
    let programme = &case.ledger.programme;
    for member in members.iter().collect::<BTreeSet<_>>() {
        if let Some(application) = programme.recognised_areas.get(member) {
            let name = programme.area_name(member);
            case.refuse(
                Rule::Elig03,
                format!("{name}({member})已通过申报 {application} 纳入试点,不再重复申报"),
                format!("{name} ({member}) was already recognised by the application {application}"),
            );
        }
    }
}

/// ELIG-04: at least so many leading enterprises.
pub fn elig_04(case: &mut Case, act: &SubmitApplication) {
    let (have, need) = (act.leading_enterprises.len(), case.ledger.programme.parameters.min_leading_enterprises.0);
    if have < need as usize {
        case.refuse(
            Rule::Elig04,
            format!("龙头企业 {have} 家,至少 {need} 家"),
            format!("{have} leading enterprises; at least {need} are needed"),
        );
    }
}

/// ELIG-05: at least so many distinct quality enterprises, by credit code, else by name.
pub fn elig_05(case: &mut Case, act: &SubmitApplication) {
    let distinct: BTreeSet<&str> = act
        .quality_enterprises
        .iter()
        .map(|enterprise| enterprise.uscc.as_ref().map_or(enterprise.name.as_str(), |uscc| uscc.as_str()))
        .collect();
    let (have, need) = (distinct.len(), case.ledger.programme.parameters.min_quality_enterprises.0);
    if have < need as usize {
        case.refuse(
            Rule::Elig05,
            format!("优质企业(去重后){have} 家,至少 {need} 家"),
            format!("{have} distinct quality enterprises; at least {need} are needed"),
        );
    }
}

/// ELIG-06: no major incident in the window before the application; lesser ones are a warning.
pub fn elig_06(case: &mut Case, act: &SubmitApplication) {
    let on = case.command.on;
    let months = case.ledger.programme.parameters.incident_lookback_months.0;
    let Some(start) = on.checked_sub_months(Months::new(months)) else {
        return;
    };
    for incident in act.incidents.iter().filter(|incident| incident.date > start && incident.date <= on) {
        let (grade, kind, date) = (incident.grade, incident.kind, incident.date);
        let zh = format!("{date} 发生{}{}({}),在 {start} 之后的 {months} 个月内", grade.zh(), kind.zh(), incident.area);
        let en =
            format!("a {grade} {kind} incident in {} on {date}, within {months} months (after {start})", incident.area);
        if grade >= IncidentGrade::Major {
            case.refuse(Rule::Elig06, zh, en);
        } else {
            case.warn(Rule::Elig06, zh, en);
        }
    }
}

/// ELIG-08 (warning): the field is one that the notice names.
pub fn elig_08(case: &mut Case, field: &Text) {
    if !FIELDS.contains(&field.as_str()) {
        case.warn(
            Rule::Elig08,
            format!("试点领域 {field} 不在通知列举之内"),
            format!("the notice does not name the field {field}"),
        );
    }
}

/// RESP-01: the application carries an attestation with signer and document.
pub fn resp_01(case: &mut Case, act: &SubmitApplication) {
    if act.attestation.signer.is_none() {
        case.refuse(Rule::Resp01, "承诺书缺少签署人", "the attestation has no signer");
    }
    if act.attestation.document.is_none() {
        case.refuse(Rule::Resp01, "承诺书缺少文号", "the attestation has no document");
    }
}

/// DOC-01: the plan has its five sections.
pub fn doc_01(case: &mut Case, act: &SubmitApplication) {
    let missing: Vec<&(&str, &str)> =
        SECTIONS.iter().filter(|(code, _)| act.plan_sections.iter().all(|section| section.as_str() != *code)).collect();
    if !missing.is_empty() {
        let zh = missing.iter().map(|(_, zh)| *zh).collect::<Vec<_>>().join("、");
        let en = missing.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(", ");
        case.refuse(Rule::Doc01, format!("实施方案缺少章节:{zh}"), format!("the plan lacks: {en}"));
    }
}
