//! The append: what goes in, what does not, and what many processes at once come to.

use std::time::Duration;

use serde_json::{Value, json};
use tranche::store::{Appended, Batch, Store, StoreError};

use crate::fixture::{Fixture, RECORDED_AT, edit, id, plain};

#[tokio::test]
async fn a_batch_moves_the_head_and_is_found_by_its_command() {
    let mut fixture = Fixture::new().await;
    let batch = fixture.batch(&[plain("programme"), plain("pilot-A"), plain("pilot-A")]);
    assert_eq!(fixture.append(&batch).await.unwrap(), Appended::Done(3));

    let head = fixture.store.head("test").await.unwrap();
    assert_eq!((head.position, head.root, head.peaks), (3, batch.root.to_vec(), batch.peaks));
    assert_eq!(head.recorded_at, Some(RECORDED_AT.parse().unwrap()));
    let ids = [id(), batch.commands[0]];
    let found = fixture.store.commands_find(fixture.ledger, &ids).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].command, found[0].position, &found[0].entry), (Some(ids[1]), 1, &batch.entries[0]));
    let further = fixture.store.further_find(fixture.ledger, &[1, 2, 3, 4]).await.unwrap();
    assert_eq!(further, [(2, "MonitoringRecorded".to_owned()), (3, "MonitoringRecorded".to_owned())]);
}

#[tokio::test]
async fn a_stale_head_appends_nothing() {
    let mut fixture = Fixture::new().await;
    let late = fixture.batch(&[plain("pilot-A")]);
    fixture.done(&[plain("pilot-B")]).await;
    assert_eq!(fixture.store.append(&late).await.unwrap(), Appended::Stale);

    // The position alone is not the head: another history of the same length is stale as well.
    let mut other = fixture.batch(&[plain("pilot-A")]);
    other.expected_root = [9; 32];
    assert_eq!(fixture.store.append(&other).await.unwrap(), Appended::Stale);
    assert_eq!(fixture.store.head("test").await.unwrap().position, 1);
}

#[tokio::test]
async fn the_same_batch_again_answers_as_it_did() {
    let mut fixture = Fixture::new().await;
    let batch = fixture.batch(&[plain("pilot-A"), plain("pilot-B")]);
    fixture.append(&batch).await.unwrap();
    fixture.done(&[plain("pilot-A")]).await;
    assert_eq!(fixture.store.append(&batch).await.unwrap(), Appended::Done(2));
    assert_eq!(fixture.store.head("test").await.unwrap().position, 3);

    // The same last entry on top of another first one is another batch.
    let mut other = batch.clone();
    edit(&mut other, 0, |entry| entry["data"] = json!({"note": "another"}));
    assert_eq!(fixture.store.append(&other).await.unwrap(), Appended::Stale);
}

/// A batch may be there before the one that it goes on from: it waits for it, and leaves nothing where that never comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_waits_for_the_one_before_it() {
    let mut fixture = Fixture::new().await;
    let first = fixture.batch(&[plain("pilot-A")]);
    (fixture.position, fixture.root) = (1, first.root);
    let second = fixture.batch(&[plain("pilot-B")]);
    assert_eq!(fixture.store.append(&second).await.unwrap(), Appended::Stale);
    let waits = fixture.store.append(&second);
    let other = Store::connect(&fixture.target).await.unwrap();
    let comes = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        other.append(&first).await
    };
    let (second, first) = tokio::join!(waits, comes);
    assert_eq!((first.unwrap(), second.unwrap()), (Appended::Done(1), Appended::Done(2)));
    fixture.refresh("test").await;
    // Nor is it given up where the one before it lands at any moment of its own.
    for (number, end) in (0..100_u64).zip((4..).step_by(2)) {
        let first = fixture.batch(&[plain(&format!("pilot-A{number}"))]);
        (fixture.position, fixture.root) = (end - 1, first.root);
        let second = fixture.batch(&[plain(&format!("pilot-B{number}"))]);
        let (second, first) = tokio::join!(fixture.store.append(&second), async {
            tokio::time::sleep(Duration::from_micros(number * 20)).await;
            other.append(&first).await
        });
        assert_eq!((first.unwrap(), second.unwrap()), (Appended::Done(end - 1), Appended::Done(end)));
        fixture.refresh("test").await;
    }
    let row = fixture.admin().await.query_one("SELECT count(*) FROM tranche.event", &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 202);
}

