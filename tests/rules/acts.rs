//! A lawful command for each act on pilot `P` of the story, to be changed field by field with [`Patch`].
//!
//! The dates are those of the story in `story.rs`; persons, documents and firms are invented.

use serde_json::{Value, json};
use tranche::domain::rule::key::statement_text;
use tranche::log::note::{Note, Signer};

/// The owner of the story's projects.
pub const FIRM: &str = "91360000625912173B";
/// The projects of the story's plan.
pub const ONE: &str = "2510-360602-01";
pub const TWO: &str = "2510-360602-02";
pub const THREE: &str = "2510-360602-03";

/// Changing a command.
pub trait Patch {
    /// Replaces these fields, whole.
    fn with(self, fields: Value) -> Value;
    /// Leaves a field out.
    fn without(self, field: &str) -> Value;
    /// On another date.
    fn on(self, date: &str) -> Value;
    /// Recorded by another body alone.
    fn by(self, by: Value) -> Value;
}

impl Patch for Value {
    fn with(mut self, fields: Value) -> Value {
        self.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self
    }

    fn without(mut self, field: &str) -> Value {
        self.as_object_mut().unwrap().remove(field).unwrap();
        self
    }

    fn on(self, date: &str) -> Value {
        self.with(json!({"on": date}))
    }

    fn by(mut self, by: Value) -> Value {
        self.as_object_mut().unwrap().remove("approvals");
        self.with(json!({"by": by}))
    }
}

pub fn finance() -> Value {
    json!({"body": "province_finance", "person": "李敏"})
}

pub fn drc() -> Value {
    json!({"body": "province_drc", "person": "周涛"})
}

pub fn city_digital() -> Value {
    json!({"body": "city_digital", "person": "吴静", "city": "鹰潭市"})
}

pub fn city_finance() -> Value {
    json!({"body": "city_finance", "person": "郑强", "city": "鹰潭市"})
}

pub fn local_finance() -> Value {
    json!({"body": "local_finance", "person": "王芳", "area": "360602"})
}

pub fn applicant() -> Value {
    json!({"body": "applicant", "person": "赵伟", "area": "360602"})
}

/// A command by one body.
fn act(command: &str, on: &str, by: &Value, own: Value) -> Value {
    json!({"command": command, "on": on, "by": by}).with(own)
}

/// A command of the province: finance, with the other's approval.
fn province(command: &str, on: &str, own: Value) -> Value {
    act(command, on, &finance(), own).with(json!({"approvals": [drc()]}))
}

/// A command of the city: its digital authority, with its finance bureau's approval.
fn city(command: &str, on: &str, own: Value) -> Value {
    act(command, on, &city_digital(), own).with(json!({"approvals": [city_finance()]}))
}

// The programme.

pub fn amend(on: &str, changes: &Value) -> Value {
    province("amend_programme", on, json!({"document": "赣财修1号", "changes": changes}))
}

pub fn register_area(area: &str) -> Value {
    let own = json!({"area": area, "name": "某工业园区", "kind": "zone", "level": "provincial", "city": "鹰潭市", "document": "赣府字1号"});
    act("register_area", "2025-10-17", &drc(), own)
}

pub fn register_other_funding(on: &str, project: &str) -> Value {
    let own = json!({"project": project, "programme": "工业发展专项", "amount": "300000.00", "document": "赣财它1号"});
    act("register_other_funding", on, &finance(), own)
}

pub fn attach(on: &str, subject: &str) -> Value {
    let own = json!({"subject": subject, "name": "凭证.pdf", "media_type": "application/pdf", "sha256": "ab".repeat(32), "size": 1024});
    act("attach", on, &local_finance(), own)
}

pub fn close_period(on: &str, through: &str) -> Value {
    act("close_period", on, &finance(), json!({"through": through}))
}

pub fn reopen_period(on: &str, through: &str) -> Value {
    province("reopen_period", on, json!({"through": through, "reason": "补记"}))
}

/// A log's key of this name.
pub fn log_key(name: &str, seed: u8) -> Signer {
    Signer::from_seed(name, &[seed; 32]).unwrap()
}

/// A statement that hands over from one key to the other, signed by these.
pub fn statement(previous: Option<&Signer>, key: &Signer, signers: &[&Signer]) -> Value {
    let text = statement_text(previous.map(Signer::public), key.public());
    let signatures = signers.iter().map(|signer| signer.sign(&text)).collect();
    json!(Note { text, signatures }.to_string())
}

