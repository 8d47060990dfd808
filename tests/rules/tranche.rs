//! Releases and the gate before the remainder: SRC-01, TR-01 to TR-05, TR-07, TR-08, each at the fen.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{Plan01, Src01, Tr01, Tr02, Tr03, Tr04, Tr05, Tr07, Tr08, Use05};

use super::acts::*;
use super::story::*;
use super::support::{Case, hold};

/// Another pilot, `Q`, with 10,000,000.00 and no plan.
fn with_another() -> Vec<Value> {
    let other = recognise_as(submit("B", "360603"), "B", "Q");
    [funded(), other].concat().then(allocate("10000000.00").with(json!({"pilot": "Q"})))
}

/// A plan, and an allocation of this much.
fn awarded(amount: &str) -> Vec<Value> {
    planned().then(allocate(amount))
}

/// The whole remainder is unlocked within the year of recognition, so that only TR-01 binds.
fn decided_at_once(allocation: &str) -> Vec<Value> {
    awarded(allocation)
        .then(self_evaluate("S", "annual", "2025-11-26").with(json!({"year": 2025})))
        .then(evaluate("E", "S", "annual", "2025-11-27").with(json!({"year": 2025})))
        .then(decide_payout("2025-11-28", "E", "1"))
}

/// A release that names the evaluation.
fn named(id: &str, on: &str, amount: &str) -> Value {
    release(id, on, amount).with(json!({"evaluation": "E"}))
}

fn first(amount: &str) -> Value {
    named("R1", "2025-12-05", amount)
}

fn second(amount: &str) -> Value {
    named("R2", "2027-02-01", amount)
}

/// Evaluated and decided so for an allocation of which 70% is no whole fen, nothing released.
fn decided_on_an_odd_sum(ratio: &str) -> Vec<Value> {
    awarded("9999999.99")
        .then(self_evaluate("S", "annual", "2026-12-20"))
        .then(evaluate("E", "S", "annual", "2027-01-10"))
        .then(decide_payout("2027-01-20", "E", ratio))
}

/// A second evaluation that has no payout decision.
fn decided_and_evaluated_again() -> Vec<Value> {
    decided("1")
        .then(self_evaluate("S2", "annual", "2027-02-01").with(json!({"year": 2027})))
        .then(evaluate("E2", "S2", "annual", "2027-02-02").with(json!({"year": 2027})))
}

/// 8,500,000.00 is released, 1,500,000.00 of it beyond the first share.
fn released_beyond() -> Vec<Value> {
    decided("0.5").then(second("3500000.00"))
}

/// 1,000,000.00 came back.
fn returned() -> Vec<Value> {
    clawed_back().then(receive_clawback("K1", "2026-03-10", "1000000.00"))
}

fn suspended_below_its_cap() -> Vec<Value> {
    suspended().then(adjust_allocation("2026-03-06", "9000000.00"))
}

