//! Another province's programme: other caps, shares, quotas, days and a payout table, and the remainder of the year
//! of recognition waits for a decision. What a rule reads is a parameter, so all of it is another rules file.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tranche::domain::parameters::Parameters;
use tranche::domain::rulebook::Rule::{
    Ban02, Ban07, Cap01, Cap02, Cap03, Elig04, Elig05, Elig06, Eval04, Eval06, Qty01, Qty03, Qty04, San01, Time01,
    Tr01, Tr02, Tr03, Tr05, Tr07, Use03,
};

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, hold, jiangxi_with};

/// Its rules.
fn rules() -> Value {
    serde_json::from_str(include_str!("second-programme.json")).unwrap()
}

/// 8,000,000.00, its cap, is allocated.
fn awarded() -> Vec<Value> {
    planned().then(allocate("8000000.00"))
}

/// 1,000,000.00 is released in the year of recognition.
fn begun() -> Vec<Value> {
    awarded().then(release("R1", "2025-12-05", "1000000.00"))
}

fn judged(score: &str, grade: &str) -> Vec<Value> {
    begun()
        .then(self_evaluate("S", "annual", "2026-12-20"))
        .then(evaluate("E", "S", "annual", "2027-01-10").with(json!({"score": score, "grade": grade})))
}

/// Half of the 7,000,000.00 that was not released in the year of recognition is unlocked.
fn half() -> Vec<Value> {
    judged("92", "优").then(decide_payout("2027-01-20", "E", "0.5"))
}

fn second(amount: &str) -> Value {
    release("R2", "2027-02-01", amount).with(json!({"evaluation": "E"}))
}

fn decide(ratio: &str) -> Value {
    decide_payout("2027-01-20", "E", ratio)
}

fn assigned_here() -> Vec<Value> {
    begun().then(assign(ONE, "1000000.00"))
}

/// A rival of 南昌 is publicised beside the pilot.
fn rival() -> Vec<Value> {
    let city = |body: &str, person: &str| json!({"body": body, "person": person, "city": "南昌市"});
    let (digital, finance) = (city("city_digital", "甲"), city("city_finance", "乙"));
    recognised()
        .then(submit("B", "360102"))
        .then(recommend("B").with(json!({"by": digital, "approvals": [finance]})))
        .then(review("B", "written", "1"))
        .then(review("B", "onsite", "1"))
        .then(publicise(&["B"]))
}

