//! Tells subscribers that a ledger grew: a hint, so not after every batch.
//!
//! Refused here: waiting for it. A hint that is lost delays a subscriber until it polls.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;

use crate::store::Store;

/// The least time between two hints, which stand in line with the appends.
const BETWEEN: Duration = Duration::from_millis(100);

/// Where the latest position is left for the task that tells it.
pub(super) struct Announcer(watch::Sender<(Weak<Store>, i64)>);

impl Announcer {
    pub(super) fn start(ledger: i64) -> Self {
        let (sender, mut latest) = watch::channel((Weak::<Store>::new(), 0));
        tokio::spawn(async move {
            while latest.changed().await.is_ok() {
                let (store, position) = latest.borrow_and_update().clone();
                if let Some(store) = store.upgrade() {
                    let _hint = store.announce(ledger, position).await;
                }
                tokio::time::sleep(BETWEEN).await;
            }
        });
        Self(sender)
    }

    /// Says on this connection that the ledger reaches so far, now or with the next hint.
    pub(super) fn announce(&self, store: &Arc<Store>, position: i64) {
        self.0.send_replace((Arc::downgrade(store), position));
    }

    /// Says how far the ledger reaches at the end, if anything was said of it, for the next hint would come too late.
    pub(super) async fn finish(&self, store: &Store, ledger: i64) {
        let position = self.0.borrow().1;
        if position > 0 {
            let _hint = store.announce(ledger, position).await;
        }
    }
}