/// Sent twice at once, as after an answer that was lost: it is there once, and both are told so.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_batch_at_once_is_there_once() {
    let mut fixture = Fixture::new().await;
    let other = Store::connect(&fixture.target).await.unwrap();
    for end in (40..=400).step_by(40) {
        let batch = fixture.batch(&vec![plain("pilot-A"); 40]);
        let (one, again) = tokio::join!(fixture.store.append(&batch), other.append(&batch));
        assert_eq!((one.unwrap(), again.unwrap()), (Appended::Done(end), Appended::Done(end)));
        assert_eq!(fixture.append(&batch).await.unwrap(), Appended::Done(end));
    }
    let row = fixture.admin().await.query_one("SELECT count(*) FROM tranche.event", &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 400);
}

#[tokio::test]
async fn a_command_id_comes_once() {
    let mut fixture = Fixture::new().await;
    let first = fixture.batch(&[plain("pilot-A")]);
    fixture.append(&first).await.unwrap();
    let mut again = fixture.batch(&[plain("pilot-A")]);
    edit(&mut again, 0, |entry| entry["command_id"] = json!(first.commands[0]));
    assert_eq!(fixture.append(&again).await.unwrap(), Appended::Repeated);
    // What follows each other is of one command; what another stands between is not.
    let mut twice = fixture.batch(&[plain("pilot-A"), plain("pilot-A"), plain("pilot-A")]);
    edit(&mut twice, 1, |entry| entry["command_id"] = json!(id()));
    assert_eq!(fixture.append(&twice).await.unwrap(), Appended::Repeated);
    assert_eq!(fixture.store.head("test").await.unwrap().position, 1);
}

/// A change to a sound batch.
type Break = fn(&mut Batch);

#[tokio::test]
async fn what_is_no_batch_is_refused_and_named() {
    let mut fixture = Fixture::new().await;
    fixture.done(&[plain("pilot-A")]).await;
    let breaks: [(&str, Break); 13] = [
        ("entry", |batch| batch.entries[1] = b"{{".to_vec()),
        ("entry", |batch| batch.entries[1] = b"[]".to_vec()),
        ("entry", |batch| batch.entries[1] = vec![0xff, 0xff]),
        ("entry", |batch| edit(batch, 1, |entry| entry["type"] = json!("PaymentRecorded"))),
        ("event", |batch| edit(batch, 1, |entry| entry["stream"] = Value::Null)),
        ("event", |batch| edit(batch, 1, |entry| entry["type"] = Value::Null)),
        ("event", |batch| batch.entries[0].resize(65_536, b' ')),
        ("event", |batch| edit(batch, 1, |entry| entry["stream"] = json!("Pilot A"))),
        ("event", |batch| edit(batch, 1, |entry| entry["stream"] = json!(format!("pilot-{}", "A".repeat(65))))),
        ("stream version", |batch| edit(batch, 0, |entry| entry["version"] = json!(3))),
        ("stream version", |batch| edit(batch, 0, |entry| entry["version"] = json!(1))),
        ("stream version", |batch| edit(batch, 1, |entry| entry["version"] = json!(1))),
        ("lengths", |batch| batch.entries.clear()),
    ];
    for (named, change) in breaks {
        let mut batch = fixture.batch(&[plain("pilot-A"), plain("pilot-A")]);
        change(&mut batch);
        match fixture.store.append(&batch).await {
            Err(StoreError::Malformed { what, detail }) => {
                assert_eq!(what, named);
                assert!(named != "entry" || detail.starts_with('3'), "the position: {detail}");
            }
            other => panic!("{named}: {other:?}"),
        }
    }
    let mut batch = fixture.batch(&[plain("pilot-A")]);
    batch.peaks.push(0);
    assert!(matches!(fixture.append(&batch).await, Err(StoreError::Malformed { .. })));
    assert_eq!(fixture.store.head("test").await.unwrap().position, 1);

    // What the program's types rule out, sent by hand: no array, one that begins at 0, a null, a root of 31
    // bytes, funds that are none.
    let admin = fixture.admin().await;
    let sound = String::from_utf8(fixture.batch(&[plain("pilot-A")]).entries.remove(0)).unwrap();
    let sound = format!("convert_to('{sound}', 'UTF8')");
    let sound = format!("ARRAY[{sound}]");
    for (named, entries, bytes, funds) in [
        ("lengths", "NULL", 32, "[]"),
        ("entry", "'[0:0]={AA}'", 32, "[]"),
        ("entry", "ARRAY[NULL::bytea]", 32, "[]"),
        ("head", &sound, 31, "[]"),
        ("entry", &sound, 32, "{}"),
        ("entry", &sound, 32, "null"),
        ("entry", &sound, 32, "[1]"),
    ] {
        let sent = format!(
            "SELECT tranche.ledger_append(id, 1, root, substring(root FOR {bytes}), substring(root FOR 32), {entries}, \
             '{funds}') FROM tranche.ledger"
        );
        let error = admin.batch_execute(&sent).await.unwrap_err();
        let error = error.as_db_error().unwrap();
        assert_eq!((error.code().code(), error.message()), ("LG004", named));
    }

    let mut batch = fixture.batch(&[plain("pilot-A")]);
    batch.entries[0].resize(65_535, b' ');
    assert_eq!(fixture.append(&batch).await.unwrap(), Appended::Done(2));
    fixture.done(&[plain(&format!("pilot-{}", "A".repeat(64)))]).await;
}

