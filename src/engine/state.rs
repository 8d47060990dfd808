//! A ledger's state in memory: loaded from its snapshot and the log after it, or folded as known at a time.
//!
//! A snapshot is a convenience that can be dropped: its parts are the programme and each pilot, every one valid from its
//! own position on. What the log says is what counts. Where a few pilots are asked about, only their parts and streams
//! are read, with the acts of all others that are no payments, for these alone bear on the programme. Payments
//! are kept while they are folded past, and found in the log where one is cancelled.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, pin_mut};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{EngineError, payment};
use crate::domain::Timestamp;
use crate::domain::event::Event;
use crate::domain::evolve::evolve;
use crate::domain::ledger::{Application, IdKind, Ledger, Pilot, Programme};
use crate::domain::text::{Id, ProjectCode, Text};
use crate::domain::uscc::Uscc;
use crate::log::entry;
use crate::store::{Head, Part, Record, Snapshot, Store};

/// The form of the snapshots this program writes; another one found is not read, and replaced in time.
pub(super) const FORMAT: &str = "6";

const PROGRAMME: &str = "programme";
const REGISTER: &str = "register";
pub(super) const PILOT: &str = "pilot-";

/// How many payments a fold keeps at hand.
const PAYMENTS_KEPT: usize = 32_768;
/// A tail up to this length is read whole: that takes one statement, and little longer than leaving payments out.
const WHOLE_TAIL: i64 = 512;

/// Reads a record of the log into its event.
///
/// # Errors
///
/// [`EngineError::Entry`] where it is none.
pub fn event_of<T>(record: &Record<T, impl AsRef<[u8]>>) -> Result<Event, EngineError> {
    entry::read(record.entry.as_ref()).map_err(|source| EngineError::Entry { position: record.position, source })
}

/// The state of a ledger, everything recorded.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load(store: &Store, ledger: i64) -> Result<Ledger, EngineError> {
    load_at(store, ledger, i64::MAX).await
}

/// The state of a ledger at a position.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load_at(store: &Store, ledger: i64, to: i64) -> Result<Ledger, EngineError> {
    let mut state = restore(&store.snapshot_load(ledger, FORMAT, to).await?);
    if recognised(&state).any(|pilot| !state.pilots.contains_key(pilot)) {
        state = unusable();
    }
    catch_up(store, ledger, &mut state, to).await?;
    Ok(state)
}

/// The state that answers for one pilot, everything recorded: the programme's parameters and that pilot, as of now.
/// Where there is no such pilot, it has the programme whole.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load_pilot(store: &Store, ledger: i64, pilot: &str) -> Result<Ledger, EngineError> {
    load_pilot_to(store, ledger, pilot, i64::MAX).await
}

/// The same as it was known at a time.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load_pilot_known_at(
    store: &Store,
    ledger: i64,
    pilot: &str,
    known_at: Timestamp,
) -> Result<Ledger, EngineError> {
    let to = store.position_known(ledger, known_at).await?;
    load_pilot_to(store, ledger, pilot, to).await
}

async fn load_pilot_to(store: &Store, ledger: i64, pilot: &str, to: i64) -> Result<Ledger, EngineError> {
    let Some(id) = Id::parse(pilot) else { return load_at(store, ledger, to).await };
    let name = stream_of_pilot(&id);
    let snapshot = store.snapshot_load_parts(ledger, FORMAT, to, &[PROGRAMME, &name]).await?;
    let state = restore(&snapshot);
    if state.pilots.is_empty() {
        // It was recognised since, or never: that is for the applications to say.
        return Ok(load_scope(store, ledger, &[id], to).await?.0);
    }
    complete(store, &snapshot, state, (&[id], to)).await
}

/// The state that answers for these pilots, with the programme, as of now; and the position of its snapshot.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load_pilots(store: &Store, ledger: i64, pilots: &[Id]) -> Result<(Ledger, u64), EngineError> {
    load_scope(store, ledger, pilots, i64::MAX).await
}

