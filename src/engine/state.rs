//! A ledger's state in memory: loaded from its snapshot and the log after it, or folded as known at a time.
//!
//! A snapshot is a convenience that can be dropped: its parts are the programme, each pilot, and each pilot's
//! payments, every one valid from its own position on. What the log says is what counts.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::{StreamExt as _, pin_mut};
use serde::de::DeserializeOwned;

use super::EngineError;
use crate::domain::Timestamp;
use crate::domain::act::{Act, ActKind};
use crate::domain::event::Event;
use crate::domain::evolve::evolve;
use crate::domain::ledger::{Ledger, Payment, Pilot, Programme};
use crate::domain::text::Id;
use crate::log::entry;
use crate::store::{Record, Snapshot, Store};

/// The form of the snapshots this program writes; another one found is not read, and replaced in time.
const FORMAT: &str = "2";

const PROGRAMME: &str = "programme";
const PILOT: &str = "pilot-";
const PAYMENTS: &str = "payments-";

/// A pilot's payments as a snapshot keeps them.
type Payments = Vec<(Id, Payment)>;

/// Reads a record of the log into its event.
///
/// # Errors
///
/// [`EngineError::Entry`] where it is none.
pub fn event_of(record: &Record) -> Result<Event, EngineError> {
    entry::read(&record.entry).map_err(|source| EngineError::Entry { position: record.position, source })
}

/// The state of a ledger, everything recorded.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load(store: &Store, ledger: i64) -> Result<Ledger, EngineError> {
    load_at(store, ledger, i64::MAX).await
}

/// The state of a ledger at a position, or at its snapshot where that is later.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load_at(store: &Store, ledger: i64, to: i64) -> Result<Ledger, EngineError> {
    let (mut state, _) = load_snapshot(store, ledger).await?;
    catch_up(store, ledger, &mut state, to).await?;
    Ok(state)
}

/// The state of the latest snapshot, and its position.
///
/// # Errors
///
/// Where the database fails.
pub async fn load_snapshot(store: &Store, ledger: i64) -> Result<(Ledger, u64), EngineError> {
    let state = restore(&store.snapshot_load(ledger, FORMAT).await?);
    let position = state.programme.position;
    Ok((state, position))
}

/// The state that answers for one pilot, everything recorded: the programme and that pilot, as of now.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load_pilot(store: &Store, ledger: i64, pilot: &str) -> Result<Ledger, EngineError> {
    let (own, payments) = (format!("{PILOT}{pilot}"), format!("{PAYMENTS}{pilot}"));
    let snapshot = store.snapshot_load_parts(ledger, FORMAT, &[PROGRAMME, &own, &payments]).await?;
    let mut state = restore(&snapshot);
    catch_up(store, ledger, &mut state, i64::MAX).await?;
    Ok(state)
}

/// The state as it was known at a time: what was recorded no later.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load_known_at(store: &Store, ledger: i64, known_at: Timestamp) -> Result<Ledger, EngineError> {
    let snapshot = store.snapshot_load(ledger, FORMAT).await?;
    let restored = restore(&snapshot);
    // The snapshot serves where nothing in it was recorded later.
    let serves = restored.programme.last_recorded_at.is_none_or(|last| last <= known_at);
    let mut state = if serves { restored } else { Ledger::default() };
    let from = next_position(&state);
    let records = store.event_read(ledger, from, i64::MAX);
    pin_mut!(records);
    while let Some(record) = records.next().await {
        let event = event_of(&record?)?;
        if is_known(&event, Some(known_at)) {
            evolve(&mut state, &event);
        }
    }
    Ok(state)
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
/// Where the database fails or an entry cannot be read.
pub async fn payments_reversed(store: &Store, ledger: i64, to: i64) -> Result<HashSet<Id>, EngineError> {
    let records = store.kind_read(ledger, ActKind::ReversePayment.event(), to);
    pin_mut!(records);
    let mut reversed = HashSet::new();
    while let Some(record) = records.next().await {
        if let Act::ReversePayment(act) = event_of(&record?)?.act {
            reversed.insert(act.payment);
        }
    }
    Ok(reversed)
}

fn next_position(state: &Ledger) -> i64 {
    i64::try_from(state.programme.position).unwrap_or(i64::MAX).saturating_add(1)
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
        evolve(state, &event);
        streams.push(event.stream);
    }
    Ok(streams)
}

fn decode<T: DeserializeOwned>(name: &str, body: &[u8]) -> Option<T> {
    let decoded = postcard::from_bytes(body);
    if let Err(error) = &decoded {
        tracing::warn!(part = name, %error, "a part of the snapshot cannot be read; the log is folded instead");
    }
    decoded.ok()
}

/// The state a snapshot holds; an empty one where it holds none that can be read.
fn restore(snapshot: &Snapshot) -> Ledger {
    restore_parts(snapshot).unwrap_or_default()
}

fn restore_parts(snapshot: &Snapshot) -> Option<Ledger> {
    let mut state = Ledger::default();
    for part in &snapshot.parts {
        let name = part.name.as_str();
        if name == PROGRAMME {
            state.programme = decode::<Programme>(name, &part.body)?;
        } else if let Some(id) = name.strip_prefix(PILOT) {
            state.pilots.insert(Id::parse(id)?, decode::<Pilot>(name, &part.body)?);
        } else if name.starts_with(PAYMENTS) {
            state.payments.extend(decode::<Payments>(name, &part.body)?);
        }
    }
    Some(state)
}

/// Leaves a snapshot of the state, given the pilots that changed since the last; the state is of committed events only.
///
/// # Errors
///
/// Where the database fails.
pub async fn save(store: &Store, ledger: i64, state: &Ledger, changed: &BTreeSet<Id>) -> Result<(), EngineError> {
    let mut parts = vec![(PROGRAMME.to_owned(), encode(&state.programme))];
    let mut payments: BTreeMap<&Id, Payments> = BTreeMap::new();
    for (id, payment) in &state.payments {
        if changed.contains(&payment.pilot) {
            payments.entry(&payment.pilot).or_default().push((id.clone(), payment.clone()));
        }
    }
    for id in changed {
        if let Some(pilot) = state.pilots.get(id) {
            parts.push((format!("{PILOT}{id}"), encode(pilot)));
        }
        if let Some(list) = payments.get(id) {
            parts.push((format!("{PAYMENTS}{id}"), encode(list)));
        }
    }
    let position = i64::try_from(state.programme.position).unwrap_or(i64::MAX);
    let named: Vec<(&str, &[u8])> = parts.iter().map(|(name, body)| (name.as_str(), body.as_slice())).collect();
    store.snapshot_put(ledger, FORMAT, position, &named).await?;
    Ok(())
}

fn encode<T: serde::Serialize>(part: &T) -> Vec<u8> {
    // Writing to memory cannot fail for types without custom errors; an empty body is not readable and so not believed.
    postcard::to_stdvec(part).unwrap_or_default()
}

/// The pilot whose stream this is.
#[must_use]
pub fn pilot_of_stream(stream: &str) -> Option<Id> {
    stream.strip_prefix(PILOT).and_then(Id::parse)
}
