//! A ledger at one of its positions: the state and the root there, and the events of pilots up to it.
//!
//! Times never go back, so what was known at a time is what stands up to a position; every question about the past
//! becomes one about a position. At the head the state comes from the snapshot; before it the log is folded from its first
//! entry, in one pass that gives the root too.

use futures_util::{StreamExt as _, pin_mut};

use super::state::{self, event_of, is_known};
use super::{EngineError, replay};
use crate::domain::Timestamp;
use crate::domain::act::{Act, ActKind};
use crate::domain::event::Event;
use crate::domain::ledger::Ledger;
use crate::domain::text::Id;
use crate::log::merkle::{Frontier, leaf_hash};
use crate::store::{Head, Store};

/// A ledger at a position.
pub struct Past {
    /// The state.
    pub state: Ledger,
    /// The position: how many entries count.
    pub position: u64,
    /// The root over them, in hexadecimal.
    pub root: String,
}

/// Up to where a past is asked.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// The head.
    Head,
    /// A position.
    Position(u64),
    /// The last entry that was known at a time.
    KnownAt(Timestamp),
}

/// The ledger as it was; of the pilots only the one named is sure to be whole, where one is.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn load(store: &Store, head: &Head, until: Until, pilot: Option<&str>) -> Result<Past, EngineError> {
    match until {
        Until::Head => at_head(store, &head.name, pilot).await,
        Until::Position(position) if i64::try_from(position) == Ok(head.position) => {
            let past = at_head(store, &head.name, pilot).await?;
            if past.position == position { Ok(past) } else { fold(store, head, until, pilot).await }
        }
        Until::Position(_) | Until::KnownAt(_) => fold(store, head, until, pilot).await,
    }
}

/// The state at the head that the ledger has now, which others may move meanwhile.
async fn at_head(store: &Store, name: &str, pilot: Option<&str>) -> Result<Past, EngineError> {
    loop {
        let ledger = store.head(name).await?.ledger;
        // With the applications of all, which name who applied for a pilot.
        let mut state = match pilot.and_then(Id::parse) {
            Some(pilot) => state::load_pilots(store, ledger, &[pilot]).await?.0,
            None => state::load(store, ledger).await?,
        };
        let head = store.head(name).await?;
        state::catch_up(store, ledger, &mut state, head.position).await?;
        let position = state.programme.position;
        if i64::try_from(position) == Ok(head.position) {
            return Ok(Past { state, position, root: replay::hex(&head.root) });
        }
    }
}

/// Folds the log from its first entry.
async fn fold(store: &Store, head: &Head, until: Until, pilot: Option<&str>) -> Result<Past, EngineError> {
    let (to, known_at) = match until {
        Until::Head => (i64::MAX, None),
        Until::Position(position) => (i64::try_from(position).unwrap_or(i64::MAX), None),
        Until::KnownAt(moment) => (i64::MAX, Some(moment)),
    };
    let own = pilot.map(|pilot| format!("pilot-{pilot}"));
    let (mut state, mut tree) = (Ledger::default(), Frontier::new());
    let records = store.event_read(head.ledger, 1, to.min(head.position));
    pin_mut!(records);
    while let Some(record) = records.next().await {
        let record = record?;
        // The payments of other pilots are most of a log, and change nothing but those pilots.
        let aside = own.as_ref().is_some_and(|own| *own != record.stream) && is_payment(&record.kind);
        if !aside {
            let event = event_of(&record)?;
            if !is_known(&event, known_at) {
                break;
            }
            state::fold(store, head.ledger, &mut state, &event).await?;
        } else if known_at.is_some_and(|moment| record.recorded_at > moment) {
            break;
        }
        tree.push(leaf_hash(&record.entry));
    }
    let position = tree.size();
    state.programme.position = position;
    Ok(Past { state, position, root: replay::hex(&tree.root()) })
}

fn is_payment(kind: &str) -> bool {
    kind == ActKind::Pay.event() || kind == ActKind::ReversePayment.event()
}

/// The events of a stream up to a position.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn stream(store: &Store, head: &Head, stream: &str, to: u64) -> Result<Vec<Event>, EngineError> {
    let records = store.stream_read(head.ledger, stream, 1);
    pin_mut!(records);
    let mut events = Vec::new();
    while let Some(record) = records.next().await {
        let event = event_of(&record?)?;
        if event.position > to {
            break;
        }
        events.push(event);
    }
    Ok(events)
}

/// Hands on every event of every pilot up to a position, one by one, with how far the log is read.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn pilots(store: &Store, head: &Head, to: u64, mut take: impl FnMut(&Event)) -> Result<(), EngineError> {
    let records = store.category_read(head.ledger, "pilot", 1);
    pin_mut!(records);
    while let Some(record) = records.next().await {
        let event = event_of(&record?)?;
        if event.position > to {
            break;
        }
        take(&event);
    }
    Ok(())
}

/// Where the rules of a date were last set up to a position: the latest amendment dated no later, else the opening.
#[must_use]
pub fn rules_position(programme: &[Event], as_of: crate::domain::Date) -> u64 {
    let amended = programme.iter().filter(|event| matches!(event.act, Act::AmendProgramme(_)) && event.on <= as_of);
    amended.map(|event| event.position).max().unwrap_or(1)
}
