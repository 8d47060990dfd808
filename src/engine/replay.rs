//! Replay: the log alone, folded from its first event; and every projection held against it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use futures_util::{StreamExt as _, pin_mut};

use super::{EngineError, state};
use crate::domain::Timestamp;
use crate::domain::evolve::evolve;
use crate::domain::ledger::Ledger;
use crate::log::merkle::{Frontier, Hash, leaf_hash};
use crate::store::{FundPosition, Head, Store};

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

/// Folds the log from its first event up to a position, leaving out what was recorded after a time.
///
/// # Errors
///
/// Where the database fails, an entry cannot be read, or positions or versions have gaps.
pub async fn replay(
    store: &Store,
    head: &Head,
    to: i64,
    known_at: Option<Timestamp>,
    mut progress: impl FnMut(u64),
) -> Result<Replayed, EngineError> {
    let mut replayed = Replayed { state: Ledger::default(), events: 0, entries: 0, root: [0; 32] };
    let mut tree = Frontier::new();
    let mut versions: BTreeMap<String, u64> = BTreeMap::new();
    let records = store.event_read(head.ledger, 1, to.min(head.position));
    pin_mut!(records);
    while let Some(record) = records.next().await {
        let record = record?;
        let broken = |what: String| EngineError::Broken { position: record.position, what };
        tree.push(leaf_hash(&record.entry));
        replayed.entries += 1;
        let event = state::event_of(&record)?;
        if event.position != replayed.entries || i64::try_from(event.position) != Ok(record.position) {
            return Err(broken(format!("position {} where {} was due", event.position, replayed.entries)));
        }
        let version = versions.entry(event.stream.clone()).or_default();
        *version += 1;
        if event.version != *version {
            return Err(broken(format!("version {} of {} where {version} was due", event.version, event.stream)));
        }
        if state::is_known(&event, known_at) {
            evolve(&mut replayed.state, &event);
            replayed.events += 1;
        }
        progress(replayed.entries);
    }
    replayed.root = tree.root();
    Ok(replayed)
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

/// Holds the head, the second wall's sums and the snapshot against what the log says, and names each difference.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub async fn check(store: &Store, head: &Head, replayed: &Replayed) -> Result<Vec<Difference>, EngineError> {
    let mut differences = Vec::new();
    let mut note = |projection: &str, subject: &str, field: &str, (found, expected): (String, String)| {
        if found != expected {
            let (projection, subject, field) = (projection.to_owned(), subject.to_owned(), field.to_owned());
            differences.push(Difference { projection, subject, field, found, expected });
        }
    };
    note("head", &head.name, "position", (head.position.to_string(), replayed.entries.to_string()));
    note("head", &head.name, "root", (hex(&head.root), hex(&replayed.root)));
    let funds: BTreeMap<String, FundPosition> =
        store.fund_positions(head.ledger).await?.into_iter().map(|fund| (fund.pilot.clone(), fund)).collect();
    for (id, pilot) in &replayed.state.pilots {
        let Some(fund) = funds.get(id.as_str()) else {
            note("fund_position", id.as_str(), "row", ("none".to_owned(), "one".to_owned()));
            continue;
        };
        for (field, found, expected) in fund_fields(fund, pilot) {
            note("fund_position", id.as_str(), field, (found, expected));
        }
    }
    for id in funds.keys().filter(|id| !replayed.state.pilots.contains_key(id.as_str())) {
        note("fund_position", id, "row", ("one".to_owned(), "none".to_owned()));
    }
    let from_snapshot = state::load_at(store, head.ledger, head.position).await?;
    snapshot_differences(&from_snapshot, &replayed.state, &mut note);
    Ok(differences)
}

/// The sums of a fund position beside those of the state, in fen.
fn fund_fields(fund: &FundPosition, pilot: &crate::domain::ledger::Pilot) -> [(&'static str, String, String); 9] {
    let unspent = pilot.released() - pilot.paid_on(crate::domain::Date::MAX) - pilot.balance();
    let fen = |found: i64, expected: crate::domain::money::Money| (found.to_string(), expected.fen().to_string());
    let row = |name, (found, expected)| (name, found, expected);
    [
        row("allocated", fen(fund.allocated_fen, pilot.allocation().unwrap_or_default())),
        row("payout_ratio", (fund.payout_ratio.clone(), pilot.payout_ratio().to_string())),
        row("released", fen(fund.released_fen, pilot.released())),
        row("released_first_year", fen(fund.released_first_year_fen, pilot.released_in_recognition_year())),
        row("assigned", fen(fund.assigned_fen, pilot.assigned())),
        row("paid", fen(fund.paid_fen, pilot.paid_on(crate::domain::Date::MAX))),
        row("returned", fen(fund.returned_fen, pilot.clawback_returned())),
        row("returned_unspent", fen(fund.returned_unspent_fen, unspent)),
        row("clawback_ordered", fen(fund.clawback_ordered_fen, pilot.clawback_ordered())),
    ]
}

/// Compares the state loaded from the snapshot with that of the log.
fn snapshot_differences(found: &Ledger, expected: &Ledger, note: &mut impl FnMut(&str, &str, &str, (String, String))) {
    let differs = ("differs".to_owned(), "the log's fold".to_owned());
    if found.programme != expected.programme {
        note("snapshot", "programme", "state", differs.clone());
    }
    for (id, pilot) in &expected.pilots {
        if found.pilots.get(id) != Some(pilot) {
            note("snapshot", id.as_str(), "state", differs.clone());
        }
    }
    for id in found.pilots.keys().filter(|id| !expected.pilots.contains_key(*id)) {
        note("snapshot", id.as_str(), "state", differs.clone());
    }
    if found.payments != expected.payments {
        note("snapshot", "payments", "state", differs);
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
