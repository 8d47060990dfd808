//! The lease: one process at a time at the head, in turns.
//!
//! Refused here: waiting for it on a connection that others use, and waiting again and again for who does not give it up.

use std::time::Duration;

use tokio::time::Instant;

use super::{DEPTH, LEASE_HELD, LEASE_PATIENCE, PATIENCE, Sequencer};
use crate::engine::EngineError;
use crate::store::StoreError;

impl Sequencer {
    /// Takes the lease, and whatever was appended while it was another's.
    pub(super) async fn lease_take(&mut self) -> Result<(), EngineError> {
        if self.lease_since.is_some_and(|since| since.elapsed() < LEASE_HELD) || !self.flights.is_empty() {
            return Ok(());
        }
        self.lease_give().await;
        if self.lease_try().await? || self.lease_wait().await? {
            self.lease_since = Some(Instant::now());
        } else {
            tracing::debug!("going on without the lease");
        }
        self.take_head().await
    }

    /// Once it was kept for its time: keeps it on where nobody waits for it, so that batches need not stop for nothing.
    pub(super) async fn lease_renew(&mut self) {
        let due = self.lease_since.is_some_and(|since| since.elapsed() >= LEASE_HELD);
        if due && !self.own && self.flights.len() < DEPTH {
            let store = self.unoccupied().await;
            if matches!(store.lease_wanted(self.ledger).await, Ok(false)) {
                self.lease_since = Some(Instant::now());
            }
        }
    }

    /// Takes it where it is free; then the ledger goes back among the others.
    async fn lease_try(&mut self) -> Result<bool, EngineError> {
        let free = self.store.lease_try(self.ledger).await?;
        if free
            && self.own
            && let Ok(shared) = self.pool.connection(self.seat, Duration::ZERO).await
        {
            let own = std::mem::replace(&mut self.store, shared);
            self.own = false;
            own.lease_release(self.ledger).await?;
            return Ok(self.store.lease_try(self.ledger).await?);
        }
        Ok(free)
    }

    /// Waits in line for it; says whether it came.
    async fn lease_wait(&mut self) -> Result<bool, EngineError> {
        if self.lease_missed.is_some_and(|missed| missed.elapsed() < LEASE_PATIENCE) {
            return Ok(false);
        }
        if self.pool.is_shared() && !self.own {
            self.store = self.pool.own(PATIENCE).await?;
            self.own = true;
        }
        match self.store.lease_wait(self.ledger, LEASE_PATIENCE).await {
            Ok(()) => Ok(true),
            Err(StoreError::LeaseHeld) => {
                self.lease_missed = Some(Instant::now());
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(in crate::engine) async fn lease_give(&mut self) {
        if self.lease_since.take().is_some() {
            // A lease that cannot be given up ends with its connection.
            let _given = self.store.lease_release(self.ledger).await;
        }
    }
}