async fn load_scope(store: &Store, ledger: i64, pilots: &[Id], to: i64) -> Result<(Ledger, u64), EngineError> {
    let names: Vec<String> = pilots.iter().map(stream_of_pilot).collect();
    let parts: Vec<&str> = [PROGRAMME, REGISTER].into_iter().chain(names.iter().map(String::as_str)).collect();
    let snapshot = store.snapshot_load_parts(ledger, FORMAT, to, &parts).await?;
    let mut state = restore(&snapshot);
    let missing: HashSet<&Id> = pilots.iter().filter(|pilot| !state.pilots.contains_key(*pilot)).collect();
    if !missing.is_empty() && recognised(&state).any(|pilot| missing.contains(pilot)) {
        state = unusable();
    }
    let snapshot_at = state.programme.position;
    Ok((complete(store, &snapshot, state, (pilots, to)).await?, snapshot_at))
}

/// Folds onto what a snapshot has what bears on it and came later, up to a position.
async fn complete(
    store: &Store,
    snapshot: &Snapshot,
    mut state: Ledger,
    (pilots, to): (&[Id], i64),
) -> Result<Ledger, EngineError> {
    let mut head = snapshot.head.clone();
    let programme = &state.programme;
    let snapshot_at = signed(programme.position);
    // Of a sandbox without a simulated time so far, the tail's payments may have the first.
    let whole = snapshot_at == 0
        || head.position.min(to) - snapshot_at <= WHOLE_TAIL
        || programme.sandbox && programme.last_simulated.is_none();
    if whole {
        catch_up(store, head.ledger, &mut state, head.position.min(to)).await?;
        return Ok(state);
    }
    if to < head.position {
        head.position = to;
        head.recorded_at = store.events_find(head.ledger, &[to]).await?.first().map(|record| record.recorded_at);
    }
    let named = |id| {
        let name = stream_of_pilot(id);
        let version = version(programme, &name);
        (name, version)
    };
    let streams: Vec<_> = pilots.iter().map(named).collect();
    catch_up_part(store, &head, &mut state, &streams).await?;
    Ok(state)
}

/// The state as it was known at a time: what was recorded no later.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load_known_at(store: &Store, ledger: i64, known_at: Timestamp) -> Result<Ledger, EngineError> {
    let to = store.position_known(ledger, known_at).await?;
    load_at(store, ledger, to).await
}

/// Whether an event was known at a time. The opening always was: before it there is nothing to know.
#[must_use]
pub fn is_known(event: &Event, known_at: Option<Timestamp>) -> bool {
    event.position == 1 || known_at.is_none_or(|known_at| event.recorded_at <= known_at)
}

/// The payments that are reversed up to a position.
///
/// # Errors
///
/// Where the database fails.
pub async fn payments_reversed(store: &Store, ledger: i64, to: i64) -> Result<HashSet<Id>, EngineError> {
    let items = store.items_cancelled(ledger, to).await?;
    Ok(items.iter().filter_map(|payment| Id::parse(payment)).collect())
}

fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn next_position(state: &Ledger) -> i64 {
    signed(state.programme.position).saturating_add(1)
}

/// Folds an event into the state, with the payment it cancels brought in from the log where it is not at hand.
///
/// # Errors
///
/// Where the database fails, or the log does not have that payment.
pub async fn fold(store: &Store, ledger: i64, state: &mut Ledger, event: &Event) -> Result<(), EngineError> {
    payment::bring_cancelled(store, ledger, state, event).await?;
    evolve(state, event);
    if state.payments.len() >= PAYMENTS_KEPT {
        state.payments.clear();
    }
    Ok(())
}

/// Folds what the log has after the state, up to a position.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn catch_up(store: &Store, ledger: i64, state: &mut Ledger, to: i64) -> Result<Vec<String>, EngineError> {
    let records = store.event_read(ledger, next_position(state), to);
    pin_mut!(records);
    let mut streams = Vec::new();
    while let Some(record) = records.next().await {
        let event = event_of(&record?)?;
        fold(store, ledger, state, &event).await?;
        streams.push(event.stream);
    }
    Ok(streams)
}

