//! Drawing commands that move money or promise it.

use serde_json::{Map, Value, json};
use tranche::domain::Date;
use tranche::domain::figures::Figures;
use tranche::domain::ledger::{Assignment, Pilot};
use tranche::domain::money::Money;

use super::draw::Draw;
use super::setup::{DRC, FINANCE, PROVINCE, command, projects};

/// The two bodies of a pilot's city.
fn city(pilot: &Pilot) -> [(&'static str, &str); 2] {
    [("city_digital", pilot.city.as_str()), ("city_finance", pilot.city.as_str())]
}

/// The date of a pilot's first allocation, else of its recognition.
fn allocated_on(pilot: &Pilot) -> Date {
    pilot.allocations.first().map_or(pilot.recognised_on, |first| first.on)
}

/// The allocation in fen.
fn allocation(pilot: &Pilot) -> i128 {
    pilot.allocation().map_or(0, Money::fen)
}

/// A project of the pilot, assigned ones first where there are any; by its code.
fn project<'a>(draw: &mut Draw, id: &str, pilot: &'a Pilot) -> (String, Option<&'a Assignment>) {
    let live: Vec<&Assignment> = pilot.assignments.iter().filter(|known| known.is_live()).collect();
    match draw.dice.pick(&live) {
        Some(known) if draw.dice.chance(97) => (known.project.to_string(), Some(known)),
        _ => {
            let codes = projects(id);
            let code = draw.dice.pick(&codes).unwrap().clone();
            let known = pilot.assignments.iter().rfind(|known| known.project.as_str() == code);
            (code, known)
        }
    }
}

pub fn allocate(draw: &mut Draw) -> Map<String, Value> {
    let bare = draw.ledger.pilots.iter().find(|(_, pilot)| pilot.allocations.is_empty());
    if bare.is_none() && draw.dice.chance(80) {
        return adjust_allocation(draw);
    }
    let (id, pilot) = bare.filter(|_| draw.dice.chance(85)).unwrap_or_else(|| draw.pilot());
    let on = draw.date(pilot.recognised_on);
    let cap = Figures::of_pilot(&draw.ledger.programme, pilot, draw.today).cap.fen();
    let fields = json!({"pilot": id, "amount": draw.near(cap), "document": "定2"});
    command("allocate", &on, FINANCE, fields)
}

pub fn adjust_allocation(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let figures = Figures::of_pilot(&draw.ledger.programme, pilot, draw.today);
    let kept = (pilot.released() - pilot.clawback_returned()).fen();
    let floor = kept.max(pilot.assigned().fen());
    let cap = figures.cap.fen();
    let amount = match draw.dice.below(10) {
        0..3 => draw.near(cap),
        3 => super::auditor::yuan((floor + i128::from(draw.dice.between(-1, 0))).max(1)),
        4 => super::auditor::yuan(kept.max(1)),
        _ => super::auditor::yuan((floor + (cap - floor) * i128::from(draw.dice.between(0, 100)) / 100).max(1)),
    };
    let on = draw.date(allocated_on(pilot));
    let fields = json!({"pilot": id, "new_amount": amount, "reason": "调整", "document": "调1"});
    command("adjust_allocation", &on, PROVINCE, fields)
}

pub fn release(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    if pilot.allocations.is_empty() && draw.dice.chance(80) {
        return allocate(draw);
    }
    let on = draw.date(allocated_on(pilot));
    let figures = Figures::of_pilot(&draw.ledger.programme, pilot, on.parse().unwrap());
    let released = pilot.released().fen();
    let limit = match draw.dice.below(10) {
        0 => allocation(pilot) - released,
        1 => figures.first_share_limit.fen() - released,
        2 => figures.first_share_limit.fen() - pilot.released_in_recognition_year().fen(),
        _ => figures.releasable.fen(),
    };
    let mut amount = draw.near(limit);
    if draw.dice.chance(40) {
        // Most tranches leave room for another.
        amount = draw.near(limit / 3);
    }
    let document = if draw.dice.chance(3) { 0 } else { draw.number + 1 };
    let mut fields = json!({"pilot": id, "release": draw.new_id("R"), "amount": amount,
        "document": format!("预{document}"), "budget_year": draw.dice.between(2025, 2027)});
    let decided = pilot.payouts.last().map(|payout| payout.evaluation.to_string());
    let any = pilot.evaluations.first().map(|known| known.id.to_string());
    if let Some(evaluation) = if draw.dice.chance(85) { decided } else { any } {
        fields["evaluation"] = evaluation.into();
    }
    command("release", &on, FINANCE, fields)
}

/// A release of the pilot, with its date.
fn release_of(draw: &mut Draw, pilot: &Pilot) -> (String, Date) {
    let standing: Vec<_> = pilot.standing_releases().map(|known| (known.id.to_string(), known.on)).collect();
    let any: Vec<_> = pilot.releases.iter().map(|known| (known.id.to_string(), known.on)).collect();
    let list = if draw.dice.chance(90) { &standing } else { &any };
    draw.dice.pick(list).cloned().unwrap_or_else(|| ("R-P1-0".to_owned(), draw.today))
}

