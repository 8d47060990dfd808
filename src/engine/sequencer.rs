//! The sequencer: the one task that owns a ledger's state, decides in order, and appends by group commit.
//!
//! It drains the queue, decides each command against the state with those before it folded in, sends the batch as one
//! statement and decides the next while it is in flight. When an append does not take — another process was first, a
//! command was there already, the second wall fired — it throws the state away, catches up, and decides again.
//! Nothing is answered before its commit, and no outcome is guessed.

mod announcer;
mod at_hand;
mod flight;
mod gather;
mod lease;
mod recovery;
mod snapshot;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use announcer::Announcer;
use flight::Flight;
use snapshot::{Saving, Taken};

use super::draft::{Draft, Pending, refused, repeated, signed, too_long, unwritable};
use super::{Clock, EngineError, Job, Known, Outcome, Placed, state};
use crate::domain::Timestamp;
use crate::domain::act::Act;
use crate::domain::decide::{Decision, decide};
use crate::domain::event::{Reason, events_of};
use crate::domain::evolve::evolve;
use crate::domain::ledger::Ledger;
use crate::domain::text::Id;
use crate::log::entry;
use crate::log::merkle::{Frontier, Hash, leaf_hash};
use crate::store::{Appended, Pool, Store, StoreError};

/// The most commands in a batch.
const BATCH_COMMANDS: usize = 2_048;
/// The most bytes of entries in a batch, about a second of what one disk writes.
const BATCH_BYTES: usize = 4 << 20;
/// How many batches may be in flight: one on its way to the disk, one that goes in meanwhile.
const DEPTH: usize = 2;
/// From how many events on a batch goes on another connection than one before it as large, so that its entries go in while
/// that is on its way to the disk; a smaller one is done sooner in line. The append lets itself be waited for from five on.
const APART: usize = 8;
/// A shorter tail than this is folded faster than a snapshot is written.
const SNAPSHOT_LEAST: u64 = 200;
/// How many tiles are stored when the sequencer ends: a tenth of a second's work.
const TILES_AT_END: i32 = 64;
/// How long a process keeps the lease while others may wait for it.
const LEASE_HELD: Duration = Duration::from_millis(500);
/// How long it waits in line; then it goes on without, for the compare-and-swap alone keeps it safe.
const LEASE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a database may be away before its callers are told.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Sequencer {
    pool: Arc<Pool>,
    /// Its connections are that of this seat and, for what is sent while a batch is in flight there, that of the next.
    seat: usize,
    store: Arc<Store>,
    /// Whether that is one of its own, since it had to wait for others, and not the one of this seat.
    own: bool,
    name: String,
    ledger: i64,
    clock: Clock,
    state: Ledger,
    frontier: Frontier,
    flights: VecDeque<Flight>,
    /// Commands of batches in flight, which the database may not know yet, and their events.
    in_flight: HashMap<Uuid, Vec<Placed>>,
    lease_since: Option<Instant>,
    /// When the lease was last waited for in vain.
    lease_missed: Option<Instant>,
    /// The payments that the commands about to be decided name.
    named: HashSet<Id>,
    /// The pilots changed since the last snapshot, its position, and the bytes it took.
    changed: BTreeSet<Id>,
    snapshot_at: u64,
    snapshot_bytes: u64,
    /// The snapshot that is on its way.
    saving: Option<Saving>,
    /// The first position from which changed pilots are known: those between the snapshot and it are still to be looked up.
    changed_from: u64,
    /// Commands that a batch fell over, to be decided one by one.
    alone: usize,
    /// Whether all commands are looked up before they are decided, for of the last ones not all were new and lawful.
    careful: bool,
    /// How many commands there will be if all who were just answered send another.
    due: usize,
    announcer: Announcer,
}

impl Sequencer {
    pub(super) async fn start(pool: Arc<Pool>, name: &str, clock: Clock) -> Result<Self, EngineError> {
        let seat = pool.seat();
        let store = pool.connection(seat, PATIENCE).await?;
        let head = store.head(name).await?;
        let mut sequencer = Self {
            pool,
            seat,
            store,
            own: false,
            name: name.to_owned(),
            ledger: head.ledger,
            clock,
            state: Ledger::default(),
            frontier: Frontier::new(),
            flights: VecDeque::new(),
            in_flight: HashMap::new(),
            lease_since: None,
            lease_missed: None,
            named: HashSet::new(),
            changed: BTreeSet::new(),
            snapshot_at: 0,
            snapshot_bytes: 0,
            changed_from: 0,
            alone: 0,
            saving: None,
            careful: false,
            due: 0,
            announcer: Announcer::start(head.ledger),
        };
        sequencer.reload().await?;
        Ok(sequencer)
    }

