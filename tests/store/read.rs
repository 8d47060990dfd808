//! Reads in each direction, over more than a page.

use futures_util::TryStreamExt as _;
use futures_util::stream::Stream;
use tranche::store::{Record, StoreError};

use crate::fixture::{Act, Fixture, RECORDED_AT, plain};

const STREAMS: [&str; 4] = ["pilot-A", "pilot-B", "application-A", "programme"];

/// 3,000 entries: more than the first page holds.
async fn filled() -> Fixture {
    let mut fixture = Fixture::new().await;
    let acts: Vec<Act<'_>> = (0..3_000).map(|number| plain(STREAMS[number % 4])).collect();
    fixture.done(&acts).await;
    fixture
}

async fn positions(read: impl Stream<Item = Result<Record, StoreError>>) -> Vec<i64> {
    let records: Vec<Record> = read.try_collect().await.unwrap();
    records.iter().map(|record| record.position).collect()
}

#[tokio::test]
async fn the_log_is_read_in_order_and_back() {
    let fixture = filled().await;
    let (store, ledger) = (&fixture.store, fixture.ledger);
    assert_eq!(positions(store.event_read(ledger, 1, i64::MAX)).await, (1..=3_000).collect::<Vec<_>>());
    assert_eq!(positions(store.event_read(ledger, 7, 2_990)).await, (7..=2_990).collect::<Vec<_>>());
    assert_eq!(positions(store.event_read_back(ledger, 7, 2_990)).await, (7..=2_990).rev().collect::<Vec<_>>());
    assert_eq!(positions(store.event_read(ledger, 3_001, i64::MAX)).await, [0_i64; 0]);
    assert_eq!(positions(store.event_read(ledger + 1, 1, i64::MAX)).await, [0_i64; 0]);
}

#[tokio::test]
async fn an_entry_comes_back_byte_for_byte() {
    let mut fixture = Fixture::new().await;
    let batch = fixture.batch(&[plain("pilot-A")]);
    fixture.append(&batch).await.unwrap();
    let read: Vec<Record> = fixture.store.event_read(fixture.ledger, 1, 1).try_collect().await.unwrap();
    let expected = Record {
        position: 1,
        stream: "pilot-A".to_owned(),
        version: 1,
        kind: "MonitoringRecorded".to_owned(),
        business_date: "2026-01-05".parse().unwrap(),
        recorded_at: RECORDED_AT.parse().unwrap(),
        entry: batch.entries[0].clone(),
        item: None,
        command: Some(batch.commands[0]),
    };
    assert_eq!(read, [expected]);
    let view = fixture
        .admin()
        .await
        .query_one("SELECT entry ->> 'type' FROM tranche.event_json WHERE position = 1", &[])
        .await
        .unwrap();
    assert_eq!(view.get::<_, String>(0), "MonitoringRecorded");
}

#[tokio::test]
async fn a_stream_and_a_category_are_read_in_order_and_back() {
    let fixture = filled().await;
    let (store, ledger) = (&fixture.store, fixture.ledger);
    let of_b = |from: i64| (from..=750).map(|version| 4 * version - 2).collect::<Vec<i64>>();
    assert_eq!(positions(store.stream_read(ledger, "pilot-B", 1)).await, of_b(1));
    assert_eq!(positions(store.stream_read(ledger, "pilot-B", 700)).await, of_b(700));
    let back: Vec<i64> = of_b(1).into_iter().rev().collect();
    assert_eq!(positions(store.stream_read_back(ledger, "pilot-B")).await, back);

    let pilots = |from: i64| (from..=3_000).filter(|position| matches!(position % 4, 1 | 2)).collect::<Vec<_>>();
    assert_eq!(positions(store.category_read(ledger, "pilot", 1)).await, pilots(1));
    assert_eq!(positions(store.category_read(ledger, "pilot", 1_500)).await, pilots(1_500));
    let back: Vec<i64> = pilots(1).into_iter().rev().collect();
    assert_eq!(positions(store.category_read_back(ledger, "pilot")).await, back);
    assert_eq!(positions(store.category_read(ledger, "programme", 2_990)).await, [2_992, 2_996, 3_000]);
}

/// Each read walks an index that begins with the ledger, and sorts nothing.
#[tokio::test]
async fn no_read_scans_or_sorts() {
    let fixture = filled().await;
    let client = fixture.admin().await;
    client
        .batch_execute("SET enable_seqscan = off; SET enable_sort = off; SET plan_cache_mode = force_generic_plan")
        .await
        .unwrap();
    for (name, text) in tranche::store::STATEMENTS {
        if !name.contains("_read") {
            continue;
        }
        let values = match (text.contains("$5"), text.contains("$4")) {
            (true, _) => "1, 1, 9, 9, 'pilot'",
            (_, true) => "1, 1, 9, 9",
            _ => "1, 1, 9",
        };
        client.batch_execute(&format!("PREPARE {name} AS {text}")).await.unwrap();
        let plan = client.query(&format!("EXPLAIN EXECUTE {name}({values})"), &[]).await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        assert!(plan.contains("Index Scan") && !plan.contains("Seq Scan"), "{name}: {plan}");
        // A category is picked out of the walk: its own is nearly all that is there. Of a stream's hash it is all but all.
        let picks = plan.contains("Filter") && !name.contains("category") && !name.contains("stream");
        // Sixteen versions of a stream at a time are put in order.
        let sorts = plan.replace("Incremental Sort", "").contains("Sort  ");
        assert!(!sorts && !picks, "{name}: {plan}");
    }
}
