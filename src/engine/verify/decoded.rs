//! Entries read from the database, taken apart by as many threads as there are: hashed, decoded, written again, and held
//! against the columns beside them. Nothing here knows what came before an entry.

use uuid::Uuid;

use crate::domain::Timestamp;
use crate::domain::act::Act;
use crate::domain::event::Event;
use crate::domain::text::Id;
use crate::engine::replay::{Difference, Differences, columns};
use crate::log::entry;
use crate::log::merkle::{Hash, leaf_hash};
use crate::log::tile::{TILE_BYTES, WIDTH, root_of};
use crate::store::{Record, Span, StoreError};

/// An entry, taken apart.
pub(super) struct Item {
    /// Where it stands.
    pub(super) position: u64,
    /// When it was recorded, by the column.
    pub(super) recorded_at: Timestamp,
    /// Its hash as a leaf.
    pub(super) leaf: Hash,
    /// What it says, or why it says nothing.
    pub(super) event: Result<Event, String>,
    /// Whether its bytes are those its event is written as.
    pub(super) canonical: bool,
    /// Where the columns do not say the same.
    pub(super) differences: Vec<Difference>,
    /// The command it is the first event of, by the column.
    pub(super) command: Option<Uuid>,
}

impl Item {
    /// The payment that it records.
    pub(super) fn payment(&self) -> Option<&Id> {
        match &self.event {
            Ok(Event { act: Act::Pay(act), .. }) => Some(&act.payment),
            _ => None,
        }
    }
}

/// The entries of one tile of leaves, or as many of them as there are.
pub(super) struct Block {
    /// The position its first entry is due at.
    pub(super) first: u64,
    /// How many are due.
    pub(super) due: u64,
    /// Those that are there, in order.
    pub(super) items: Vec<Item>,
    /// Its root, where it is full.
    pub(super) root: Option<Hash>,
    /// The tile as it is stored, if it is.
    pub(super) tile: Option<Vec<u8>>,
}

/// Takes the records of a span of positions apart, tile by tile.
pub(super) fn decode(ledger: &str, (from, to): (u64, u64), span: &Span) -> Result<Vec<Block>, StoreError> {
    let width = u64::from(WIDTH);
    let mut records = span.records()?.peekable();
    let mut blocks = Vec::new();
    let mut first = from;
    while first <= to {
        let due = width.min(to - first + 1);
        let mut items = Vec::with_capacity(usize::from(WIDTH));
        let is_due = |record: &Record<_, _>| position_of(record.position) < first + due;
        while let Some(record) = records.next_if(is_due) {
            items.push(take_apart(ledger, &record));
        }
        let whole = items.len() as u64 == width;
        let root = whole.then(|| root_of(&leaves(&items)));
        blocks.push(Block { first, due, items, root, tile: None });
        first += due;
    }
    Ok(blocks)
}

/// The hashes of entries, one behind the other.
pub(super) fn leaves(items: &[Item]) -> Vec<u8> {
    let mut leaves = Vec::with_capacity(TILE_BYTES);
    for item in items {
        leaves.extend_from_slice(&item.leaf);
    }
    leaves
}

fn position_of(position: i64) -> u64 {
    u64::try_from(position).unwrap_or(0)
}

fn take_apart(ledger: &str, record: &Record<&str, &[u8]>) -> Item {
    let leaf = leaf_hash(record.entry);
    let mut differences = Differences::default();
    let event = entry::read(record.entry).map_err(|error| match std::error::Error::source(&error) {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    });
    let mut canonical = event.is_err();
    if let Ok(event) = &event {
        columns::compare(record, event, &mut differences);
        canonical = entry::write(ledger, event).is_ok_and(|bytes| bytes == record.entry);
    }
    Item {
        position: position_of(record.position),
        recorded_at: record.recorded_at,
        leaf,
        event,
        canonical,
        differences: differences.0,
        command: record.command,
    }
}