pub fn confirm_receipt(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let (release, since) = release_of(draw, pilot);
    let on = draw.date(since);
    let by = [("local_finance", pilot.members[0].as_str())];
    command("confirm_receipt", &on, &by, json!({"pilot": id, "release": release}))
}

pub fn reverse_release(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    if pilot.standing_releases().next().is_none() && draw.dice.chance(90) {
        return release(draw);
    }
    let (release, since) = release_of(draw, pilot);
    let on = draw.date(since);
    command("reverse_release", &on, FINANCE, json!({"pilot": id, "release": release, "reason": "误登"}))
}

pub fn assign_project(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    if pilot.plan.is_none() && draw.dice.chance(80) {
        return super::draw_pilot::approve_plan(draw);
    }
    let codes = projects(id.as_str());
    let free: Vec<_> = codes
        .iter()
        .filter(|code| pilot.assignments.iter().all(|known| !known.is_live() || known.project.as_str() != *code))
        .cloned()
        .collect();
    let list = if draw.dice.chance(94) { &free } else { &codes };
    let code = draw.dice.pick(list).unwrap_or(&codes[0]).clone();
    let approved = pilot.plan.as_ref().map_or(pilot.recognised_on, |plan| plan.approved_on);
    let on = draw.date(approved.max(allocated_on(pilot)));
    let room = allocation(pilot) - pilot.assigned().fen();
    let amount = if draw.dice.chance(60) { draw.near(room / 3) } else { draw.near(room) };
    let purposes = ["SOFTWARE", "DATA", "EQUIPMENT", "STAFF"];
    let purpose = if draw.dice.chance(4) { "DEBT" } else { *draw.dice.pick(&purposes).unwrap() };
    let direction = if draw.dice.chance(2) { "D9" } else { "D2" };
    let mut fields = json!({"pilot": id, "project": code, "name": format!("项目{code}"),
        "owner": {"name": "承担单位", "uscc": "91360000625912173B"}, "direction": direction, "amount": amount,
        "purpose": purpose, "document": "确2", "other_provincial_funding": draw.dice.chance(2)});
    if draw.dice.chance(20) {
        fields["ruling"] = "认1".into();
    }
    command("assign_project", &on, &city(pilot), fields)
}

pub fn change_assignment(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let (code, known) = project(draw, id.as_str(), pilot);
    if known.is_none() && draw.dice.chance(80) {
        return assign_project(draw);
    }
    let (paid, old) = known.map_or((0, 0), |known| (known.paid.fen(), known.amount().fen()));
    let room = old + allocation(pilot) - pilot.assigned().fen();
    let amount = match draw.dice.below(10) {
        0..2 => super::auditor::yuan(0),
        2..4 => super::auditor::yuan((paid + i128::from(draw.dice.between(-1, 1))).max(0)),
        4..7 => super::auditor::yuan(paid + (room - paid) * i128::from(draw.dice.between(0, 100)) / 100),
        _ => draw.near(room),
    };
    let on = draw.date(known.map_or(draw.today, |known| known.on));
    let fields = json!({"pilot": id, "project": code, "new_amount": amount, "reason": "调整", "document": "调2"});
    command("change_assignment", &on, &city(pilot), fields)
}

pub fn file_project(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let (code, known) = project(draw, id.as_str(), pilot);
    if known.is_none() && draw.dice.chance(80) {
        return assign_project(draw);
    }
    let on = draw.date(known.map_or(draw.today, |known| known.on));
    command("file_project", &on, DRC, json!({"pilot": id, "project": code, "document": "备1"}))
}

pub fn register_other_funding(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let code = projects(id.as_str())[3].clone();
    let on = draw.date(pilot.recognised_on);
    let fields = json!({"project": code, "programme": "其他专项", "amount": "1.00", "document": "他1"});
    command("register_other_funding", &on, FINANCE, fields)
}

pub fn pay(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    if !pilot.balance.is_positive() && draw.dice.chance(70) {
        return release(draw);
    }
    let (code, known) = project(draw, id.as_str(), pilot);
    if known.is_none_or(|known| known.paid >= known.amount()) && draw.dice.chance(80) {
        return assign_project(draw);
    }
    let since = known.map_or(draw.today, |known| known.on);
    let on = draw.date(since);
    let left = known.map_or(1, |known| (known.amount() - known.paid).fen());
    let funds = pilot.lowest_balance_from(on.parse().unwrap()).1.fen();
    let limit = match draw.dice.below(20) {
        0 => left,
        1 => funds,
        2 => pilot.balance.fen(),
        3..8 => left.min(funds),
        8..11 => 1_000_000.min(left.min(funds)),
        _ => left.min(funds) / 3,
    };
    let mut fields = json!({"pilot": id, "project": code, "payment": draw.new_id("Z"), "amount": draw.near(limit),
        "payee": {"name": "承担单位", "uscc": "91360000625912173B"}, "voucher": "记1", "purpose": "SERVICE"});
    if draw.dice.chance(10) {
        fields["economic_code"] = (*draw.dice.pick(&["50799", "511", "50201"]).unwrap()).into();
    }
    command("pay", &on, &[("local_finance", pilot.members[0].as_str())], fields)
}

