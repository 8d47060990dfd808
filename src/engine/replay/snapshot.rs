//! Snapshots: every one that was left must be what the log said at its position, whole with those before it, and the latest
//! with the entries after it what the log says now.

use std::collections::{BTreeMap, HashMap};

use super::{Differences, state};
use crate::domain::ledger::Ledger;
use crate::domain::text::Id;
use crate::engine::EngineError;
use crate::store::{Part, Store};

/// The parts left at a position.
pub(in crate::engine) async fn at(store: &Store, ledger: i64, position: i64) -> Result<Vec<Part>, EngineError> {
    Ok(store.snapshot_at(ledger, state::FORMAT, position).await?)
}

/// The next of the positions at which there is an entry; notes those at which there can be none.
pub(in crate::engine) fn next(positions: &mut impl Iterator<Item = i64>, differences: &mut Differences) -> Option<i64> {
    positions.find(|at| {
        if *at < 1 {
            differences.note(("snapshot", "ledger", "position"), at.to_string(), "≥ 1".to_owned());
        }
        *at >= 1
    })
}

/// The version of each pilot's stream as of its latest part so far: a snapshot has the parts that changed since an
/// earlier one, and is whole with those before it.
#[derive(Default)]
pub(in crate::engine) struct Reach(HashMap<String, u64>);

impl Reach {
    /// Compares the parts left at the position that the log is folded up to, and what they leave to those before.
    pub(in crate::engine) fn compare(&mut self, found: &[Part], expected: &Ledger, differences: &mut Differences) {
        let field = format!("state at {}", expected.programme.position);
        let mut differs = |part: &str, found: &str| {
            differences.note(("snapshot", part, &field), found.to_owned(), "the log's fold".to_owned());
        };
        let mut bodies: BTreeMap<&str, &[u8]> =
            found.iter().map(|part| (part.name.as_str(), part.body.as_slice())).collect();
        let pilots: Vec<Id> = found.iter().filter_map(|part| state::pilot_of_stream(&part.name)).collect();
        for (part, body) in state::parts(expected, &pilots) {
            if bodies.remove(part.as_str()) != Some(&body) {
                differs(&part, "differs");
            }
        }
        // A part of a pilot that there was not then.
        for part in bodies.into_keys() {
            differs(part, "differs");
        }
        let streams = &expected.programme.streams;
        for stream in pilots.iter().map(state::stream_of_pilot) {
            let version = streams.get(&stream).copied().unwrap_or(0);
            self.0.insert(stream, version);
        }
        for stream in expected.pilots.keys().map(state::stream_of_pilot) {
            match self.0.get(&stream) {
                None => differs(&stream, "none"),
                Some(version) if streams.get(&stream) != Some(version) => differs(&stream, "an older one"),
                Some(_) => {}
            }
        }
    }
}

/// Compares the state loaded from the latest snapshot with that of the log.
pub(super) fn differences(found: &Ledger, expected: &Ledger, differences: &mut Differences) {
    let mut differs = |subject: &str| {
        differences.note(("snapshot", subject, "state"), "differs".to_owned(), "the log's fold".to_owned());
    };
    if found.programme != expected.programme {
        differs("programme");
    }
    for (id, pilot) in &expected.pilots {
        if found.pilots.get(id) != Some(pilot) {
            differs(id.as_str());
        }
    }
    for id in found.pilots.keys().filter(|id| !expected.pilots.contains_key(*id)) {
        differs(id.as_str());
    }
}
