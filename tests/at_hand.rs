//! What is read in parts is what is read whole: a pilot now and as known at a time, and an engine that has at hand only
//! what its commands name. On a made-up history long enough for each part to be folded from a snapshot well before it.

#![cfg(test)]

#[path = "support/cluster.rs"]
mod cluster;

use std::sync::Arc;

use tranche::domain::act::Act;
use tranche::domain::command::Command;
use tranche::domain::event::Reason;
use tranche::domain::text::Id;
use tranche::engine::sample::Sample;
use tranche::engine::verify::{self, Finding, What};
use tranche::engine::{Clock, Engine, EngineError, Outcome, opening, replay, state};
use tranche::store::{Store, Target};

const LEDGER: &str = "test";
const EVENTS: u64 = 4_000;
/// Where the snapshot is left: after the setup, with more behind it than is read whole.
const SNAPSHOT: u64 = 1_500;

fn clock() -> Clock {
    Clock { now: || "2026-11-23T00:00:00Z".parse().unwrap(), id: tranche::cli::clock().id }
}

async fn send(engine: &Engine, commands: impl Iterator<Item = Command>) -> Vec<Outcome> {
    let mut answers = Vec::new();
    for command in commands {
        answers.push(engine.send(command).await.unwrap());
    }
    let mut outcomes = Vec::new();
    for answer in answers {
        outcomes.push(answer.outcome().await.unwrap());
    }
    outcomes
}

/// A ledger with the whole sample in it, and no snapshot after the one that stands in its middle.
async fn loaded(sample: &Sample) -> Target {
    let target = cluster::database().await;
    let act = opening::read_rules(opening::JIANGXI_2025.as_bytes(), true).unwrap();
    opening::open(&target, LEDGER, act, clock()).await.unwrap();
    for numbers in [0..SNAPSHOT - 1, SNAPSHOT - 1..sample.len()] {
        let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
        let outcomes = send(&engine, numbers.map(|number| sample.command(number).unwrap())).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })));
        engine.close().await.unwrap();
    }
    let admin = cluster::connect(target.config()).await;
    admin.batch_execute(&format!("DELETE FROM tranche.snapshot WHERE position > {SNAPSHOT}")).await.unwrap();
    target
}