pub fn reverse_payment(draw: &mut Draw) -> Map<String, Value> {
    let mut payments: Vec<_> = draw.ledger.payments.iter().filter(|(_, known)| known.reversed_on.is_none()).collect();
    payments.sort_by(|one, other| one.0.cmp(other.0));
    if payments.is_empty() && draw.dice.chance(90) {
        return pay(draw);
    }
    let (payment, owner, since) = match draw.dice.pick(&payments) {
        Some((id, known)) if draw.dice.chance(96) => (id.to_string(), known.pilot.clone(), known.on),
        _ => ("Z0".to_owned(), draw.pilot().0.clone(), draw.today),
    };
    let on = draw.date(since);
    let area = draw.ledger.pilots[&owner].members[0].clone();
    let fields = json!({"pilot": owner, "payment": payment, "reason": "误付"});
    command("reverse_payment", &on, &[("local_finance", area.as_str())], fields)
}

pub fn order_clawback(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    if pilot.findings.is_empty() && draw.dice.chance(90) {
        return super::draw_pilot::record_finding(draw);
    }
    let (basis, since) = draw.basis(pilot);
    let on = draw.date(since);
    let limit = (pilot.released() - pilot.clawback_ordered()).fen();
    let limit = if draw.dice.chance(50) { limit / 4 } else { limit };
    let fields = json!({"pilot": id, "clawback": draw.new_id("C"), "amount": draw.near(limit), "basis": basis,
        "due": "2027-01-31", "document": "收1"});
    command("order_clawback", &on, PROVINCE, fields)
}

pub fn receive_clawback(draw: &mut Draw) -> Map<String, Value> {
    let open = |pilot: &Pilot| pilot.clawbacks.iter().any(|known| known.outstanding().is_positive());
    let owing = draw.ledger.pilots.iter().find(|(_, pilot)| open(pilot));
    if owing.is_none() && draw.dice.chance(90) {
        return order_clawback(draw);
    }
    let (id, pilot) = owing.filter(|_| draw.dice.chance(90)).unwrap_or_else(|| draw.pilot());
    let orders: Vec<_> = pilot.clawbacks.iter().filter(|known| known.outstanding().is_positive()).collect();
    let order = draw.dice.pick(&orders).copied().or(pilot.clawbacks.last());
    let on = draw.date(order.map_or(draw.today, |order| order.on));
    let unspent = draw.dice.chance(60);
    let mut limit = order.map_or(1, |order| order.outstanding().fen());
    if unspent && draw.dice.chance(80) {
        limit = limit.min(pilot.lowest_balance_from(on.parse().unwrap()).1.fen());
    }
    let fields = json!({"pilot": id, "clawback": order.map_or("C0".to_owned(), |order| order.id.to_string()),
        "receipt": draw.new_id("K"), "amount": draw.near(limit),
        "source": if unspent { "unspent" } else { "own_funds" }, "voucher": "收1"});
    command("receive_clawback", &on, FINANCE, fields)
}

/// What brings a pilot nearer to its closing: the rest of a clawback comes back, else the balance is paid out, else
/// the release that can go unspent is reversed.
pub fn wind_up(draw: &mut Draw, id: &str, pilot: &Pilot) -> Option<Map<String, Value>> {
    let today = super::machine::written(draw.today);
    if let Some(order) = pilot.clawbacks.iter().find(|known| known.outstanding().is_positive()) {
        let fields = json!({"pilot": id, "clawback": order.id, "receipt": draw.new_id("K"),
            "amount": order.outstanding(), "source": "own_funds", "voucher": "收2"});
        return Some(command("receive_clawback", &today, FINANCE, fields));
    }
    let balance = pilot.balance;
    if !balance.is_positive() {
        return None;
    }
    let open = pilot.assignments.iter().rfind(|known| known.is_live() && known.paid < known.amount());
    if let Some(known) = open.filter(|_| pilot.revoked.is_none()) {
        let fields = json!({"pilot": id, "project": known.project, "payment": draw.new_id("Z"),
            "amount": balance.min(known.amount() - known.paid), "payee": {"name": "承包单位"}, "voucher": "记2",
            "purpose": "SERVICE", "contract": "合1"});
        return Some(command("pay", &today, &[("local_finance", pilot.members[0].as_str())], fields));
    }
    let release = pilot.standing_releases().find(|known| known.amount <= balance)?;
    let fields = json!({"pilot": id, "release": release.id, "reason": "退回"});
    Some(command("reverse_release", &today, FINANCE, fields))
}
