//! A batch in flight: what was sent, who waits for it, and its answer once it is there.
//!
//! Refused here: guessing. An answer that was lost is unknown, not failed.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::{MaybeDone, maybe_done};
use tokio::task::JoinHandle;

use crate::domain::text::Id;
use crate::engine::draft::Pending;
use crate::store::{Appended, Batch, Store, StoreError};

/// A batch in flight.
pub(super) struct Flight {
    pub(super) batch: Arc<Batch>,
    pub(super) pending: Vec<Pending>,
    /// The payments its commands name, which stay at hand until it lands.
    pub(super) payments: HashSet<Id>,
    answer: MaybeDone<JoinHandle<Result<Appended, StoreError>>>,
    /// The connection it is on.
    pub(super) store: Arc<Store>,
}

impl Flight {
    /// Sends a batch off on a connection.
    pub(super) fn new(store: Arc<Store>, batch: Batch, pending: Vec<Pending>, payments: HashSet<Id>) -> Self {
        let batch = Arc::new(batch);
        let (on, sent) = (Arc::clone(&store), Arc::clone(&batch));
        // A task of its own, so that it is on its way while the next batch is decided.
        let answer = maybe_done(tokio::spawn(async move { on.append(&sent).await }));
        Self { batch, pending, payments, answer, store }
    }

    /// Waits until it has landed. May be given up and waited for again.
    pub(super) async fn down(&mut self) {
        (&mut self.answer).await;
    }

    pub(super) fn is_down(&self) -> bool {
        matches!(self.answer, MaybeDone::Done(_))
    }

    /// What became of it; where its task was lost that is unknown, not failed.
    pub(super) async fn landed(&mut self) -> Result<Appended, StoreError> {
        self.down().await;
        let unknown = |reason: String| Err(StoreError::Unknown { reason });
        let answer = Pin::new(&mut self.answer).take_output();
        answer.map_or_else(
            || unknown("no answer".to_owned()),
            |told| told.unwrap_or_else(|lost| unknown(lost.to_string())),
        )
    }
}