pub const RELEASES: &[Case] = &[
    Case::breaks(Src01, "a document again", funded, || {
        release("R2", "2025-12-06", "1.00").with(json!({"document": "赣财指R1号"}))
    }),
    Case::keeps(
        Src01,
        "a document whose release is reversed",
        || funded().then(reverse_release("R1", "2025-12-06")),
        || release("R2", "2025-12-06", "1.00").with(json!({"document": "赣财指R1号"})),
    ),
    Case::keeps(Src01, "a document of another pilot's release", with_another, || {
        release("R2", "2025-12-06", "1.00").with(json!({"document": "赣财指R1号", "pilot": "Q"}))
    })
    .with(&[Plan01]),
    Case::keeps(Tr01, "a fen under", || decided_at_once("10000000.00"), || first("6999999.99")),
    Case::keeps(Tr01, "at 70%", || decided_at_once("10000000.00"), || first("7000000.00")),
    Case::breaks(Tr01, "a fen over", || decided_at_once("10000000.00"), || first("7000000.01")),
    Case::keeps(Tr01, "at 70% less half a fen", || decided_at_once("1084991.55"), || first("759494.08")),
    Case::breaks(Tr01, "half a fen over", || decided_at_once("1084991.55"), || first("759494.09")),
    Case::breaks(Tr01, "70% of a fen is none", || decided_at_once("0.01"), || first("0.01")),
    Case::keeps(
        Tr01,
        "in two tranches",
        || decided_at_once("10000000.00").then(first("5000000.00")),
        || named("R2", "2025-12-31", "2000000.00"),
    ),
    Case::breaks(
        Tr01,
        "a fen over in two tranches",
        || decided_at_once("10000000.00").then(first("5000000.00")),
        || named("R2", "2025-12-31", "2000000.01"),
    ),
    Case::keeps(
        Tr01,
        "all of it the year after",
        || decided_at_once("10000000.00"),
        || named("R1", "2026-01-01", "10000000.00"),
    ),
    Case::keeps(
        Tr01,
        "room that a reversal gave back",
        || decided_at_once("10000000.00").then(first("7000000.00")).then(reverse_release("R1", "2025-12-06")),
        || named("R2", "2025-12-07", "7000000.00"),
    ),
    Case::breaks(
        Tr01,
        "dated back into the year",
        || {
            decided_at_once("10000000.00").then(named("R1", "2026-01-01", "1.00")).then(named(
                "R2",
                "2025-12-31",
                "7000000.00",
            ))
        },
        || named("R3", "2025-12-30", "0.01"),
    ),
    Case::keeps(Tr02, "70% before a decision", filed, || release("R2", "2026-03-01", "2000000.00")),
    Case::breaks(Tr02, "a fen over it before a decision", filed, || release("R2", "2026-03-01", "2000000.01"))
        .with(&[Tr03]),
    Case::keeps(Tr02, "a fen under half the remainder", || decided("0.5"), || second("3499999.99")),
    Case::keeps(Tr02, "half the remainder", || decided("0.5"), || second("3500000.00")),
    Case::breaks(Tr02, "a fen over half the remainder", || decided("0.5"), || second("3500000.01")),
    Case::breaks(Tr02, "a decision of nothing", || decided("0"), || second("2000000.01")),
    Case::keeps(
        Tr02,
        "0.3333 of a sum with digits below the fen",
        || decided_on_an_odd_sum("0.3333"),
        || second("7999899.99"),
    ),
    Case::breaks(Tr02, "a fen over that", || decided_on_an_odd_sum("0.3333"), || second("7999900.00")),
    Case::keeps(
        Tr02,
        "a later, larger decision",
        || decided("0.5").then(decide_payout("2027-01-25", "E", "0.8")),
        || second("4400000.00"),
    ),
    Case::breaks(
        Tr02,
        "the decision appended last, though dated earlier",
        || decided("0.5").then(decide_payout("2027-01-15", "E", "0.2")),
        || second("2600000.01"),
    ),
    Case::breaks(Tr03, "no evaluation named", || decided("1"), || release("R2", "2027-02-01", "2000000.01")),
    Case::keeps(
        Tr03,
        "none named, within the first share",
        || decided("1"),
        || release("R2", "2027-02-01", "2000000.00"),
    ),
    Case::breaks(
        Tr03,
        "the city's own evaluation named",
        || decided("1"),
        || second("2000000.01").with(json!({"evaluation": "S"})),
    ),
    Case::breaks(Tr03, "an evaluation without a decision", decided_and_evaluated_again, || {
        named("R2", "2027-02-10", "2000000.01").with(json!({"evaluation": "E2"}))
    }),
    Case::keeps(Tr03, "the evaluation with a decision", || decided("1"), || second("2000000.01")),
    Case::keeps(Tr03, "70% of an odd sum", || decided_on_an_odd_sum("1"), || release("R1", "2027-02-01", "6999999.99")),
    Case::breaks(
        Tr03,
        "less than a fen over it",
        || decided_on_an_odd_sum("1"),
        || release("R1", "2027-02-01", "7000000.00"),
    ),
    Case::keeps(Tr04, "the whole allocation", || decided("1"), || second("5000000.00")),
    Case::breaks(Tr04, "a fen over", || decided("1"), || second("5000000.01")).with(&[Tr02]),
    Case::keeps(Tr02, "70%, some of which came back", returned, || release("R2", "2026-04-01", "2000000.00")),
    Case::breaks(Tr02, "no room from what came back", returned, || release("R2", "2026-04-01", "2000000.01"))
        .with(&[Tr03]),
    Case::keeps(Tr05, "on the term's last day", || decided("1"), || named("R2", "2027-11-30", "1.00")),
    Case::strains(Tr05, "the day after", || decided("1"), || named("R2", "2027-12-01", "1.00")),
];