pub const CASES: &[Case] = &[
    Case::keeps(Cap02, "at its cap", recognised, || allocate("8000000.00")).under(rules),
    Case::breaks(Cap02, "a fen over", recognised, || allocate("8000000.01")).under(rules),
    Case::keeps(Cap03, "at its cap", || recognise_as(submit_joint("A"), "A", "P"), || allocate("12000000.00"))
        .under(rules),
    Case::breaks(Cap03, "a fen over", || recognise_as(submit_joint("A"), "A", "P"), || allocate("12000000.01"))
        .under(rules),
    Case::keeps(Cap01, "at its cap", || recognise_as(submit("A", "JXZ015"), "A", "P"), || allocate("20000000.00"))
        .under(rules),
    Case::breaks(Cap01, "a fen over", || recognise_as(submit("A", "JXZ015"), "A", "P"), || allocate("20000000.01"))
        .under(rules),
    Case::keeps(Tr01, "33.33%", awarded, || release("R1", "2025-12-05", "2666400.00")).under(rules),
    Case::breaks(Tr01, "a fen over", awarded, || release("R1", "2025-12-05", "2666400.01"))
        .with(&[Tr02, Tr03])
        .under(rules),
    Case::keeps(
        Tr01,
        "33.33% with digits below the fen",
        || planned().then(allocate("7999999.99")),
        || release("R1", "2025-12-31", "2666399.99"),
    )
    .under(rules),
    Case::breaks(
        Tr01,
        "less than a fen over that",
        || planned().then(allocate("7999999.99")),
        || release("R1", "2025-12-31", "2666400.00"),
    )
    .with(&[Tr02, Tr03])
    .under(rules),
    Case::breaks(Tr02, "a fen after the year, before a decision", begun, || release("R2", "2026-01-01", "0.01"))
        .with(&[Tr03])
        .under(rules),
    Case::keeps(Tr02, "the rest of the first share, within the year", begun, || {
        release("R2", "2025-12-31", "1666400.00")
    })
    .under(rules),
    Case::keeps(Tr02, "half of what the year left", half, || second("3500000.00")).under(rules),
    Case::breaks(Tr02, "a fen over", half, || second("3500000.01")).under(rules),
    Case::breaks(Tr03, "a fen without its evaluation", half, || release("R2", "2027-02-01", "0.01")).under(rules),
    Case::keeps(Tr07, "优 and all", || judged("85", "优"), || decide("1")).under(rules),
    Case::keeps(Tr07, "良 and what the table has", || judged("75", "良"), || decide("0.8")).under(rules),
    Case::breaks(Tr07, "良 and more", || judged("75", "良"), || decide("0.8001")).under(rules),
    Case::keeps(Tr07, "中 and what the table has", || judged("50", "中"), || decide("0.5")).under(rules),
    Case::breaks(Tr07, "中 and more", || judged("50", "中"), || decide("0.5001")).under(rules),
    Case::breaks(Tr07, "中 and all, which is more too", || judged("50", "中"), || decide("1")).under(rules),
    Case::keeps(
        Tr07,
        "what is released beyond the year's",
        || half().then(second("3500000.00")),
        || decide_payout("2027-03-01", "E", "0.5"),
    )
    .under(rules),
    Case::breaks(
        Tr07,
        "less than that",
        || half().then(second("3500000.00")),
        || decide_payout("2027-03-01", "E", "0.4999"),
    )
    .under(rules),
    Case::keeps(Tr05, "on the last day of three years", half, || second("1.00").on("2028-11-30")).under(rules),
    Case::strains(Tr05, "the day after", half, || second("1.00").on("2028-12-01")).under(rules),
    Case::breaks(Eval04, "on the last day of three years", begun, || self_evaluate("SO", "overall", "2028-11-30"))
        .under(rules),
    Case::keeps(Eval04, "the day after", begun, || self_evaluate("SO", "overall", "2028-12-01")).under(rules),
    Case::breaks(
        Eval06,
        "below its first band",
        || begun().then(self_evaluate("S", "annual", "2026-12-20")),
        || evaluate("E", "S", "annual", "2027-01-10").with(json!({"score": "84.99"})),
    )
    .under(rules),
    Case::keeps(San01, "suspended for 中", || judged("50", "中"), || suspend("2027-02-01", "E")).under(rules),
    Case::breaks(San01, "suspended for 良", || judged("75", "良"), || suspend("2027-02-01", "E")).under(rules),
    Case::keeps(Qty04, "its last year", nothing, || submit("C", "360602").with(json!({"cohort": 2026}))).under(rules),
    Case::breaks(Qty04, "the year after", nothing, || submit("C", "360602").with(json!({"cohort": 2027}))).under(rules),
    Case::breaks(Qty03, "the second of a city", || recommended().then(submit("B", "360603")), || recommend("B"))
        .under(rules),
    Case::breaks(Qty01, "the second of the year", rival, || recognise("B", "Q")).under(rules),
    Case::keeps(Time01, "on its deadline", submitted, || recommend("A")).under(rules),
    Case::strains(Time01, "the day after", submitted, || recommend("A").on("2025-10-22")).under(rules),
    Case::keeps(Elig04, "none", nothing, || submit("C", "360602").with(json!({"leading_enterprises": []})))
        .under(rules),
    Case::keeps(Elig05, "fifteen", nothing, || {
        submit("C", "360602").with(json!({"quality_enterprises": enterprises(15)}))
    })
    .under(rules),
    Case::breaks(Elig05, "fourteen", nothing, || {
        submit("C", "360602").with(json!({"quality_enterprises": enterprises(14)}))
    })
    .under(rules),
    Case::keeps(Elig06, "twelve months before", nothing, || incident_on("2024-10-20")).under(rules),
    Case::breaks(Elig06, "a day less", nothing, || incident_on("2024-10-21")).under(rules),
    Case::breaks(Use03, "not filed", assigned_here, || pay("Z1", "2026-02-10", "1.00")).under(rules),
    Case::keeps(
        Use03,
        "filed",
        || assigned_here().then(file_project(ONE, "2026-01-15")),
        || pay("Z1", "2026-02-10", "1.00"),
    )
    .under(rules),
    Case::keeps(Ban02, "not banned here", begun, || assign(ONE, "1.00").with(json!({"purpose": "DEBT"}))).under(rules),
    Case::breaks(Ban07, "banned here", begun, || assign(ONE, "1.00").with(json!({"purpose": "PLATFORM"}))).under(rules),
    Case::breaks(
        Ban07,
        "a code banned here",
        || assigned_here().then(file_project(ONE, "2026-01-15")),
        || pay("Z1", "2026-02-10", "1.00").with(json!({"economic_code": "59901"})),
    )
    .under(rules),
];

fn incident_on(date: &str) -> Value {
    let incident = json!({"kind": "environment", "grade": "major", "date": date, "area": "360602"});
    submit("C", "360602").with(json!({"incidents": [incident]}))
}

fn bench(story: Vec<Value>) -> Bench {
    let mut bench = Bench::open_with(jiangxi_with(&rules()), true);
    bench.given(story);
    bench
}

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

#[test]
fn its_rules_are_whole_and_its_own() {
    let own: BTreeMap<String, Value> = serde_json::from_value(rules()).unwrap();
    assert!(Parameters::read(&own).is_ok());
    let jiangxi = jiangxi_with(&json!({}));
    for (name, value) in &own {
        assert_ne!(Some(value), jiangxi.get(name), "{name} is the same");
    }
    assert_eq!(own.keys().collect::<Vec<_>>(), jiangxi.keys().collect::<Vec<_>>());
}

#[test]
fn its_days_are_those_of_its_alerts() {
    let bench = bench(assigned_here());
    for (name, before, since) in [
        ("filing_missing", "2026-01-20", "2026-01-21"),
        ("receipt_late", "2026-01-04", "2026-01-05"),
        ("idle_funds", "2026-03-04", "2026-03-05"),
        ("carryover_due", "2025-12-30", "2025-12-31"),
        ("overall_evaluation_due", "2029-01-28", "2029-01-29"),
        ("self_evaluation_due", "2026-12-31", "2027-01-01"),
    ] {
        assert_eq!(bench.alerts(name, before), [], "{name}");
        assert_eq!(bench.alerts(name, since).len(), 1, "{name}");
    }
}

#[test]
fn its_figures_go_by_the_year_of_recognition() {
    let bench = bench(half());
    let limits = |date: &str| {
        let figures = bench.figures("P", date);
        ["release_limit", "releasable", "withheld"].map(|name| figures[name].as_str().unwrap().to_owned())
    };
    assert_eq!(limits("2025-12-31"), ["2666400.00", "1666400.00", "5333600.00"]);
    assert_eq!(limits("2026-01-01"), ["1000000.00", "0.00", "7000000.00"], "nothing before a decision");
    assert_eq!(limits("2027-01-20"), ["4500000.00", "3500000.00", "3500000.00"]);
}