    /// Throws the state away and loads what is committed.
    pub(super) async fn reload(&mut self) -> Result<(), EngineError> {
        self.in_flight.clear();
        self.changed.clear();
        (self.state, self.snapshot_at) = state::load_pilots(&self.store, self.ledger, &[]).await?;
        self.changed_from = self.state.programme.position + 1;
        self.take_head().await
    }

    /// Folds what others appended, and takes the head's tree, which must be at the state's position.
    async fn take_head(&mut self) -> Result<(), EngineError> {
        loop {
            let streams = state::catch_up(&self.store, self.ledger, &mut self.state, i64::MAX).await?;
            self.note_changes(&streams);
            let head = self.store.head(&self.name).await?;
            let size = u64::try_from(head.position).unwrap_or_default();
            let broken = |what: &str| EngineError::Broken { position: head.position, what: what.to_owned() };
            if size < self.state.programme.position {
                return Err(broken("the snapshot is ahead of the log; `tranche rebuild` makes it anew"));
            }
            if size == self.state.programme.position {
                let frontier = Frontier::from_bytes(size, &head.peaks)
                    .ok_or_else(|| broken("the head's tree has another size"))?;
                if frontier.root().as_slice() != head.root.as_slice() {
                    return Err(broken("the head's root is not that of its tree"));
                }
                self.frontier = frontier;
                return Ok(());
            }
        }
    }

    fn note_changes(&mut self, streams: &[String]) {
        self.changed.extend(streams.iter().filter_map(|stream| state::pilot_of_stream(stream)));
    }