/// The announcement of the log's key of one seed after that of another.
pub fn announce_key(on: &str, previous: Option<u8>, key: u8) -> Value {
    let [previous, key] = [previous, Some(key)].map(|seed| seed.map(|seed| log_key("log.example/jx", seed)));
    let key = key.unwrap();
    let signers: Vec<&Signer> = previous.iter().chain([&key]).collect();
    let own = json!({"key": key.public(), "statement": statement(previous.as_ref(), &key, &signers)});
    let command = province("announce_key", on, own);
    match previous {
        Some(previous) => command.with(json!({"previous": previous.public()})),
        None => command,
    }
}

// Applications.

/// So many distinct quality enterprises.
pub fn enterprises(count: usize) -> Value {
    (1..=count).map(|number| json!({"name": format!("企业{number:02}"), "kind": "technology"})).collect()
}

pub fn submit(application: &str, area: &str) -> Value {
    let own = json!({
        "application": application, "cohort": 2025, "lead": area, "members": [area], "field": "ai",
        "leading_enterprises": [{"name": "龙头企业", "uscc": FIRM}], "quality_enterprises": enterprises(20), "incidents": [],
        "plan_sections": ["foundation", "goals", "tasks", "use_of_funds", "safeguards"],
        "attestation": {"signer": "赵伟", "document": "月府文1号"},
    });
    let by = json!({"body": "applicant", "person": "赵伟", "area": area});
    act("submit_application", "2025-10-20", &by, own)
}

/// A joint application of two areas of 鹰潭, led by the first.
pub fn submit_joint(application: &str) -> Value {
    submit(application, "360602").with(json!({"members": ["360602", "360603"]}))
}

pub fn recommend(application: &str) -> Value {
    city("recommend", "2025-10-21", json!({"application": application, "document": "鹰数推1号"}))
}

pub fn review(application: &str, stage: &str, score: &str) -> Value {
    act("review", "2025-10-25", &drc(), json!({"application": application, "stage": stage, "score": score}))
}

pub fn publicise(applications: &[&str]) -> Value {
    let own = json!({"cohort": 2025, "applications": applications, "from": "2025-11-01", "to": "2025-11-07"});
    province("publicise", "2025-11-01", own)
}

pub fn recognise(application: &str, pilot: &str) -> Value {
    province("recognise", "2025-11-10", json!({"application": application, "pilot": pilot, "document": "赣发改数1号"}))
}

pub fn reject(application: &str) -> Value {
    act("reject_application", "2025-11-10", &drc(), json!({"application": application, "reason": "未入围"}))
}

// Plan, evaluation, end.

fn planned(code: &str) -> Value {
    json!({"project": code, "name": "智能工厂", "direction": "D1"})
}

/// A plan of a term from 2025-12-01 to 2027-11-30.
pub fn approve_plan() -> Value {
    let target = json!({"indicator": "产值", "group": "产出指标", "unit": "亿元", "target": "10", "weight": "100"});
    let own = json!({
        "pilot": "P", "document": "赣发改批1号", "term_start": "2025-12-01",
        "projects": [planned(ONE), planned(TWO), planned(THREE)], "targets": [target],
    });
    act("approve_plan", "2025-11-20", &drc(), own)
}

pub fn adjust_plan(on: &str) -> Value {
    city("adjust_plan", on, json!({"pilot": "P", "document": "鹰数调1号", "add": [planned("2510-360602-04")]}))
}

pub fn file_plan(on: &str) -> Value {
    act("file_plan", on, &drc(), json!({"pilot": "P", "document": "赣发改备1号"}))
}

pub fn monitor(on: &str) -> Value {
    let own = json!({"pilot": "P", "period": "2026H1", "progress": [{"indicator": "产值", "actual": "4"}]});
    act("monitor", on, &city_digital(), own)
}

/// The annual self-evaluation of 2026, or the overall one.
pub fn self_evaluate(id: &str, kind: &str, on: &str) -> Value {
    let own = json!({"pilot": "P", "evaluation": id, "kind": kind, "year": 2026, "score": "92", "report": "鹰评1号"});
    let opinion = if kind == "overall" { json!({"opinion": "鹰数意1号"}) } else { json!({}) };
    act("self_evaluate", on, &city_digital(), own.with(opinion))
}

/// The province's evaluation on that self-evaluation.
pub fn evaluate(id: &str, own: &str, kind: &str, on: &str) -> Value {
    let fields = json!({
        "pilot": "P", "evaluation": id, "kind": kind, "year": 2026, "self_evaluation": own, "score": "92", "grade": "优",
        "document": "赣发改评1号",
    });
    if kind == "overall" { province("evaluate", on, fields) } else { act("evaluate", on, &drc(), fields) }
}

