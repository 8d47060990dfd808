//! Snapshots: every one that was left must be what the log said at its position, and the latest with the entries after
//! it what the log says now.

use super::{Differences, state};
use crate::domain::ledger::{Ledger, Programme};
use crate::engine::EngineError;
use crate::engine::draft::signed;
use crate::store::Store;

/// Compares the parts left at the position that the log is folded up to.
pub(in crate::engine) async fn compare(
    store: &Store,
    ledger: i64,
    expected: &Ledger,
    differences: &mut Differences,
) -> Result<(), EngineError> {
    let position = signed(expected.programme.position);
    let (found, unsound) = state::snapshot_at(store, ledger, position).await?;
    let field = format!("state at {position}");
    for part in unsound {
        differences.note(("snapshot", &part, &field), "not as written".to_owned(), "as written".to_owned());
    }
    let Some(found) = found else { return Ok(()) };
    let mut differs = |subject: &str| {
        differences.note(("snapshot", subject, &field), "differs".to_owned(), "the log's fold".to_owned());
    };
    if found.programme.position > 0 && own(found.programme.clone()) != own(expected.programme.clone()) {
        differs("programme");
    }
    for (id, pilot) in &found.pilots {
        let stream = format!("pilot-{id}");
        let version = |state: &Ledger| state.programme.streams.get(&stream).copied();
        if expected.pilots.get(id) != Some(pilot) || version(&found) != version(expected) {
            differs(id.as_str());
        }
    }
    Ok(())
}

/// A programme without what stands in its pilots' parts.
fn own(mut programme: Programme) -> Programme {
    programme.streams.retain(|stream, _| state::pilot_of_stream(stream).is_none());
    programme
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
