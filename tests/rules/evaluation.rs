//! Evaluations: EVAL-01 to EVAL-07, with every edge of the score bands.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{Auth01, Eval01, Eval02, Eval03, Eval04, Eval05, Eval06, Eval07, Party01};

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, hold};

/// The province's evaluation of 2026, with some of its fields replaced.
fn province(fields: Value) -> Value {
    evaluate("E", "S", "annual", "2027-01-10").with(fields)
}

/// A self-evaluation of these weights.
fn weighing(weights: &[&str]) -> Value {
    let items: Vec<_> = weights
        .iter()
        .map(|weight| json!({"indicator": "产值", "actual": "9", "weight": weight, "score": "9"}))
        .collect();
    self_evaluate("S", "annual", "2026-12-20").with(json!({"items": items}))
}

fn whole_term(on: &str) -> Value {
    self_evaluate("SO", "overall", on)
}

/// The same of another pilot, `Q`, which is evaluated by itself as `SQ`.
fn with_another() -> Vec<Value> {
    let of_q = |command: Value| command.with(json!({"pilot": "Q"}));
    let other = recognise_as(submit("B", "360603"), "B", "Q");
    [self_evaluated(), other].concat().then(of_q(approve_plan())).then(of_q(self_evaluate(
        "SQ",
        "annual",
        "2026-12-20",
    )))
}

fn term_evaluated() -> Vec<Value> {
    filed().then(whole_term("2027-12-05"))
}

pub const CASES: &[Case] = &[
    Case::strains(Eval01, "no target", recognised, || approve_plan().with(json!({"targets": []}))),
    Case::keeps(Eval01, "one target", recognised, approve_plan),
    Case::breaks(Eval02, "by the finance bureau", filed, || weighing(&["100"]).by(city_finance())).with(&[Auth01]),
    Case::keeps(Eval02, "by the digital authority", filed, || weighing(&["100"])),
    Case::breaks(Eval03, "none of that name", self_evaluated, || province(json!({"self_evaluation": "X"}))),
    Case::breaks(Eval03, "another pilot's", with_another, || province(json!({"self_evaluation": "SQ"}))),
    Case::breaks(Eval03, "the province's own", evaluated, || {
        province(json!({"evaluation": "E2", "self_evaluation": "E"}))
    }),
    Case::breaks(Eval03, "of another year", self_evaluated, || province(json!({"year": 2027}))),
    Case::breaks(Eval03, "of another kind", self_evaluated, || evaluate("E", "S", "overall", "2027-12-20")),
    Case::breaks(Eval03, "dated the day after", self_evaluated, || province(json!({"on": "2026-12-19"}))),
    Case::keeps(Eval03, "dated the same day", self_evaluated, || province(json!({"on": "2026-12-20"}))),
    Case::breaks(Eval04, "no opinion", filed, || whole_term("2027-12-01").without("opinion")),
    Case::breaks(Eval04, "on the term's last day", filed, || whole_term("2027-11-30")),
    Case::keeps(Eval04, "the day after", filed, || whole_term("2027-12-01")),
    Case::keeps(Eval04, "an annual one without an opinion, within the term", filed, || {
        self_evaluate("S", "annual", "2027-11-30")
    }),
    Case::breaks(Eval05, "the commission alone", term_evaluated, || {
        evaluate("EO", "SO", "overall", "2027-12-20").by(drc())
    })
    .with(&[Party01]),
    Case::breaks(Eval05, "the finance department alone", term_evaluated, || {
        evaluate("EO", "SO", "overall", "2027-12-20").by(finance())
    })
    .with(&[Party01]),
    Case::keeps(Eval05, "both", term_evaluated, || evaluate("EO", "SO", "overall", "2027-12-20")),
    Case::breaks(Eval06, "a self-evaluation over 100", filed, || weighing(&["100"]).with(json!({"score": "100.01"}))),
    Case::keeps(Eval06, "a self-evaluation of 100", filed, || weighing(&["100"]).with(json!({"score": "100.00"}))),
    Case::breaks(Eval06, "an evaluation over 100", self_evaluated, || province(json!({"score": "100.01"}))),
    Case::breaks(Eval06, "an evaluation over 100, with a reason", self_evaluated, || {
        province(json!({"score": "1000000000000000000000", "override_reason": "特殊贡献"}))
    }),
    Case::breaks(Eval06, "another grade", self_evaluated, || province(json!({"score": "89.99"}))),
    Case::strains(Eval06, "another grade with a reason", self_evaluated, || {
        province(json!({"score": "89.99", "override_reason": "特殊贡献"}))
    }),
    Case::keeps(Eval06, "its own grade with a reason", self_evaluated, || {
        province(json!({"override_reason": "特殊贡献"}))
    }),
    Case::keeps(Eval07, "weights of 100", filed, || weighing(&["10", "50", "30", "10"])),
    Case::keeps(Eval07, "weights of 100 in decimals", filed, || weighing(&["33.333333", "33.333333", "33.333334"])),
    Case::strains(Eval07, "a millionth less", filed, || weighing(&["33.333333", "33.333333", "33.333333"])),
    Case::strains(Eval07, "a millionth more", filed, || weighing(&["100.000001"])),
    Case::strains(Eval07, "no items in the list", filed, || weighing(&[])),
    Case::keeps(Eval07, "no list of items", filed, || self_evaluate("S", "annual", "2026-12-20")),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

#[test]
fn the_bands_are_half_open() {
    let bench = Bench::after(self_evaluated());
    let scores = [
        ("100", "优"),
        ("90.00", "优"),
        ("90", "优"),
        ("89.99", "良"),
        ("80", "良"),
        ("79.99", "中"),
        ("60.0", "中"),
        ("59.99", "差"),
        ("0", "差"),
    ];
    for (score, due) in scores {
        for grade in ["优", "良", "中", "差"] {
            let plain = bench.when(&province(json!({"score": score, "grade": grade})));
            let fields = json!({"score": score, "grade": grade, "override_reason": "特殊情况"});
            let reasoned = bench.when(&province(fields));
            assert_eq!(plain.is_accepted(), grade == due, "{score} {grade}");
            assert!(reasoned.is_accepted(), "{score} {grade}");
            let strained = if grade == due { [].into() } else { ["EVAL-06"].into() };
            assert_eq!(plain.rules(), strained, "{score} {grade}");
            assert_eq!(reasoned.rules(), strained, "{score} {grade}");
        }
    }
}
