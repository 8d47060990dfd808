//! Snapshots: the state as it was decided, left once all of it is in the log, while further batches go in.
//!
//! Refused here: holding anybody up. One that cannot be left now is left later: what was committed stands without it.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::Sequencer;
use crate::engine::{EngineError, state};

/// After how many events a snapshot is left, at the least.
const EVENTS: u64 = 10_000;
/// How many bytes it may take for each event since the last: about a twentieth of an entry.
const BYTES_PER_EVENT: u64 = 32;

/// The state at a position, as it is stored.
pub(super) struct Taken {
    position: u64,
    /// Where the one before it stands.
    before: u64,
    parts: Vec<(String, Vec<u8>)>,
}

/// A snapshot on its way into the database.
pub(super) struct Saving {
    before: u64,
    position: u64,
    bytes: u64,
    /// At which position there is one, once it has ended.
    task: JoinHandle<Result<u64, EngineError>>,
}

impl Sequencer {
    /// Whether enough was appended since the last snapshot for it to be worth what it takes.
    pub(super) fn snapshot_due(&self) -> bool {
        let distance = EVENTS.max(self.snapshot_bytes / BYTES_PER_EVENT);
        self.saving.is_none() && self.state.programme.position >= self.snapshot_at + distance
    }

    /// Takes one of all that is decided: the programme, and every pilot that changed since the last, by whomever.
    pub(super) async fn snapshot_take(&mut self) -> Option<Taken> {
        match self.bring_changed().await {
            Ok(true) => {}
            Ok(false) => {
                tracing::debug!("another process appended; no snapshot was left");
                return None;
            }
            Err(error) => {
                tracing::warn!(%error, "no snapshot was left");
                return None;
            }
        }
        let parts = state::parts(&self.state, &self.changed);
        let position = self.state.programme.position;
        let before = std::mem::replace(&mut self.snapshot_at, position);
        self.changed_from = position + 1;
        self.changed.clear();
        Some(Taken { position, before, parts })
    }

    /// Brings in the pilots that changed since the last snapshot; says whether all are of the state's own moment.
    async fn bring_changed(&mut self) -> Result<bool, EngineError> {
        if self.changed_from > self.snapshot_at + 1 {
            let (from, to) = (super::signed(self.snapshot_at + 1), super::signed(self.changed_from - 1));
            let streams = self.store.streams_changed(self.ledger, from, to).await?;
            self.note_changes(&streams);
            self.changed_from = self.snapshot_at + 1;
        }
        let missing = self.changed.iter().filter(|id| !self.state.pilots.contains_key(*id)).cloned().collect();
        self.load_pilots(&missing).await
    }

    /// Leaves one whose events are all in the log.
    pub(super) async fn snapshot_leave(&mut self, Taken { position, before, parts }: Taken) {
        self.snapshot_left().await;
        let bytes = parts.iter().map(|(_, body)| body.len() as u64).sum();
        let (store, ledger) = (Arc::clone(&self.store), self.ledger);
        let task = tokio::spawn(async move { state::put(&store, ledger, (before, position), &parts).await });
        self.saving = Some(Saving { before, position, bytes, task });
    }

    /// Sees what became of the one on its way, if that is known.
    pub(super) async fn snapshot_look(&mut self) {
        if self.saving.as_ref().is_some_and(|saving| saving.task.is_finished()) {
            self.snapshot_left().await;
        }
    }

    /// Waits for the one on its way.
    pub(super) async fn snapshot_left(&mut self) {
        let Some(Saving { before, position, bytes, task }) = self.saving.take() else { return };
        match task.await.unwrap_or(Err(EngineError::Stopped)) {
            Ok(at) if at == position => self.snapshot_bytes = bytes,
            // Another process left a later one, or dropped those it goes on from: the next goes on from what is there.
            Ok(at) => self.snapshot_at = at,
            Err(error) => {
                tracing::warn!(%error, "no snapshot was left");
                self.snapshot_at = before;
            }
        }
    }
}
