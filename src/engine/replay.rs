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
use crate::log::merkle::{Frontier, Hash, leaf_hash};
use crate::store::{Head, Record, Store};

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

/// An entry with all that can be told of it alone.
struct Read {
    position: i64,
    /// The command it is the first event of, by the column.
    command: Option<Uuid>,
    leaf: Hash,
    event: Result<Event, EngineError>,
    /// Where the columns do not say the same.
    differences: Differences,
}

impl Read {
    fn new(record: &Record<&str, &[u8]>) -> Self {
        let (leaf, event) = (leaf_hash(record.entry), state::event_of(record));
        let mut differences = Differences::default();
        if let Ok(event) = &event {
            columns::compare(record, event, &mut differences);
        }
        Self { position: record.position, command: record.command, leaf, event, differences }
    }
}

/// Entries of the log, in order, hashed and decoded on other threads while earlier ones are folded.
///
/// Tasks of their own read them, so that they go on meanwhile.
fn read_ahead(store: &Arc<Store>, ledger: i64, to: i64) -> impl Stream<Item = Result<Vec<Read>, EngineError>> + use<> {
    let store = Arc::clone(store);
    let step = usize::try_from(SPAN).unwrap_or(usize::MAX);
    let spans = stream::iter((1..=to).step_by(step)).map(move |from| {
        let store = Arc::clone(&store);
        let task = tokio::spawn(async move {
            let span = store.event_span(ledger, from, to.min(from + SPAN - 1)).await?;
            let read = move || span.records().map(|record| Ok(Read::new(&record?))).collect();
            tokio::task::spawn_blocking(read).await.unwrap_or(Err(EngineError::Stopped))
        });
        async move { task.await.unwrap_or(Err(EngineError::Stopped)) }
    });
    spans.buffered(SPANS)
}

/// A fold under way.
struct Fold {
    replayed: Replayed,
    tree: Frontier,
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
    fn step(&mut self, position: i64, leaf: Hash, event: &Event) -> Result<(), EngineError> {
        let broken = |what: String| EngineError::Broken { position, what };
        self.tree.push(leaf);
        self.replayed.entries += 1;
        let due = self.replayed.entries;
        if event.position != due || i64::try_from(due) != Ok(position) {
            return Err(broken(format!("position {} where {due} was due", event.position)));
        }
        let version = match self.versions.get_mut(&event.stream) {
            Some(version) => version,
            None => self.versions.entry(event.stream.clone()).or_default(),
        };
        *version += 1;
        if event.version != *version {
            return Err(broken(format!("version {} of {} where {version} was due", event.version, event.stream)));
        }
        if state::is_known(event, self.known_at) {
            let state = &mut self.replayed.state;
            if let Some(unknown) = payment::unknown(state, event) {
                return Err(broken(format!("it cancels the payment {unknown}, which is not found")));
            }
            evolve(state, event);
            if let Act::Pay(act) = &event.act
                && !self.cancelled.contains(&act.payment)
            {
                state.payments.remove(&act.payment);
            }
            self.replayed.events += 1;
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
    let spans = read_ahead(store, head.ledger, to.min(head.position));
    pin_mut!(spans);
    while let Some(span) = spans.next().await {
        for read in span? {
            fold.step(read.position, read.leaf, &read.event?)?;
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
/// sums, limits and parameters, and the snapshot. Names each difference.
///
/// # Errors
///
/// Those of [`replay`].
pub async fn check(
    store: &Arc<Store>,
    head: &Head,
    mut progress: impl FnMut(u64),
) -> Result<(Replayed, Vec<Difference>), EngineError> {
    let mut fold = Fold::new(store, head, None).await?;
    let mut differences = Differences::default();
    let mut sums = sums::Sums::default();
    // No command has this id, so the first entry is its command's first.
    let mut before = Uuid::nil();
    let mut snapshots = state::snapshots(store, head.ledger).await?.into_iter().peekable();
    let spans = read_ahead(store, head.ledger, head.position);
    pin_mut!(spans);
    while let Some(span) = spans.next().await {
        for read in span? {
            let event = read.event?;
            fold.step(read.position, read.leaf, &event)?;
            differences.0.extend(read.differences.0);
            columns::compare_command(read.command, &event, Some(before), &mut differences);
            before = event.command_id;
            sums.step(&fold.replayed.state, &event);
            if snapshots.next_if_eq(&read.position).is_some() {
                let found = snapshot::at(store, head.ledger, read.position).await?;
                snapshot::compare(&found, &fold.replayed.state, &mut differences);
            }
        }
        progress(fold.replayed.entries);
    }
    let replayed = fold.finish(head, head.position)?;
    sums.compare(&store.fund_positions(head.ledger).await?, &mut differences);
    sums::compare_parameters(store.wall(head.ledger).await?, &replayed.state, &mut differences);
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
