//! Where every sequence starts: lawful applications of three cohorts, four pilots recognised from them, two more
//! applications still open.
//!
//! `P1` is a national zone and `P2` a county, both of 2025; `P3` is a joint pilot and `P4` a district, both recognised in
//! 2026. `P4` has neither plan nor allocation yet. `A5` is publicised and `A6` recommended.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use tranche::domain::act::{Act, OpenProgramme};
use tranche::domain::area;
use tranche::domain::code::Body;
use tranche::domain::command::{Command, Party};
use tranche::domain::text::{Person, Text};

use super::machine::{Machine, Outcome};

/// Identifier, cohort, members with the lead first, its city, the pilot it becomes.
type Application = (&'static str, i32, &'static [&'static str], &'static str, Option<&'static str>);

/// The applications.
const APPLICATIONS: &[Application] = &[
    ("A1", 2025, &["JXZ001"], "南昌市", Some("P1")),
    ("A2", 2025, &["360121"], "南昌市", Some("P2")),
    ("A3", 2026, &["360602", "360603"], "鹰潭市", Some("P3")),
    ("A4", 2026, &["360203"], "景德镇市", Some("P4")),
    ("A5", 2027, &["JXZ003"], "九江市", None),
    ("A6", 2025, &["360802"], "吉安市", None),
];

/// The day on which sequences start.
pub const FIRST_DAY: &str = "2026-01-20";

static START: LazyLock<Machine> = LazyLock::new(build);

/// A machine where every sequence starts.
pub fn start() -> Machine {
    START.clone()
}

/// The project codes that a pilot's plan has.
pub fn projects(pilot: &str) -> Vec<String> {
    (1..=4).map(|number| format!("2510-{pilot}-{number}")).collect()
}

/// The projects of a plan as `approve_plan` has them.
pub fn planned(pilot: &str) -> Value {
    let project = |code: String| json!({"project": code, "name": format!("项目{code}"), "direction": "D3"});
    projects(pilot).into_iter().map(project).collect()
}

/// A lawful command: the first party records it, the others approve; a party is a body and its place.
pub fn command(name: &str, on: &str, parties: &[(&str, &str)], fields: Value) -> Map<String, Value> {
    let mut standing = parties.iter().zip(["甲", "乙", "丙"]).map(|((body, place), person)| match *body {
        "city_digital" | "city_finance" => json!({"body": body, "person": person, "city": place}),
        "local_finance" | "applicant" => json!({"body": body, "person": person, "area": place}),
        _ => json!({"body": body, "person": person}),
    });
    let mut object = Map::new();
    object.insert("command".to_owned(), name.into());
    object.insert("on".to_owned(), on.into());
    object.insert("recorded_at".to_owned(), format!("{on}T09:00:00+08:00").into());
    object.insert("by".to_owned(), standing.next().unwrap());
    object.insert("approvals".to_owned(), standing.collect());
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    object
}

/// Both departments of the province.
pub const PROVINCE: &[(&str, &str)] = &[("province_drc", ""), ("province_finance", "")];
/// The province's finance department.
pub const FINANCE: &[(&str, &str)] = &[("province_finance", "")];
/// The province's commission.
pub const DRC: &[(&str, &str)] = &[("province_drc", "")];

fn open() -> Machine {
    let rules: Value = serde_json::from_str(include_str!("../../src/domain/programmes/jiangxi-2025.json")).unwrap();
    let members: Vec<&str> = APPLICATIONS.iter().flat_map(|(_, _, members, ..)| members.iter().copied()).collect();
    let areas = area::jiangxi().unwrap().into_iter().filter(|area| members.contains(&area.code.as_str())).collect();
    let act = Act::OpenProgramme(OpenProgramme {
        programme: Text::parse("试点").unwrap(),
        rules: serde_json::from_value(rules["rules"].clone()).unwrap(),
        areas,
        sandbox: true,
    });
    let by = Party {
        body: Body::ProvinceFinance,
        person: Person::parse("系统").unwrap(),
        city: None,
        area: None,
        document: None,
    };
    let on = "2026-11-23".parse().unwrap();
    let command = Command { id: None, on, by, approvals: vec![], note: None, recorded_at: None, act };
    let mut machine = Machine::default();
    machine.append(&command, vec![("programme".to_owned(), command.act.clone())], &[]).unwrap();
    machine
}

fn send(machine: &mut Machine, object: &Map<String, Value>) {
    assert_eq!(machine.submit(object), Ok(Outcome::Accepted), "{object:?}");
}

fn submission(id: &str, cohort: i32, members: &[&str]) -> Value {
    let enterprise = |number: i32| json!({"name": format!("企业{number}"), "kind": "platform"});
    json!({
        "application": id, "cohort": cohort, "lead": members[0], "members": members, "field": "ai",
        "leading_enterprises": [{"name": "龙头", "uscc": "91360000625912173B"}],
        "quality_enterprises": (0..20).map(enterprise).collect::<Vec<_>>(), "incidents": [],
        "plan_sections": ["foundation", "goals", "tasks", "use_of_funds", "safeguards"],
        "attestation": {"signer": "主任", "document": "承诺1"},
    })
}

fn apply(machine: &mut Machine) {
    for (id, cohort, members, ..) in APPLICATIONS {
        let by = [("applicant", members[0])];
        send(machine, &command("submit_application", "2025-10-09", &by, submission(id, *cohort, members)));
    }
    for (id, _, _, city, _) in APPLICATIONS {
        let by = [("city_digital", *city), ("city_finance", *city)];
        let fields = json!({"application": id, "document": "荐1"});
        send(machine, &command("recommend", "2025-10-10", &by, fields));
    }
    let judged = APPLICATIONS.iter().filter(|(id, ..)| *id != "A6");
    for (id, ..) in judged.clone() {
        for stage in ["written", "onsite"] {
            let fields = json!({"application": id, "stage": stage, "score": "88.50"});
            send(machine, &command("review", "2025-10-12", DRC, fields));
        }
    }
    for cohort in [2025, 2026, 2027] {
        let list: Vec<&str> = judged.clone().filter(|(_, year, ..)| *year == cohort).map(|(id, ..)| *id).collect();
        let fields = json!({"cohort": cohort, "applications": list, "from": "2025-10-13", "to": "2025-10-17"});
        send(machine, &command("publicise", "2025-10-13", PROVINCE, fields));
    }
}

fn recognise(machine: &mut Machine, on: &str, cohort: i32) {
    for (application, year, .., pilot) in APPLICATIONS {
        if let Some(pilot) = pilot.filter(|_| *year == cohort) {
            let fields = json!({"application": application, "pilot": pilot, "document": "认1"});
            send(machine, &command("recognise", on, PROVINCE, fields));
        }
    }
}

fn plan_and_allocate(machine: &mut Machine, on: &str, pilot: &str, (term_start, amount): (&str, &str)) {
    let target = json!({"indicator": "平台数", "group": "产出", "unit": "个", "target": "2", "weight": "100"});
    let plan = json!({"pilot": pilot, "document": "批1", "term_start": term_start,
        "projects": planned(pilot), "targets": [target]});
    send(machine, &command("approve_plan", on, DRC, plan));
    let allocation = json!({"pilot": pilot, "amount": amount, "document": "定1"});
    send(machine, &command("allocate", on, FINANCE, allocation));
}

fn release(machine: &mut Machine, on: &str, pilot: &str, amount: &str) {
    let fields = json!({"pilot": pilot, "release": format!("R-{pilot}-0"), "amount": amount, "document": "预0",
        "budget_year": 2025});
    send(machine, &command("release", on, FINANCE, fields));
}

fn assign(machine: &mut Machine, on: &str, (pilot, city): (&str, &str), number: usize, amount: &str) {
    let project = &projects(pilot)[number];
    let fields = json!({"pilot": pilot, "project": project, "name": format!("项目{project}"),
        "owner": {"name": "承担单位", "uscc": "91360000625912173B"}, "direction": "D3", "amount": amount,
        "purpose": "SOFTWARE", "document": "确1", "other_provincial_funding": false});
    let by = [("city_digital", city), ("city_finance", city)];
    send(machine, &command("assign_project", on, &by, fields));
}

fn build() -> Machine {
    let mut machine = open();
    apply(&mut machine);
    recognise(&mut machine, "2025-10-20", 2025);
    plan_and_allocate(&mut machine, "2025-10-27", "P1", ("2025-10-27", "13333333.33"));
    // The term of `P2` is over from the start, so that overall evaluations and closing are within reach.
    plan_and_allocate(&mut machine, "2025-10-28", "P2", ("2023-10-01", "10000000.00"));
    release(&mut machine, "2025-11-10", "P1", "5000000.01");
    release(&mut machine, "2025-11-12", "P2", "4000000.00");
    assign(&mut machine, "2025-12-01", ("P1", "南昌市"), 0, "3000000.33");
    assign(&mut machine, "2025-12-01", ("P2", "南昌市"), 0, "2500000.00");
    recognise(&mut machine, "2026-01-15", 2026);
    plan_and_allocate(&mut machine, "2026-01-19", "P3", ("2026-01-19", "14999999.99"));
    machine
}
