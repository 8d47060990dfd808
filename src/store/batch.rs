//! What one append carries: entries, and how the funds move.
//!
//! What it refuses: arithmetic on limits. Sums move by deltas and the database adds up for itself.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

/// A batch: everything that one `ledger_append` does, all or nothing.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The ledger's id.
    pub ledger: i64,
    /// The position the batch was decided on; its first event stands at the next.
    pub expected_position: i64,
    /// The root the batch was decided on.
    pub expected_root: [u8; 32],
    /// The root after the batch.
    pub root: [u8; 32],
    /// The right edge of the tree after the batch: 32 bytes a peak, largest subtree first.
    pub peaks: Vec<u8>,
    /// The entries, in order: canonical JSON, each at most 65,535 bytes. What they are found by is read off them.
    pub entries: Vec<Vec<u8>>,
    /// The commands they came from.
    pub commands: Vec<Uuid>,
    /// How the pilots' funds move, and the parameters that their limits rest on. None where all entries are payments,
    /// which the database adds up itself.
    pub funds: Funds,
}

/// Parameters of the programme that the wall judges by, from this act on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FundRules {
    /// The share that may be released in the year of recognition, a decimal 0–1; `None`: as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_share: Option<String>,
    /// `above_share` or `remainder_after_year`; `None`: as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
}

/// What happens to the pilots' funds, in the order of the acts.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Funds {
    acts: Vec<FundAct>,
    /// Where each pilot's latest stands.
    #[serde(skip)]
    latest: HashMap<String, usize>,
}

/// What happens to a pilot's funds, or to the rules for all of them.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum FundAct {
    /// Parameters change.
    Rules(FundRules),
    /// A pilot is recognised.
    Open(FundOpening),
    /// Its sums move.
    Move(FundMove),
}

/// The fund position of a newly recognised pilot.
#[derive(Clone, Debug, Serialize)]
pub struct FundOpening {
    /// The pilot.
    pub pilot: String,
    /// `national_zone`, `other` or `joint`.
    pub cap_kind: String,
    /// The cap of that kind now, in fen.
    #[serde(rename = "cap", serialize_with = "yuan")]
    pub cap_fen: i64,
    /// The calendar year of recognition.
    pub recognition_year: i32,
}

/// How one act moves a pilot's sums. `cap_fen` and `payout_ratio` are set; all others are added, in fen,
/// and are 0 where the act does not touch them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FundMove {
    /// The pilot.
    pub pilot: String,
    /// With an allocation act: the cap it was judged by.
    #[serde(rename = "cap", serialize_with = "yuan_set", skip_serializing_if = "Option::is_none")]
    pub cap_fen: Option<i64>,
    /// The allocation.
    #[serde(rename = "allocated", serialize_with = "yuan", skip_serializing_if = "zero")]
    pub allocated_fen: i64,
    /// With a payout decision: its ratio, a decimal 0–1 of at most four places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payout_ratio: Option<String>,
    /// Releases (and, below zero, their reversals).
    #[serde(rename = "released", serialize_with = "yuan", skip_serializing_if = "zero")]
    pub released_fen: i64,
    /// The part of `released_fen` of releases dated in the year of recognition.
    #[serde(rename = "released_first_year", serialize_with = "yuan", skip_serializing_if = "zero")]
    pub released_first_year_fen: i64,
    /// Assignments.
    #[serde(rename = "assigned", serialize_with = "yuan", skip_serializing_if = "zero")]
    pub assigned_fen: i64,
    /// Payments (and, below zero, their reversals).
    #[serde(rename = "paid", serialize_with = "yuan", skip_serializing_if = "zero")]
    pub paid_fen: i64,
    /// Clawback receipts of either source.
    #[serde(rename = "returned", serialize_with = "yuan", skip_serializing_if = "zero")]
    pub returned_fen: i64,
    /// The part of `returned_fen` of source `unspent`.
    #[serde(rename = "returned_unspent", serialize_with = "yuan", skip_serializing_if = "zero")]
    pub returned_unspent_fen: i64,
    /// Clawback orders.
    #[serde(rename = "clawback_ordered", serialize_with = "yuan", skip_serializing_if = "zero")]
    pub clawback_ordered_fen: i64,
}

