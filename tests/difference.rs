//! Differences between two times and two dates: how they read, and that their events make every fen, over both scenarios.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/difference.rs"]
mod difference;
#[path = "support/scenario.rs"]
mod scenario;

use serde_json::json;
use tranche::domain::Date;
use tranche::domain::evolve::evolve;
use tranche::domain::ledger::Ledger;
use tranche::domain::text::Id;
use tranche::report::difference::programme::ProgrammeDifference;
use tranche::report::difference::{Change, Difference};
use tranche::report::explain::Figure;
use tranche::report::lang::Lang;
use tranche::report::status::View;

use difference::explained;
use scenario::{Scenario, fold};

const FIRST_COHORT: &str = include_str!("../src/cli/demo/first-cohort.jsonl");
const MIXED: &str = include_str!("scenarios/mixed.jsonl");

fn view(state: &Ledger, as_of: Date) -> View<'_> {
    View { ledger: "demo", state, as_of, known_at: None }
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// The states after every so many events, the last among them.
fn prefixes(scenario: &Scenario, step: usize) -> Vec<Ledger> {
    let (mut state, mut states) = (Ledger::default(), Vec::new());
    for (number, event) in scenario.events.iter().enumerate() {
        evolve(&mut state, event);
        if (number + 1) % step == 0 || number + 1 == scenario.events.len() {
            states.push(state.clone());
        }
    }
    states
}

/// Compares every pilot; gives how many figures differed.
fn every_pilot(then: View, now: View, scenario: &Scenario) -> usize {
    let (mut differing, mut totals) = (0, vec![0_i128; Figure::ALL.len()]);
    for id in now.state.pilots.keys() {
        let Some(difference) = explained(then, now, id, &scenario.events).unwrap() else { continue };
        differing += difference.figures.iter().filter(|figure| !figure.is_same()).count();
        for (total, figure) in totals.iter_mut().zip(&difference.figures) {
            *total += figure.difference.map_or(0, Change::units);
        }
    }
    // What the pilots differ by is what the programme differs by.
    for total in ProgrammeDifference::between(then, now).figures {
        let at = Figure::ALL.iter().position(|figure| *figure == total.figure).unwrap();
        if total.figure != Figure::ExecutionRate {
            assert_eq!(total.difference.map_or(0, Change::units), totals[at], "{:?}", total.figure);
        }
    }
    differing
}

fn every_difference_is_explained(scenario: &Scenario, (step, months): (usize, u32)) {
    let states = prefixes(scenario, step);
    let whole = states.last().unwrap();
    let month = |number: u32| date("2025-11-15").checked_add_months(chrono::Months::new(number)).unwrap();
    let mut differing = 0;
    for (number, pair) in (0..).zip(states.windows(2)) {
        let as_of = month(number % months);
        differing += every_pilot(view(&pair[0], as_of), view(&pair[1], as_of), scenario);
        differing += every_pilot(view(&pair[0], month(months)), view(whole, month(months)), scenario);
        differing += every_pilot(view(&pair[0], as_of), view(&pair[1], month(months / 2 + number % months)), scenario);
    }
    for number in 0..months {
        differing += every_pilot(view(whole, month(number)), view(whole, month(number + 1)), scenario);
        differing += every_pilot(view(whole, month(number)), view(whole, month(2 * months)), scenario);
    }
    assert!(differing > 500, "only {differing} figures differed");
}

#[test]
fn every_fen_of_the_first_cohort_has_its_event() {
    every_difference_is_explained(&fold(FIRST_COHORT, &[]), (31, 29));
}

#[test]
fn every_fen_of_the_mixed_scenario_has_its_event() {
    every_difference_is_explained(&fold(MIXED, &[]), (97, 40));
}

#[test]
fn every_fen_has_its_event_where_the_recognition_year_is_the_gate() {
    every_difference_is_explained(&fold(FIRST_COHORT, &[("gate", json!("remainder_after_year"))]), (61, 29));
}

fn compared(scenario: &Scenario, then: View, now: View, id: &str) -> Difference {
    explained(then, now, &Id::parse(id).unwrap(), &scenario.events).unwrap().unwrap()
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn after(scenario: &Scenario, events: usize) -> Ledger {
    let mut state = Ledger::default();
    scenario.events[..events].iter().for_each(|event| evolve(&mut state, event));
    state
}

#[test]
fn what_was_learnt_reads_well() {
    let scenario = fold(FIRST_COHORT, &[]);
    let (then, now) = (after(&scenario, 450), after(&scenario, 480));
    let as_of = date("2027-12-31");
    let difference = compared(&scenario, view(&then, as_of), view(&now, as_of), "JX2025-09");
    insta::assert_snapshot!("learnt", plain(&difference.text(true, Lang::Zh)));
    insta::assert_snapshot!("learnt_en", plain(&difference.text(true, Lang::En)));
    let totals = ProgrammeDifference::between(view(&then, as_of), view(&now, as_of));
    insta::assert_snapshot!("learnt_in_all", plain(&totals.text(Lang::Zh)));
}

#[test]
fn what_the_date_changes_reads_well() {
    let scenario = fold(FIRST_COHORT, &[("gate", json!("remainder_after_year"))]);
    let state = &scenario.state;
    let [then, now] = ["2025-12-31", "2026-01-31"].map(|day| view(state, date(day)));
    let difference = compared(&scenario, then, now, "JX2025-03");
    assert!(!difference.passage.0.is_empty(), "the recognition year is over");
    insta::assert_snapshot!("passed", plain(&difference.text(true, Lang::Zh)));
}

#[test]
fn a_pilot_that_was_not_there_is_not_said_to_have_had_nothing() {
    let scenario = fold(FIRST_COHORT, &[]);
    let (then, as_of) = (after(&scenario, 30), date("2026-12-31"));
    let difference = compared(&scenario, view(&then, as_of), view(&scenario.state, as_of), "JX2025-05");
    let json = serde_json::to_value(&difference).unwrap();
    let allocated = &json["figures"][1];
    assert_eq!((&allocated["figure"], &allocated["then"]), (&json!("allocated"), &json!(null)));
    assert_eq!(allocated["difference"], allocated["now"]["value"]);
    let recognised = json["events"].as_array().unwrap().iter().find(|event| event["type"] == "PilotRecognised");
    assert_eq!(recognised.unwrap()["effects"]["cap"], json["figures"][0]["now"]["value"]);
    assert!(plain(&difference.text(true, Lang::Zh)).contains("未认定"));
}

#[test]
fn nothing_differs_from_itself() {
    let scenario = fold(FIRST_COHORT, &[]);
    let now = view(&scenario.state, date("2028-03-05"));
    let difference = compared(&scenario, now, now, "JX2025-09");
    assert!(difference.is_empty());
    assert!(plain(&difference.text(true, Lang::En)).contains("the same"));
}
