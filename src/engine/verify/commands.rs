//! The commands: each row is what the events of its command tell, and there are no others.
//!
//! Rows come in no order that events have, so both sides are added up as keyed hashes, by spans of positions, in a
//! few bytes a span. The key is fresh: whoever altered a row cannot have aimed at it. Where sums differ, the rows of
//! that span are read and compared one by one.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};

use futures_util::{StreamExt as _, pin_mut};
use uuid::Uuid;

use super::decoded::{self, Item};
use super::finding::{Findings, What};
use crate::engine::EngineError;
use crate::engine::replay::{Difference, hex};
use crate::log::merkle::Hash;
use crate::store::{CommandFound, Store};

/// How many positions share a sum.
const SPAN: u64 = 4_096;
/// How many spans are read again row by row; more are not needed to know that the table is not what it was.
const SPANS_COMPARED: usize = 16;

/// A command, as its events tell it or as its row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    id: Uuid,
    request: Hash,
    first: u64,
    events: u32,
}

impl Told {
    fn of_row(row: &CommandFound) -> Option<Self> {
        Some(Self {
            id: row.id,
            request: row.request.as_slice().try_into().ok()?,
            first: u64::try_from(row.first_position).ok()?,
            events: u32::try_from(row.events).ok()?,
        })
    }
}

/// Commands added up.
#[derive(Debug)]
pub(super) struct Sums {
    keys: (RandomState, RandomState),
    /// By span.
    spans: BTreeMap<u64, (u64, u64)>,
    /// The command whose events may not all be here yet.
    last: Option<Told>,
    pub(super) count: u64,
}

impl Sums {
    pub(super) fn new(keys: (RandomState, RandomState)) -> Self {
        Self { keys, spans: BTreeMap::new(), last: None, count: 0 }
    }

    fn add(&mut self, told: &Told) {
        let content = (told.id.as_u128(), told.request, told.first, told.events);
        let sum = self.spans.entry(told.first / SPAN).or_default();
        sum.0 = sum.0.wrapping_add(self.keys.0.hash_one(content));
        sum.1 = sum.1.wrapping_add(self.keys.1.hash_one(content));
        self.count += 1;
    }

    /// Takes the next event.
    pub(super) fn event(&mut self, id: Uuid, request: Hash, position: u64) {
        match &mut self.last {
            Some(last) if last.id == id => last.events += 1,
            _ => {
                self.finish();
                self.last = Some(Told { id, request, first: position, events: 1 });
            }
        }
    }

    /// There are no more events.
    pub(super) fn finish(&mut self) {
        if let Some(told) = self.last.take() {
            self.add(&told);
        }
    }

    /// The spans in which two sides differ.
    fn differing(&self, other: &Self) -> Vec<u64> {
        let spans: std::collections::BTreeSet<u64> = self.spans.keys().chain(other.spans.keys()).copied().collect();
        spans.into_iter().filter(|span| self.spans.get(span) != other.spans.get(span)).collect()
    }
}

/// Adds up the rows of the table; says how many are no rows of commands at all.
pub(super) async fn added_up(store: &Store, ledger: i64, mut sums: Sums) -> Result<(Sums, u64), EngineError> {
    let rows = store.commands_read(ledger).await?;
    pin_mut!(rows);
    let mut unfit = 0;
    while let Some(row) = rows.next().await {
        match Told::of_row(&row?) {
            Some(told) => sums.add(&told),
            None => unfit += 1,
        }
    }
    Ok((sums, unfit))
}

/// Names the rows that are not what the events tell.
pub(super) async fn compare(
    store: &Store,
    (name, ledger, size): (&str, i64, u64),
    (told, found): (&Sums, &Sums),
    findings: &mut Findings,
) -> Result<(), EngineError> {
    for span in told.differing(found).into_iter().take(SPANS_COMPARED) {
        let (from, to) = (span * SPAN, span * SPAN + SPAN - 1);
        let signed = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
        // One more at either end: a command's events may reach over it.
        let (first, last) = (from.saturating_sub(1).max(1), (to + 1).min(size));
        let records = store.event_span(ledger, signed(first), signed(last)).await?;
        let blocks = decoded::decode(name, (first, last), records);
        let items: Vec<Item> = blocks.into_iter().flat_map(|block| block.items).collect();
        let events = told_by(&items).into_iter().filter(|told| (from..=to).contains(&told.first));
        let rows = store.commands_between(ledger, signed(from), signed(to)).await?;
        compare_span(events, &rows, &items, findings);
    }
    Ok(())
}

fn told_by(items: &[Item]) -> Vec<Told> {
    let mut commands: Vec<Told> = Vec::new();
    for item in items {
        let Ok(event) = &item.event else { continue };
        match commands.last_mut() {
            Some(last) if last.id == event.command_id => last.events += 1,
            _ => commands.push(Told { id: event.command_id, request: item.request, first: item.position, events: 1 }),
        }
    }
    commands
}

fn compare_span(events: impl Iterator<Item = Told>, rows: &[CommandFound], items: &[Item], findings: &mut Findings) {
    let since = |position: u64| items.iter().find(|item| item.position == position).map(|item| item.recorded_at);
    let mut by_id: HashMap<Uuid, &CommandFound> = rows.iter().map(|row| (row.id, row)).collect();
    let mut met: HashMap<Uuid, u64> = HashMap::new();
    for told in events {
        // An entry that was moved tears its command's events apart; the row went with the first of them.
        if met.insert(told.id, told.first).is_some_and(|before| findings.explains(before, before)) {
            continue;
        }
        // What the row says of an entry that is not what it was, or of one beside it, is told by that entry.
        let row = by_id.remove(&told.id);
        let first = row.map_or(told.first, |row| u64::try_from(row.first_position).unwrap_or(0).min(told.first));
        let count = row.map_or(1, |row| u64::try_from(row.events).unwrap_or(1)).max(u64::from(told.events)).clamp(1, 8);
        if let Some(place) = (first..first + count).find(|at| *at != told.first && findings.explains(*at, *at)) {
            tracing::debug!(place, id = %told.id, "the command's row goes with an entry that was altered");
            continue;
        }
        let mut note = |field: &str, found: String, expected: String| {
            if found != expected {
                let (projection, subject, field) = ("command".to_owned(), told.id.to_string(), field.to_owned());
                let what = What::Command(Difference { projection, subject, field, found, expected });
                findings.note(what, Some((told.first, told.first)), since(told.first));
            }
        };
        match row {
            None => note("row", "none".to_owned(), "one".to_owned()),
            Some(row) => {
                note("first_position", row.first_position.to_string(), told.first.to_string());
                note("events", row.events.to_string(), told.events.to_string());
                note("request", hex(&row.request), hex(&told.request));
            }
        }
    }
    // A row whose entry is known to be gone or to be another's follows from that.
    for (id, row) in by_id {
        let position = u64::try_from(row.first_position).unwrap_or(0);
        if !findings.explains(position, position) {
            let (projection, subject, field) = ("command".to_owned(), id.to_string(), "extra".to_owned());
            let what = Difference { projection, subject, field, found: "one".to_owned(), expected: "none".to_owned() };
            findings.note(What::Command(what), Some((position, position)), since(position));
        }
    }
}
