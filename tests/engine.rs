//! The engine on a real PostgreSQL: both scenarios, repeated commands (IDEM-01), atomic files, two engines on one
//! ledger, the second wall firing, snapshots and projections against the log.

#![cfg(test)]

#[path = "support/cluster.rs"]
mod cluster;

use serde_json::{Value, json};
use tranche::domain::Date;
use tranche::domain::command::Command;
use tranche::domain::figures::Figures;
use tranche::domain::ledger::Ledger;
use tranche::domain::text::Id;
use tranche::engine::{Clock, Engine, Outcome, atomic, opening, replay, state};
use tranche::store::{Pool, Store, Target};

const LEDGER: &str = "test";

fn clock() -> Clock {
    Clock { now: || "2026-11-23T00:00:00Z".parse().unwrap(), id: tranche::cli::clock().id }
}

/// A database of its own with an open sandbox ledger.
async fn sandbox() -> Target {
    let target = cluster::database().await;
    let act = opening::read_rules(opening::JIANGXI_2025.as_bytes(), true).unwrap();
    assert!(opening::open(&target, LEDGER, act, clock()).await.unwrap());
    target
}

fn command(line: &str) -> Command {
    Command::parse(line.as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}: {line}"))
}

/// Outcome, rules, warnings and event types, as the scenarios list them.
fn told(outcome: &Outcome) -> (String, Vec<String>, Vec<String>, Vec<String>) {
    let rules = |reasons: &[tranche::domain::event::Reason]| {
        let mut rules: Vec<String> = reasons.iter().map(|reason| reason.rule.to_string()).collect();
        rules.sort();
        rules
    };
    match outcome {
        Outcome::Accepted { events, warnings } => {
            let types = events.iter().map(|placed| placed.kind.to_string()).collect();
            ("accepted".into(), vec![], rules(warnings), types)
        }
        Outcome::Refused(reasons) => ("refused".into(), rules(reasons), vec![], vec![]),
        Outcome::Repeated { events } => {
            assert!(events.iter().all(|placed| placed.position.is_some()));
            ("repeated".into(), vec![], vec![], vec![])
        }
    }
}

/// Sends all lines at once, as `apply` does, and gives what became of each.
async fn run(
    target: &Target,
    lines: impl Iterator<Item = &str>,
) -> Vec<(String, Vec<String>, Vec<String>, Vec<String>)> {
    let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
    let mut answers = Vec::new();
    for line in lines {
        answers.push(match Command::parse(line.as_bytes()) {
            Ok(command) => Some(engine.send(command).await.unwrap()),
            Err(_) => None,
        });
    }
    let mut outcomes = Vec::new();
    for answer in answers {
        outcomes.push(match answer {
            Some(answer) => told(&answer.outcome().await.unwrap()),
            None => ("refused".into(), vec!["FORM-01".into()], vec![], vec![]),
        });
    }
    engine.close().await.unwrap();
    outcomes
}