    /// Serves the queue until it is closed and empty.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Job>) -> Result<(), EngineError> {
        let mut waiting: VecDeque<Job> = VecDeque::new();
        loop {
            let open = self.gather(&mut queue, &mut waiting).await;
            let served = self.serve(&mut waiting).await;
            if let Err(error) = served {
                // Whoever still waits is told that the engine stopped, before what may take long.
                drop((waiting, queue));
                self.flights.clear();
                let _given = tokio::time::timeout(LEASE_PATIENCE, self.lease_give()).await;
                return Err(error);
            }
            if !open && waiting.is_empty() && self.flights.is_empty() {
                self.finish().await;
                return Ok(());
            }
        }
    }

    /// Decides and sends what is waiting, as far as batches may be in flight, and lands the oldest flight.
    async fn serve(&mut self, waiting: &mut VecDeque<Job>) -> Result<(), EngineError> {
        // The lease changes hands between flights only, so that whoever waits for it finds the head still.
        let pause = self.lease_since.is_some_and(|since| since.elapsed() >= LEASE_HELD);
        let overdue = pause && !self.flights.is_empty();
        // What has landed is answered first, for the next batch is to have the next commands of those who are.
        let down = self.flights.front().is_some_and(Flight::is_down);
        if !waiting.is_empty() && self.flights.len() < DEPTH && !overdue && !down {
            match self.depart(waiting).await {
                Err(EngineError::Store(error)) if error.transient() => self.recover(waiting).await?,
                departed => departed?,
            }
        }
        let due = self.flights.len() >= DEPTH || overdue || down;
        if due && let Some(flight) = self.flights.pop_front() {
            self.land(flight, waiting).await?;
        }
        Ok(())
    }

    /// Decides a batch and sends it off.
    async fn depart(&mut self, waiting: &mut VecDeque<Job>) -> Result<(), EngineError> {
        self.lease_take().await?;
        let most = match waiting.len() {
            _ if self.alone > 0 => 1,
            // In two halves, of which one goes in while the other is on its way to the disk.
            many if self.flights.is_empty() && many >= 2 * APART && !self.pool.is_shared() => many / 2,
            _ => BATCH_COMMANDS,
        };
        let count = waiting.len().min(most);
        self.bring_pilots(waiting, count).await?;
        let mut known = self.look_up(waiting.iter().take(count), self.careful).await?;
        let mut draft = Draft::new(self.state.programme.position, self.frontier.root());
        draft.looked_up = self.careful;
        for number in 0..count {
            let Some(job) = waiting.pop_front() else { break };
            if draft.bytes > BATCH_BYTES {
                waiting.push_front(job);
                break;
            }
            let mut outcome = self.decide(&job, known.as_ref(), &mut draft)?;
            if known.is_none() && matches!(outcome, Outcome::Refused(_)) {
                // Perhaps for being in the log already: that alone the append would not tell.
                let rest = std::iter::once(&job).chain(waiting.iter().take(count - number - 1));
                known = match self.look_up(rest, true).await {
                    Ok(known) => known,
                    Err(error) => {
                        take_back(draft, job, waiting);
                        return Err(error);
                    }
                };
                outcome = self.decide(&job, known.as_ref(), &mut draft)?;
            }
            self.alone = self.alone.saturating_sub(1);
            draft.pending.push(Pending { job, outcome });
        }
        self.careful = draft.pending.iter().any(|pending| !matches!(pending.outcome, Outcome::Accepted { .. }));
        let snapshot = if self.snapshot_due() && !draft.is_empty() { self.snapshot_take().await } else { None };
        self.send_off(draft, snapshot).await;
        Ok(())
    }

    /// Decides one command; its events go into the draft where it is accepted.
    fn decide(&mut self, job: &Job, known: Option<&Known>, draft: &mut Draft) -> Result<Outcome, EngineError> {
        let now = (self.clock.now)();
        let refused = |reasons| Ok(refused(&self.state, &self.name, (job, now), reasons));
        let earlier = match self.in_flight.get(&job.id) {
            Some(events) => Some((self.request_in_flight(events, draft)?, events)),
            None => known.and_then(|known| known.get(&job.id)).map(|(request, events)| (*request, events)),
        };
        if let Some((earlier, events)) = earlier {
            return match repeated(job, &earlier, events.clone()) {
                Outcome::Refused(reasons) => refused(reasons),
                known => Ok(known),
            };
        }
        match decide(&self.state, &job.command, now) {
            Decision::Refused(reasons) => refused(reasons),
            Decision::Accepted { acts, warnings } => self.accept(job, (acts, warnings), now, draft),
        }
    }

    /// The hash of the content of a command in flight or in the draft, read off the first of its events.
    fn request_in_flight(&self, events: &[Placed], draft: &Draft) -> Result<Hash, EngineError> {
        let position = signed(events.first().and_then(|placed| placed.position).unwrap_or_default());
        let flying = self.flights.iter().map(|flight| (flight.batch.expected_position, &*flight.batch.entries));
        let entry = flying.chain([draft.entries()]).find_map(|(before, entries)| {
            usize::try_from(position - before - 1).ok().and_then(|index| entries.get(index))
        });
        let event = entry::read(entry.map_or(&[], Vec::as_slice));
        let request = event.and_then(|event| entry::request_hash_of(&event));
        request.map_err(|source| EngineError::Entry { position, source })
    }

    /// Folds an accepted command's events and adds them to the draft; refuses one whose entry would be too long.
    fn accept(
        &mut self,
        job: &Job,
        (acts, warnings): (Vec<(String, Act)>, Vec<Reason>),
        now: Timestamp,
        draft: &mut Draft,
    ) -> Result<Outcome, EngineError> {
        let moment = self.state.moment(&job.command, now);
        let events = events_of(&self.state, &job.command, job.id, (acts, &warnings), moment);
        let mut entries = Vec::with_capacity(events.len());
        for event in &events {
            let bytes = entry::write(&self.name, event).map_err(|source| unwritable(event, source))?;
            if bytes.len() > entry::ENTRY_BYTES_MAX {
                return Ok(Outcome::Refused(vec![too_long(bytes.len())]));
            }
            entries.push(bytes);
        }
        let mut placed = Vec::with_capacity(events.len());
        for (event, bytes) in events.iter().zip(entries) {
            evolve(&mut self.state, event);
            self.frontier.push(leaf_hash(&bytes));
            if let Some(pilot) = state::pilot_of_stream(&event.stream) {
                self.changed.insert(pilot);
            }
            placed.push(Placed { position: Some(event.position), kind: event.act.kind().event().into() });
            draft.add(&self.state, event, bytes);
        }
        self.in_flight.insert(job.id, placed.clone());
        Ok(Outcome::Accepted { events: placed, warnings })
    }

    /// Sends a draft's batch, or answers it at once where it has no events and nothing is in flight before it.
    async fn send_off(&mut self, draft: Draft, snapshot: Option<Taken>) {
        let payments = std::mem::take(&mut self.named);
        if draft.is_empty() {
            self.forget(payments);
            match self.flights.back_mut() {
                Some(flight) => flight.pending.extend(draft.pending),
                None => draft.pending.into_iter().for_each(Pending::answer),
            }
            return;
        }
        let looked_up = draft.looked_up;
        let (batch, pending) = draft.into_batch(self.ledger, &self.frontier);
        let before = self.flights.back().map(|flight| (Arc::clone(&flight.store), flight.batch.entries.len()));
        let store = match before {
            None => Arc::clone(&self.store),
            Some((store, events)) if !self.goes_apart(events.min(batch.entries.len())) => store,
            Some((store, _)) => self.other(&store).await,
        };
        let mut flight = Flight::new(store, (batch, pending), looked_up, payments).await;
        flight.snapshot = snapshot;
        self.flights.push_back(flight);
    }

    /// Whether two batches of so many events go on two connections. On those that others use, or behind a snapshot, the
    /// second might wait for a first that is not there yet.
    fn goes_apart(&self, events: usize) -> bool {
        events >= APART && !self.pool.is_shared() && self.saving.is_none()
    }

    /// Decides all of the commands into one draft, with the lease and at the head.
    pub(super) async fn draft_all(&mut self, jobs: &mut VecDeque<Job>) -> Result<Draft, EngineError> {
        self.lease_take().await?;
        self.bring_pilots(jobs, jobs.len()).await?;
        let known = self.look_up(jobs.iter(), true).await?;
        let mut draft = Draft::new(self.state.programme.position, self.frontier.root());
        while let Some(job) = jobs.pop_front() {
            let outcome = self.decide(&job, known.as_ref(), &mut draft)?;
            draft.pending.push(Pending { job, outcome });
        }
        Ok(draft)
    }

    /// Appends a draft and waits for what became of it.
    pub(super) async fn append_now(&mut self, draft: Draft) -> Result<Appended, EngineError> {
        let (batch, _) = draft.into_batch(self.ledger, &self.frontier);
        match self.store.append(&batch).await {
            Err(StoreError::Unknown { reason }) => Ok(self.settle(&batch, reason).await?),
            answered => Ok(answered?),
        }
    }

    /// Waits for a batch's commit and answers its callers, or decides it again.
    async fn land(&mut self, mut flight: Flight, waiting: &mut VecDeque<Job>) -> Result<(), EngineError> {
        let answered = flight.landed().await;
        let Flight { batch, pending, payments, looked_up, snapshot, .. } = flight;
        let answered = match answered {
            Err(StoreError::Unknown { reason }) => self.settle(&batch, reason).await,
            answered => answered,
        };
        match answered {
            Ok(Appended::Done(position)) => {
                for command in &batch.commands {
                    self.in_flight.remove(command);
                }
                self.due = self.due.max(waiting.len()) + pending.len();
                self.forget(payments);
                pending.into_iter().for_each(Pending::answer);
                self.announcer.announce(&self.store, position);
                self.snapshot_look().await;
                if let Some(taken) = snapshot {
                    self.snapshot_leave(taken).await;
                }
                self.lease_renew().await;
                Ok(())
            }
            Ok(Appended::Stale) => self.again(pending, waiting, 0).await,
            Ok(Appended::Repeated) if looked_up => Err(self.misplaced()),
            Ok(Appended::Repeated) => {
                self.careful = true;
                self.again(pending, waiting, 0).await
            }
            Ok(Appended::Broken { rule, pilot }) => {
                if batch.commands.len() > 1 {
                    let alone = pending.len();
                    return self.again(pending, waiting, alone).await;
                }
                tracing::error!(%rule, %pilot, "the database refused what the rules let through");
                let accepted = |pending: &Pending| matches!(pending.outcome, Outcome::Accepted { .. });
                let (broken, others): (Vec<_>, Vec<_>) = pending.into_iter().partition(accepted);
                for broken in broken {
                    broken.refuse_by_wall(&rule, &pilot);
                }
                // What they were told stood on it.
                self.again(others, waiting, 0).await
            }
            // What the database cannot take is to stop its own command, not those beside it.
            Err(StoreError::Malformed { .. }) if batch.commands.len() > 1 => {
                let alone = pending.len();
                self.again(pending, waiting, alone).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What is wrong where a command or payment is there already that was looked up and not found, on the same head.
    pub(super) fn misplaced(&self) -> EngineError {
        let what = "a command or payment stands beside an entry that is not its own; `tranche verify` says where";
        EngineError::Broken { position: signed(self.state.programme.position), what: what.to_owned() }
    }

    /// Leaves a snapshot where that helps the next start, and gives the lease up.
    pub(super) async fn finish(mut self) {
        self.announcer.finish(&self.store, self.ledger).await;
        self.snapshot_left().await;
        if self.state.programme.position >= self.snapshot_at + SNAPSHOT_LEAST {
            if let Some(taken) = self.snapshot_take().await {
                self.snapshot_leave(taken).await;
                self.snapshot_left().await;
            }
            // Of the tiles only a step, so that ending takes no longer after much: a checkpoint takes the rest.
            if let Err(error) = self.store.tile_fill(self.ledger, TILES_AT_END).await {
                tracing::warn!(%error, "no tiles were stored");
            }
        }
        self.lease_give().await;
    }
}

/// Puts the commands of a draft that is not to be sent, and the next one, back in line; the state, which has it folded in,
/// is to be loaded anew.
fn take_back(draft: Draft, next: Job, waiting: &mut VecDeque<Job>) {
    waiting.push_front(next);
    for pending in draft.pending.into_iter().rev() {
        waiting.push_front(pending.job);
    }
}
