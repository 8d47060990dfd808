//! A batch in flight: what was sent, who waits for it, and its answer once it is there.
//!
//! Refused here: guessing. An answer that was lost is unknown, not failed.

use std::collections::HashSet;
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::{BoxFuture, FutureExt as _, MaybeDone, maybe_done};

use super::Taken;
use crate::domain::text::Id;
use crate::engine::draft::Pending;
use crate::store::{Appended, Batch, Store, StoreError};

/// A batch in flight.
pub(super) struct Flight {
    pub(super) batch: Arc<Batch>,
    pub(super) pending: Vec<Pending>,
    /// Whether all of it was looked up before it was decided.
    pub(super) looked_up: bool,
    /// The payments its commands name, which stay at hand until it lands.
    pub(super) payments: HashSet<Id>,
    /// The state with it folded in, where a snapshot is due.
    pub(super) snapshot: Option<Taken>,
    answer: MaybeDone<BoxFuture<'static, Result<Appended, StoreError>>>,
    /// The connection it is on.
    pub(super) store: Arc<Store>,
}

impl Flight {
    /// Sends a batch off on a connection: it is on its way, behind what was sent there before, while the next is decided.
    pub(super) async fn new(
        store: Arc<Store>,
        (batch, pending): (Batch, Vec<Pending>),
        looked_up: bool,
        payments: HashSet<Id>,
    ) -> Self {
        let batch = Arc::new(batch);
        let (on, sent) = (Arc::clone(&store), Arc::clone(&batch));
        // A first append on a connection is sent only when its statement is known there, so that one behind it would be first.
        let _told_by_the_append = store.append_prepare().await;
        let mut sending = async move { on.append(&sent).await }.boxed();
        // What is asked of a connection is in its line from the first poll on.
        let answer = match poll_fn(|context| Poll::Ready(sending.poll_unpin(context))).await {
            Poll::Ready(answered) => ready(answered).boxed(),
            // Taken from the connection by a task of its own: an answer that nobody takes holds up all behind it.
            Poll::Pending => tokio::spawn(sending).map(|ended| ended.unwrap_or_else(|_| unanswered())).boxed(),
        };
        Self { batch, pending, looked_up, payments, snapshot: None, answer: maybe_done(answer), store }
    }

    /// Waits until it has landed. May be given up and waited for again.
    pub(super) async fn down(&mut self) {
        (&mut self.answer).await;
    }

    pub(super) fn is_down(&self) -> bool {
        matches!(self.answer, MaybeDone::Done(_))
    }

    /// What became of it.
    pub(super) async fn landed(&mut self) -> Result<Appended, StoreError> {
        self.down().await;
        let answer = Pin::new(&mut self.answer).take_output();
        answer.unwrap_or_else(unanswered)
    }
}

fn unanswered() -> Result<Appended, StoreError> {
    Err(StoreError::Unknown { reason: "no answer".to_owned() })
}
