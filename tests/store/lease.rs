//! The lease: one holder, a line behind it, and freedom when the holder is gone.

use std::time::Duration;

use tranche::store::Store;

use crate::fixture::Fixture;

#[tokio::test(flavor = "multi_thread")]
async fn one_holds_it_and_the_next_waits() {
    let fixture = Fixture::new().await;
    let (store, ledger) = (&fixture.store, fixture.ledger);
    let other = Store::connect(&fixture.target).await.unwrap();
    assert!(store.lease_try(ledger).await.unwrap());
    assert!(!other.lease_try(ledger).await.unwrap());
    assert!(other.lease_try(ledger + 1).await.unwrap(), "another ledger's is another");
    assert!(!other.lease_release(ledger).await.unwrap());

    let waiting = tokio::spawn(async move {
        other.lease_wait(ledger, Duration::from_secs(20)).await.unwrap();
        other
    });
    assert!(store.lease_release(ledger).await.unwrap());
    let other = waiting.await.unwrap();
    assert!(!store.lease_try(ledger).await.unwrap());
    // It ends with the connection.
    drop(other);
    store.lease_wait(ledger, Duration::from_secs(20)).await.unwrap();
}
