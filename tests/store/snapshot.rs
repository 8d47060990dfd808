//! Snapshots: which are taken, and what a load sees.

use tranche::store::Part;

use crate::fixture::{Fixture, plain};

fn part(name: &str, position: i64, body: &[u8]) -> Part {
    Part { name: name.to_owned(), position, body: body.to_owned() }
}

#[tokio::test]
async fn each_part_is_kept_and_the_latest_up_to_a_position_loaded() {
    let mut fixture = Fixture::new().await;
    fixture.done(&vec![plain("pilot-A"); 20]).await;
    let (store, ledger) = (&fixture.store, fixture.ledger);
    let empty = store.snapshot_load(ledger, "1", i64::MAX).await.unwrap();
    assert_eq!((empty.head.position, empty.parts.len(), empty.position()), (20, 0, 0));

    let put = async |before, position, parts: &[(&str, &[u8])]| {
        store.snapshot_put(ledger, "1", (before, position), parts).await.unwrap()
    };
    assert_eq!(put(Some(10), 12, &[("programme", b"p")]).await, 0, "what it goes on from is not there");
    assert_eq!(put(Some(0), 10, &[("pilot-A", b"a"), ("programme", b"p")]).await, 10);
    assert_eq!(put(Some(10), 12, &[("pilot-A", b"aa"), ("programme", b"pp")]).await, 12);
    assert_eq!(put(Some(10), 11, &[("programme", b"late")]).await, 12, "before one that is stored");
    assert_eq!(put(Some(12), 21, &[("programme", b"early")]).await, 12, "after the head");
    assert_eq!(put(Some(13), 14, &[("programme", b"more")]).await, 12, "on top of one that is gone");
    assert_eq!(put(Some(10), 12, &[("pilot-B", b"b")]).await, 12, "at the latest stored");
    assert!(store.snapshot_put(ledger, "1", (Some(0), 0), &[("programme", b"none")]).await.is_err(), "of no entry");

    let loaded = store.snapshot_load(ledger, "1", i64::MAX).await.unwrap();
    assert_eq!(loaded.parts, [part("programme", 12, b"pp"), part("pilot-B", 12, b"b"), part("pilot-A", 12, b"aa")]);
    let earlier = store.snapshot_load(ledger, "1", 11).await.unwrap();
    assert_eq!(earlier.parts, [part("programme", 10, b"p"), part("pilot-A", 10, b"a")], "as it was at a position");
    assert_eq!(store.snapshot_positions(ledger, "1").await.unwrap(), [10, 12]);
    assert_eq!((loaded.position(), loaded.head.position), (12, 20));
    let named = store.snapshot_load_parts(ledger, "1", i64::MAX, &["pilot-B", "pilot-C"]).await.unwrap();
    assert_eq!(named.parts, [part("pilot-B", 12, b"b")]);
    assert!(store.snapshot_load(ledger, "2", i64::MAX).await.unwrap().parts.is_empty(), "another format is none");
}

#[tokio::test]
async fn a_new_format_throws_the_old_away_and_so_does_a_whole_one() {
    let mut fixture = Fixture::new().await;
    fixture.done(&vec![plain("pilot-A"); 3]).await;
    let (store, ledger) = (&fixture.store, fixture.ledger);
    let put = async |format, at, parts: &[(&str, &[u8])]| store.snapshot_put(ledger, format, at, parts).await.unwrap();
    assert_eq!(put("1", (Some(0), 2), &[("pilot-A", b"a"), ("programme", b"p")]).await, 2);
    assert_eq!(put("2", (Some(2), 3), &[("programme", b"q")]).await, 0, "of the new format there is none yet");
    assert_eq!(put("2", (Some(0), 3), &[("pilot-A", b"a"), ("programme", b"q")]).await, 3);
    assert!(store.snapshot_load(ledger, "1", i64::MAX).await.unwrap().parts.is_empty());
    assert_eq!(put("2", (None, 2), &[("programme", b"whole")]).await, 2, "a later one goes, too");
    assert_eq!(store.snapshot_load(ledger, "2", i64::MAX).await.unwrap().parts, [part("programme", 2, b"whole")]);
    assert!(store.snapshot_load(ledger + 1, "2", i64::MAX).await.is_err());
}
