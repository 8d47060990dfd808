//! Drawing commands on plans, evaluations, sanctions and the end of a pilot.

use serde_json::{Map, Value, json};
use tranche::domain::Date;
use tranche::domain::ledger::{Pilot, Plan};

use super::draw::Draw;
use super::setup::{DRC, FINANCE, PROVINCE, command, planned, projects};

/// The two bodies of a pilot's city.
fn city(pilot: &Pilot) -> [(&'static str, &str); 2] {
    [("city_digital", pilot.city.as_str()), ("city_finance", pilot.city.as_str())]
}

/// The date of a pilot's plan, else of its recognition.
fn approved_on(pilot: &Pilot) -> Date {
    pilot.plan.as_ref().map_or(pilot.recognised_on, |plan| plan.approved_on)
}

pub fn approve_plan(draw: &mut Draw) -> Map<String, Value> {
    let bare = draw.ledger.pilots.iter().find(|(_, pilot)| pilot.plan.is_none());
    if bare.is_none() && draw.dice.chance(80) {
        return adjust_plan(draw);
    }
    let (id, pilot) = bare.filter(|_| draw.dice.chance(90)).unwrap_or_else(|| draw.pilot());
    let on = draw.date(pilot.recognised_on);
    let term_start = *draw.dice.pick(&["2023-01-01", "2026-02-28", "9999-12-31"]).unwrap();
    let fields = json!({"pilot": id, "document": "批2", "term_start": term_start, "projects": planned(id.as_str()),
        "targets": []});
    command("approve_plan", &on, DRC, fields)
}

pub fn adjust_plan(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let on = draw.date(approved_on(pilot));
    let codes = projects(id.as_str());
    let code = draw.dice.pick(&codes).unwrap();
    let fields = if draw.dice.chance(30) {
        json!({"pilot": id, "document": "改1", "remove": [code]})
    } else {
        json!({"pilot": id, "document": "改2", "add": [{"project": code, "name": "新名", "direction": "D1"}]})
    };
    command("adjust_plan", &on, &city(pilot), fields)
}

pub fn file_plan(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let unfiled =
        |plan: &Plan| plan.changes.iter().filter(|change| change.filed_on.is_none()).map(|change| change.on).max();
    let Some(since) = pilot.plan.as_ref().and_then(unfiled).or_else(|| draw.dice.chance(20).then_some(draw.today))
    else {
        return adjust_plan(draw);
    };
    let on = draw.date(since);
    command("file_plan", &on, DRC, json!({"pilot": id, "document": "备2"}))
}

pub fn monitor(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let on = draw.date(approved_on(pilot));
    let fields = json!({"pilot": id, "period": "2026H1", "progress": [{"indicator": "平台数", "actual": "1"}]});
    command("monitor", &on, &[("applicant", pilot.members[0].as_str())], fields)
}

pub fn close_pilot(draw: &mut Draw) -> Map<String, Value> {
    let overall =
        |pilot: &Pilot| pilot.evaluations.iter().find(|known| known.kind.as_str() == "overall").map(|known| known.on);
    let open = draw.ledger.pilots.iter().filter(|(_, pilot)| pilot.closed_on.is_none());
    let ready: Vec<_> = open.filter_map(|(id, pilot)| Some((id, pilot, overall(pilot)?))).collect();
    let Some((id, pilot, since)) = draw.dice.pick(&ready).copied() else {
        return if draw.dice.chance(80) { evaluate(draw) } else { close(draw, "P1", draw.today) };
    };
    // What still stands in the way of closing comes first.
    if draw.dice.chance(85)
        && let Some(before) = super::draw_funds::wind_up(draw, id.as_str(), pilot)
    {
        return before;
    }
    close(draw, id.as_str(), since)
}

fn close(draw: &mut Draw, id: &str, since: Date) -> Map<String, Value> {
    let on = draw.date(since);
    command("close_pilot", &on, FINANCE, json!({"pilot": id, "document": "结1"}))
}

pub fn self_evaluate(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let on = draw.date(approved_on(pilot));
    let overall = draw.dice.chance(30);
    let mut fields = json!({"pilot": id, "evaluation": draw.new_id("S"), "year": draw.dice.between(2025, 2027),
        "kind": if overall { "overall" } else { "annual" }, "score": "95.5", "report": "报1"});
    if overall {
        fields["opinion"] = "意见1".into();
    }
    command("self_evaluate", &on, &city(pilot)[..1], fields)
}

pub fn evaluate(draw: &mut Draw) -> Map<String, Value> {
    let own = draw.ledger.pilots.iter().find(|(_, pilot)| pilot.self_evaluations.len() > pilot.evaluations.len());
    let (id, pilot) = own.filter(|_| draw.dice.chance(70)).unwrap_or_else(|| draw.pilot());
    if pilot.self_evaluations.is_empty() && draw.dice.chance(90) {
        return self_evaluate(draw);
    }
    let newest = pilot.self_evaluations.last();
    let basis = if draw.dice.chance(70) { newest } else { draw.dice.pick(&pilot.self_evaluations) };
    let on = draw.date(basis.map_or(draw.today, |basis| basis.on));
    let scores = [("100", "优"), ("90.00", "优"), ("89.99", "良"), ("70", "中"), ("60", "中"), ("59.99", "差")];
    let (score, grade) = *draw.dice.pick(&scores).unwrap();
    let kind = basis.map_or("annual", |basis| basis.kind.as_str());
    let mut fields = json!({"pilot": id, "evaluation": draw.new_id("E"), "kind": kind,
        "year": basis.map_or(2026, |basis| basis.year.0), "score": score, "grade": grade, "document": "评1",
        "self_evaluation": basis.map_or("S0".to_owned(), |basis| basis.id.to_string())});
    if draw.dice.chance(8) {
        fields["grade"] = "优".into();
        fields["override_reason"] = "复核".into();
    }
    command("evaluate", &on, if kind == "annual" { DRC } else { PROVINCE }, fields)
}

pub fn decide_payout(draw: &mut Draw) -> Map<String, Value> {
    let judged = draw.ledger.pilots.iter().find(|(_, pilot)| pilot.evaluations.len() > pilot.payouts.len());
    let (id, pilot) = judged.filter(|_| draw.dice.chance(70)).unwrap_or_else(|| draw.pilot());
    if pilot.evaluations.is_empty() && draw.dice.chance(90) {
        return evaluate(draw);
    }
    let evaluation = draw.dice.pick(&pilot.evaluations);
    let poor = evaluation.is_some_and(|known| known.grade.as_str() == "差");
    let ratios = ["1", "1.0000", "0.5", "0.3333", "0.0001", "0.9999", "0"];
    let ratio = if poor && draw.dice.chance(85) { "0" } else { *draw.dice.pick(&ratios).unwrap() };
    let on = draw.date(evaluation.map_or(draw.today, |known| known.on));
    let fields = json!({"pilot": id, "ratio": ratio, "reason": "按评价结果", "document": "付1",
        "evaluation": evaluation.map_or("E0".to_owned(), |known| known.id.to_string())});
    command("decide_payout", &on, PROVINCE, fields)
}

pub fn record_finding(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let on = draw.date(pilot.recognised_on);
    let kind = *draw.dice.pick(&["fraud", "misuse", "other"]).unwrap();
    let mut fields = json!({"finding": draw.new_id("F"), "kind": kind, "description": "情况", "document": "查1"});
    match draw.dice.below(10) {
        0 => fields["application"] = "A6".into(),
        1 => fields["application"] = pilot.application.as_str().into(),
        _ => fields["pilot"] = id.as_str().into(),
    }
    command("record_finding", &on, &[("auditor", "")], fields)
}

pub fn order_rectification(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    if pilot.findings.is_empty() && draw.dice.chance(80) {
        return record_finding(draw);
    }
    let (basis, since) = draw.basis(pilot);
    let on = draw.date(since);
    let fields = json!({"pilot": id, "basis": basis, "due": "2026-12-31", "matters": "整改", "document": "改3"});
    command("order_rectification", &on, PROVINCE, fields)
}

pub fn accept_rectification(draw: &mut Draw) -> Map<String, Value> {
    let ordered = draw.ledger.pilots.iter().find(|(_, pilot)| pilot.open_rectification().is_some());
    if ordered.is_none() && draw.dice.chance(80) {
        return order_rectification(draw);
    }
    let (id, pilot) = ordered.unwrap_or_else(|| draw.pilot());
    let on = draw.date(pilot.open_rectification().map_or(draw.today, |order| order.on));
    command("accept_rectification", &on, PROVINCE, json!({"pilot": id, "document": "验1"}))
}

pub fn suspend(draw: &mut Draw) -> Map<String, Value> {
    sanction(draw, "suspend")
}

pub fn revoke(draw: &mut Draw) -> Map<String, Value> {
    sanction(draw, "revoke")
}

fn sanction(draw: &mut Draw, name: &str) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    if pilot.findings.is_empty() && draw.dice.chance(80) {
        return record_finding(draw);
    }
    let (basis, since) = draw.basis(pilot);
    let on = draw.date(since);
    command(name, &on, PROVINCE, json!({"pilot": id, "basis": basis, "reason": "处理", "document": "处1"}))
}

pub fn resume(draw: &mut Draw) -> Map<String, Value> {
    let suspended = draw.ledger.pilots.iter().find(|(_, pilot)| pilot.suspension().is_some());
    if suspended.is_none() && draw.dice.chance(85) {
        return suspend(draw);
    }
    let (id, pilot) = suspended.unwrap_or_else(|| draw.pilot());
    let on = draw.date(pilot.suspension().map_or(draw.today, |known| known.on));
    command("resume", &on, PROVINCE, json!({"pilot": id, "reason": "恢复", "document": "复1"}))
}
