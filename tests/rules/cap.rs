//! The caps on an allocation: CAP-01 to CAP-05, each at the fen.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{Cap01, Cap02, Cap03, Cap04, Cap05, Tr02, Tr03, Tr04};

use super::acts::*;
use super::story::*;
use super::support::{Case, hold};

/// `P` is a national zone.
fn national() -> Vec<Value> {
    recognise_as(submit("A", "JXZ015"), "A", "P")
}

/// `P` is a provincial zone, raised to national after its recognition.
fn raised_too_late() -> Vec<Value> {
    let zone = [vec![register_area("JXZ900")], recognise_as(submit("A", "JXZ900"), "A", "P")].concat();
    zone.then(register_area("JXZ900").with(json!({"level": "national"})).on("2025-11-12"))
}

/// `P` is a national zone, lowered to provincial after its recognition.
fn lowered_too_late() -> Vec<Value> {
    national().then(register_area("JXZ015").on("2025-11-12"))
}

fn joint() -> Vec<Value> {
    recognise_as(submit_joint("A"), "A", "P")
}

/// `P` is a joint pilot under a national zone.
fn joint_under_a_zone() -> Vec<Value> {
    recognise_as(submit("A", "JXZ015").with(json!({"members": ["JXZ015", "360603"]})), "A", "P")
}

/// 1,000,000.00 of the 5,000,000.00 released came back.
fn returned(source: &str) -> Vec<Value> {
    clawed_back().then(receive_clawback("K1", "2026-03-10", "1000000.00").with(json!({"source": source})))
}

/// 6,000,000.00 is assigned, nothing released.
fn six_assigned() -> Vec<Value> {
    allocated().then(assign(ONE, "6000000.00"))
}

fn cap_lowered() -> Vec<Value> {
    recognised().then(amend("2025-11-20", &json!({"cap.other": "9000000.00"})))
}

pub const CASES: &[Case] = &[
    Case::keeps(Cap01, "a fen under", national, || allocate("14999999.99")),
    Case::keeps(Cap01, "at the cap", national, || allocate("15000000.00")),
    Case::breaks(Cap01, "a fen over", national, || allocate("15000000.01")),
    Case::keeps(Cap01, "a level lost after recognition", lowered_too_late, || allocate("15000000.00")),
    Case::breaks(
        Cap01,
        "raised a fen over it",
        || national().then(allocate("15000000.00")),
        || adjust_allocation("2025-11-28", "15000000.01"),
    ),
    Case::keeps(Cap02, "a fen under", recognised, || allocate("9999999.99")),
    Case::keeps(Cap02, "at the cap", recognised, || allocate("10000000.00")),
    Case::breaks(Cap02, "a fen over", recognised, || allocate("10000000.01")),
    Case::breaks(Cap02, "a level won after recognition", raised_too_late, || allocate("10000000.01")),
    Case::keeps(Cap02, "a provincial zone", raised_too_late, || allocate("10000000.00")),
    Case::keeps(
        Cap02,
        "raised to it",
        || recognised().then(allocate("1.00")),
        || adjust_allocation("2025-11-28", "10000000.00"),
    ),
    Case::breaks(
        Cap02,
        "raised a fen over it",
        || recognised().then(allocate("1.00")),
        || adjust_allocation("2025-11-28", "10000000.01"),
    ),
    Case::breaks(Cap02, "over a cap an amendment lowered", cap_lowered, || allocate("9000000.01")),
    Case::keeps(Cap02, "at a cap an amendment lowered", cap_lowered, || allocate("9000000.00")),
    Case::keeps(Cap03, "a fen under", joint, || allocate("14999999.99")),
    Case::keeps(Cap03, "at the cap", joint, || allocate("15000000.00")),
    Case::breaks(Cap03, "a fen over", joint, || allocate("15000000.01")),
    Case::keeps(Cap03, "at the cap, under a national zone", joint_under_a_zone, || allocate("15000000.00")),
    Case::breaks(Cap03, "a fen over, under a national zone", joint_under_a_zone, || allocate("15000000.01")),
    Case::breaks(Cap04, "a fen under what is released", funded, || adjust_allocation("2025-12-31", "4999999.99")),
    Case::keeps(Cap04, "what is released", funded, || adjust_allocation("2025-12-31", "5000000.00")),
    Case::breaks(
        Cap04,
        "a fen under released less returned",
        || returned("unspent"),
        || adjust_allocation("2026-04-01", "3999999.99"),
    ),
    Case::keeps(
        Cap04,
        "released less returned",
        || returned("unspent"),
        || adjust_allocation("2026-04-01", "4000000.00"),
    ),
    Case::keeps(
        Cap04,
        "returned from own funds",
        || returned("own_funds"),
        || adjust_allocation("2026-04-01", "4000000.00"),
    ),
    Case::breaks(Cap04, "ordered back and not returned", clawed_back, || adjust_allocation("2026-04-01", "4999999.99")),
    Case::breaks(Cap04, "a fen under what is assigned", six_assigned, || adjust_allocation("2026-01-31", "5999999.99")),
    Case::keeps(Cap04, "what is assigned", six_assigned, || adjust_allocation("2026-01-31", "6000000.00")),
    Case::keeps(
        Cap04,
        "what is assigned after a withdrawal",
        || six_assigned().then(change_assignment("2026-01-20", ONE, "0.00")),
        || adjust_allocation("2026-01-31", "0.01"),
    ),
    Case::breaks(Cap05, "a second allocation", allocated, || allocate("1.00")),
    Case::breaks(Cap05, "changed before there is one", recognised, || adjust_allocation("2025-11-28", "1.00")),
    Case::breaks(Cap05, "released before there is one", planned, || release("R1", "2025-12-05", "1.00")),
    Case::breaks(Cap05, "assigned before there is one", planned, || assign(ONE, "1.00")),
    Case::breaks(
        Cap05,
        "a payout decided before there is one",
        || planned().then(self_evaluate("S", "annual", "2026-12-20")).then(evaluate("E", "S", "annual", "2027-01-10")),
        || decide_payout("2027-01-20", "E", "1"),
    ),
    Case::keeps(Cap05, "the first", recognised, || allocate("1.00")),
    Case::keeps(Cap05, "the same sum anew", allocated, || adjust_allocation("2025-11-28", "10000000.00")),
    // Lowered to what is left of the releases, an allocation has no room: TR-04 comes with TR-02.
    Case::breaks(
        Tr04,
        "a fen, the allocation lowered to released less returned",
        || returned("unspent").then(adjust_allocation("2026-04-01", "4000000.00")),
        || release("R2", "2026-04-02", "0.01"),
    )
    .with(&[Tr02, Tr03]),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}
