//! Gathering: which commands make the next batch, and when it leaves.
//!
//! What a batch costs however small it is, is most of what a small one costs: so commands are let in while one is under
//! way, and those of callers who were just answered. Refused here: keeping a caller waiting for others that may not come.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{APART, BATCH_COMMANDS, DEPTH, Sequencer};
use crate::engine::Job;

/// How long a caller who was answered may take for its next command to be waited for.
const NEXT_COMMAND: Duration = Duration::from_micros(100);
/// How long all of them together.
const NEXT_COMMANDS: Duration = Duration::from_millis(5);
/// How long a process keeps the lease with nothing to do.
const LEASE_IDLE: Duration = Duration::from_millis(5);

impl Sequencer {
    /// Waits for commands, or for a flight to land, and lets in who was just answered; says whether more may come.
    pub(super) async fn gather(&mut self, queue: &mut mpsc::Receiver<Job>, waiting: &mut VecDeque<Job>) -> bool {
        let open = self.wait(queue, waiting).await;
        // Callers whose batch has landed come with their next command at once: in one batch with those who wait.
        let (begun, mut last) = (Instant::now(), Instant::now());
        while self.flights.is_empty()
            && waiting.len() < self.due.min(BATCH_COMMANDS)
            && last.elapsed() < NEXT_COMMAND
            && begun.elapsed() < NEXT_COMMANDS
        {
            tokio::task::yield_now().await;
            while waiting.len() < BATCH_COMMANDS
                && let Ok(job) = queue.try_recv()
            {
                waiting.push_back(job);
                last = Instant::now();
            }
        }
        self.due = 0;
        open
    }

    /// Waits for commands, or for a flight to land; says whether more may come.
    async fn wait(&mut self, queue: &mut mpsc::Receiver<Job>, waiting: &mut VecDeque<Job>) -> bool {
        let room = BATCH_COMMANDS.saturating_sub(waiting.len());
        if room == 0 || self.flights.len() >= DEPTH {
            return true;
        }
        let mut fresh = Vec::new();
        if let Some(flight) = self.flights.front_mut() {
            // The next batch leaves when it is large, and as large as the one under way, or when that has landed.
            let enough = flight.pending.len().clamp(APART, BATCH_COMMANDS);
            while waiting.len() < enough {
                tokio::select! {
                    received = queue.recv_many(&mut fresh, enough) => match received {
                        0 => flight.down().await,
                        _ => waiting.extend(fresh.drain(..)),
                    },
                    () = flight.down() => {}
                }
                if flight.is_down() {
                    break;
                }
            }
        }
        if !waiting.is_empty() || !self.flights.is_empty() {
            // There is other work: take what is there without waiting for more.
            while waiting.len() < BATCH_COMMANDS
                && let Ok(job) = queue.try_recv()
            {
                waiting.push_back(job);
            }
            return !queue.is_closed() || !queue.is_empty();
        }
        if self.lease_since.is_some() {
            match tokio::time::timeout(LEASE_IDLE, queue.recv_many(&mut fresh, room)).await {
                Ok(received) => {
                    waiting.extend(fresh);
                    return received > 0;
                }
                Err(_) => self.lease_give().await,
            }
        }
        // Whoever was answered has done otherwise.
        self.due = 0;
        let received = queue.recv_many(&mut fresh, room).await;
        waiting.extend(fresh);
        received > 0
    }
}
