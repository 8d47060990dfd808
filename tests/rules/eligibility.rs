//! Who may apply: QTY-04, ELIG-01 to ELIG-08, RESP-01, DOC-01.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{
    Def04, Doc01, Elig01, Elig02, Elig03, Elig04, Elig05, Elig06, Elig08, Qty04, Resp01,
};

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, hold};

/// An application like any other, with some of its fields replaced.
fn apply(fields: Value) -> Value {
    submit("C", "360602").with(fields)
}

/// One with an incident of this grade on this date.
fn incident(grade: &str, date: &str) -> Value {
    apply(json!({"incidents": [{"kind": "safety", "grade": grade, "date": date, "area": "360602"}]}))
}

/// Twenty quality enterprises, the last of which is replaced.
fn the_last_is(enterprise: Value) -> Value {
    let mut list = enterprises(20);
    list[19] = enterprise.with(json!({"kind": "platform"}));
    apply(json!({"quality_enterprises": list}))
}

/// Twenty quality enterprises, of which the last two are replaced.
fn the_last_two_are(one: Value, other: Value) -> Value {
    let mut list = enterprises(20);
    list[18] = one.with(json!({"kind": "enabling"}));
    list[19] = other.with(json!({"kind": "scenario"}));
    apply(json!({"quality_enterprises": list}))
}

fn jointly_recognised() -> Vec<Value> {
    recognise_as(submit_joint("A"), "A", "P")
}

/// Two applications of one area reach publicity, and the first is recognised.
fn one_of_two() -> Vec<Value> {
    vec![
        submit("A", "360602"),
        submit("B", "360602"),
        recommend("A"),
        recommend("B"),
        review("A", "written", "90"),
        review("A", "onsite", "80"),
        review("B", "written", "90"),
        review("B", "onsite", "80"),
        publicise(&["A", "B"]),
        recognise("A", "P"),
    ]
}

fn zone_without_level() -> Vec<Value> {
    vec![register_area("JXZ900").without("level")]
}