impl FundMove {
    /// Whether it moves nothing that a limit is made of or held against at a release.
    fn plain(&self) -> bool {
        self.cap_fen.is_none()
            && self.payout_ratio.is_none()
            && self.allocated_fen == 0
            && self.released_fen == 0
            && self.released_first_year_fen == 0
    }

    /// Adds a plain move of the same pilot.
    fn add(&mut self, other: &Self) {
        self.assigned_fen += other.assigned_fen;
        self.paid_fen += other.paid_fen;
        self.returned_fen += other.returned_fen;
        self.returned_unspent_fen += other.returned_unspent_fen;
        self.clawback_ordered_fen += other.clawback_ordered_fen;
    }
}

impl Funds {
    /// Adds an act. Allocations, payout decisions and releases stay apart and in order, for each release is held against
    /// the limits of its own moment; a run of other acts on one pilot becomes one move, so that a thousand payments to
    /// ten pilots cost ten updates.
    pub fn add(&mut self, act: FundAct) {
        let pilot = match &act {
            FundAct::Rules(rules) if *rules == FundRules::default() => return,
            FundAct::Rules(_) => return self.acts.push(act),
            FundAct::Open(opening) => &opening.pilot,
            FundAct::Move(step) => &step.pilot,
        };
        let latest = self.latest.get(pilot).and_then(|at| self.acts.get_mut(*at));
        match (latest, &act) {
            (Some(FundAct::Move(earlier)), FundAct::Move(step)) if earlier.plain() && step.plain() => earlier.add(step),
            _ => {
                self.latest.insert(pilot.clone(), self.acts.len());
                self.acts.push(act);
            }
        }
    }

    /// The acts as they will be sent.
    #[must_use]
    pub fn acts(&self) -> &[FundAct] {
        &self.acts
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn zero(fen: &i64) -> bool {
    *fen == 0
}

/// Fen as a decimal of yuan, exactly.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn yuan<S: serde::Serializer>(fen: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    let sign = if *fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    serializer.collect_str(&format_args!("{sign}{}.{:02}", fen / 100, fen % 100))
}

#[expect(clippy::ref_option, reason = "serde's signature")]
fn yuan_set<S: serde::Serializer>(fen: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match fen {
        Some(fen) => yuan(fen, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid(pilot: &str, paid_fen: i64) -> FundMove {
        FundMove { pilot: pilot.to_owned(), paid_fen, ..FundMove::default() }
    }

    #[test]
    fn payments_run_together_and_releases_part_them() {
        let mut funds = Funds::default();
        funds.add(FundAct::Move(paid("A", 1)));
        funds.add(FundAct::Move(paid("B", 2)));
        funds.add(FundAct::Move(paid("A", 3)));
        let release = FundMove { released_fen: 5, ..paid("A", 0) };
        funds.add(FundAct::Move(release));
        funds.add(FundAct::Move(paid("A", 7)));
        let funds = serde_json::to_string(&funds).unwrap();
        assert_eq!(
            funds,
            r#"[{"pilot":"A","paid":"0.04"},{"pilot":"B","paid":"0.02"},{"pilot":"A","released":"0.05"},{"pilot":"A","paid":"0.07"}]"#
        );
    }

    #[test]
    fn fen_are_written_exactly_below_zero_too() {
        let json = |fen| serde_json::to_value(paid("A", fen)).unwrap()["paid"].clone();
        assert_eq!(json(-5), "-0.05");
        assert_eq!(json(-123_456), "-1234.56");
        assert_eq!(json(i64::MIN), "-92233720368547758.08");
    }
}