pub const DECISIONS: &[Case] = &[
    Case::keeps(Tr07, "差 and nothing", || graded("59.99", "差"), || decide_payout("2027-01-20", "E", "0")),
    Case::breaks(Tr07, "差 and the least", || graded("59.99", "差"), || decide_payout("2027-01-20", "E", "0.0001")),
    Case::keeps(Tr07, "中 and nearly all", || graded("60", "中"), || decide_payout("2027-01-20", "E", "0.9999")),
    Case::strains(Tr07, "中 and all", || graded("60", "中"), || decide_payout("2027-01-20", "E", "1")),
    Case::keeps(Tr07, "良 and all", || graded("80", "良"), || decide_payout("2027-01-20", "E", "1.0000")),
    Case::keeps(Tr07, "what is released beyond", released_beyond, || decide_payout("2027-03-01", "E", "0.5")),
    Case::breaks(Tr07, "less than is released beyond", released_beyond, || decide_payout("2027-03-01", "E", "0.4999")),
    Case::keeps(
        Tr07,
        "nothing, all of the first share released",
        || evaluated().then(release("R2", "2026-12-01", "2000000.00")),
        || decide_payout("2027-01-20", "E", "0"),
    ),
    Case::breaks(Tr08, "a release while suspended", suspended, || release("R2", "2026-03-06", "1.00")),
    Case::breaks(Tr08, "an assignment while suspended", suspended, || assign(TWO, "1.00").on("2026-03-06")),
    Case::breaks(Tr08, "a larger allocation while suspended", suspended_below_its_cap, || {
        adjust_allocation("2026-03-07", "9000000.01")
    }),
    Case::keeps(Tr08, "a smaller allocation while suspended", suspended_below_its_cap, || {
        adjust_allocation("2026-03-07", "8999999.99")
    }),
    Case::keeps(Tr08, "the same allocation while suspended", suspended_below_its_cap, || {
        adjust_allocation("2026-03-07", "9000000.00")
    }),
    Case::breaks(Tr08, "a larger assignment while suspended", suspended, || {
        change_assignment("2026-03-06", ONE, "2000000.01")
    }),
    Case::keeps(Tr08, "a smaller assignment while suspended", suspended, || {
        change_assignment("2026-03-06", ONE, "1999999.99")
    }),
    Case::strains(Tr08, "a payment while suspended", suspended, || pay("Z1", "2026-03-06", "1.00")),
    Case::keeps(
        Tr08,
        "a release once resumed",
        || suspended().then(resume("2026-03-10")),
        || release("R2", "2026-03-11", "1.00"),
    ),
    Case::keeps(
        Tr08,
        "a payment once resumed",
        || suspended().then(resume("2026-03-10")),
        || pay("Z1", "2026-03-11", "1.00"),
    ),
    Case::breaks(Tr08, "a release once revoked", revoked, || release("R2", "2026-03-06", "1.00")),
    Case::breaks(Tr08, "an assignment once revoked", revoked, || assign(TWO, "1.00").on("2026-03-06")),
    Case::breaks(Tr08, "a payment once revoked", revoked, || pay("Z1", "2026-03-06", "1.00")),
    Case::breaks(Tr08, "a larger assignment once revoked", revoked, || {
        change_assignment("2026-03-06", ONE, "2000000.01")
    }),
    Case::keeps(Tr08, "a smaller assignment once revoked", revoked, || {
        change_assignment("2026-03-06", ONE, "1999999.99")
    }),
    Case::breaks(Tr08, "a release once closed", closed, || release("R2", "2027-12-31", "1.00")),
    Case::breaks(Tr08, "an assignment once closed", closed, || assign(TWO, "1.00").on("2027-12-31")),
    Case::breaks(Tr08, "a payment once closed, of which nothing is left", closed, || pay("Z2", "2027-12-31", "0.01"))
        .with(&[Use05]),
];

#[test]
fn every_case_of_a_release_ends_as_told() {
    hold(RELEASES);
}

#[test]
fn every_case_of_a_decision_or_a_standing_ends_as_told() {
    hold(DECISIONS);
}