pub const CASES: &[Case] = &[
    Case::breaks(Qty04, "the year before the first", nothing, || apply(json!({"cohort": 2024}))),
    Case::keeps(Qty04, "the first year", nothing, || apply(json!({"cohort": 2025}))),
    Case::keeps(Qty04, "the last year", nothing, || apply(json!({"cohort": 2027}))),
    Case::breaks(Qty04, "the year after the last", nothing, || apply(json!({"cohort": 2028}))),
    Case::breaks(Elig01, "an area nobody knows", nothing, || submit("C", "360699")),
    Case::breaks(Elig01, "a member nobody knows", nothing, || apply(json!({"members": ["360602", "360699"]}))),
    Case::breaks(Elig01, "a zone of no proven level", nothing, || submit("C", "JXZ056")),
    Case::breaks(Elig01, "a zone registered without a level", zone_without_level, || submit("C", "JXZ900")),
    Case::keeps(
        Elig01,
        "a zone once its level is registered",
        || vec![register_area("JXZ056")],
        || submit("C", "JXZ056"),
    ),
    Case::keeps(Elig01, "a county", nothing, || submit("C", "360121")),
    Case::keeps(Elig01, "a city of county rank", nothing, || submit("C", "360281")),
    Case::keeps(Elig01, "a district", nothing, || submit("C", "360102")),
    Case::keeps(Elig01, "a national zone", nothing, || submit("C", "JXZ001")),
    Case::keeps(Elig01, "a provincial zone", nothing, || submit("C", "JXZ021")),
    Case::breaks(Elig02, "a member twice", nothing, || apply(json!({"members": ["360602", "360602"]}))),
    Case::breaks(Elig02, "a lead that is no member", nothing, || apply(json!({"members": ["360603", "360681"]}))),
    Case::breaks(Elig02, "one member that is not the lead", nothing, || apply(json!({"members": ["360603"]}))),
    Case::breaks(Elig02, "no member", nothing, || apply(json!({"members": []}))),
    Case::strains(Elig02, "members of two cities", nothing, || apply(json!({"members": ["360602", "360102"]}))),
    Case::keeps(Elig02, "two members of one city", nothing, || submit_joint("C")),
    Case::keeps(Elig02, "the lead named last", nothing, || apply(json!({"members": ["360603", "360681", "360602"]}))),
    Case::breaks(Elig03, "the area of a pilot", recognised, || submit("C", "360602")),
    Case::breaks(Elig03, "the area of a revoked pilot", revoked, || submit("C", "360602")),
    Case::breaks(Elig03, "the area of a closed pilot", closed, || submit("C", "360602")),
    Case::breaks(Elig03, "a member of a joint pilot", jointly_recognised, || submit("C", "360603")),
    Case::breaks(Elig03, "a member again, under another lead", jointly_recognised, || {
        submit("C", "360681").with(json!({"members": ["360681", "360603"]}))
    }),
    Case::breaks(Elig03, "recognised between", one_of_two, || recognise("B", "Q")),
    Case::keeps(Elig03, "the neighbour of a pilot", recognised, || submit("C", "360603")),
    Case::keeps(Elig03, "publicised and not recognised", publicised, || submit("C", "360602")),
    Case::keeps(Elig03, "rejected", || submitted().then(reject("A")), || submit("C", "360602")),
    Case::breaks(Elig04, "none", nothing, || apply(json!({"leading_enterprises": []}))),
    Case::keeps(Elig04, "one", nothing, || apply(json!({"leading_enterprises": [{"name": "龙头企业"}]}))),
    Case::breaks(Elig05, "nineteen", nothing, || apply(json!({"quality_enterprises": enterprises(19)}))),
    Case::keeps(Elig05, "twenty", nothing, || apply(json!({"quality_enterprises": enterprises(20)}))),
    Case::breaks(Elig05, "one twice by name", nothing, || the_last_is(json!({"name": "企业01"}))),
    Case::breaks(Elig05, "one twice by code, under two names", nothing, || {
        the_last_two_are(json!({"name": "甲公司", "uscc": FIRM}), json!({"name": "乙公司", "uscc": FIRM}))
    }),
    Case::keeps(Elig05, "two of one name with two codes", nothing, || {
        let (one, other) = ("91360602MA35ABCD1G", "91360602MA35ABCD2K");
        the_last_two_are(json!({"name": "甲公司", "uscc": one}), json!({"name": "甲公司", "uscc": other}))
    }),
    Case::keeps(Elig05, "the leading enterprise among them", nothing, || {
        the_last_is(json!({"name": "龙头企业", "uscc": FIRM}))
    }),
    Case::keeps(Elig06, "major, 36 months before", nothing, || incident("major", "2022-10-20")),
    Case::breaks(Elig06, "major, a day less than 36 months before", nothing, || incident("major", "2022-10-21")),
    Case::breaks(Elig06, "major, on the day", nothing, || incident("major", "2025-10-20")),
    Case::keeps(Elig06, "major, dated the day after", nothing, || incident("major", "2025-10-21")),
    Case::breaks(Elig06, "extraordinary, to the environment", nothing, || {
        let incident = json!({"kind": "environment", "grade": "extraordinary", "date": "2024-01-01", "area": "360602"});
        apply(json!({"incidents": [incident]}))
    }),
    Case::strains(Elig06, "larger, in the window", nothing, || incident("larger", "2022-10-21")),
    Case::strains(Elig06, "general, on the day", nothing, || incident("general", "2025-10-20")),
    Case::keeps(Elig06, "larger, before the window", nothing, || incident("larger", "2022-10-20")),
    Case::keeps(Elig06, "the month that has no such day", nothing, || incident("major", "2025-02-28").on("2028-02-29")),
    Case::breaks(Elig06, "the day after, of that month", nothing, || incident("major", "2025-03-01").on("2028-02-29")),
    Case::strains(Elig08, "a field of its own", nothing, || apply(json!({"field": "quantum"}))),
    Case::strains(Elig08, "a field in capitals", nothing, || apply(json!({"field": "AI"}))),
    Case::keeps(Elig08, "data", nothing, || apply(json!({"field": "data"}))),
    Case::breaks(Resp01, "an empty attestation", nothing, || apply(json!({"attestation": {}}))),
    Case::breaks(Resp01, "no signer", nothing, || apply(json!({"attestation": {"document": "文1"}}))),
    Case::breaks(Resp01, "no document", nothing, || apply(json!({"attestation": {"signer": "赵伟"}}))),
    Case::keeps(Resp01, "both", nothing, || apply(json!({"attestation": {"signer": "赵伟", "document": "文1"}}))),
    Case::breaks(Doc01, "no sections", nothing, || apply(json!({"plan_sections": []}))),
    Case::keeps(Doc01, "more sections, in another order", nothing, || {
        let sections = ["annex", "safeguards", "use_of_funds", "tasks", "goals", "foundation"];
        apply(json!({"plan_sections": sections}))
    }),
    Case::strains(Def04, "the leading enterprise's code", nothing, || {
        apply(json!({"leading_enterprises": [{"name": "龙头企业", "uscc": "91360000625912173C"}]}))
    }),
    Case::strains(Def04, "a quality enterprise's code", nothing, || {
        the_last_is(json!({"name": "甲公司", "uscc": "91360602MA35ABCD10"}))
    }),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

#[test]
fn each_section_is_needed() {
    let all = ["foundation", "goals", "tasks", "use_of_funds", "safeguards"];
    for missing in all {
        let sections: Vec<_> = all.into_iter().filter(|section| *section != missing).collect();
        let outcome = Bench::open().when(&apply(json!({"plan_sections": sections})));
        assert!(!outcome.is_accepted() && outcome.rules() == ["DOC-01"].into(), "{missing}");
    }
}

#[test]
fn each_field_of_the_notice_is_known() {
    for field in ["ai", "blockchain", "iot", "vr", "culture", "health", "energy", "agriculture", "data"] {
        let outcome = Bench::open().when(&apply(json!({"field": field})));
        assert!(outcome.is_accepted() && outcome.rules().is_empty(), "{field}");
    }
}

#[test]
fn every_rule_broken_is_told_at_once() {
    let command = submit("C", "360699").with(json!({
        "cohort": 2030, "leading_enterprises": [], "quality_enterprises": [], "plan_sections": [], "attestation": {},
        "field": "quantum", "incidents": [{"kind": "safety", "grade": "major", "date": "2025-01-01", "area": "360602"}],
    }));
    let rules = ["QTY-04", "ELIG-01", "ELIG-04", "ELIG-05", "ELIG-06", "RESP-01", "DOC-01"].into();
    assert_eq!(Bench::open().when(&command).rules(), rules, "and no warnings among them");
}
