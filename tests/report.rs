//! Reports of the scenarios: how they read, how wide they are, which keys they have, and that every figure is explained.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/scenario.rs"]
mod scenario;

use serde_json::{Value, json};
use tranche::domain::Date;
use tranche::domain::event::Event;
use tranche::domain::text::Id;
use tranche::report::explain::{Explainer, Explanation, Figure};
use tranche::report::history;
use tranche::report::lang::Lang;
use tranche::report::status::View;
use unicode_width::UnicodeWidthStr as _;

use scenario::{Scenario, fold};

const FIRST_COHORT: &str = include_str!("../src/cli/demo/first-cohort.jsonl");
const MIXED: &str = include_str!("scenarios/mixed.jsonl");

fn view<'a>(scenario: &'a Scenario, as_of: &str) -> View<'a> {
    View { ledger: "demo", state: &scenario.state, as_of: as_of.parse().unwrap(), known_at: None }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn pilot_text(scenario: &Scenario, id: &str, as_of: &str, lang: Lang) -> String {
    let id = Id::parse(id).unwrap();
    plain(&view(scenario, as_of).pilot(&id, &scenario.state.pilots[&id]).text(lang))
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The keys of an object's text, in the order they were written, those of nested objects left out.
fn keys_in_order(text: &str) -> Vec<String> {
    let (mut keys, mut depth, mut inside, mut begun) = (Vec::new(), 0, false, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' if inside => {
                inside = false;
                if depth == 1 && text[at + 1..].starts_with(':') {
                    keys.push(text[begun..at].to_owned());
                }
            }
            '"' => (inside, begun) = (true, at + 1),
            '{' | '[' if !inside => depth += 1,
            '}' | ']' if !inside => depth -= 1,
            _ => {}
        }
    }
    keys
}

#[test]
fn the_programme_reads_well() {
    let scenario = fold(FIRST_COHORT, &[]);
    insta::assert_snapshot!("programme", plain(&view(&scenario, "2026-12-31").programme().text(Lang::Zh)));
    insta::assert_snapshot!("programme_en", plain(&view(&scenario, "2025-12-31").programme().text(Lang::En)));
}

#[test]
fn a_pilot_reads_well() {
    let scenario = fold(FIRST_COHORT, &[]);
    insta::assert_snapshot!("pilot", pilot_text(&scenario, "JX2025-09", "2028-03-05", Lang::Zh));
    insta::assert_snapshot!("pilot_en", pilot_text(&scenario, "JX2025-07", "2026-12-31", Lang::En));
}

#[test]
fn columns_stand_under_each_other_whatever_the_width_of_characters() {
    let scenario = fold(FIRST_COHORT, &[]);
    let text = plain(&view(&scenario, "2028-03-05").programme().text(Lang::Zh));
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("JX") || line.starts_with("合计")).collect();
    assert_eq!(lines.len(), 11);
    // Every row ends with its count of alerts, which stands to the right: all rows end in the same column.
    let widths: Vec<usize> = lines.iter().map(|line| line.width()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
    assert!(text.lines().all(|line| line.width() <= 160 && !line.ends_with(' ')));
}

#[test]
fn every_report_of_a_sandbox_is_marked() {
    let scenario = fold(FIRST_COHORT, &[]);
    for lang in [Lang::Zh, Lang::En] {
        assert!(plain(&view(&scenario, "2028-03-05").programme().text(lang)).lines().next().unwrap().contains("演练"));
        assert!(pilot_text(&scenario, "JX2025-01", "2028-03-05", lang).lines().next().unwrap().contains("演练"));
    }
}

#[test]
fn a_pilot_has_the_keys_that_are_promised() {
    let scenario = fold(FIRST_COHORT, &[]);
    let id = Id::parse("JX2025-09").unwrap();
    let status = view(&scenario, "2028-03-05").pilot(&id, &scenario.state.pilots[&id]);
    let text = serde_json::to_string(&status).unwrap();
    let summary = [
        "ledger",
        "sandbox",
        "pilot",
        "name",
        "members",
        "city",
        "cohort",
        "cap_kind",
        "state",
        "standing",
        "term_start",
        "term_end",
        "as_of",
        "known_at",
        "position",
        "funds",
    ];
    let lists = ["releases", "projects", "evaluations", "findings", "sanctions", "alerts"];
    assert_eq!(keys_in_order(&text), [&summary[..], &lists[..]].concat());
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["funds"].as_object().unwrap().len(), 17);
    assert_eq!(value["cap_kind"], "joint");
    assert_eq!(value["position"], 524);
    assert_eq!(value["known_at"], Value::Null);
    let first = |list: &str| serde_json::to_string(&value[list][0]).unwrap();
    let sorted = |mut keys: Vec<&'static str>| {
        keys.sort_unstable();
        keys
    };
    let has = |list: &str, expected: Vec<&'static str>| {
        assert_eq!(keys(&serde_json::from_str(&first(list)).unwrap()), sorted(expected), "{list}");
    };
    let release = ["release", "on", "amount", "document", "budget_year", "evaluation", "reversed", "confirmed_on"];
    has("releases", release.to_vec());
    has("projects", vec!["project", "name", "owner", "direction", "assigned", "paid", "filed_on"]);
    has("evaluations", vec!["evaluation", "kind", "year", "score", "grade", "self_score", "payout_ratio"]);
    has("findings", vec!["finding", "on", "kind", "description", "document"]);
    has("sanctions", vec!["kind", "id", "on", "amount", "returned", "due", "basis", "finding", "grade"]);
    has("alerts", vec!["alert", "rule", "since", "amount", "subject", "pilot", "zh", "en"]);
    let kinds: Vec<&str> =
        value["sanctions"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["revocation", "clawback"]);
}