/// Folds what bears on the programme and on the pilots of these streams, from the state up to the head.
async fn catch_up_part(
    store: &Store,
    head: &Head,
    state: &mut Ledger,
    streams: &[(String, i32)],
) -> Result<(), EngineError> {
    let acts = store.act_read(head.ledger, next_position(state), head.position).peekable();
    let own: BoxStream<'_, _> = match streams {
        // In pages: of one pilot there may be much that came after the position asked about.
        [(stream, version)] => store.stream_read(head.ledger, stream, version + 1).boxed(),
        _ => stream::iter(store.streams_tail(head.ledger, streams).await?).map(Ok).boxed(),
    };
    let own = own.peekable();
    pin_mut!(acts, own);
    loop {
        // A pilot's acts that are no payments stand in both.
        let at = |record: Option<&Result<Record, _>>| record.map(|record| record.as_ref().map_or(0, |r| r.position));
        let (act, other) = (at(acts.as_mut().peek().await), at(own.as_mut().peek().await));
        if act == other {
            own.next().await.transpose()?;
        }
        let of_all = act.is_some_and(|act| other.is_none_or(|other| act <= other));
        let record = if of_all { acts.next().await } else { own.next().await };
        let Some(record) = record.transpose()?.filter(|record| record.position <= head.position) else { break };
        fold(store, head.ledger, state, &event_of(&record)?).await?;
    }
    let programme = &mut state.programme;
    programme.position = u64::try_from(head.position).unwrap_or_default();
    programme.last_recorded_at = programme.last_recorded_at.max(head.recorded_at);
    // Once times are simulated, all later ones are, or are taken from the last that was.
    programme.last_simulated = programme.last_simulated.and(head.recorded_at);
    Ok(())
}

fn decode<T: DeserializeOwned>(name: &str, body: &[u8]) -> Option<T> {
    let decoded = postcard::from_bytes(body);
    if let Err(error) = &decoded {
        tracing::warn!(part = name, %error, "a part of the snapshot cannot be read; the log is folded instead");
    }
    decoded.ok()
}

/// What of the programme grows with its pilots and concerns none of them alone.
#[derive(Serialize, Deserialize)]
struct Register<'a> {
    /// A pilot's version stands beside it, so that a payment changes one part.
    streams: BTreeMap<Cow<'a, str>, u64>,
    applications: Cow<'a, BTreeMap<Id, Application>>,
    recognised_areas: Cow<'a, BTreeMap<Id, Id>>,
    projects: Cow<'a, BTreeMap<ProjectCode, Id>>,
    owners: Cow<'a, BTreeMap<(Uscc, Text), BTreeSet<ProjectCode>>>,
    identifiers: Cow<'a, BTreeMap<(IdKind, Id), Option<Id>>>,
}

impl<'a> Register<'a> {
    /// That of a programme.
    fn of(programme: &'a Programme) -> Self {
        let streams = programme.streams.iter().filter(|(stream, _)| !stream.starts_with(PILOT));
        Self {
            streams: streams.map(|(stream, version)| (Cow::Borrowed(stream.as_str()), *version)).collect(),
            applications: Cow::Borrowed(&programme.applications),
            recognised_areas: Cow::Borrowed(&programme.recognised_areas),
            projects: Cow::Borrowed(&programme.projects),
            owners: Cow::Borrowed(&programme.owners),
            identifiers: Cow::Borrowed(&programme.identifiers),
        }
    }

    /// The programme without it.
    fn rest(programme: &Programme) -> Programme {
        let Programme { position, sandbox, closed_through, last_recorded_at, last_simulated, .. } = *programme;
        Programme {
            position,
            name: programme.name.clone(),
            sandbox,
            parameters: programme.parameters.clone(),
            opening_parameters: programme.opening_parameters.clone(),
            amendments: programme.amendments.clone(),
            keys: programme.keys.clone(),
            closed_through,
            last_recorded_at,
            last_simulated,
            areas: programme.areas.clone(),
            other_funding: programme.other_funding.clone(),
            streams: HashMap::new(),
            applications: BTreeMap::new(),
            recognised_areas: BTreeMap::new(),
            projects: BTreeMap::new(),
            owners: BTreeMap::new(),
            identifiers: BTreeMap::new(),
        }
    }

    /// Puts it back.
    fn give(self, programme: &mut Programme) {
        programme.streams.extend(self.streams.into_iter().map(|(stream, version)| (stream.into_owned(), version)));
        programme.applications = self.applications.into_owned();
        programme.recognised_areas = self.recognised_areas.into_owned();
        programme.projects = self.projects.into_owned();
        programme.owners = self.owners.into_owned();
        programme.identifiers = self.identifiers.into_owned();
    }
}