pub fn decide_payout(on: &str, evaluation: &str, ratio: &str) -> Value {
    let own =
        json!({"pilot": "P", "evaluation": evaluation, "ratio": ratio, "reason": "依评价", "document": "赣财拨1号"});
    province("decide_payout", on, own)
}

pub fn close_pilot(on: &str) -> Value {
    act("close_pilot", on, &finance(), json!({"pilot": "P", "document": "赣财结1号"}))
}

// Money.

pub fn allocate(amount: &str) -> Value {
    act("allocate", "2025-11-25", &finance(), json!({"pilot": "P", "amount": amount, "document": "赣财定1号"}))
}

pub fn adjust_allocation(on: &str, amount: &str) -> Value {
    province(
        "adjust_allocation",
        on,
        json!({"pilot": "P", "new_amount": amount, "reason": "调整", "document": "赣财调1号"}),
    )
}

pub fn release(id: &str, on: &str, amount: &str) -> Value {
    let document = format!("赣财指{id}号");
    let year: i32 = on[..4].parse().unwrap();
    let own = json!({"pilot": "P", "release": id, "amount": amount, "document": document, "budget_year": year});
    act("release", on, &finance(), own)
}

pub fn confirm_receipt(id: &str, on: &str) -> Value {
    act("confirm_receipt", on, &local_finance(), json!({"pilot": "P", "release": id}))
}

pub fn reverse_release(id: &str, on: &str) -> Value {
    act("reverse_release", on, &finance(), json!({"pilot": "P", "release": id, "reason": "误记"}))
}

pub fn assign(project: &str, amount: &str) -> Value {
    let own = json!({
        "pilot": "P", "project": project, "name": format!("智能工厂{project}"), "owner": {"name": "承担企业", "uscc": FIRM},
        "direction": "D1", "amount": amount, "purpose": "EQUIPMENT", "document": "鹰数定1号",
        "other_provincial_funding": false,
    });
    city("assign_project", "2026-01-10", own)
}

pub fn change_assignment(on: &str, project: &str, amount: &str) -> Value {
    let own =
        json!({"pilot": "P", "project": project, "new_amount": amount, "reason": "调整", "document": "鹰数变1号"});
    city("change_assignment", on, own)
}

pub fn file_project(project: &str, on: &str) -> Value {
    act("file_project", on, &drc(), json!({"pilot": "P", "project": project, "document": "赣发改案1号"}))
}

pub fn pay(id: &str, on: &str, amount: &str) -> Value {
    let own = json!({
        "pilot": "P", "project": ONE, "payment": id, "amount": amount, "payee": {"name": "承担企业", "uscc": FIRM},
        "voucher": "记1", "purpose": "EQUIPMENT",
    });
    act("pay", on, &local_finance(), own)
}

pub fn reverse_payment(id: &str, on: &str) -> Value {
    act("reverse_payment", on, &local_finance(), json!({"pilot": "P", "payment": id, "reason": "误记"}))
}

// Sanctions.

pub fn finding(id: &str, kind: &str, on: &str) -> Value {
    let own = json!({"finding": id, "pilot": "P", "kind": kind, "description": "情况说明", "document": "赣审1号"});
    act("record_finding", on, &json!({"body": "auditor", "person": "孙丽"}), own)
}

pub fn order_rectification(on: &str, basis: &str, due: &str) -> Value {
    let own = json!({"pilot": "P", "basis": basis, "due": due, "matters": "限期整改", "document": "赣发改整1号"});
    province("order_rectification", on, own)
}

pub fn accept_rectification(on: &str) -> Value {
    province("accept_rectification", on, json!({"pilot": "P", "document": "赣发改验1号"}))
}

pub fn suspend(on: &str, basis: &str) -> Value {
    province("suspend", on, json!({"pilot": "P", "basis": basis, "reason": "整改", "document": "赣发改停1号"}))
}

pub fn resume(on: &str) -> Value {
    province("resume", on, json!({"pilot": "P", "reason": "整改完成", "document": "赣发改复1号"}))
}

pub fn revoke(on: &str, basis: &str) -> Value {
    province("revoke", on, json!({"pilot": "P", "basis": basis, "reason": "弄虚作假", "document": "赣发改撤1号"}))
}

pub fn order_clawback(id: &str, on: &str, amount: &str) -> Value {
    let own = json!({
        "pilot": "P", "clawback": id, "amount": amount, "basis": "F", "due": "2027-03-31", "document": "赣财收1号",
    });
    province("order_clawback", on, own)
}

pub fn receive_clawback(id: &str, on: &str, amount: &str) -> Value {
    let own = json!({
        "pilot": "P", "clawback": "K", "receipt": id, "amount": amount, "source": "unspent", "voucher": "收1",
    });
    act("receive_clawback", on, &finance(), own)
}