#[test]
fn the_programme_has_the_keys_that_are_promised() {
    let scenario = fold(FIRST_COHORT, &[]);
    let text = serde_json::to_string(&view(&scenario, "2028-03-05").programme()).unwrap();
    let expected = ["ledger", "sandbox", "programme", "as_of", "known_at", "position", "funds", "pilots", "alerts"];
    assert_eq!(keys_in_order(&text), expected);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["pilots"].as_array().unwrap().len(), 10);
    assert_eq!(value["funds"]["payout_ratio"], Value::Null, "each pilot has its own");
}

#[test]
fn lists_hold_nothing_that_is_dated_later() {
    let scenario = fold(FIRST_COHORT, &[]);
    let id = Id::parse("JX2025-09").unwrap();
    let value =
        |as_of: &str| serde_json::to_value(view(&scenario, as_of).pilot(&id, &scenario.state.pilots[&id])).unwrap();
    let early = value("2025-12-31");
    assert_eq!(early["releases"].as_array().unwrap().len(), 1);
    assert_eq!(early["releases"][0]["confirmed_on"], Value::Null);
    for list in ["projects", "evaluations", "sanctions", "alerts"] {
        assert_eq!(early[list], json!([]), "{list}");
    }
    let undecided = value("2026-12-20");
    assert_eq!(undecided["evaluations"][0]["payout_ratio"], Value::Null);
    assert_eq!(value("2026-12-22")["evaluations"][0]["payout_ratio"], "0.5000");
    assert_eq!(value("2025-11-24")["term_start"], Value::Null, "the plan is approved later");
}

fn explain(scenario: &Scenario, id: &Id, figure: Figure, as_of: &str) -> Explanation {
    let mut explainer = Explainer::new(view(scenario, as_of), id, &scenario.state.pilots[id], figure);
    let stream = format!("pilot-{id}");
    let reads =
        |event: &&Event| event.stream == stream || (figure.rests_on_parameters() && event.stream == "programme");
    scenario.events.iter().filter(reads).for_each(|event| explainer.take(event));
    explainer.finish()
}

/// Every figure of every pilot on the first of every month, from its events alone.
fn every_figure_agrees(scenario: &Scenario, from: &str, months: u32) {
    let first: Date = from.parse().unwrap();
    for month in 0..months {
        let as_of = first.checked_add_months(chrono::Months::new(month)).unwrap().to_string();
        for id in scenario.state.pilots.keys() {
            for figure in Figure::ALL {
                let found = explain(scenario, id, *figure, &as_of);
                assert!(found.agrees(), "{id} {figure:?} as of {as_of}: {:?}, {:?}", found.total, found.stated);
            }
        }
    }
}

#[test]
fn every_figure_of_the_first_cohort_is_what_its_events_come_to() {
    every_figure_agrees(&fold(FIRST_COHORT, &[]), "2025-11-15", 29);
}

#[test]
fn every_figure_of_the_mixed_scenario_is_what_its_events_come_to() {
    every_figure_agrees(&fold(MIXED, &[]), "2025-11-15", 60);
}

#[test]
fn every_figure_is_explained_where_the_recognition_year_is_the_gate() {
    let scenario = fold(FIRST_COHORT, &[("gate", json!("remainder_after_year"))]);
    every_figure_agrees(&scenario, "2025-11-15", 29);
    let found = explain(&scenario, &Id::parse("JX2025-03").unwrap(), Figure::ReleaseLimit, "2027-06-30");
    assert_eq!(found.formula, "Ry + U·(A − Ry)");
}

#[test]
fn a_plain_sum_runs_up_to_its_figure() {
    let scenario = fold(FIRST_COHORT, &[]);
    let id = Id::parse("JX2025-09").unwrap();
    for figure in [Figure::Balance, Figure::Paid, Figure::Unassigned, Figure::ClawbackOutstanding, Figure::Cap] {
        let found = explain(&scenario, &id, figure, "2028-03-05");
        let last = found.events.iter().rev().find_map(|part| part.sum);
        assert_eq!(last, Some(found.stated), "{figure:?}");
    }
    insta::assert_snapshot!(
        "explanation",
        plain(&explain(&scenario, &id, Figure::ReleaseLimit, "2028-03-05").text(Lang::Zh))
    );
}

#[test]
fn history_is_a_line_an_event() {
    let scenario = fold(FIRST_COHORT, &[]);
    let line = |position: usize| plain(&history::line(&scenario.events[position - 1], 4, Lang::Zh));
    let shown: Vec<String> = [1, 2, 22, 28, 60, 80, 92, 252].into_iter().map(line).collect();
    insta::assert_snapshot!("history", format!("{}\n{}", plain(&history::headings(4, Lang::Zh)), shown.join("\n")));
}
