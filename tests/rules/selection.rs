//! How pilots are chosen and their plans kept: DOC-04, TIME-01, QTY-01 to QTY-03, SEL-01 to SEL-04, PLAN-01, PLAN-02.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{
    Doc04, Party01, Plan01, Plan02, Qty01, Qty02, Qty03, Sel01, Sel02, Sel03, Sel04, State01, Time01,
};

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, hold};

/// Three applications of 鹰潭, of which two are recommended.
fn two_recommended() -> Vec<Value> {
    let submissions = vec![submit("A", "360602"), submit("B", "360603"), submit("C", "360681")];
    submissions.then(recommend("A")).then(recommend("B"))
}

/// The same for the cohort of 2026, for which no quota is set.
fn two_recommended_of_2026() -> Vec<Value> {
    let of_2026 = |command: Value| command.with(json!({"cohort": 2026}));
    two_recommended()
        .into_iter()
        .map(|command| if command["command"] == "submit_application" { of_2026(command) } else { command })
        .collect()
}

fn recommend_from(city: &str, application: &str) -> Value {
    let mut command = recommend(application);
    command["by"]["city"] = city.into();
    command["approvals"][0]["city"] = city.into();
    command
}

/// `A` with 90 and 80, and `B` of the other district with 90 and this, both publicised.
fn rivals(onsite: &str) -> Vec<Value> {
    reviewed()
        .then(submit("B", "360603").on("2025-10-21"))
        .then(recommend("B"))
        .then(review("B", "written", "90"))
        .then(review("B", "onsite", onsite))
        .then(publicise(&["A", "B"]))
}

/// `P` is recognised, and `B` is publicised.
fn one_recognised() -> Vec<Value> {
    rivals("80").then(recognise("A", "P"))
}

/// Before it, parameters are changed.
fn after_amending(changes: &Value, then: Vec<Value>) -> Vec<Value> {
    [vec![amend("2025-10-17", changes)], then].concat()
}

/// No plan is approved, 10,000,000.00 is allocated.
fn allocated_without_plan() -> Vec<Value> {
    recognised().then(allocate("10000000.00"))
}

