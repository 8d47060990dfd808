//! The subscription: nothing skipped, nothing twice, whatever happens to the connection.

use std::pin::pin;

use futures_util::StreamExt as _;
use tranche::store::{Appended, subscribe};

use crate::fixture::{Fixture, plain};

/// Four processes append while two subscribers read: one from the beginning, one from the middle.
#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_never_skips() {
    const EACH: i32 = 30;
    let fixture = Fixture::new().await;
    let readers: Vec<_> = [1_i64, 50]
        .into_iter()
        .map(|from| {
            let records = subscribe(fixture.target.clone(), fixture.ledger, from);
            tokio::spawn(async move {
                let mut records = pin!(records);
                for position in from..=i64::from(4 * EACH) {
                    assert_eq!(records.next().await.unwrap().unwrap().position, position);
                }
            })
        })
        .collect();
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let target = fixture.target.clone();
            tokio::spawn(async move {
                let mut own = Fixture::named(&target, "test").await;
                let stream = format!("pilot-{number}");
                for version in 1..=EACH {
                    own.version_next(&stream, version);
                    loop {
                        let batch = own.batch(&[plain(&stream)]);
                        if let Appended::Done(position) = own.append(&batch).await.unwrap() {
                            own.store.announce(own.ledger, position).await.unwrap();
                            break;
                        }
                        own.refresh("test").await;
                    }
                }
            })
        })
        .collect();
    for task in writers.into_iter().chain(readers) {
        task.await.unwrap();
    }
}

/// Without a single announcement, and with the connection cut between two records.
#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_outlives_its_connection_and_needs_no_hint() {
    let mut fixture = Fixture::new().await;
    let admin = fixture.admin().await;
    let mut records = pin!(subscribe(fixture.target.clone(), fixture.ledger, 1));
    for position in 1..=4 {
        fixture.done(&[plain("pilot-A")]).await;
        assert_eq!(records.next().await.unwrap().unwrap().position, position);
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND query LIKE '%position >=%' AND pid <> pg_backend_pid()";
        assert!(admin.execute(cut, &[]).await.unwrap() >= 1);
    }
}