/// The state a snapshot holds; an empty one where it holds none that can be read.
fn restore(snapshot: &Snapshot) -> Ledger {
    restore_parts(&snapshot.parts).filter(|state| state.programme.position > 0).unwrap_or_default()
}

/// The pilots there are by the programme's own word.
fn recognised(state: &Ledger) -> impl Iterator<Item = &Id> {
    state.programme.applications.values().filter_map(|application| application.pilot.as_ref())
}

/// The state to begin with where a snapshot lacks what it should have.
fn unusable() -> Ledger {
    tracing::warn!("the snapshot lacks a pilot; the log is folded instead, and `tranche rebuild` makes it anew");
    Ledger::default()
}

fn restore_parts(parts: &[Part]) -> Option<Ledger> {
    let mut state = Ledger::default();
    let mut register = None;
    let mut versions = Vec::new();
    for part in parts {
        let name = part.name.as_str();
        if name == PROGRAMME {
            state.programme = decode::<Programme>(name, &part.body)?;
        } else if name == REGISTER {
            register = Some(decode::<Register>(name, &part.body)?);
        } else if let Some(id) = name.strip_prefix(PILOT) {
            let (version, pilot) = decode::<(u64, Pilot)>(name, &part.body)?;
            state.pilots.insert(Id::parse(id)?, pilot);
            versions.push((name.to_owned(), version));
        }
    }
    if let Some(register) = register {
        register.give(&mut state.programme);
    }
    state.programme.streams.extend(versions);
    Some(state)
}

/// Where snapshots stand that this program can read, in order.
///
/// # Errors
///
/// Where the database fails.
pub async fn snapshots(store: &Store, ledger: i64) -> Result<Vec<i64>, EngineError> {
    Ok(store.snapshot_positions(ledger, FORMAT).await?)
}

/// The programme's parts and those of pilots, as this program writes them.
pub(super) fn parts<'a>(state: &Ledger, pilots: impl IntoIterator<Item = &'a Id>) -> Vec<(String, Vec<u8>)> {
    let (programme, register) = (Register::rest(&state.programme), Register::of(&state.programme));
    let mut parts = vec![(PROGRAMME.to_owned(), encode(&programme)), (REGISTER.to_owned(), encode(&register))];
    for id in pilots {
        if let Some(pilot) = state.pilots.get(id) {
            let name = stream_of_pilot(id);
            let version = state.programme.streams.get(&name).copied().unwrap_or_default();
            let body = encode(&(version, pilot));
            parts.push((name, body));
        }
    }
    parts
}

/// Stores the parts that changed since an earlier snapshot; gives the position at which there is one now, which is
/// another where it was not taken.
///
/// # Errors
///
/// Where the database fails.
pub(super) async fn put(
    store: &Store,
    ledger: i64,
    (before, position): (u64, u64),
    parts: &[(String, Vec<u8>)],
) -> Result<u64, EngineError> {
    let at = (Some(signed(before)), signed(position));
    let last = store.snapshot_put(ledger, FORMAT, at, &lent(parts)).await?;
    Ok(u64::try_from(last).unwrap_or_default())
}

/// Puts a snapshot of the whole state in the place of all there are.
///
/// # Errors
///
/// Where the database fails.
pub async fn save(store: &Store, ledger: i64, state: &Ledger) -> Result<(), EngineError> {
    let parts = parts(state, state.pilots.keys());
    store.snapshot_put(ledger, FORMAT, (None, signed(state.programme.position)), &lent(&parts)).await?;
    Ok(())
}

fn lent(parts: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    parts.iter().map(|(name, body)| (name.as_str(), body.as_slice())).collect()
}

fn encode<T: Serialize>(part: &T) -> Vec<u8> {
    // Writing to memory cannot fail for types without custom errors; an empty body is not readable and so not believed.
    postcard::to_stdvec(part).unwrap_or_default()
}

/// The pilot whose stream this is.
#[must_use]
pub fn pilot_of_stream(stream: &str) -> Option<Id> {
    stream.strip_prefix(PILOT).and_then(Id::parse)
}

pub(super) fn stream_of_pilot(id: &Id) -> String {
    format!("{PILOT}{id}")
}

/// The version of a stream, as the store counts.
fn version(programme: &Programme, stream: &str) -> i32 {
    let version = programme.streams.get(stream).copied().unwrap_or_default();
    i32::try_from(version).unwrap_or(i32::MAX)
}