fn rules(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Refused(reasons) => reasons.iter().map(|reason: &Reason| reason.rule.to_string()).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_says_what_the_whole_does() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let store = Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    assert_eq!(state::snapshots(&store, head.ledger).await.unwrap(), [i64::try_from(SNAPSHOT).unwrap()]);
    let whole = replay::replay(&store, &head, i64::MAX, None, |_| {}).await.unwrap().state;
    for (id, pilot) in &whole.pilots {
        let part = state::load_pilot(&store, head.ledger, id.as_str()).await.unwrap();
        assert_eq!(part.pilots.get(id), Some(pilot));
        assert_eq!(part.programme.position, whole.programme.position);
        assert_eq!(part.programme.last_simulated, whole.programme.last_simulated);
        assert_eq!(part.programme.parameters, whole.programme.parameters);
    }
    let all: Vec<_> = whole.pilots.keys().cloned().collect();
    let (parts, at) = state::load_pilots(&store, head.ledger, &all).await.unwrap();
    assert_eq!((at, &parts.pilots, &parts.programme), (SNAPSHOT, &whole.pilots, &whole.programme));
    // As known at every moment: before the snapshot, at it, after it.
    for number in (0..sample.len()).step_by(211) {
        let known_at = sample.command(number).unwrap().recorded_at.unwrap();
        let then = replay::replay(&store, &head, i64::MAX, Some(known_at), |_| {}).await.unwrap().state;
        let read = state::load_known_at(&store, head.ledger, known_at).await.unwrap();
        assert_eq!((&read.programme, &read.pilots), (&then.programme, &then.pilots), "{number}");
        for id in all.iter().step_by(4) {
            let part = state::load_pilot_known_at(&store, head.ledger, id.as_str(), known_at).await.unwrap();
            assert_eq!(part.pilots.get(id), then.pilots.get(id), "{number} {id}");
            assert_eq!(part.programme.position, then.programme.position, "{number} {id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_decides_on_what_it_brings_in() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let pay = |number: u64| sample.command(number).unwrap();
    let again = |number: u64| Command { id: Some((clock().id)()), recorded_at: None, ..pay(number) };
    // One that pays, the one that cancelled it, and one that was not cancelled; all long before the snapshot's end.
    let cancel =
        (sample.setup()..sample.len()).find(|number| matches!(pay(*number).act, Act::ReversePayment(_))).unwrap();
    let standing = sample.setup() + 3;
    let Act::Pay(paid) = pay(standing).act else { panic!("a payment is expected") };
    let Act::ReversePayment(mut cancelling) = pay(cancel).act else { panic!("a cancelling is expected") };
    (cancelling.pilot, cancelling.payment) = (paid.pilot.clone(), paid.payment);
    let mut now = again(cancel);
    now.on = pay(sample.len() - 1).on;
    now.by.area = pay(standing).by.area;
    now.act = Act::ReversePayment(cancelling);
    let twice = Command { id: Some((clock().id)()), ..now.clone() };

    let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
    let sent = [again(standing), again(cancel), now, twice, pay(standing)];
    let outcomes = send(&engine, sent.into_iter()).await;
    let told: Vec<_> = outcomes.iter().map(rules).collect();
    assert_eq!(told, [vec!["REF-02"], vec!["STATE-01"], vec![], vec!["STATE-01"], vec![]], "{outcomes:?}");
    assert!(matches!(outcomes[2], Outcome::Accepted { .. }));
    assert!(matches!(outcomes[4], Outcome::Repeated { .. }));
    let further = (sample.len()..sample.len() + 300).map(|number| Command { recorded_at: None, ..pay(number) });
    send(&engine, further).await;
    engine.close().await.unwrap();

    let store = Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    assert_eq!(state::snapshots(&store, head.ledger).await.unwrap().last(), Some(&head.position));
    assert_eq!(replay::check(&store, &head.name, |_| {}).await.unwrap().1, []);
}

/// Which of the snapshots is found wrong: by the audit, which the check agrees with.
async fn wrong_snapshots(target: &Target, store: &Arc<Store>) -> Vec<String> {
    let report = verify::verify(target, LEDGER, &[], |_| {}).await.unwrap();
    let told = |finding: &Finding| match &finding.what {
        What::Projection(one) if one.projection == "snapshot" => Some(one.subject.clone()),
        // The clock here stands still, and the database's does not.
        What::Head(one) if one.field == "opened_at" => None,
        other => panic!("{other:?}"),
    };
    let found: Vec<String> = report.findings.iter().filter_map(told).collect();
    let checked = replay::check(store, LEDGER, |_| {}).await.unwrap().1;
    let checked: Vec<String> = checked.into_iter().map(|one| one.subject).collect();
    assert_eq!(checked.get(..found.len()), Some(found.as_slice()), "{checked:?}");
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_lacks_a_part_is_found_and_not_believed() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let store = Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    let whole = replay::replay(&store, &head, i64::MAX, None, |_| {}).await.unwrap().state;
    let admin = cluster::connect(target.config()).await;
    assert_eq!(wrong_snapshots(&target, &store).await, [] as [String; 0]);

    admin.batch_execute("DELETE FROM tranche.snapshot WHERE part = 'pilot-BP00003'").await.unwrap();
    assert_eq!(wrong_snapshots(&target, &store).await, ["pilot-BP00003"]);
    assert_eq!(state::load(&store, head.ledger).await.unwrap().pilots, whole.pilots);
    let id = Id::parse("BP00003").unwrap();
    let part = state::load_pilot(&store, head.ledger, id.as_str()).await.unwrap();
    assert_eq!(part.pilots.get(&id), whole.pilots.get(&id));
    let (parts, _) = state::load_pilots(&store, head.ledger, std::slice::from_ref(&id)).await.unwrap();
    assert_eq!(parts.pilots.get(&id), whole.pilots.get(&id));

    // One that no entry stands at hides none of the others.
    admin
        .batch_execute(
            "INSERT INTO tranche.snapshot (ledger, part, position, format, body)
             SELECT ledger, 'other', 0, format, body FROM tranche.snapshot WHERE part = 'programme'",
        )
        .await
        .unwrap();
    assert_eq!(wrong_snapshots(&target, &store).await, ["ledger", "pilot-BP00003"]);
    state::save(&store, head.ledger, &whole).await.unwrap();
    assert_eq!(wrong_snapshots(&target, &store).await, [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_meanwhile_alarms_nobody() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let store = Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    let mut states = Vec::new();
    for to in [2_500, i64::MAX] {
        states.push(replay::replay(&store, &head, to, None, |_| {}).await.unwrap().state);
    }
    let (ledger, rebuilder) = (head.ledger, Store::connect(&target).await.unwrap());
    let rebuilding = tokio::spawn(async move {
        for state in states.iter().cycle() {
            state::save(&rebuilder, ledger, state).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(7)).await;
        }
    });
    for _ in 0..8 {
        assert_eq!(wrong_snapshots(&target, &store).await, [] as [String; 0]);
    }
    rebuilding.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_whose_snapshots_are_gone_leaves_none_that_goes_on_from_them() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let store = Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    // To one pilot, so that the parts of all others are those left before.
    let paid = |number: u64| {
        let command = sample.command(number).unwrap();
        let of_one = matches!(&command.act, Act::Pay(act) if act.pilot.as_str() == "BP00004");
        of_one.then_some(Command { recorded_at: None, ..command })
    };
    let further = |from: u64| (sample.len() + from..).filter_map(paid).take(70);
    let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
    // A rebuild that had begun before the engine's last snapshot, and ends now.
    let earlier = i64::try_from(SNAPSHOT).unwrap() - 300;
    let then = replay::replay(&store, &head, earlier, None, |_| {}).await.unwrap().state;
    state::save(&store, head.ledger, &then).await.unwrap();
    send(&engine, further(0)).await;
    engine.close().await.unwrap();
    assert_eq!(state::snapshots(&store, head.ledger).await.unwrap(), [earlier]);
    assert_eq!(wrong_snapshots(&target, &store).await, [] as [String; 0]);

    let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
    send(&engine, further(2_000)).await;
    engine.close().await.unwrap();
    let head = store.head(LEDGER).await.unwrap();
    assert_eq!(state::snapshots(&store, head.ledger).await.unwrap(), [earlier, head.position]);
    assert_eq!(wrong_snapshots(&target, &store).await, [] as [String; 0]);

    // Without its part a pilot is as it was at the snapshot before.
    let admin = cluster::connect(target.config()).await;
    let part = format!("part = 'pilot-BP00004' AND position > {earlier}");
    assert_eq!(admin.execute(&format!("DELETE FROM tranche.snapshot WHERE {part}"), &[]).await.unwrap(), 1);
    assert_eq!(wrong_snapshots(&target, &store).await, ["pilot-BP00004"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_is_lost_with_its_connections() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
    let admin = cluster::connect(target.config()).await;
    let breaking = tokio::spawn(async move {
        for _ in 0..40 {
            let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'tranche'";
            admin.query_one(cut, &[]).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
    });
    let pay = |number: u64| Command { recorded_at: None, ..sample.command(number).unwrap() };
    let last = pay(sample.len() - 1).on;
    let is_pay = |number: &u64| matches!(pay(*number).act, Act::Pay(_));
    let old: Vec<u64> = (sample.setup()..sample.len()).filter(is_pay).take(500).collect();
    let mut new = (sample.len()..).filter(is_pay);
    let mut sent = 0;
    while !breaking.is_finished() {
        // Between new ones what is there: by its id, and as another command for the same payment.
        let batch =
            new.by_ref().take(90).zip(old.iter().cycle().skip(sent)).enumerate().flat_map(|(number, (new, old))| {
                let again = Command { id: Some((clock().id)()), ..pay(*old) };
                [Command { on: last, ..pay(new) }, if number % 2 == 0 { pay(*old) } else { again }]
            });
        for (number, outcome) in send(&engine, batch).await.into_iter().enumerate() {
            match number % 4 {
                0 | 2 => assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}"),
                1 => assert!(matches!(outcome, Outcome::Repeated { .. }), "{outcome:?}"),
                _ => assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}"),
            }
        }
        sent += 90;
    }
    breaking.await.unwrap();
    engine.close().await.unwrap();
    let store = Arc::new(Store::connect(&target).await.unwrap());
    let head = store.head(LEDGER).await.unwrap();
    assert_eq!(head.position, i64::try_from(sent).unwrap() + i64::try_from(sample.len() + 1).unwrap());
    assert_eq!(replay::check(&store, &head.name, |_| {}).await.unwrap().1, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_column_ends_the_engine_instead_of_holding_it() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let next = Command { recorded_at: None, ..sample.command(sample.len()).unwrap() };
    let Act::Pay(paid) = &next.act else { panic!("a payment is expected") };
    let admin = cluster::connect(target.config()).await;
    let alter = format!(
        "SET session_replication_role = replica; ALTER TABLE tranche.event DISABLE TRIGGER event_append_only; \
         UPDATE tranche.event SET item = '+{}' WHERE position = {EVENTS}; \
         ALTER TABLE tranche.event ENABLE ALWAYS TRIGGER event_append_only",
        paid.payment
    );
    admin.batch_execute(&alter).await.unwrap();
    let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
    let answer = engine.send(next).await.unwrap();
    assert!(matches!(answer.outcome().await, Err(EngineError::Stopped)));
    let told = engine.close().await.unwrap_err();
    assert!(matches!(told, EngineError::Broken { .. }) && told.to_string().contains("not its own"), "{told}");
}

/// What stands beside the log is that of the head that is folded up to, however fast others append.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_beside_a_writer_alarms_nobody() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let store = Arc::new(Store::connect(&target).await.unwrap());
    let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
    let writing = tokio::spawn(async move {
        for number in sample.len().. {
            let command = Command { recorded_at: None, ..sample.command(number).unwrap() };
            send(&engine, std::iter::once(command)).await;
        }
    });
    let begun = store.head(LEDGER).await.unwrap().position;
    for _ in 0..4 {
        assert_eq!(replay::check(&store, LEDGER, |_| {}).await.unwrap().1, []);
    }
    assert!(store.head(LEDGER).await.unwrap().position > begun + 4, "nothing was written meanwhile");
    writing.abort();
}

/// An append's answer that comes in pieces is taken while the engine asks for something else on that connection.
#[tokio::test]
async fn an_answer_that_comes_in_pieces_holds_nothing_up() {
    let sample = Sample::new(EVENTS, 9, true).unwrap();
    let target = loaded(&sample).await;
    let admin = cluster::connect(target.config()).await;
    let notices = "CREATE FUNCTION public.told() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE NOTICE 'one more'; RETURN new; END $$;
        CREATE TRIGGER told BEFORE INSERT ON tranche.event FOR EACH ROW EXECUTE FUNCTION public.told();
        ALTER TABLE tranche.event ENABLE ALWAYS TRIGGER told";
    admin.batch_execute(notices).await.unwrap();
    let paid = |number: u64| match sample.command(number).unwrap().act {
        Act::Pay(act) => Some((act.pilot, number)),
        _ => None,
    };
    let mut payments: Vec<_> = (sample.setup()..sample.setup() + 60).filter_map(paid).collect();
    payments.sort();
    // Two batches of payments that are there already, which is an error; the second of pilots that are to be loaded first.
    let halves = payments.iter().take(10).chain(payments.iter().rev().take(10));
    for _ in 0..5 {
        let engine = Engine::open(target.clone(), LEDGER, clock()).await.unwrap();
        let again = |number| Command { recorded_at: None, ..sample.command(number).unwrap() };
        let sent = send(&engine, halves.clone().map(|(_, number)| again(*number)));
        let outcomes = tokio::time::timeout(std::time::Duration::from_secs(20), sent).await.expect("it stands still");
        assert!(outcomes.iter().all(|outcome| !matches!(outcome, Outcome::Accepted { .. })), "{outcomes:?}");
        engine.close().await.unwrap();
    }
}
