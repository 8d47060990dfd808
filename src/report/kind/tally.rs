//! What the events of many pilots come to, in memory that does not grow with their payments: how many there are of each
//! kind, the first of them, the last, and where each thing they are about stands.

use std::collections::BTreeMap;

use crate::domain::Date;
use crate::domain::act::{Act, ActKind};
use crate::domain::event::Event;
use crate::domain::text::Id;
use crate::report::explain::Figure;
use crate::report::history::facts;
use crate::report::paper::{Basis, EventLine};

use super::bases::{basis, line};

/// How many events of a kind, or about a thing, a pilot's bases list one by one where there are many pilots.
const LISTED: usize = 12;

/// The events of one kind of one pilot.
#[derive(Default)]
struct Count {
    first: Vec<u64>,
    all: u64,
    last: u64,
}

impl Count {
    fn add(&mut self, position: u64, listed: usize) {
        self.all += 1;
        self.last = self.last.max(position);
        if self.first.len() < listed {
            self.first.push(position);
        }
    }
}

/// The events of the pilots, counted.
pub struct Tally {
    /// How many of a kind, or about a thing, it lists.
    listed: usize,
    kinds: BTreeMap<(Id, ActKind), Count>,
    things: BTreeMap<(Id, String), Vec<u64>>,
    lines: BTreeMap<u64, EventLine>,
}

impl Tally {
    /// Of many pilots, of which it lists a few events each.
    #[must_use]
    pub fn of_many() -> Self {
        Self::listing(LISTED)
    }

    /// Of one pilot, of which it lists every event.
    #[must_use]
    pub fn of_one() -> Self {
        Self::listing(Basis::POSITIONS_MAX)
    }

    fn listing(listed: usize) -> Self {
        Self { listed, kinds: BTreeMap::new(), things: BTreeMap::new(), lines: BTreeMap::new() }
    }

    /// Takes the next event of a pilot where it is dated no later.
    pub fn take(&mut self, pilot: &Id, event: &Event, as_of: Date) {
        if event.on > as_of {
            return;
        }
        let kind = event.act.kind();
        let count = self.kinds.entry((pilot.clone(), kind)).or_default();
        count.add(event.position, self.listed);
        // Payments are most of a log; of everything else there is little, and alerts are about it.
        let payment = matches!(event.act, Act::Pay(_) | Act::ReversePayment(_));
        if payment && count.first.last() != Some(&event.position) {
            return;
        }
        self.lines.insert(event.position, line(event));
        if !payment {
            let things = self.things.entry((pilot.clone(), facts(&event.act).item)).or_default();
            if things.len() < self.listed {
                things.push(event.position);
            }
        }
    }

    /// The events of a pilot that are about a thing: a project, a release, a clawback, a finding.
    pub(super) fn about(&self, pilot: &Id, thing: &str) -> &[u64] {
        self.things.get(&(pilot.clone(), thing.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// What a figure of a pilot is made of.
    pub(super) fn basis(&self, pilot: &Id, figure: Figure) -> Basis {
        let counts = kinds_of(figure).iter().filter_map(|kind| self.kinds.get(&(pilot.clone(), *kind)));
        let counts: Vec<&Count> = counts.collect();
        let listed = counts.iter().flat_map(|count| &count.first).copied();
        Basis {
            count: counts.iter().map(|count| count.all).sum(),
            last: counts.iter().map(|count| count.last).max(),
            ..basis(format!("{}-{pilot}", figure.key()), format!("{pilot} {}", figure.zh()), listed)
        }
    }

    /// The events that bases and links name.
    pub(super) fn lines(&self, named: impl Iterator<Item = u64>) -> Vec<EventLine> {
        let named: std::collections::BTreeSet<u64> = named.collect();
        named.iter().filter_map(|position| self.lines.get(position)).cloned().collect()
    }
}

/// The kinds of events that a figure counts.
fn kinds_of(figure: Figure) -> &'static [ActKind] {
    use ActKind as K;
    match figure {
        Figure::Cap => &[K::Recognise],
        Figure::Allocated | Figure::FirstShareLimit => &[K::Allocate, K::AdjustAllocation],
        Figure::Released | Figure::ReleasedInRecognitionYear => &[K::Release, K::ReverseRelease],
        Figure::PayoutRatio => &[K::DecidePayout],
        Figure::ReleaseLimit => &[K::Allocate, K::AdjustAllocation, K::DecidePayout],
        Figure::Releasable | Figure::Withheld => &[
            K::Allocate,
            K::AdjustAllocation,
            K::Release,
            K::ReverseRelease,
            K::DecidePayout,
            K::Suspend,
            K::Resume,
            K::Revoke,
            K::ClosePilot,
        ],
        Figure::Assigned => &[K::AssignProject, K::ChangeAssignment],
        Figure::Unassigned => &[K::Allocate, K::AdjustAllocation, K::AssignProject, K::ChangeAssignment],
        Figure::Paid => &[K::Pay, K::ReversePayment],
        Figure::Balance => &[K::Release, K::ReverseRelease, K::Pay, K::ReversePayment, K::ReceiveClawback],
        Figure::ClawbackOrdered => &[K::OrderClawback],
        Figure::ClawbackReturned => &[K::ReceiveClawback],
        Figure::ClawbackOutstanding => &[K::OrderClawback, K::ReceiveClawback],
        Figure::ExecutionRate => &[K::Release, K::ReverseRelease, K::Pay, K::ReversePayment],
    }
}
