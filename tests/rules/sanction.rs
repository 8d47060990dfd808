//! Sanctions and fraud: SAN-01, SAN-03, SAN-04.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{San01, San03, San04};

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, hold};

const ON: &str = "2027-02-01";

/// `F` is a finding on another pilot, `Q`.
fn found_elsewhere() -> Vec<Value> {
    [filed(), recognise_as(submit("B", "360603"), "B", "Q")]
        .concat()
        .then(finding("F", "misuse", "2026-03-01").with(json!({"pilot": "Q"})))
}

/// A finding on the application before it became the pilot.
fn found_before() -> Vec<Value> {
    let mut story = filed();
    let on_application = finding("F", "other", "2025-10-30").without("pilot").with(json!({"application": "A"}));
    story.insert(4, on_application);
    story
}

/// A finding of fraud on the application of what is a pilot by now.
fn found_on_the_application_of_a_pilot() -> Vec<Value> {
    filed().then(finding("F", "fraud", "2026-03-01").without("pilot").with(json!({"application": "A"})))
}

/// 3,000,000.00 more is ordered back.
fn clawed_back_twice() -> Vec<Value> {
    clawed_back().then(order_clawback("K2", "2026-03-06", "3000000.00"))
}

fn partly_received() -> Vec<Value> {
    clawed_back().then(receive_clawback("K1", "2026-03-10", "400000.00"))
}

pub const CASES: &[Case] = &[
    Case::breaks(San01, "nothing of that name", filed, || suspend(ON, "X")),
    Case::breaks(San01, "the city's own evaluation", self_evaluated, || suspend(ON, "S")),
    Case::breaks(San01, "a finding on another pilot", found_elsewhere, || suspend(ON, "F")),
    Case::breaks(San01, "suspended for 良", || graded("80", "良"), || suspend(ON, "E")),
    Case::breaks(San01, "suspended for 中", || graded("60", "中"), || suspend(ON, "E")),
    Case::keeps(San01, "suspended for 差", || graded("59", "差"), || suspend(ON, "E")),
    Case::breaks(San01, "revoked for 中", || graded("60", "中"), || revoke(ON, "E")),
    Case::keeps(San01, "revoked for 差", || graded("59", "差"), || revoke(ON, "E")),
    Case::breaks(San01, "rectified for 良", || graded("80", "良"), || order_rectification(ON, "E", "2027-06-30")),
    Case::keeps(San01, "rectified for 中", || graded("60", "中"), || order_rectification(ON, "E", "2027-06-30")),
    Case::keeps(San01, "rectified for 差", || graded("59", "差"), || order_rectification(ON, "E", "2027-06-30")),
    Case::breaks(
        San01,
        "money back for 中",
        || graded("60", "中"),
        || order_clawback("K", ON, "1.00").with(json!({"basis": "E"})),
    ),
    Case::keeps(
        San01,
        "money back for 差",
        || graded("59", "差"),
        || order_clawback("K", ON, "1.00").with(json!({"basis": "E"})),
    ),
    Case::keeps(San01, "a finding of any kind", || found("other"), || revoke(ON, "F")),
    Case::keeps(San01, "a finding made on the application", found_before, || suspend(ON, "F")),
    Case::keeps(
        San01,
        "中, once it is poor by the rules",
        || graded("60", "中").then(amend("2027-01-15", &json!({"poor_set": ["中", "差"]}))),
        || suspend(ON, "E"),
    ),
    Case::keeps(San03, "all that is released", || found("misuse"), || order_clawback("K", "2026-03-05", "5000000.00")),
    Case::breaks(
        San03,
        "a fen more than is released",
        || found("misuse"),
        || order_clawback("K", "2026-03-05", "5000000.01"),
    ),
    Case::keeps(San03, "the rest of what is released", clawed_back_twice, || {
        order_clawback("K3", "2026-03-06", "1000000.00")
    }),
    Case::breaks(San03, "a fen more than the rest", clawed_back_twice, || {
        order_clawback("K3", "2026-03-06", "1000000.01")
    }),
    Case::breaks(
        San03,
        "what came back is no room for another order",
        || clawed_back_twice().then(receive_clawback("K1", "2026-03-10", "1000000.00")),
        || order_clawback("K3", "2026-03-11", "1000000.01"),
    ),
    Case::keeps(San03, "after revocation", revoked, || order_clawback("K", "2026-03-06", "5000000.00")),
    Case::keeps(San03, "all of an order", clawed_back, || receive_clawback("K1", "2026-03-10", "1000000.00")),
    Case::breaks(San03, "a fen more than the order", clawed_back, || {
        receive_clawback("K1", "2026-03-10", "1000000.01")
    }),
    Case::keeps(San03, "the rest of an order", partly_received, || receive_clawback("K2", "2026-03-10", "600000.00")),
    Case::breaks(San03, "a fen more than the rest of an order", partly_received, || {
        receive_clawback("K2", "2026-03-10", "600000.01")
    }),
    Case::breaks(San03, "own funds beyond the order", clawed_back, || {
        receive_clawback("K1", "2026-03-10", "1000000.01").with(json!({"source": "own_funds"}))
    }),
    Case::strains(San04, "a release after fraud", || found("fraud"), || release("R2", "2026-03-05", "1.00")),
    Case::strains(San04, "a payment after fraud", || found("fraud"), || pay("Z1", "2026-03-05", "1.00")),
    Case::strains(San04, "fraud on the application of a pilot", found_on_the_application_of_a_pilot, || {
        pay("Z1", "2026-03-05", "1.00")
    }),
    Case::keeps(San04, "a release after misuse", || found("misuse"), || release("R2", "2026-03-05", "1.00")),
    Case::keeps(San04, "a payment after misuse", || found("misuse"), || pay("Z1", "2026-03-05", "1.00")),
    Case::keeps(San04, "an assignment after fraud", || found("fraud"), || assign(TWO, "1.00").on("2026-03-05")),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

#[test]
fn fraud_before_recognition_rejects_the_application() {
    let on = |kind: &str| finding("F", kind, "2025-11-08").without("pilot").with(json!({"application": "A"}));
    for (kind, events) in
        [("fraud", vec!["FindingRecorded", "ApplicationRejected"]), ("misuse", vec!["FindingRecorded"])]
    {
        let mut bench = Bench::after(publicised());
        bench.given(vec![on(kind)]);
        assert_eq!(bench.last_events, events, "{kind}");
        let recognition = bench.when(&recognise("A", "P"));
        assert_eq!(recognition.is_accepted(), kind == "misuse");
    }
    for story in [submitted().then(reject("A").on("2025-11-08")), recognised()] {
        let mut bench = Bench::after(story);
        bench.given(vec![on("fraud").on("2025-11-12")]);
        assert_eq!(bench.last_events, ["FindingRecorded"], "rejected or recognised by then");
    }
}