/// What a column is read off is written as it reads back, for a cast takes other writings of it, too.
#[tokio::test]
async fn an_entry_says_what_its_columns_hold() {
    let mut fixture = Fixture::new().await;
    let others = [
        ("position", vec![json!(2), json!("one"), json!(1.5), Value::Null]),
        ("version", vec![json!(" 1 "), json!("+1"), json!("01"), json!(1.5), json!(3_000_000_000_u64), Value::Null]),
        ("command_id", vec![json!(id().to_string().to_uppercase() + "A"), json!(format!("{{{}}}", id())), Value::Null]),
        ("command_id", vec![json!("0194A52C-0B62-7000-8042-AD6A64978CD9"), json!("0194a52c0b6270008042ad6a64978cd9")]),
        ("on", vec![json!("today"), json!("infinity"), json!("2026-02-30"), json!("  01-02-03"), json!("2026-02-3,")]),
        ("on", vec![json!("20260105"), json!("0000-01-01"), json!("44-03-15 BC"), json!(20_260_105), Value::Null]),
        ("recorded_at", vec![json!("2026-01-05T01:02:60.000000Z"), json!("2026-01-05T24:00:00.000000Z")]),
        ("recorded_at", vec![json!("2026-01-05T01:02:03Z"), json!("2026-01-05 01:02:03.000000Z"), Value::Null]),
        ("recorded_at", vec![json!("2026-01-05T01:00:00.0 PM  Z"), json!("0044-03-15T00:00:00.0 BC  Z")]),
    ];
    for (field, value) in others.iter().flat_map(|(field, values)| values.iter().map(move |value| (field, value))) {
        let mut batch = fixture.batch(&[plain("pilot-A")]);
        edit(&mut batch, 0, |entry| entry[field] = value.clone());
        match fixture.append(&batch).await {
            Err(StoreError::Malformed { what, detail }) => {
                assert!(what == "entry" && detail.starts_with('1'), "{field} {value}: {what} {detail}");
            }
            other => panic!("{field} {value}: {other:?}"),
        }
    }
    fixture.done(&[plain("pilot-A")]).await;
}

