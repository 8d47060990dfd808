//! What was known at a time is what a ledger loaded only so far says, at every tenth moment of both scenarios: through the
//! core for all of them, and on a real PostgreSQL for some.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/scenario.rs"]
mod scenario;

use std::collections::BTreeMap;

use serde_json::Value;
use tranche::domain::command::Command;
use tranche::domain::evolve::evolve;
use tranche::domain::figures::Figures;
use tranche::domain::ledger::{Ledger, shanghai_date};
use tranche::domain::text::Id;
use tranche::domain::{Date, Timestamp};
use tranche::engine::{Clock, Engine, Outcome, opening, state};
use tranche::store::{Store, Target};

use scenario::{fold, fold_along};

const FIRST_COHORT: &str = include_str!("scenarios/first-cohort.jsonl");
const MIXED: &str = include_str!("scenarios/mixed.jsonl");
/// Of every so many events one's moment is looked at.
const STEP: usize = 10;

type Told = BTreeMap<Id, Figures>;

/// The figures of every pilot as of the moment's day, and as of a later one, when more may count of what was known.
fn told(state: &Ledger, moment: Timestamp) -> [Told; 2] {
    let day = shanghai_date(moment);
    [day, day.checked_add_months(chrono::Months::new(14)).unwrap()].map(|as_of| figures(state, as_of))
}

fn figures(state: &Ledger, as_of: Date) -> Told {
    let of = |(id, pilot): (&Id, _)| (id.clone(), Figures::of_pilot(&state.programme, pilot, as_of));
    state.pilots.iter().map(of).collect()
}

/// When every tenth event was recorded, each moment once, in the order of the log; the opening is not among them.
fn moments(recorded: impl Iterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut moments: Vec<Timestamp> = recorded.skip(1).step_by(STEP).collect();
    moments.dedup();
    moments
}

fn the_core_knows(lines: &str) {
    let whole = fold(lines, &[]);
    let chosen = moments(whole.events.iter().map(|event| event.recorded_at));
    // The mixed scenario has 515 events, of many at one moment.
    assert!(chosen.len() > 10, "{}", chosen.len());
    // Loaded only so far: the state before the first command that is recorded later.
    let mut loaded = BTreeMap::new();
    fold_along(lines, &[], |so_far| {
        let next = whole.events.get(so_far.events.len()).map(|event| event.recorded_at);
        let last = so_far.events.last().map(|event| event.recorded_at).filter(|_| so_far.events.len() > 1);
        for moment in chosen.iter().filter(|moment| last == Some(**moment) && next.is_none_or(|next| next > **moment)) {
            loaded.insert(*moment, told(&so_far.state, *moment));
        }
    });
    assert_eq!(loaded.keys().copied().collect::<Vec<_>>(), chosen);
    for moment in chosen {
        let mut known = Ledger::default();
        let events = whole.events.iter().filter(|event| state::is_known(event, Some(moment)));
        events.for_each(|event| evolve(&mut known, event));
        assert_eq!(told(&known, moment), loaded[&moment], "known at {moment}");
    }
}

#[test]
fn the_core_knows_of_the_first_cohort_what_was_loaded() {
    the_core_knows(FIRST_COHORT);
}

#[test]
fn the_core_knows_of_the_mixed_scenario_what_was_loaded() {
    the_core_knows(MIXED);
}

fn clock() -> Clock {
    Clock { now: || "2026-11-23T00:00:00Z".parse().unwrap(), id: tranche::cli::clock().id }
}

/// Loads lines into a sandbox ledger of their own; gives the line that each entry came of.
async fn load(target: &Target, ledger: &str, lines: &[&str]) -> BTreeMap<u64, usize> {
    let act = opening::read_rules(opening::JIANGXI_2025.as_bytes(), true).unwrap();
    assert!(opening::open(target, ledger, act, clock()).await.unwrap());
    let engine = Engine::open(target.clone(), ledger, clock()).await.unwrap();
    let mut answers = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Ok(command) = Command::parse(line.as_bytes()) else { continue };
        answers.push((number, engine.send(command).await.unwrap()));
    }
    let mut placed = BTreeMap::new();
    for (number, answer) in answers {
        if let Outcome::Accepted { events, .. } = answer.outcome().await.unwrap() {
            placed.extend(events.iter().filter_map(|event| Some((event.position?, number))));
        }
    }
    engine.close().await.unwrap();
    placed
}

async fn postgres_knows(lines: &str, samples: usize) {
    let target = cluster::database().await;
    let lines: Vec<&str> = lines.lines().collect();
    let placed = load(&target, "whole", &lines).await;
    let store = Store::connect(&target).await.unwrap();
    let whole = store.head("whole").await.unwrap();
    let recorded = recorded(&store, whole.ledger).await;
    let chosen = moments(recorded.values().copied());
    for number in 0..samples {
        let moment = chosen[(number * chosen.len() + chosen.len() / 2) / samples];
        let last = recorded.iter().skip(1).filter(|(_, at)| **at <= moment).map(|(position, _)| *position).max();
        let name = format!("part-{number}");
        load(&target, &name, &lines[..=placed[&last.unwrap()]]).await;
        let part = store.head(&name).await.unwrap();
        assert_eq!(u64::try_from(part.position).ok(), last);
        let loaded = told(&state::load(&store, part.ledger).await.unwrap(), moment);
        let known = state::load_known_at(&store, whole.ledger, moment).await.unwrap();
        assert_eq!(told(&known, moment), loaded, "known at {moment}");
    }
}

/// When each entry was recorded.
async fn recorded(store: &Store, ledger: i64) -> BTreeMap<u64, Timestamp> {
    use futures_util::TryStreamExt as _;
    let records: Vec<_> = store.event_read(ledger, 1, i64::MAX).try_collect().await.unwrap();
    let at = |entry: &[u8]| {
        serde_json::from_slice::<Value>(entry).unwrap()["recorded_at"].as_str().unwrap().parse().unwrap()
    };
    records.iter().map(|record| (u64::try_from(record.position).unwrap(), at(&record.entry))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_knows_of_the_first_cohort_what_was_loaded() {
    postgres_knows(FIRST_COHORT, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_knows_of_the_mixed_scenario_what_was_loaded() {
    postgres_knows(MIXED, 6).await;
}
