//! The steps by which a made-up pilot comes to its money, each step for all pilots before the next.

use serde_json::{Value, json};

use super::PROJECTS;
use crate::domain::text::Id;

/// How many applications one notice of publicity names.
const PUBLICISED: u64 = 50;

/// A step: how many commands it takes, and the day it is on.
struct Step {
    commands: u64,
    day: i64,
    fields: fn(u64, u64) -> Value,
}

/// The steps, in order.
fn steps(pilots: u64) -> [Step; 12] {
    let step = |day, commands, fields| Step { commands, day, fields };
    [
        step(0, pilots, |pilot, _| register_area(pilot)),
        step(1, pilots, |pilot, _| submit(pilot)),
        step(2, pilots, |pilot, _| recommend(pilot)),
        step(3, pilots, |pilot, _| review(pilot, "written")),
        step(4, pilots, |pilot, _| review(pilot, "onsite")),
        step(5, pilots.div_ceil(PUBLICISED), publicise),
        step(7, pilots, |pilot, _| recognise(pilot)),
        step(8, pilots, |pilot, _| approve_plan(pilot)),
        step(9, pilots, |pilot, _| allocate(pilot)),
        step(10, pilots, |pilot, _| release(pilot)),
        step(11, pilots * PROJECTS, |number, _| assign(number / PROJECTS, number % PROJECTS)),
        step(12, pilots * PROJECTS, |number, _| file(number / PROJECTS, number % PROJECTS)),
    ]
}

/// How many commands the setup of so many pilots takes.
pub(super) fn commands(pilots: u64) -> u64 {
    steps(pilots).iter().map(|step| step.commands).sum()
}

/// The fields of a command of the setup, and its day.
pub(super) fn fields(pilots: u64, number: u64) -> (Value, i64) {
    let mut left = number;
    for step in steps(pilots) {
        if left < step.commands {
            return ((step.fields)(left, pilots), step.day);
        }
        left -= step.commands;
    }
    (Value::Null, 0)
}

/// The area that is a pilot's lead and only member.
pub(super) fn area(pilot: u64) -> String {
    format!("BZ{pilot:05}")
}

/// A pilot's identifier.
pub(super) fn pilot(pilot: u64) -> String {
    format!("BP{pilot:05}")
}

/// A project's code.
pub(super) fn project(pilot: u64, project: u64) -> String {
    format!("2501-{pilot:06}-04-{project:02}")
}

/// Stands for an identifier of wrong form, of which there is none.
pub(super) fn nameless() -> Id {
    #[expect(clippy::unwrap_used, reason = "a constant of the right form")]
    Id::parse("none").unwrap()
}

fn application(pilot: u64) -> String {
    format!("BA{pilot:05}")
}

fn drc() -> Value {
    json!({"body": "province_drc", "person": "周涛"})
}

fn finance() -> Value {
    json!({"body": "province_finance", "person": "李敏"})
}

fn city(body: &str, person: &str) -> Value {
    json!({"body": body, "person": person, "city": "南昌市"})
}

fn register_area(pilot: u64) -> Value {
    json!({"command": "register_area", "by": drc(), "area": area(pilot), "name": format!("示例园区{pilot:05}"),
        "kind": "zone", "level": "provincial", "city": "南昌市", "document": "赣发改数登〔2025〕1号"})
}

fn submit(pilot: u64) -> Value {
    let enterprise = |n: u64| json!({"name": format!("示例企业{pilot:05}-{n:02}(虚构)"), "kind": "technology"});
    json!({"command": "submit_application", "by": {"body": "applicant", "person": "管委会丙", "area": area(pilot)},
        "application": application(pilot), "cohort": 2026, "lead": area(pilot), "members": [area(pilot)], "field": "ai",
        "leading_enterprises": [{"name": "示例龙头企业(虚构)"}],
        "quality_enterprises": (0..20).map(enterprise).collect::<Vec<_>>(), "incidents": [],
        "plan_sections": ["foundation", "goals", "tasks", "use_of_funds", "safeguards"],
        "attestation": {"signer": "管委会主任(虚构)", "document": format!("园区报〔2025〕{pilot}号")}})
}

fn recommend(pilot: u64) -> Value {
    json!({"command": "recommend", "by": city("city_digital", "数字局乙"), "approvals": [city("city_finance", "财政局乙")],
        "application": application(pilot), "document": format!("数推〔2025〕{pilot}号")})
}

fn review(pilot: u64, stage: &str) -> Value {
    json!({"command": "review", "by": drc(), "application": application(pilot), "stage": stage, "score": "90.00"})
}

fn publicise(number: u64, pilots: u64) -> Value {
    let listed = number * PUBLICISED..pilots.min((number + 1) * PUBLICISED);
    json!({"command": "publicise", "by": drc(), "approvals": [finance()], "cohort": 2026,
        "applications": listed.map(application).collect::<Vec<_>>(), "from": "2025-01-07", "to": "2025-01-07"})
}

fn recognise(number: u64) -> Value {
    json!({"command": "recognise", "by": drc(), "approvals": [finance()], "application": application(number),
        "pilot": pilot(number), "document": "赣发改数〔2025〕45号"})
}

fn approve_plan(number: u64) -> Value {
    let planned = |n: u64| json!({"project": project(number, n), "name": format!("示例项目{number:05}-{n}"), "direction": format!("D{}", n + 1)});
    json!({"command": "approve_plan", "by": drc(), "pilot": pilot(number), "document": "赣发改数批〔2025〕1号",
        "term_start": "2025-01-10", "projects": (0..PROJECTS).map(planned).collect::<Vec<_>>(),
        "targets": [{"indicator": "建成公共服务平台数", "group": "产出指标", "unit": "个", "target": "2", "weight": "60"},
            {"indicator": "企业满意度", "group": "满意度指标", "unit": "%", "target": "90", "weight": "40"}]})
}

fn allocate(number: u64) -> Value {
    json!({"command": "allocate", "by": finance(), "pilot": pilot(number), "amount": "10000000.00",
        "document": "赣财建指〔2025〕88号"})
}

fn release(number: u64) -> Value {
    json!({"command": "release", "by": finance(), "pilot": pilot(number), "release": format!("{}-R1", pilot(number)),
        "amount": "7000000.00", "document": format!("赣财建指〔2025〕90-{number}号"), "budget_year": 2025})
}

fn assign(number: u64, n: u64) -> Value {
    json!({"command": "assign_project", "by": city("city_digital", "数字局丙"),
        "approvals": [city("city_finance", "财政局乙")], "pilot": pilot(number), "project": project(number, n),
        "name": format!("示例项目{number:05}-{n}"), "owner": {"name": "示例承担单位(虚构)", "uscc": "91368445MACH36FA6C"},
        "direction": format!("D{}", n + 1), "amount": "1400000.00", "purpose": "INFRASTRUCTURE",
        "document": "数字〔2025〕3号", "other_provincial_funding": false})
}

fn file(number: u64, n: u64) -> Value {
    json!({"command": "file_project", "by": drc(), "pilot": pilot(number), "project": project(number, n),
        "document": format!("备案〔2025〕{number}-{n}号")})
}
