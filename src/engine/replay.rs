//! Replay: the log alone, folded from its first event; and every projection held against it.
//!
//! A projection that differs can be refilled. A log that is not what its head's root says cannot be explained away:
//! that is [`EngineError::Broken`].

pub(super) mod columns;
pub(super) mod snapshot;
pub(super) mod sums;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::stream::{self, Stream};
use futures_util::{StreamExt as _, pin_mut};
use uuid::Uuid;

use super::{EngineError, payment, state};
use crate::domain::Timestamp;
use crate::domain::act::Act;
use crate::domain::event::Event;
use crate::domain::evolve::evolve;
use crate::domain::ledger::Ledger;
use crate::domain::text::Id;
use crate::log::entry;
use crate::log::merkle::{Frontier, Hash, leaf_hash};
use crate::store::{EntrySpan, Head, Record, Span, Standing, Store, StoreError};

/// How many positions are read and decoded at once, and how many such spans ahead of the fold.
const SPAN: i64 = 1_024;
const SPANS: usize = 4;

/// What the log alone says.
pub struct Replayed {
    /// The state.
    pub state: Ledger,
    /// How many events were folded.
    pub events: u64,
    /// How many entries were read, known at the time or not.
    pub entries: u64,
    /// The Merkle root over the entries read.
    pub root: Hash,
}

/// An entry as its fold needs it.
struct Entry {
    position: i64,
    leaf: Hash,
    event: Result<Event, EngineError>,
}

impl Entry {
    fn new(position: i64, entry: &[u8]) -> Self {
        let source = |source| EngineError::Entry { position, source };
        Self { position, leaf: leaf_hash(entry), event: entry::read(entry).map_err(source) }
    }
}

/// An entry with all that can be told of it alone.
struct Read {
    entry: Entry,
    /// The command it is the first event of, by the column.
    command: Option<Uuid>,
    /// Where the columns do not say the same.
    differences: Differences,
}

impl Read {
    fn new(record: &Record<&str, &[u8]>) -> Self {
        let entry = Entry::new(record.position, record.entry);
        let mut differences = Differences::default();
        if let Ok(event) = &entry.event {
            columns::compare(record, event, &mut differences);
        }
        Self { entry, command: record.command, differences }
    }
}

/// The log in spans, in order, each read, and taken apart on another thread, while earlier ones are folded.
///
/// Tasks of their own read them, so that they go on meanwhile.
fn read_ahead<S: Send + 'static, T: Send + 'static, F: Future<Output = Result<S, StoreError>> + Send + 'static>(
    to: i64,
    read: impl Fn(i64, i64) -> F,
    take_apart: fn(S) -> Result<Vec<T>, EngineError>,
) -> impl Stream<Item = Result<Vec<T>, EngineError>> {
    let step = usize::try_from(SPAN).unwrap_or(usize::MAX);
    let spans = stream::iter((1..=to).step_by(step)).map(move |from| {
        let span = read(from, to.min(from + SPAN - 1));
        let task = tokio::spawn(async move {
            let span = span.await?;
            tokio::task::spawn_blocking(move || take_apart(span)).await.unwrap_or(Err(EngineError::Stopped))
        });
        async move { task.await.unwrap_or(Err(EngineError::Stopped)) }
    });
    spans.buffered(SPANS)
}

/// A fold under way.
struct Fold {
    replayed: Replayed,
    tree: Frontier,
    /// The versions of streams whose last event is not folded.
    versions: HashMap<String, u64>,
    known_at: Option<Timestamp>,
    /// The payments cancelled later: the others need not be kept.
    cancelled: HashSet<Id>,
}

impl Fold {
    async fn new(store: &Store, head: &Head, known_at: Option<Timestamp>) -> Result<Self, EngineError> {
        let cancelled = state::payments_reversed(store, head.ledger, head.position).await?;
        let replayed = Replayed { state: Ledger::default(), events: 0, entries: 0, root: [0; 32] };
        Ok(Self { replayed, tree: Frontier::new(), versions: HashMap::new(), known_at, cancelled })
    }

    /// Takes the next entry, which must stand where it is due.
    fn step(&mut self, (position, leaf): (i64, Hash), event: &Event) -> Result<(), EngineError> {
        let broken = |what: String| EngineError::Broken { position, what };
        self.tree.push(leaf);
        self.replayed.entries += 1;
        let due = self.replayed.entries;
        if event.position != due || i64::try_from(due) != Ok(position) {
            return Err(broken(format!("position {} where {due} was due", event.position)));
        }
        let state = &mut self.replayed.state;
        let folded = || state.programme.streams.get(&event.stream);
        let version = self.versions.get(&event.stream).or_else(folded).copied().unwrap_or(0) + 1;
        if event.version != version {
            return Err(broken(format!("version {} of {} where {version} was due", event.version, event.stream)));
        }
        if state::is_known(event, self.known_at) {
            if let Some(unknown) = payment::unknown(state, event) {
                return Err(broken(format!("it cancels the payment {unknown}, which is not found")));
            }
            evolve(state, event);
            self.versions.remove(&event.stream);
            if let Act::Pay(act) = &event.act
                && !self.cancelled.contains(&act.payment)
            {
                state.payments.remove(&act.payment);
            }
            self.replayed.events += 1;
        } else {
            self.versions.insert(event.stream.clone(), version);
        }
        Ok(())
    }

