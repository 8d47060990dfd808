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

    let put = async |format, position, parts: &[(&str, &[u8])]| {
        store.snapshot_put(ledger, format, position, parts).await.unwrap()
    };
    assert!(put("1", 10, &[("pilot-A", b"a"), ("programme", b"p")]).await);
    assert!(put("1", 12, &[("pilot-A", b"aa")]).await);
    assert!(!put("1", 11, &[("programme", b"late")]).await, "before one that is stored");
    assert!(!put("1", 21, &[("programme", b"early")]).await, "after the head");
    assert!(put("1", 12, &[("pilot-B", b"b")]).await, "at the latest stored");

    let loaded = store.snapshot_load(ledger, "1", i64::MAX).await.unwrap();
    assert_eq!(loaded.parts, [part("programme", 10, b"p"), part("pilot-B", 12, b"b"), part("pilot-A", 12, b"aa")]);
    let earlier = store.snapshot_load(ledger, "1", 11).await.unwrap();
    assert_eq!(earlier.parts, [part("programme", 10, b"p"), part("pilot-A", 10, b"a")], "as it was at a position");
    assert_eq!(store.snapshot_positions(ledger, "1").await.unwrap(), [10, 12]);
    assert_eq!((loaded.position(), loaded.head.position), (12, 20));
    let named = store.snapshot_load_parts(ledger, "1", i64::MAX, &["pilot-B", "pilot-C"]).await.unwrap();
    assert_eq!(named.parts, [part("pilot-B", 12, b"b")]);
    assert!(store.snapshot_load(ledger, "2", i64::MAX).await.unwrap().parts.is_empty(), "another format is none");
}

#[tokio::test]
async fn a_new_format_throws_the_old_away() {
    let mut fixture = Fixture::new().await;
    fixture.done(&vec![plain("pilot-A"); 3]).await;
    let (store, ledger) = (&fixture.store, fixture.ledger);
    assert!(store.snapshot_put(ledger, "1", 2, &[("pilot-A", b"a"), ("programme", b"p")]).await.unwrap());
    assert!(store.snapshot_put(ledger, "2", 3, &[("programme", b"q")]).await.unwrap());
    assert!(store.snapshot_load(ledger, "1", i64::MAX).await.unwrap().parts.is_empty());
    assert_eq!(store.snapshot_load(ledger, "2", i64::MAX).await.unwrap().parts, [part("programme", 3, b"q")]);
    store.snapshot_drop(ledger).await.unwrap();
    assert!(store.snapshot_load(ledger, "2", i64::MAX).await.unwrap().parts.is_empty());
    assert!(store.snapshot_load(ledger + 1, "2", i64::MAX).await.is_err());
}
