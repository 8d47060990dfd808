//! The catch-up subscription: every record from a position on, in order, for as long as anyone listens.
//!
//! What it refuses: trusting a notification. It is a hint that shortens the wait; what is read from the
//! table is the truth. None is skipped: appends to a ledger take turns on its head, so whoever sees a
//! position sees all before it.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream::{Stream, try_unfold};

use super::append::channel;
use super::connection::Store;
use super::read::{Cursor, Record};
use super::{StoreError, Target};

/// How long a missed hint can delay a record.
const POLL: Duration = Duration::from_millis(500);
/// How long a database may be away before the subscription ends in an error.
const PATIENCE: Duration = Duration::from_mins(1);

struct Subscription {
    target: Target,
    ledger: i64,
    cursor: Cursor,
    page: VecDeque<Record>,
    store: Option<Store>,
}

/// Yields every record of a ledger from position `from` on, first those there are, then each as it is
/// appended, on a connection of its own, made anew where it breaks. It ends in an error only, when the
/// database stays away or refuses.
pub fn subscribe(target: Target, ledger: i64, from: i64) -> impl Stream<Item = Result<Record, StoreError>> + Send {
    let start = Subscription { target, ledger, cursor: Cursor::all(ledger, from), page: VecDeque::new(), store: None };
    try_unfold(start, async |mut subscription| {
        loop {
            if let Some(record) = subscription.page.pop_front() {
                return Ok(Some((record, subscription)));
            }
            match subscription.fill().await {
                Err(error) if error.transient() => subscription.store = None,
                filled => filled?,
            }
        }
    })
}

impl Subscription {
    /// Reads the next page, or waits for there to be one.
    async fn fill(&mut self) -> Result<(), StoreError> {
        let store = match self.store.take() {
            Some(store) => store,
            None => self.listen().await?,
        };
        // Taken before the read: what is announced during it cuts the wait short.
        let mut hint = store.signals.watch();
        self.page = store.page(&mut self.cursor).await?;
        if self.page.is_empty() {
            // Running out of time is the poll itself.
            let _hinted = tokio::time::timeout(POLL, hint.changed()).await;
        }
        self.store = Some(store);
        Ok(())
    }

    async fn listen(&self) -> Result<Store, StoreError> {
        let store = Store::connect_within(&self.target, PATIENCE).await?;
        let listen = format!("LISTEN \"{}\"", channel(self.ledger));
        store.client.batch_execute(&listen).await?;
        Ok(store)
    }
}
