//! Verification: everything the database holds of a ledger, recomputed from its entries and judged again.
//!
//! The log is read once, in spans; threads take the entries apart (`decoded`) while one follows them in order
//! (`judge`, `tree`). What stands beside the log is read of one moment, so that a ledger that is written to meanwhile
//! never alarms. Everything wrong is told, where it is and since when, and nothing that only follows from it.
//!
//! Refused here: trusting a checkpoint's signature (that is checked where it is read), and wording for people.

mod claims;
mod decoded;
mod finding;
mod judge;
mod tree;

use std::sync::Arc;

use futures_util::future::try_join;
use futures_util::{StreamExt as _, pin_mut, stream};
use tokio::task::JoinHandle;

use self::claims::Keys;
pub use self::claims::{Claim, Whose};
use self::decoded::Block;
use self::finding::Findings;
pub use self::finding::{FINDINGS_MAX, Finding, What};
use self::judge::Judge;
use self::tree::{Roots, Trees};
use super::EngineError;
use super::prove::{self, ProveError};
use super::replay::snapshot::Reach;
use super::replay::{self, Difference, Differences, hex};
use super::{payment, state};
use crate::domain::Timestamp;
use crate::log::entry::moment_text;
use crate::log::merkle::{Frontier, Hash};
use crate::log::tile::{Level, Tile, WIDTH};
use crate::store::{Head, Part, Standing, Store, Target, catalog};

/// How many positions are read at once: whole tiles, half a megabyte as a rule.
const SPAN: u64 = 512;
/// How many spans are under way at once.
const SPANS: usize = 8;
/// By how much the database's clock may be ahead of the program's.
const CLOCKS_APART_MAX: chrono::TimeDelta = chrono::TimeDelta::hours(1);

/// What was verified, and what was found wrong.
#[derive(Clone, Debug)]
pub struct Report {
    /// The head that was verified.
    pub head: Head,
    /// The root over the entries.
    pub root: Hash,
    /// How many commands, tiles, pilots and objects of the schema were looked at.
    pub commands: u64,
    /// The same of tiles.
    pub tiles: u64,
    /// The same of pilots.
    pub pilots: u64,
    /// The same of the schema's objects.
    pub objects: u64,
    /// Up to which position events were judged again: all, where nothing is wrong with an entry.
    pub judged: u64,
    /// What is wrong; none where everything verifies.
    pub findings: Vec<Finding>,
    /// How many more findings there are.
    pub more: u64,
}

/// Verifies a ledger, and holds it against checkpoints.
///
/// # Errors
///
/// Where the database fails. What is wrong with the ledger is in the report.
pub async fn verify(
    target: &Target,
    name: &str,
    claims: &[Claim],
    progress: impl FnMut(u64),
) -> Result<Report, EngineError> {
    let store = Arc::new(Store::connect(target).await?);
    let standing = store.standing(name, state::FORMAT).await?;
    let ledger = standing.head.ledger;
    let cancelled = state::payments_reversed(&store, ledger, standing.head.position).await?;
    let mut pass = Pass::new(&standing, claims, Judge::knowing(cancelled));
    pass.log(&store, progress).await?;
    pass.behind(&store).await?;
    let above = pass.trees.above(&store, ledger).await?;
    Ok(pass.report(claims, above))
}

/// A snapshot that is being read.
type SnapshotRead = JoinHandle<Result<Vec<Part>, EngineError>>;

/// A verification under way.
struct Pass<'a> {
    standing: &'a Standing,
    size: u64,
    judge: Judge,
    trees: Trees,
    keys: Keys,
    findings: Findings,
    /// The positions of the snapshots that are still to be read, and how far those reach that were.
    snapshots: std::iter::Copied<std::slice::Iter<'a, i64>>,
    reach: Reach,
    /// The next one to be compared, which is read before the fold is there.
    snapshot: Option<(i64, SnapshotRead)>,
    /// Of the entries read: the last one's time by its column.
    last_at: Option<Timestamp>,
    /// Of the opening: when its entry says that it was recorded.
    opened_at: Option<Timestamp>,
    projections: Differences,
}

impl<'a> Pass<'a> {
    fn new(standing: &'a Standing, claims: &[Claim], judge: Judge) -> Self {
        let size = u64::try_from(standing.head.position).unwrap_or(0);
        let sizes = claims.iter().map(|claim| claim.checkpoint.size).filter(|signed| *signed <= size);
        Self {
            standing,
            size,
            judge,
            trees: Trees::wanting(sizes.chain([size]).collect()),
            keys: Keys::default(),
            findings: Findings::default(),
            snapshots: standing.snapshots.iter().copied(),
            reach: Reach::default(),
            snapshot: None,
            last_at: None,
            opened_at: None,
            projections: Differences::default(),
        }
    }