#[tokio::test]
async fn a_ledgers_name_is_its_identity() {
    let fixture = Fixture::new().await;
    let again = Store::connect(&fixture.target).await.unwrap();
    assert_eq!(again.ledger_create("test").await.unwrap(), fixture.ledger);
    assert_ne!(again.ledger_create("江西-2025").await.unwrap(), fixture.ledger);
    let long = "江".repeat(100);
    let longer = format!("{long}a");
    assert_ne!(again.ledger_create(&long).await.unwrap(), fixture.ledger);
    for name in ["", "a b", "a\nb", "a+b", "a\u{7}", "a\u{85}b", "a\u{202e}b", "\u{2067}a", &longer] {
        assert!(matches!(again.ledger_create(name).await, Err(StoreError::Malformed { .. })), "{name:?}");
    }
    let names: Vec<String> = again.ledgers().await.unwrap().into_iter().map(|head| head.name).collect();
    assert_eq!(names, ["test", &long, "江西-2025"]);
    assert!(matches!(again.head("none").await, Err(StoreError::LedgerMissing { .. })));
}

/// Eight connections, each appending its own stream as fast as the head lets it.
#[tokio::test(flavor = "multi_thread")]
async fn no_position_comes_twice_and_none_is_skipped() {
    const EACH: i32 = 25;
    let fixture = Fixture::new().await;
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let target = fixture.target.clone();
            tokio::spawn(async move {
                let mut own = Fixture::named(&target, "test").await;
                let stream = format!("pilot-{number}");
                for version in 1..=EACH {
                    own.version_next(&stream, version);
                    loop {
                        let batch = own.batch(&[plain(&stream)]);
                        match own.append(&batch).await.unwrap() {
                            Appended::Done(_) => break,
                            Appended::Stale => own.refresh("test").await,
                            other => panic!("{other:?}"),
                        }
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let admin = fixture.admin().await;
    let row = admin
        .query_one("SELECT count(*), min(position), max(position), count(DISTINCT stream) FROM tranche.event", &[])
        .await
        .unwrap();
    let all = 8 * i64::from(EACH);
    assert_eq!((row.get(0), row.get(1), row.get(2), row.get(3)), (all, 1_i64, all, 8_i64));
    assert_eq!(fixture.store.head("test").await.unwrap().position, all);
}

#[tokio::test]
async fn a_success_with_a_warning_is_unknown() {
    let mut fixture = Fixture::new().await;
    let admin = fixture.admin().await;
    admin
        .batch_execute(
            "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE WARNING 'the standby did not answer'; RETURN NULL; END $$;
             CREATE TRIGGER warn AFTER UPDATE ON tranche.ledger EXECUTE FUNCTION warn()",
        )
        .await
        .unwrap();
    let batch = fixture.batch(&[plain("pilot-A")]);
    assert!(matches!(fixture.append(&batch).await, Err(StoreError::Unknown { .. })));
    admin.batch_execute("DROP TRIGGER warn ON tranche.ledger").await.unwrap();
    assert_eq!(fixture.append(&batch).await.unwrap(), Appended::Done(1));
}

/// The connection is cut while the append waits for the head; the same batch on a new one settles it.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_unknown_and_the_same_batch_settles_it() {
    let fixture = Fixture::new().await;
    let batch = fixture.batch(&[plain("pilot-A")]);
    let mut admin = fixture.admin().await;
    let held = admin.transaction().await.unwrap();
    held.execute("SELECT FROM tranche.ledger FOR UPDATE", &[]).await.unwrap();
    let Fixture { store, target, .. } = fixture;
    let (sent, again) = (batch.clone(), target.clone());
    let waiting = tokio::spawn(async move {
        let outcome = store.append(&sent).await;
        (store, outcome)
    });
    let waits = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let pid: i32 = loop {
        if let Some(row) = held.query_opt(waits, &[]).await.unwrap() {
            break row.get(0);
        }
    };
    held.execute("SELECT pg_terminate_backend($1)", &[&pid]).await.unwrap();
    let (store, outcome) = waiting.await.unwrap();
    let error = outcome.unwrap_err();
    assert!(matches!(error, StoreError::Unknown { .. }), "{error}");
    assert!(error.transient());
    assert!(store.append(&batch).await.is_err());
    assert!(store.is_closed());
    held.rollback().await.unwrap();

    let store = Store::connect_within(&again, Duration::from_secs(5)).await.unwrap();
    assert_eq!(store.append(&batch).await.unwrap(), Appended::Done(1));
    assert_eq!(store.append(&batch).await.unwrap(), Appended::Done(1));
}