    /// The end of the fold; where all was read, its root must be the head's.
    fn finish(mut self, head: &Head, to: i64) -> Result<Replayed, EngineError> {
        let root = self.tree.root();
        if to >= head.position {
            let broken = |what: String| Err(EngineError::Broken { position: head.position, what });
            if i64::try_from(self.replayed.entries) != Ok(head.position) {
                return broken(format!("{} entries where the head has {}", self.replayed.entries, head.position));
            }
            if root.as_slice() != head.root.as_slice() {
                return broken(format!("the entries' root is {}, the head's {}", hex(&root), hex(&head.root)));
            }
            if self.tree.to_bytes() != head.peaks {
                return broken("the head's tree is not that of the entries".to_owned());
            }
        }
        self.replayed.root = root;
        Ok(self.replayed)
    }
}

/// Folds the log from its first event up to a position, leaving out what was recorded after a time.
///
/// # Errors
///
/// Where the database fails; where an entry cannot be read, positions or versions have gaps, or all was read and the root
/// is not the head's.
pub async fn replay(
    store: &Arc<Store>,
    head: &Head,
    to: i64,
    known_at: Option<Timestamp>,
    mut progress: impl FnMut(u64),
) -> Result<Replayed, EngineError> {
    let mut fold = Fold::new(store, head, known_at).await?;
    let ledger = head.ledger;
    let read = |from, to| {
        let store = Arc::clone(store);
        async move { store.entry_span(ledger, from, to).await }
    };
    let spans = read_ahead(to.min(head.position), read, |span: EntrySpan| {
        Ok(span.entries()?.map(|(position, entry)| Entry::new(position, entry)).collect())
    });
    pin_mut!(spans);
    while let Some(span) = spans.next().await {
        for Entry { position, leaf, event } in span? {
            fold.step((position, leaf), &event?)?;
        }
        progress(fold.replayed.entries);
    }
    fold.finish(head, to)
}

/// A projection that is not what the log says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// Which projection.
    pub projection: String,
    /// Whose: a pilot, or the ledger's.
    pub subject: String,
    /// What of it.
    pub field: String,
    /// What the projection says.
    pub found: String,
    /// What the log says.
    pub expected: String,
}

/// Folds the whole log and holds against it every projection there is: the columns beside each entry, the second wall's
/// sums, limits and parameters, and the snapshot. Names each difference. What stands beside the log is read as it is at
/// the head that is folded up to, so that others may append meanwhile.
///
/// # Errors
///
/// Those of [`replay`].
pub async fn check(
    store: &Arc<Store>,
    name: &str,
    mut progress: impl FnMut(u64),
) -> Result<(Replayed, Vec<Difference>), EngineError> {
    let Standing { head, funds, wall, snapshots, .. } = store.standing(name, state::FORMAT).await?;
    let mut fold = Fold::new(store, &head, None).await?;
    let mut differences = Differences::default();
    let mut sums = sums::Sums::default();
    // No command has this id, so the first entry is its command's first.
    let mut before = Uuid::nil();
    let mut snapshots = snapshots.into_iter();
    let mut next = snapshot::next(&mut snapshots, &mut differences);
    let mut reach = snapshot::Reach::default();
    let ledger = head.ledger;
    let read = |from, to| {
        let store = Arc::clone(store);
        async move { store.event_span(ledger, from, to).await }
    };
    let spans =
        read_ahead(head.position, read, |span: Span| Ok(span.records()?.map(|record| Read::new(&record)).collect()));
    pin_mut!(spans);
    while let Some(span) = spans.next().await {
        for Read { entry, command, differences: beside } in span? {
            let Entry { position, leaf, event } = entry;
            let event = event?;
            fold.step((position, leaf), &event)?;
            differences.0.extend(beside.0);
            columns::compare_command(command, &event, Some(before), &mut differences);
            before = event.command_id;
            sums.step(&fold.replayed.state, &event);
            if next == Some(position) {
                let found = snapshot::at(store, ledger, position).await?;
                // Dropped since, by a rebuild: those that came in their place are for the next check.
                next = if found.is_empty() { None } else { snapshot::next(&mut snapshots, &mut differences) };
                if !found.is_empty() {
                    reach.compare(&found, &fold.replayed.state, &mut differences);
                }
            }
        }
        progress(fold.replayed.entries);
    }
    let replayed = fold.finish(&head, head.position)?;
    sums.compare(&funds, &mut differences);
    sums::compare_parameters(wall, &replayed.state, &mut differences);
    let from_snapshot = state::load_at(store, head.ledger, head.position).await?;
    snapshot::differences(&from_snapshot, &replayed.state, &mut differences);
    Ok((replayed, differences.0))
}

/// The differences found.
#[derive(Default)]
pub(super) struct Differences(pub(super) Vec<Difference>);

impl Differences {
    /// Notes where what a projection says is not what the log says.
    pub(super) fn note(&mut self, (projection, subject, field): (&str, &str, &str), found: String, expected: String) {
        if found != expected {
            let (projection, subject, field) = (projection.to_owned(), subject.to_owned(), field.to_owned());
            self.0.push(Difference { projection, subject, field, found, expected });
        }
    }
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