    /// How many tiles of leaves are stored, by the last one's index.
    fn tiles(&self) -> u64 {
        let last = self.standing.tiles.iter().find(|(level, _, _)| *level == 0).map_or(-1, |(_, last, _)| *last);
        u64::try_from(last.saturating_add(1)).unwrap_or(0)
    }

    /// Reads the log and follows it from the first entry to the head.
    async fn log(&mut self, store: &Arc<Store>, mut progress: impl FnMut(u64)) -> Result<(), EngineError> {
        self.read_snapshot(store);
        let (ledger, size) = (self.standing.head.ledger, self.size);
        let name: Arc<str> = self.standing.head.name.as_str().into();
        let step = usize::try_from(SPAN).unwrap_or(usize::MAX);
        let spans = stream::iter((1..=size).step_by(step)).map(|from| {
            let (store, name) = (Arc::clone(store), Arc::clone(&name));
            // Tasks of their own, so that they go on while entries are judged.
            let task = tokio::spawn(span(store, name, ledger, (from, size.min(from + SPAN - 1))));
            async move { task.await.unwrap_or(Err(EngineError::Stopped)) }
        });
        let spans = spans.buffered(SPANS);
        pin_mut!(spans);
        while let Some(blocks) = spans.next().await {
            for block in blocks? {
                self.block(store, block).await?;
            }
            progress(self.size.min(self.trees.edge.size()));
        }
        if self.judge.is_cut_off() {
            self.findings.note(What::Missing, Some((size + 1, size + 1)), None);
        }
        Ok(())
    }

    /// Follows the entries of one tile.
    async fn block(&mut self, store: &Arc<Store>, block: Block) -> Result<(), EngineError> {
        let index = (block.first - 1) / u64::from(WIDTH);
        let known = self.trees.mismatches.len();
        self.trees.take(&block, index < self.tiles());
        let unsound: Vec<u64> = self.trees.mismatches.iter().skip(known).map(|(position, _)| *position).collect();
        self.findings.suspect.extend(&unsound);
        let (first, due) = (block.first, block.due);
        let met_again = self.judge.met_again(&block.items);
        let mut items = block.items.into_iter().peekable();
        for position in first..first + due {
            let Some(item) = items.next_if(|item| item.position == position) else {
                self.findings.note(What::Missing, Some((position, position)), self.last_at);
                self.judge.missing();
                continue;
            };
            if let Ok(event) = &item.event {
                self.keys.see(event);
                if position == 1 {
                    self.opened_at = Some(event.recorded_at);
                }
            }
            if let Some(payment) = item.payment().filter(|_| met_again.contains(&position)) {
                // The hashes of two identifiers may be the same: the log tells.
                let mut found = payment::find(store, self.standing.head.ledger, &[payment]).await?;
                found.retain(|found| found.position < position);
                payment::bring(&mut self.judge.state, &found);
            }
            self.last_at = Some(item.recorded_at);
            self.judge.take(item, !unsound.contains(&position), &mut self.findings);
            self.compare_snapshot(store, position).await?;
        }
        Ok(())
    }

    /// Begins to read the next snapshot.
    fn read_snapshot(&mut self, store: &Arc<Store>) {
        let (store, ledger) = (Arc::clone(store), self.standing.head.ledger);
        let next = replay::snapshot::next(&mut self.snapshots, &mut self.projections);
        self.snapshot =
            next.map(|at| (at, tokio::spawn(async move { replay::snapshot::at(&store, ledger, at).await })));
    }

    /// Compares the snapshot left at this position, if one was, where the fold is as far.
    async fn compare_snapshot(&mut self, store: &Arc<Store>, position: u64) -> Result<(), EngineError> {
        let Some((_, found)) = self.snapshot.take_if(|(at, _)| u64::try_from(*at) == Ok(position)) else {
            return Ok(());
        };
        let found = found.await.unwrap_or(Err(EngineError::Stopped))?;
        // Where none is there any more, a rebuild dropped them: those that came in their place are for the next time.
        if self.judge.judged == position && !found.is_empty() {
            self.reach.compare(&found, &self.judge.state, &mut self.projections);
            self.read_snapshot(store);
        }
        Ok(())
    }

