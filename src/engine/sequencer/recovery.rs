//! When an append does not take, or the database goes away: nothing is guessed, nothing is lost, nothing is done twice.
//!
//! Refused here: answering. A command whose batch did not take goes back in line and is decided again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::{Flight, PATIENCE, Sequencer};
use crate::engine::draft::Pending;
use crate::engine::{EngineError, Job};
use crate::store::{Appended, Batch, StoreError};

impl Sequencer {
    /// Settles an unknown outcome by sending the same batch again.
    pub(super) async fn settle(&mut self, batch: &Batch, reason: String) -> Result<Appended, StoreError> {
        tracing::warn!(%reason, "the answer to an append was lost; sending the same batch again");
        let begun = Instant::now();
        loop {
            if self.store.is_closed() {
                self.reconnect().await?;
            }
            match self.store.append(batch).await {
                Err(StoreError::Unknown { reason }) if begun.elapsed() < PATIENCE => {
                    tracing::debug!(%reason, "still unknown");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(error) if error.transient() && begun.elapsed() < PATIENCE => self.reconnect().await?,
                settled => return settled,
            }
        }
    }

    pub(super) async fn reconnect(&mut self) -> Result<(), StoreError> {
        let shared = self.pool.connection(self.seat, PATIENCE).await?;
        // One that is there and does not serve may do so for others; this ledger takes one of its own.
        self.own = Arc::ptr_eq(&shared, &self.store);
        let next = if self.own { self.pool.own(PATIENCE).await? } else { shared };
        let before = std::mem::replace(&mut self.store, next);
        if self.lease_since.take().is_some() {
            // A lease ends with its connection, which others may keep.
            let ledger = self.ledger;
            tokio::spawn(async move { before.lease_release(ledger).await });
        }
        Ok(())
    }

    /// Puts a batch's commands, and those of all behind it, back in line and loads what is committed; the first
    /// `alone` of them are then decided one by one.
    pub(super) async fn again(
        &mut self,
        pending: Vec<Pending>,
        waiting: &mut VecDeque<Job>,
        alone: usize,
    ) -> Result<(), EngineError> {
        let mut back: Vec<Job> = pending.into_iter().map(|pending| pending.job).collect();
        while let Some(mut flight) = self.flights.pop_front() {
            // It stood on the batch that did not take, so it cannot have taken; its answer is awaited, not guessed.
            match flight.landed().await {
                Ok(Appended::Done(position)) => {
                    let what = "a batch was appended on one that was not".to_owned();
                    return Err(EngineError::Broken { position, what });
                }
                Err(StoreError::Unknown { reason }) => {
                    self.settle(&flight.batch, reason).await?;
                }
                _ => {}
            }
            back.extend(flight.pending.into_iter().map(|pending| pending.job));
        }
        for job in back.into_iter().rev() {
            waiting.push_front(job);
        }
        self.alone = alone;
        self.reload_patiently().await
    }

    /// Loads what is committed, on a new connection where this one broke.
    pub(super) async fn reload_patiently(&mut self) -> Result<(), EngineError> {
        let begun = Instant::now();
        loop {
            match self.reload().await {
                Err(EngineError::Store(error)) if error.transient() && begun.elapsed() < PATIENCE => {
                    self.reconnect().await?;
                }
                done => return done,
            }
        }
    }

    /// After the connection broke with nothing sent: connects again and loads what is committed.
    pub(super) async fn recover(&mut self, waiting: &mut VecDeque<Job>) -> Result<(), EngineError> {
        while let Some(flight) = self.flights.pop_front() {
            self.land_boxed(flight, waiting).await?;
        }
        // What was lost may have been the other one, or be connected to again already.
        if self.store.is_closed() {
            self.reconnect().await?;
        }
        self.reload_patiently().await
    }

    pub(super) fn land_boxed<'a>(
        &'a mut self,
        flight: Flight,
        waiting: &'a mut VecDeque<Job>,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        Box::pin(self.land(flight, waiting))
    }
}
