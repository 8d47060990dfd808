//! What a verification finds: what is wrong, at which positions, since when.
//!
//! Neighbours of one kind are one finding, and there is a most of them, so that a ledger that is wrong from end to end
//! is told in bounded memory.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::Whose;
use crate::domain::Timestamp;
use crate::domain::event::Reason;
use crate::engine::replay::Difference;
use crate::store::catalog::Changed;

/// The most findings that are kept; the rest are counted.
pub const FINDINGS_MAX: usize = 1_000;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// No entry stands there.
    Missing,
    /// The bytes there are no entry.
    Unreadable(String),
    /// The entry is not the one whose hash the stored tile has.
    Altered,
    /// The entry's bytes are not those that its event is written as.
    Rewritten,
    /// A column beside the entry does not say what the entry says.
    Column(Difference),
    /// The entry says that it stands elsewhere.
    Moved,
    /// The versions of a stream do not run on.
    Version {
        /// Which stream.
        stream: String,
        /// The version that stands there.
        found: u64,
        /// The one that was due.
        due: u64,
    },
    /// Recorded before the entry in front of it.
    TimeBack,
    /// The rules in force when it was recorded do not let it through.
    Unlawful(Vec<Reason>),
    /// It is not what the rules lead to: its stream, its warnings, its time, or an event that comes with another.
    Otherwise {
        /// In Chinese: what it says, and what was due.
        zh: String,
        /// The same in English.
        en: String,
    },
    /// Entries stand behind the head, which does not count them.
    Uncounted,
    /// The head's root is not that of the entries.
    Root {
        /// The head's.
        expected: String,
        /// The entries'.
        found: String,
    },
    /// Something else about the head.
    Head(Difference),
    /// A stored tile is not what stands under it, or is gone.
    Tile {
        /// Its path.
        path: String,
        /// Whether it is gone.
        gone: bool,
    },
    /// Something tells of more entries than the head counts.
    Beyond {
        /// What does.
        witness: &'static str,
    },
    /// A checkpoint was signed over more entries than there are.
    RolledBack {
        /// The checkpoint, as the user named it.
        claim: String,
        /// How many it was signed over.
        signed: u64,
        /// Whose it is.
        whose: Whose,
    },
    /// A checkpoint was signed over other entries.
    Forked {
        /// The checkpoint, as the user named it.
        claim: String,
        /// How many it was signed over.
        signed: u64,
        /// Its root.
        expected: String,
        /// The entries' at that size.
        found: String,
        /// Whose it is.
        whose: Whose,
    },
    /// A checkpoint is another ledger's.
    Foreign {
        /// The checkpoint, as the user named it.
        claim: String,
        /// The origin it names.
        found: String,
        /// This ledger's.
        own: String,
    },
    /// A checkpoint that does not fit names this ledger's origin, and none of the keys it announces signed it.
    Stranger {
        /// The checkpoint, as the user named it.
        claim: String,
        /// The origin.
        origin: String,
    },
    /// A projection is not what the log says.
    Projection(Difference),
    /// An object of the schema is not as it was migrated.
    Schema(Changed),
}