pub const CASES: &[Case] = &[
    Case::breaks(Doc04, "without the finance bureau", submitted, || recommend("A").without("approvals"))
        .with(&[Party01]),
    Case::keeps(Doc04, "both city bodies", submitted, || recommend("A")),
    Case::keeps(Time01, "on the last day", submitted, || recommend("A").on("2025-10-27")),
    Case::strains(Time01, "the day after", submitted, || recommend("A").on("2025-10-28")),
    Case::keeps(
        Time01,
        "a cohort without a deadline",
        || vec![submit("A", "360602").with(json!({"cohort": 2026}))],
        || recommend("A").on("2026-12-31"),
    ),
    Case::keeps(Qty03, "the second of a city", || two_recommended()[..4].to_vec(), || recommend("B")),
    Case::breaks(Qty03, "the third of a city", two_recommended, || recommend("C")),
    Case::breaks(
        Qty03,
        "the third, one of them rejected",
        || two_recommended().then(reject("B").on("2025-10-21")),
        || recommend("C"),
    ),
    Case::keeps(
        Qty03,
        "the first of another city",
        || two_recommended().then(submit("D", "360102")),
        || recommend_from("南昌市", "D"),
    ),
    Case::keeps(Qty03, "a year without a quota", two_recommended_of_2026, || recommend("C")),
    Case::breaks(
        Qty03,
        "a year whose quota an amendment set",
        || two_recommended_of_2026().then(amend("2025-10-21", &json!({"city_recommend_quota.2026": 2}))),
        || recommend("C"),
    ),
    Case::breaks(Sel01, "no review", recommended, || publicise(&["A"])),
    Case::breaks(Sel01, "no review on site", || recommended().then(review("A", "written", "90")), || publicise(&["A"])),
    Case::breaks(Sel01, "no written review", || recommended().then(review("A", "onsite", "90")), || publicise(&["A"])),
    Case::breaks(Sel01, "recognised without any", recommended, || recognise("A", "P")).with(&[State01]),
    Case::keeps(Sel01, "both stages", reviewed, || publicise(&["A"])),
    Case::strains(Sel02, "a hundredth below its rival", || rivals("80.01"), || recognise("A", "P")),
    Case::keeps(Sel02, "level with its rival", || rivals("80"), || recognise("A", "P")),
    Case::keeps(Sel02, "above its rival", || rivals("79.99"), || recognise("A", "P")),
    Case::keeps(
        Sel02,
        "its rival recognised before",
        || rivals("99").then(recognise("B", "Q")),
        || recognise("A", "P"),
    ),
    Case::keeps(Sel02, "its rival rejected", || rivals("99").then(reject("B")), || recognise("A", "P")),
    Case::breaks(Sel03, "on the last day of publicity", publicised, || recognise("A", "P").on("2025-11-07")),
    Case::keeps(Sel03, "the day after", publicised, || recognise("A", "P").on("2025-11-08")),
    Case::breaks(Sel04, "without the finance department", publicised, || recognise("A", "P").by(drc()))
        .with(&[Party01]),
    Case::keeps(Sel04, "recorded by the other body", publicised, || {
        recognise("A", "P").by(drc()).with(json!({"approvals": [finance()]}))
    }),
    Case::breaks(
        Qty01,
        "one over",
        || after_amending(&json!({"cohort_quota.2025": 1}), one_recognised()),
        || recognise("B", "Q"),
    ),
    Case::keeps(
        Qty01,
        "the last one",
        || after_amending(&json!({"cohort_quota.2025": 2}), one_recognised()),
        || recognise("B", "Q"),
    ),
    Case::strains(
        Qty02,
        "one over",
        || after_amending(&json!({"programme_target_about": 1}), one_recognised()),
        || recognise("B", "Q"),
    ),
    Case::keeps(
        Qty02,
        "the last one",
        || after_amending(&json!({"programme_target_about": 2}), one_recognised()),
        || recognise("B", "Q"),
    ),
    Case::breaks(Plan01, "assigned before the plan", allocated_without_plan, || assign(ONE, "1.00")),
    Case::strains(Plan01, "released before the plan", allocated_without_plan, || release("R1", "2025-12-05", "1.00")),
    Case::keeps(Plan01, "assigned after the plan", allocated, || assign(ONE, "1.00")),
    Case::keeps(
        Plan01,
        "released before the date of a plan that is approved by now",
        || allocated_without_plan().then(approve_plan().on("2025-12-10")),
        || release("R1", "2025-12-05", "1.00"),
    ),
    Case::breaks(Plan02, "without the finance bureau", planned, || adjust_plan("2026-01-10").without("approvals"))
        .with(&[Party01]),
    Case::keeps(Plan02, "both city bodies", planned, || adjust_plan("2026-01-10")),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

/// Ten areas of ten cities, taken from the register.
const TEN: &[(&str, &str)] = &[
    ("360102", "南昌市"),
    ("360202", "景德镇市"),
    ("360302", "萍乡市"),
    ("360402", "九江市"),
    ("360502", "新余市"),
    ("360602", "鹰潭市"),
    ("360702", "赣州市"),
    ("360802", "吉安市"),
    ("360902", "宜春市"),
    ("361002", "抚州市"),
];

#[test]
fn ten_are_recognised_in_2025_and_a_joint_one_counts_as_one() {
    let mut bench = Bench::open();
    for (index, (area, city)) in TEN.iter().chain(&[("360681", "鹰潭市")]).enumerate() {
        let application = format!("A{index}");
        let joint = if *area == "360602" { json!([area, "360603"]) } else { json!([area]) };
        bench.given(vec![
            submit(&application, area).with(json!({"members": joint})),
            recommend_from(city, &application),
            review(&application, "written", "90"),
            review(&application, "onsite", "80"),
            publicise(&[&application]),
        ]);
    }
    for index in 0..10 {
        let command = recognise(&format!("A{index}"), &format!("P{index}"));
        assert_eq!(bench.when(&command).rules(), [].into(), "the pilot {index}");
        bench.given(vec![command]);
    }
    let eleventh = bench.when(&recognise("A10", "P10"));
    assert!(!eleventh.is_accepted());
    assert_eq!(eleventh.rules(), ["QTY-01"].into());
}