    /// Whether entries stand behind the head.
    async fn behind(&mut self, store: &Store) -> Result<(), EngineError> {
        match prove::check_behind(store, &self.standing.head).await {
            Ok(()) => Ok(()),
            Err(ProveError::Uncounted { position, .. }) => {
                self.findings.note(What::Uncounted, Some((position, position)), None);
                Ok(())
            }
            Err(ProveError::Store(error)) => Err(error.into()),
            Err(_) => Err(EngineError::Stopped),
        }
    }

    /// The roots at a size.
    fn roots(&self, size: u64) -> Option<Roots> {
        self.trees.roots.iter().find(|roots| roots.size == size).copied()
    }

    /// Puts together what was found.
    fn report(mut self, claims: &[Claim], above: (Vec<(Tile, bool)>, u64)) -> Report {
        let root = self.trees.edge.root();
        self.tiles_told(root, claims, above.0);
        self.root_told(root);
        let claims = self.claims_told(claims);
        self.beside_told();
        let tiles = self.tiles() + above.1;
        let mut findings = self.findings.list;
        // What comes after an entry that is not what it was may only follow from that.
        let is_other = |what: &What| matches!(what, What::Forked { .. } | What::Root { .. }) || what.is_of_entry();
        let from = findings.iter().filter(|one| is_other(&one.what));
        if let Some(first) = from.filter_map(|one| Some(one.place?.0)).min() {
            findings.retain(|one| !one.what.may_follow() || one.place.is_some_and(|(from, _)| from <= first));
        }
        claims::date(&mut findings, &claims, &self.trees.roots);
        finding::retimed(&mut findings);
        findings.sort_by_key(|one| (one.place.is_none(), one.place));
        Report {
            head: self.standing.head.clone(),
            root,
            commands: self.judge.commands,
            tiles,
            pilots: self.standing.funds.len() as u64,
            objects: self.standing.objects.len() as u64,
            judged: self.judge.judged,
            findings,
            more: self.findings.more,
        }
    }

    /// Whether an entry was altered or its tile: the root that the head has tells.
    fn tiles_told(&mut self, root: Hash, claims: &[Claim], above: Vec<(Tile, bool)>) {
        // Whoever altered entries may have altered the head to fit.
        let signed_by_tiles = self.trees.roots.iter().any(|roots| {
            roots.tiles != roots.entries && claims.iter().any(|claim| claim.checkpoint.root == roots.tiles)
        });
        self.findings.suspect.clear();
        let entries_stand =
            self.standing.head.root.as_slice() == root && self.findings.first_of_entry().is_none() && !signed_by_tiles;
        let mut tiles: Vec<(Tile, bool)> = Vec::new();
        let tile = |index| Tile { level: Level::Hashes(0), index, width: WIDTH };
        for (position, since) in std::mem::take(&mut self.trees.mismatches) {
            if entries_stand {
                tiles.push((tile((position - 1) / u64::from(WIDTH)), false));
            } else {
                self.findings.note(What::Altered, Some((position, position)), since);
            }
        }
        tiles.dedup();
        tiles.extend(self.trees.gone.iter().map(|index| (tile(*index), true)));
        tiles.extend(above);
        for (tile, gone) in tiles {
            self.findings.note(What::Tile { path: tile.to_string(), gone }, None, None);
        }
    }

    /// Whether the head says what the entries give.
    fn root_told(&mut self, root: Hash) {
        let head = &self.standing.head;
        let by_tiles = self.roots(self.size).is_some_and(|roots| head.root.as_slice() == roots.tiles);
        if head.root.as_slice() == root {
            self.head_told("peaks", hex(&head.peaks), hex(&self.trees.edge.to_bytes()));
            let moment = |at: Option<Timestamp>| at.map(moment_text).unwrap_or_default();
            self.head_told("recorded_at", moment(head.recorded_at), moment(self.last_at));
            // The ledger is made before its opening is recorded, how long before no entry says; two clocks tell the two.
            if let Some(opening) = self.opened_at.filter(|opening| head.opened_at - *opening > CLOCKS_APART_MAX) {
                self.head_told("opened_at", moment_text(head.opened_at), format!("≤ {}", moment_text(opening)));
            }
            return;
        }
        // Entries that the stored tiles tell of are what they were; what is wrong lies behind them, or is the head itself.
        let covered = self.tiles().min(self.size / u64::from(WIDTH)) * u64::from(WIDTH);
        if !by_tiles && !self.findings.explains(covered + 1, self.size) && !self.findings.gone() {
            let (from, to) = self.doubted().unwrap_or((1, self.size));
            let place = (from.max(covered + 1), to);
            let place = (place.0 <= place.1).then_some(place);
            let (expected, found) = (hex(&head.root), hex(&root));
            self.findings.note(What::Root { expected, found }, place, None);
        }
    }

