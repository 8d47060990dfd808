//! Snapshots: every one that was left must be what the log said at its position, and the latest with the entries after
//! it what the log says now.

use std::collections::BTreeMap;

use super::{Differences, state};
use crate::domain::ledger::Ledger;
use crate::domain::text::Id;
use crate::engine::EngineError;
use crate::engine::draft::signed;
use crate::store::{Part, Store};

/// The parts left at a position.
pub(in crate::engine) async fn at(store: &Store, ledger: i64, position: i64) -> Result<Vec<Part>, EngineError> {
    Ok(store.snapshot_at(ledger, state::FORMAT, position).await?)
}

/// Compares the parts left at the position that the log is folded up to.
pub(in crate::engine) fn compare(found: &[Part], expected: &Ledger, differences: &mut Differences) {
    let position = signed(expected.programme.position);
    let mut bodies: BTreeMap<&str, &[u8]> =
        found.iter().map(|part| (part.name.as_str(), part.body.as_slice())).collect();
    let pilots: Vec<Id> = found.iter().filter_map(|part| state::pilot_of_stream(&part.name)).collect();
    let field = format!("state at {position}");
    let mut differs = |part: &str| {
        differences.note(("snapshot", part, &field), "differs".to_owned(), "the log's fold".to_owned());
    };
    for (part, body) in state::parts(expected, &pilots) {
        if bodies.remove(part.as_str()) != Some(&body) {
            differs(&part);
        }
    }
    // A part of a pilot that there was not then.
    bodies.into_keys().for_each(differs);
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
