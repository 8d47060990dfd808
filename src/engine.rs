//! The engine: one task that owns a ledger's state, decides, and appends by group commit; and the readers' side.
//!
//! * [`Engine`] takes commands and answers each after its commit (the sequencer does the work).
//! * [`state`] loads a ledger's state from its snapshot and log, as of now or as known at a time.
//! * [`replay`] folds the log alone and holds every projection against it; [`verify`] recomputes and judges all again.
//! * [`past`] is a ledger at one of its positions, with the root there.
//! * [`history`] reads the entries behind a pilot's figures.
//! * [`prove`] makes proofs from the entries as they stand; [`signer`] signs checkpoints, and never two that disagree.
//! * [`sample`] makes up lawful histories of any size, for measuring.
//! * [`rehearsal`] judges without appending; [`atomic`] appends all or none; [`opening`] begins a ledger.
//!
//! It refuses HTTP, file formats and wording for people; what is lawful is the domain's to say.

pub mod announced;
pub mod atomic;
pub mod cosigner;
mod draft;
mod fund;
pub mod history;
pub mod opening;
pub mod past;
mod payment;
pub mod prove;
pub mod rehearsal;
pub mod replay;
pub mod sample;
mod sequencer;
pub mod signer;
pub mod state;
pub mod verify;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::domain::command::Command;
use crate::domain::event::Reason;
use crate::domain::{Date, Timestamp};
use crate::log::entry::{self, EntryError};
use crate::log::merkle::Hash;
use crate::store::{Pool, Store, StoreError, Target};

/// Something went wrong below the rules.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry of the log.
    #[error("entry {position} of the log cannot be read")]
    Entry {
        /// Where it stands.
        position: i64,
        /// Why not.
        #[source]
        source: EntryError,
    },
    /// The log is not what the database's head says it is.
    #[error("the log does not verify at position {position}: {what}")]
    Broken {
        /// Where.
        position: i64,
        /// What is wrong.
        what: String,
    },
    /// The ledger was made but never opened.
    #[error("the ledger {0} was made but never opened: run `tranche init --ledger {0}`")]
    Unopened(String),
    /// The engine has stopped.
    #[error("the engine has stopped")]
    Stopped,
}

/// Where an event of a command stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Placed {
    /// Its position; none where nothing was appended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log.
    Accepted {
        /// Its events.
        events: Vec<Placed>,
        /// The warnings it was accepted with.
        warnings: Vec<Reason>,
    },
    /// It breaks these rules; nothing was appended.
    Refused(Vec<Reason>),
    /// It was accepted before; nothing was appended.
    Repeated {
        /// The events it led to then.
        events: Vec<Placed>,
    },
}

/// The real clock, and the maker of identifiers: given by the edge.
#[derive(Clone, Copy)]
pub struct Clock {
    /// The time now.
    pub now: fn() -> Timestamp,
    /// A new identifier (v7).
    pub id: fn() -> Uuid,
}

/// A command with its identifier, and where its answer goes.
struct Job {
    id: Uuid,
    command: Command,
    /// Whether the identifier was given: one made here cannot have been used before.
    given: bool,
    answer: oneshot::Sender<Result<Outcome, EngineError>>,
}

/// How many commands may wait for the sequencer; more make their senders wait.
const QUEUE: usize = 8_192;
/// How many connections one ledger's engine uses: on one a batch goes in, on the other the next is looked at.
const CONNECTIONS: usize = 2;

/// The writing side of one ledger.
pub struct Engine {
    queue: mpsc::Sender<Job>,
    clock: Clock,
    task: JoinHandle<Result<(), EngineError>>,
}

/// An answer that is still to come.
pub struct Answer {
    /// The command's identifier.
    pub id: Uuid,
    answer: oneshot::Receiver<Result<Outcome, EngineError>>,
}

impl Answer {
    /// Waits for the commit, or the refusal.
    ///
    /// # Errors
    ///
    /// Where the database failed for good, or the engine stopped.
    pub async fn outcome(self) -> Result<Outcome, EngineError> {
        self.answer.await.unwrap_or(Err(EngineError::Stopped))
    }
}

impl Engine {
    /// Opens the ledger of this name for writing, over connections of its own.
    ///
    /// # Errors
    ///
    /// Where the database cannot be reached or the ledger is not there.
    pub async fn open(target: Target, ledger: &str, clock: Clock) -> Result<Self, EngineError> {
        Self::open_among(&Arc::new(Pool::new(target, CONNECTIONS)), ledger, clock).await
    }

    /// Opens one of many ledgers for writing, over connections that they share; each at most once, for a lease is a
    /// connection's.
    ///
    /// # Errors
    ///
    /// Where the database cannot be reached or the ledger is not there.
    pub async fn open_among(pool: &Arc<Pool>, ledger: &str, clock: Clock) -> Result<Self, EngineError> {
        let sequencer = sequencer::Sequencer::start(Arc::clone(pool), ledger, clock).await?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let task = tokio::spawn(sequencer.run(jobs));
        Ok(Self { queue, clock, task })
    }

    /// Hands a command in, and gives what its answer will come on. Commands are decided in the order they are handed in.
    ///
    /// # Errors
    ///
    /// [`EngineError::Stopped`].
    pub async fn send(&self, command: Command) -> Result<Answer, EngineError> {
        let (sender, answer) = oneshot::channel();
        let given = command.id.is_some();
        let id = command.id.unwrap_or_else(self.clock.id);
        let job = Job { id, command, given, answer: sender };
        self.queue.send(job).await.map_err(|_| EngineError::Stopped)?;
        Ok(Answer { id, answer })
    }

    /// Finishes what was handed in, leaves a snapshot, and gives the ledger up.
    ///
    /// # Errors
    ///
    /// What stopped the sequencer.
    pub async fn close(self) -> Result<(), EngineError> {
        drop(self.queue);
        self.task.await.unwrap_or(Err(EngineError::Stopped))
    }
}

/// A question about the past: as of a date, as known at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The business date; today where none is given.
    pub as_of: Option<Date>,
    /// What was recorded no later; everything where none is given.
    pub known_at: Option<Timestamp>,
}

/// Commands accepted before: the hash of their content, and their events.
type Known = HashMap<Uuid, (Hash, Vec<Placed>)>;

/// Which of these commands the log has.
async fn known(store: &Store, ledger: i64, ids: &[Uuid]) -> Result<Known, EngineError> {
    if ids.is_empty() {
        return Ok(Known::new());
    }
    let mut known = Known::new();
    let mut next = HashMap::new();
    for first in store.commands_find(ledger, ids).await? {
        let Some(command) = first.command else { continue };
        let request = entry::request_hash_of(&state::event_of(&first)?);
        let request = request.map_err(|source| EngineError::Entry { position: first.position, source })?;
        next.insert(first.position + 1, command);
        known.insert(
            command,
            (request, vec![Placed { position: u64::try_from(first.position).ok(), kind: first.kind.into() }]),
        );
    }
    while !next.is_empty() {
        let positions: Vec<i64> = next.keys().copied().collect();
        let mut later = HashMap::new();
        for (position, kind) in store.further_find(ledger, &positions).await? {
            let Some(command) = next.remove(&position) else { continue };
            if let Some((_, events)) = known.get_mut(&command) {
                events.push(Placed { position: u64::try_from(position).ok(), kind: kind.into() });
            }
            later.insert(position + 1, command);
        }
        next = later;
    }
    Ok(known)
}