    /// The entries under those of the head's subtrees that are not what the entries give, where its subtrees are those of
    /// its root.
    fn doubted(&self) -> Option<(u64, u64)> {
        let head = &self.standing.head;
        Frontier::from_bytes(self.size, &head.peaks).filter(|edge| edge.root().as_slice() == head.root)?;
        let own = self.trees.edge.to_bytes();
        let mut begin = 0;
        let spans = (0..64).rev().map(|bit| self.size & (1 << bit)).filter(|width| *width > 0).map(|width| {
            begin += width;
            (begin - width + 1, begin)
        });
        let mut differing = spans
            .zip(own.chunks(32).zip(head.peaks.chunks(32)))
            .filter(|(_, (own, kept))| own != kept)
            .map(|(span, _)| span);
        let first = differing.next()?;
        Some((first.0, differing.last().unwrap_or(first).1))
    }

    fn head_told(&mut self, field: &str, found: String, expected: String) {
        if found != expected {
            let (projection, subject, field) = ("ledger".to_owned(), "head".to_owned(), field.to_owned());
            self.findings.note(What::Head(Difference { projection, subject, field, found, expected }), None, None);
        }
    }

    /// What stands beside the log. Projections are compared where the log is what it was: of another, they are another's.
    fn beside_told(&mut self) {
        if self.tiles() > self.size / u64::from(WIDTH) {
            let place = (self.size + 1, self.tiles() * u64::from(WIDTH));
            self.findings.note(What::Beyond { witness: "tiles" }, Some(place), None);
        }
        // Of those above there are no more than stand on full ones below.
        for (level, last, _) in self.standing.tiles.iter().filter(|(level, _, _)| *level > 0) {
            let level = u8::try_from(*level).unwrap_or(u8::MAX);
            let due = self.tiles().checked_shr(8 * u32::from(level)).unwrap_or(0);
            if let Some(index) = u64::try_from(*last).ok().filter(|last| *last >= due) {
                let path = Tile { level: Level::Hashes(level), index, width: WIDTH }.to_string();
                self.findings.note(What::Tile { path, gone: false }, None, None);
            }
        }
        let beyond = self.standing.snapshots.last().copied().unwrap_or(0);
        if let Some(last) = u64::try_from(beyond).ok().filter(|last| *last > self.size) {
            self.findings.note(What::Beyond { witness: "snapshot" }, Some((self.size + 1, last)), None);
        }
        if self.findings.first_of_entry().is_none() && self.judge.judged == self.size {
            self.judge.sums.compare(&self.standing.funds, &mut self.projections);
            let wall = self.standing.wall.clone();
            replay::sums::compare_parameters(wall, &self.judge.state, &mut self.projections);
            for difference in std::mem::take(&mut self.projections.0) {
                self.findings.note(What::Projection(difference), None, None);
            }
        }
        for changed in catalog::changed(&self.standing.objects) {
            self.findings.note(What::Schema(changed), None, None);
        }
    }
}

/// Reads a span of positions with the tiles over it, and takes its entries apart on a thread of its own.
async fn span(
    store: Arc<Store>,
    name: Arc<str>,
    ledger: i64,
    (from, to): (u64, u64),
) -> Result<Vec<Block>, EngineError> {
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let index = |position: u64| signed((position - 1) / u64::from(WIDTH));
    let tiles = store.tiles_read(ledger, 0, (index(from), index(to)));
    let records = store.event_span(ledger, signed(from), signed(to));
    let (tiles, records) = try_join(tiles, records).await?;
    let decoded = tokio::task::spawn_blocking(move || decoded::decode(&name, (from, to), &records));
    let mut blocks = decoded.await.map_err(|_| EngineError::Stopped)??;
    for tile in tiles {
        let block = blocks.iter_mut().find(|block| index(block.first) == tile.index);
        if let Some(block) = block.filter(|block| block.due == u64::from(WIDTH)) {
            block.tile = Some(tile.hashes);
        }
    }
    Ok(blocks)
}