impl What {
    /// Its name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "entry_missing",
            Self::Unreadable(_) => "entry_unreadable",
            Self::Altered => "entry_altered",
            Self::Rewritten => "entry_not_canonical",
            Self::Column(_) => "column_differs",
            Self::Moved => "entry_moved",
            Self::Version { .. } => "stream_version",
            Self::TimeBack => "time_goes_back",
            Self::Unlawful(_) => "event_unlawful",
            Self::Otherwise { .. } => "event_not_as_decided",
            Self::Uncounted => "entries_uncounted",
            Self::Root { .. } => "root_differs",
            Self::Head(_) => "head_differs",
            Self::Tile { .. } => "tile_differs",
            Self::Beyond { .. } => "entries_cut_off",
            Self::RolledBack { .. } => "rolled_back",
            Self::Forked { .. } => "forked",
            Self::Foreign { .. } => "another_ledger",
            Self::Stranger { .. } => "another_signer",
            Self::Projection(_) => "projection_differs",
            Self::Schema(_) => "schema_differs",
        }
    }

    /// Whether it says that the entry itself is not what it was: what follows it can be judged no more.
    #[must_use]
    pub fn is_of_entry(&self) -> bool {
        matches!(
            self,
            Self::Missing
                | Self::Unreadable(_)
                | Self::Altered
                | Self::Rewritten
                | Self::Moved
                | Self::Unlawful(_)
                | Self::Otherwise { .. }
        )
    }

    /// Whether it may be no more than what follows from an earlier entry's not being what it was.
    #[must_use]
    pub fn may_follow(&self) -> bool {
        matches!(self, Self::Unlawful(_) | Self::Otherwise { .. } | Self::Version { .. } | Self::Projection(_))
    }
}

/// Something found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: What,
    /// The first and last position it lies at, or must lie between; none where it is beside the log.
    pub place: Option<(u64, u64)>,
    /// When what stands at the first of them was recorded.
    pub since: Option<Timestamp>,
    /// The size of the latest given checkpoint that was signed while it was not so.
    pub after: Option<u64>,
    /// The size of the earliest given checkpoint that was signed when it was so already.
    pub before: Option<u64>,
}

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) list: Vec<Finding>,
    /// How many more there are.
    pub(super) more: u64,
    /// Positions at which an entry and its tile disagree: one of the two was altered.
    pub(super) suspect: BTreeSet<u64>,
}

impl Findings {
    /// Notes something, as of one with the last where that is the same of the position before.
    pub(super) fn note(&mut self, what: What, place: Option<(u64, u64)>, since: Option<Timestamp>) {
        let same = |one: &Finding| {
            let adjoins = matches!((one.place, place), (Some((_, end)), Some((from, _))) if end + 1 == from);
            let plain = matches!(what, What::Missing | What::Altered | What::Rewritten | What::Moved | What::Uncounted);
            adjoins && plain && one.what == what
        };
        // Neighbours of a kind may have a finding of another kind between them.
        if let Some(last) = self.list.iter_mut().rev().take(8).find(|one| same(one)) {
            last.place = last.place.zip(place).map(|((from, _), (_, to))| (from, to));
        } else if self.list.len() < FINDINGS_MAX {
            self.list.push(Finding { what, place, since, after: None, before: None });
        } else {
            self.more += 1;
        }
    }

    /// The first position whose entry is not what it was.
    pub(super) fn first_of_entry(&self) -> Option<u64> {
        self.list.iter().filter(|one| one.what.is_of_entry()).filter_map(|one| Some(one.place?.0)).min()
    }

    /// Whether an entry is gone, so that the root over all of them is not known.
    pub(super) fn gone(&self) -> bool {
        self.list.iter().any(|one| one.what == What::Missing)
    }

    /// Whether an entry between two positions, both included, is known not to be what it was.
    pub(super) fn explains(&self, from: u64, to: u64) -> bool {
        let of_entry = self.list.iter().filter(|one| one.what.is_of_entry());
        let mut places = of_entry.filter_map(|one| one.place);
        self.suspect.range(from..=to).next().is_some() || places.any(|(first, last)| first <= to && last >= from)
    }
}

/// Where a column gives another time than its entry, and the entry is the one that was hashed, its time is the entry's.
pub(super) fn retimed(findings: &mut [Finding]) {
    let times = findings.iter().filter_map(|one| match &one.what {
        What::Column(differs) if differs.field == "recorded_at" => Some((one.place?, differs.expected.parse().ok()?)),
        _ => None,
    });
    let mut times: BTreeMap<(u64, u64), Timestamp> = times.collect();
    times.retain(|place, _| !findings.iter().any(|one| one.what.is_of_entry() && one.place == Some(*place)));
    for one in findings {
        one.since = one.place.and_then(|place| times.get(&place).copied()).or(one.since);
    }
}