/// The state from the projections and from the log, which must agree with each other and with the expected figures.
async fn figures_agree(target: &Target, expected: &Value) {
    let store = std::sync::Arc::new(Store::connect(target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    let from_projections = state::load(&store, head.ledger).await.unwrap();
    let (replayed, differences) = replay::check(&store, &head.name, |_| {}).await.unwrap();
    assert_eq!(differences, [], "a projection differs from the log");
    let date: Date = expected["as_of"].as_str().unwrap().parse().unwrap();
    for ledger in [&from_projections, &replayed.state] {
        for (id, sums) in expected["pilots"].as_object().unwrap() {
            let found = figures(ledger, id, date);
            for (name, sum) in sums.as_object().unwrap() {
                assert_eq!(&found[name], sum, "{id} {name}");
            }
        }
    }
    for id in expected["pilots"].as_object().unwrap().keys() {
        let alone = state::load_pilot(&store, head.ledger, id).await.unwrap();
        assert_eq!(figures(&alone, id, date), figures(&from_projections, id, date), "{id} by itself");
    }
    // The sums added up again by the database from the entries alone are the same.
    let before = store.fund_positions(head.ledger).await.unwrap();
    store.fund_position_rebuild(head.ledger).await.unwrap();
    assert_eq!(store.fund_positions(head.ledger).await.unwrap(), before);
}

fn figures(ledger: &Ledger, id: &str, date: Date) -> Value {
    let pilot = &ledger.pilots[&Id::parse(id).unwrap()];
    serde_json::to_value(Figures::of_pilot(&ledger.programme, pilot, date)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_cohort_is_accepted_whole() {
    let target = sandbox().await;
    let outcomes = run(&target, include_str!("scenarios/first-cohort.jsonl").lines()).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        assert_eq!(outcome.0, "accepted", "line {}: {outcome:?}", number + 1);
    }
    let expected = serde_json::from_str(include_str!("scenarios/first-cohort.expected.json")).unwrap();
    figures_agree(&target, &expected).await;
    let again = run(&target, include_str!("scenarios/first-cohort.jsonl").lines()).await;
    assert!(again.iter().all(|outcome| outcome.0 == "repeated"), "applied again, every line is known");
    let head = Store::connect(&target).await.unwrap().head(LEDGER).await.unwrap();
    assert_eq!(head.position, 524);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mixed_scenario_is_judged_as_expected() {
    let target = sandbox().await;
    let outcomes = run(&target, include_str!("scenarios/mixed.jsonl").lines()).await;
    let strings = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
    for (found, expected) in outcomes.iter().zip(include_str!("scenarios/mixed.expected.jsonl").lines()) {
        let expected: Value = serde_json::from_str(expected).unwrap();
        let outcome = expected["outcome"].as_str().unwrap().to_owned();
        let want = (outcome, strings(&expected["rules"]), strings(&expected["warnings"]), strings(&expected["events"]));
        assert_eq!(found, &want, "line {}", expected["line"]);
    }
    let expected = serde_json::from_str(include_str!("scenarios/mixed.figures.json")).unwrap();
    figures_agree(&target, &expected).await;
}

fn area(id: u32, name: &str) -> String {
    json!({"command": "register_area", "id": format!("0199f0c2-7d5e-7c1a-9b1e-{id:012}"), "on": "2026-01-05",
        "by": {"body": "province_drc", "person": "周涛"}, "area": format!("X{id}"), "name": name, "kind": "county",
        "city": "南昌市", "document": "批1"})
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_done_once_whoever_sends_it_again() {
    let target = sandbox().await;
    let (first, other) = (area(1, "甲"), area(1, "乙"));
    let outcomes = run(&target, [&first, &first, &other, &first].map(String::as_str).into_iter()).await;
    let names: Vec<_> = outcomes.iter().map(|outcome| (outcome.0.as_str(), outcome.1.join(","))).collect();
    let want = [("accepted", ""), ("repeated", ""), ("refused", "IDEM-01"), ("repeated", "")];
    assert_eq!(names, want.map(|(outcome, rules)| (outcome, rules.to_owned())));
    let later = run(&target, [first.as_str(), other.as_str()].into_iter()).await;
    assert_eq!((later[0].0.as_str(), later[1].1.join(",")), ("repeated", "IDEM-01".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_atomic_file_is_appended_whole_or_not_at_all() {
    let target = sandbox().await;
    let position = async || Store::connect(&target).await.unwrap().head(LEDGER).await.unwrap().position;
    let future = area(9, "丙").replace("2026-01-05", "2099-01-01");
    let broken = [area(1, "甲"), future, area(2, "乙")].map(|line| command(&line)).to_vec();
    let outcomes = atomic::apply(target.clone(), LEDGER, clock(), broken).await.unwrap();
    let kinds: Vec<_> = outcomes.iter().map(|(_, outcome)| told(outcome).0).collect();
    assert_eq!(kinds, ["accepted", "refused", "accepted"]);
    let placed =
        |outcome: &Outcome| matches!(outcome, Outcome::Accepted { events, .. } if events[0].position.is_some());
    assert!(!outcomes.iter().any(|(_, outcome)| placed(outcome)), "nothing has a position");
    assert_eq!(position().await, 1);
    let lawful = [area(1, "甲"), area(2, "乙")].map(|line| command(&line)).to_vec();
    let outcomes = atomic::apply(target.clone(), LEDGER, clock(), lawful).await.unwrap();
    assert!(outcomes.iter().all(|(_, outcome)| placed(outcome)));
    assert_eq!(position().await, 3);
}

fn share(id: u32, to: &str) -> String {
    json!({"command": "amend_programme", "id": format!("0199f0c2-7d5e-7c1a-9b1e-{id:012}"), "on": "2025-12-18",
        "by": {"body": "province_finance", "person": "prov2"}, "approvals": [{"body": "province_drc", "person": "prov1"}],
        "document": "修订", "changes": {"first_share": to}, "recorded_at": "2025-12-18T09:00:00+08:00"})
    .to_string()
}

/// An amendment binds what follows it in the file, and nothing before it.
#[tokio::test(flavor = "multi_thread")]
async fn an_atomic_file_may_amend_between_its_releases() {
    let target = sandbox().await;
    let scenario: Vec<&str> = include_str!("scenarios/first-cohort.jsonl").lines().collect();
    let first = scenario.iter().position(|line| line.contains("\"release\": \"JX2025-01-R1\"")).unwrap();
    run(&target, scenario[..first].iter().copied()).await;
    // The whole first share of the allocation; then less of it, and then as it was.
    let release = scenario[first].to_owned();
    let again = |number: u32, amount: &str| {
        let mut value: Value = serde_json::from_str(&release).unwrap();
        value["id"] = json!(format!("0199f0c2-7d5e-7c1a-9b1e-{number:012}"));
        value["release"] = json!(format!("JX2025-01-X{number}"));
        value["document"] = json!(format!("赣财建指〔2025〕99-{number}号"));
        value["amount"] = json!(amount);
        value.to_string()
    };
    let file = |lines: &[String]| lines.iter().map(|line| command(line)).collect::<Vec<_>>();
    let broken = file(&[release.clone(), share(1, "0.50"), again(2, "0.01")]);
    let outcomes = atomic::apply(target.clone(), LEDGER, clock(), broken).await.unwrap();
    let kinds: Vec<_> = outcomes.iter().map(|(_, outcome)| told(outcome).0).collect();
    assert_eq!(kinds, ["accepted", "accepted", "refused"]);
    let lawful = file(&[release.clone(), share(3, "0.50"), share(4, "0.75"), again(5, "1.00")]);
    let outcomes = atomic::apply(target.clone(), LEDGER, clock(), lawful).await.unwrap();
    assert!(outcomes.iter().all(|(_, outcome)| told(outcome).0 == "accepted"), "{outcomes:?}");
    let alone = file(&[again(6, "1.00"), share(7, "0.50")]);
    let outcomes = atomic::apply(target.clone(), LEDGER, clock(), alone).await.unwrap();
    assert!(outcomes.iter().all(|(_, outcome)| told(outcome).0 == "accepted"), "{outcomes:?}");
    let store = std::sync::Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    let before = store.fund_positions(head.ledger).await.unwrap();
    store.fund_position_rebuild(head.ledger).await.unwrap();
    assert_eq!(store.fund_positions(head.ledger).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_on_one_ledger_take_turns() {
    let target = sandbox().await;
    let send = async |from: u32| {
        let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
        for id in from..from + 100 {
            let answer = engine.send(command(&area(id, "甲"))).await.unwrap();
            assert!(matches!(answer.outcome().await.unwrap(), Outcome::Accepted { .. }));
        }
        engine.close().await.unwrap();
    };
    tokio::join!(send(1_000), send(2_000), send(3_000));
    let store = std::sync::Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    assert_eq!(head.position, 301);
    let (_, differences) = replay::check(&store, &head.name, |_| {}).await.unwrap();
    assert_eq!(differences, []);
}

/// Eleven ledgers over three connections: one whose lease another process has keeps none of the others waiting, nor do
/// connections that are lost.
#[tokio::test(flavor = "multi_thread")]
async fn many_ledgers_share_connections() {
    let target = cluster::database().await;
    let names: Vec<String> = (0..11).map(|number| format!("of-many-{number}")).collect();
    for name in &names {
        let act = opening::read_rules(opening::JIANGXI_2025.as_bytes(), true).unwrap();
        assert!(opening::open(&target, name, act, clock()).await.unwrap());
    }
    let elsewhere = std::sync::Arc::new(Store::connect(&target).await.unwrap());
    let taken = elsewhere.head(&names[0]).await.unwrap().ledger;
    assert!(elsewhere.lease_try(taken).await.unwrap());

    let pool = std::sync::Arc::new(Pool::new(target.clone(), 3));
    let mut engines = Vec::new();
    for name in &names {
        engines.push(Engine::open_among(&pool, name, clock()).await.unwrap());
    }
    let first = engines[0].send(command(&area(1, "甲"))).await.unwrap();
    let first = tokio::spawn(first.outcome());
    let send = async |engine: &Engine, from: u32| {
        let mut answers = Vec::new();
        for id in from..from + 200 {
            answers.push(engine.send(command(&area(id, "甲"))).await.unwrap());
        }
        for answer in answers {
            assert!(matches!(answer.outcome().await.unwrap(), Outcome::Accepted { .. }));
        }
    };
    // In less time than the first waits for the lease, before it goes on without.
    let others = futures_util::future::join_all(engines[1..].iter().map(|engine| send(engine, 1_000)));
    tokio::time::timeout(std::time::Duration::from_secs(8), others).await.unwrap();
    assert!(!first.is_finished(), "the lease is another's");
    assert!(elsewhere.lease_release(taken).await.unwrap());
    assert!(matches!(first.await.unwrap().unwrap(), Outcome::Accepted { .. }));

    let owner = cluster::connect(target.config()).await;
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    owner.query_one(cut, &[]).await.unwrap();
    futures_util::future::join_all(engines.iter().map(|engine| send(engine, 2_000))).await;
    for engine in engines {
        engine.close().await.unwrap();
    }
    let store = std::sync::Arc::new(Store::connect(&target).await.unwrap());
    for (name, entries) in names.iter().zip([202].into_iter().chain(std::iter::repeat(401))) {
        let head = store.head(name).await.unwrap();
        assert_eq!(head.position, entries, "{name}");
        assert!(store.lease_try(head.ledger).await.unwrap(), "{name} was given up");
        let (_, differences) = replay::check(&store, &head.name, |_| {}).await.unwrap();
        assert_eq!(differences, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_wall_refuses_the_culprit_and_lets_the_others_in() {
    let target = sandbox().await;
    let scenario: Vec<&str> = include_str!("scenarios/first-cohort.jsonl").lines().collect();
    let first_release = scenario.iter().position(|line| line.contains(r#""command": "release""#)).unwrap();
    run(&target, scenario[..first_release].iter().copied()).await;
    // Whoever owns the table has made the database believe in a smaller allocation than the log has.
    let owner = cluster::connect(target.config()).await;
    let released: Value = serde_json::from_str(scenario[first_release]).unwrap();
    let pilot = released["pilot"].as_str().unwrap();
    let shrink = "UPDATE tranche.fund_position SET allocated = 1 WHERE pilot = $1";
    assert_eq!(owner.execute(shrink, &[&pilot]).await.unwrap(), 1);
    let (before, after) = (area(1, "甲"), area(2, "乙"));
    let late = |line: &str| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        value["on"] = json!("2025-11-01");
        value.to_string()
    };
    let lines = [late(&before), scenario[first_release].to_owned(), late(&after)];
    let outcomes = run(&target, lines.iter().map(String::as_str)).await;
    let kinds: Vec<_> = outcomes.iter().map(|outcome| outcome.0.as_str()).collect();
    assert_eq!(kinds, ["accepted", "refused", "accepted"], "{outcomes:?}");
    assert!(outcomes[1].1.iter().all(|rule| rule.starts_with("TR-")), "{outcomes:?}");
    let store = std::sync::Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    let (_, differences) = replay::check(&store, &head.name, |_| {}).await.unwrap();
    assert_eq!(differences.len(), 1, "and the check names what was made up: {differences:?}");
    assert_eq!(differences[0].field, "allocated");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_too_long_is_form_01_alone() {
    let target = sandbox().await;
    let party = json!({"body": "province_drc", "person": "周涛", "document": "批".repeat(500)});
    let long = |on: &str| {
        let mut value: Value = serde_json::from_str(&area(1, "甲")).unwrap();
        value["on"] = json!(on);
        value["approvals"] = json!(vec![party.clone(); 60]);
        value.to_string()
    };
    let (today, future) = (long("2026-01-05"), long("2099-01-01"));
    let outcomes = run(&target, [today.as_str(), future.as_str(), &area(1, "甲")].into_iter()).await;
    let rules: Vec<_> = outcomes.iter().map(|outcome| outcome.1.join(",")).collect();
    assert_eq!(rules, ["FORM-01", "FORM-01", ""], "whatever else it breaks; and its id is free");
}
