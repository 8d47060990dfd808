//! STATE-01: which act fits which state of its subject.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{Elig03, San03, Sel01, State01, Use05};

use super::acts::*;
use super::story::*;
use super::support::{Case, hold};

fn rejected() -> Vec<Value> {
    submitted().then(reject("A").on("2025-10-20"))
}

/// A pilot without an allocation, revoked.
fn revoked_early() -> Vec<Value> {
    planned().then(finding("F", "misuse", "2026-03-01")).then(revoke("2026-03-05", "F"))
}

/// The same without a plan.
fn revoked_at_once() -> Vec<Value> {
    recognised().then(finding("F", "misuse", "2026-03-01")).then(revoke("2026-03-05", "F"))
}

fn adjusted() -> Vec<Value> {
    planned().then(adjust_plan("2026-02-15"))
}

fn withdrawn() -> Vec<Value> {
    assigned().then(change_assignment("2026-01-12", ONE, "0.00"))
}

fn reversed() -> Vec<Value> {
    funded().then(reverse_release("R1", "2025-12-20"))
}

fn rectifying() -> Vec<Value> {
    found("misuse").then(order_rectification("2026-03-05", "F", "2026-06-30"))
}

fn evaluated_and_revoked() -> Vec<Value> {
    evaluated().then(finding("F", "misuse", "2027-01-11")).then(revoke("2027-01-12", "F"))
}

/// The overall evaluation is recorded, all is paid, and 1.00 is to come back.
fn all_but_a_yuan_back() -> Vec<Value> {
    let mut story = closed();
    story.pop();
    story.then(order_clawback("K", "2027-12-21", "1.00"))
}

fn closed_through_january() -> Vec<Value> {
    vec![close_period("2026-02-01", "2026-01-31")]
}

pub const APPLICATIONS: &[Case] = &[
    Case::breaks(State01, "recommended twice", recommended, || recommend("A")),
    Case::breaks(State01, "recommended once rejected", rejected, || recommend("A")),
    Case::breaks(State01, "reviewed before the recommendation", submitted, || review("A", "written", "90")),
    Case::breaks(
        State01,
        "a stage reviewed twice",
        || recommended().then(review("A", "written", "90")),
        || review("A", "written", "91"),
    ),
    Case::keeps(
        State01,
        "the other stage",
        || recommended().then(review("A", "written", "90")),
        || review("A", "onsite", "91"),
    ),
    Case::breaks(State01, "publicised with another cohort", reviewed, || {
        publicise(&["A"]).with(json!({"cohort": 2026}))
    }),
    Case::breaks(State01, "publicised twice", publicised, || publicise(&["A"])),
    Case::breaks(State01, "publicised before the recommendation", submitted, || publicise(&["A"])).with(&[Sel01]),
    Case::breaks(State01, "recognised before the publicity", reviewed, || recognise("A", "P")),
    Case::breaks(State01, "recognised once rejected", || publicised().then(reject("A")), || recognise("A", "P")),
    Case::breaks(State01, "recognised twice", recognised, || recognise("A", "Q")).with(&[Elig03]),
    Case::keeps(State01, "recognised after the publicity", publicised, || recognise("A", "P")),
    Case::breaks(State01, "rejected once recognised", recognised, || reject("A")),
    Case::breaks(State01, "rejected twice", rejected, || reject("A")),
    Case::keeps(State01, "rejected after the publicity", publicised, || reject("A")),
];

pub const PILOTS: &[Case] = &[
    Case::breaks(State01, "a plan approved twice", planned, approve_plan),
    Case::breaks(State01, "a plan approved once revoked", revoked_at_once, || approve_plan().on("2026-03-06")),
    Case::breaks(State01, "a plan changed that is not approved", recognised, || adjust_plan("2026-01-10")),
    Case::breaks(State01, "a plan changed once revoked", revoked_early, || adjust_plan("2026-03-06")),
    Case::breaks(State01, "a plan changed once closed", closed, || adjust_plan("2027-12-31")),
    Case::breaks(State01, "an assigned project taken out of the plan", assigned, || {
        adjust_plan("2026-01-12").with(json!({"remove": [ONE]}))
    }),
    Case::keeps(State01, "a withdrawn project taken out of the plan", withdrawn, || {
        adjust_plan("2026-01-12").with(json!({"remove": [ONE]}))
    }),
    Case::keeps(State01, "a change that changes nothing", planned, || adjust_plan("2026-01-12").without("add")),
    Case::breaks(State01, "no change to file", planned, || file_plan("2026-02-20")),
    Case::breaks(
        State01,
        "a change filed twice",
        || adjusted().then(file_plan("2026-02-20")),
        || file_plan("2026-02-20"),
    ),
    Case::keeps(State01, "a change filed once", adjusted, || file_plan("2026-02-20")),
    Case::breaks(State01, "progress without a plan", recognised, || monitor("2026-07-10")),
    Case::breaks(State01, "progress once closed", closed, || monitor("2027-12-31")),
    Case::keeps(State01, "progress once revoked", revoked, || monitor("2026-07-10")),
    Case::breaks(State01, "a self-evaluation without a plan", recognised, || {
        self_evaluate("S", "annual", "2026-12-20")
    }),
    Case::breaks(State01, "a self-evaluation once revoked", revoked, || self_evaluate("S", "annual", "2026-12-20")),
    Case::breaks(State01, "a self-evaluation once closed", closed, || self_evaluate("S", "annual", "2027-12-31")),
    Case::breaks(State01, "an evaluation once closed", closed, || evaluate("E", "SO", "overall", "2027-12-31")),
    Case::keeps(
        State01,
        "an evaluation once revoked",
        || self_evaluated().then(finding("F", "misuse", "2026-12-21")).then(revoke("2026-12-22", "F")),
        || evaluate("E", "S", "annual", "2027-01-10"),
    ),
    Case::breaks(State01, "a payout decided once revoked", evaluated_and_revoked, || {
        decide_payout("2027-01-20", "E", "1")
    }),
    Case::breaks(State01, "a payout decided once closed", closed, || decide_payout("2027-12-31", "EO", "1")),
    Case::breaks(
        State01,
        "closed without an overall evaluation",
        || reversed().then(self_evaluate("S", "annual", "2026-12-20")),
        || close_pilot("2027-12-31"),
    ),
    Case::breaks(State01, "closed with money left", overall, || close_pilot("2027-12-31")),
    Case::breaks(State01, "closed with money to come back", all_but_a_yuan_back, || close_pilot("2027-12-31")),
    Case::keeps(
        State01,
        "closed once the money came back",
        || {
            let receipt = receive_clawback("K1", "2027-12-22", "1.00").with(json!({"source": "own_funds"}));
            all_but_a_yuan_back().then(receipt)
        },
        || close_pilot("2027-12-31"),
    ),
    Case::breaks(State01, "closed twice", closed, || close_pilot("2027-12-31")),
];

pub const MONEY: &[Case] = &[
    Case::breaks(State01, "allocated once revoked", revoked_early, || allocate("1.00").on("2026-03-06")),
    Case::breaks(State01, "a smaller allocation once closed", closed, || adjust_allocation("2027-12-31", "9000000.00")),
    Case::keeps(State01, "a smaller allocation once revoked", revoked, || {
        adjust_allocation("2026-03-06", "9000000.00")
    }),
    Case::breaks(
        State01,
        "a receipt confirmed twice",
        || funded().then(confirm_receipt("R1", "2025-12-20")),
        || confirm_receipt("R1", "2025-12-20"),
    ),
    Case::breaks(State01, "the receipt of a reversed release", reversed, || confirm_receipt("R1", "2025-12-20")),
    Case::breaks(State01, "a release reversed twice", reversed, || reverse_release("R1", "2025-12-20")),
    Case::keeps(
        State01,
        "a confirmed release reversed",
        || funded().then(confirm_receipt("R1", "2025-12-20")),
        || reverse_release("R1", "2025-12-21"),
    ),
    Case::breaks(State01, "a release reversed once closed", closed, || reverse_release("R1", "2027-12-31"))
        .with(&[Use05]),
    Case::breaks(State01, "the same assignment once closed", closed, || {
        change_assignment("2027-12-31", ONE, "5000000.00")
    }),
    Case::breaks(State01, "a withdrawn assignment changed", withdrawn, || change_assignment("2026-01-12", ONE, "1.00")),
    Case::breaks(State01, "a withdrawn assignment withdrawn", withdrawn, || {
        change_assignment("2026-01-12", ONE, "0.00")
    }),
    Case::breaks(State01, "a project filed twice", filed, || file_project(ONE, "2026-01-15")),
    Case::breaks(State01, "a withdrawn project filed", withdrawn, || file_project(ONE, "2026-01-15")),
    Case::keeps(
        State01,
        "a project withdrawn, assigned and filed anew",
        || filed().then(change_assignment("2026-01-16", ONE, "0.00")).then(assign(ONE, "1.00").on("2026-01-17")),
        || file_project(ONE, "2026-01-18"),
    ),
    Case::breaks(
        State01,
        "a payment reversed twice",
        || paid().then(reverse_payment("Z1", "2026-02-11")),
        || reverse_payment("Z1", "2026-02-11"),
    ),
    Case::breaks(State01, "a payment reversed once closed", closed, || reverse_payment("Z1", "2027-12-31")),
    Case::keeps(
        State01,
        "a payment reversed once revoked",
        || paid().then(finding("F", "misuse", "2026-03-01")).then(revoke("2026-03-05", "F")),
        || reverse_payment("Z1", "2026-03-06"),
    ),
    Case::breaks(State01, "books closed through the same day", closed_through_january, || {
        close_period("2026-02-01", "2026-01-31")
    }),
    Case::breaks(State01, "books closed through an earlier day", closed_through_january, || {
        close_period("2026-02-01", "2025-12-31")
    }),
    Case::keeps(State01, "books closed further", closed_through_january, || close_period("2026-02-28", "2026-02-28")),
    Case::breaks(State01, "open books reopened", nothing, || reopen_period("2026-02-02", "2025-12-31")),
    Case::breaks(State01, "books reopened through the same day", closed_through_january, || {
        reopen_period("2026-02-02", "2026-01-31")
    }),
    Case::breaks(State01, "books reopened through a later day", closed_through_january, || {
        reopen_period("2026-02-02", "2026-02-28")
    }),
    Case::keeps(State01, "books reopened", closed_through_january, || reopen_period("2026-02-02", "2025-12-31")),
];

pub const SANCTIONS: &[Case] = &[
    Case::breaks(State01, "rectified once revoked", revoked, || order_rectification("2026-03-06", "F", "2026-06-30")),
    Case::breaks(State01, "rectified once closed", closed, || order_rectification("2027-12-31", "F", "2028-06-30")),
    Case::keeps(State01, "rectified anew", rectifying, || order_rectification("2026-03-06", "F", "2026-06-30")),
    Case::breaks(State01, "nothing to accept", || found("misuse"), || accept_rectification("2026-04-01")),
    Case::breaks(
        State01,
        "accepted twice",
        || rectifying().then(accept_rectification("2026-04-01")),
        || accept_rectification("2026-04-01"),
    ),
    Case::breaks(
        State01,
        "accepted once revoked",
        || rectifying().then(revoke("2026-03-06", "F")),
        || accept_rectification("2026-04-01"),
    ),
    Case::keeps(
        State01,
        "accepted while suspended",
        || rectifying().then(suspend("2026-03-06", "F")),
        || accept_rectification("2026-04-01"),
    ),
    Case::breaks(State01, "suspended twice", suspended, || suspend("2026-03-06", "F")),
    Case::breaks(State01, "suspended once revoked", revoked, || suspend("2026-03-06", "F")),
    Case::breaks(State01, "suspended once closed", closed, || suspend("2027-12-31", "F")),
    Case::keeps(State01, "suspended again", || suspended().then(resume("2026-03-06")), || suspend("2026-03-07", "F")),
    Case::breaks(State01, "resumed while not suspended", || found("misuse"), || resume("2026-03-06")),
    Case::breaks(State01, "resumed twice", || suspended().then(resume("2026-03-06")), || resume("2026-03-06")),
    Case::breaks(
        State01,
        "resumed once revoked",
        || suspended().then(revoke("2026-03-06", "F")),
        || resume("2026-03-07"),
    ),
    Case::breaks(State01, "revoked twice", revoked, || revoke("2026-03-06", "F")),
    Case::breaks(State01, "revoked once closed", closed, || revoke("2027-12-31", "F")),
    Case::keeps(State01, "revoked while suspended", suspended, || revoke("2026-03-06", "F")),
    Case::breaks(State01, "money ordered back once closed", closed, || order_clawback("K", "2027-12-31", "1.00")),
    Case::keeps(State01, "money ordered back once revoked", revoked, || order_clawback("K", "2026-03-06", "1.00")),
    Case::breaks(
        San03,
        "money received that is no longer outstanding, once closed",
        || {
            let receipt = receive_clawback("K1", "2027-12-22", "1.00").with(json!({"source": "own_funds"}));
            all_but_a_yuan_back().then(receipt).then(close_pilot("2027-12-31"))
        },
        || receive_clawback("K2", "2027-12-31", "0.01").with(json!({"source": "own_funds"})),
    ),
];

#[test]
fn every_case_of_an_application_ends_as_told() {
    hold(APPLICATIONS);
}

#[test]
fn every_case_of_a_pilot_ends_as_told() {
    hold(PILOTS);
}

#[test]
fn every_case_of_money_or_books_ends_as_told() {
    hold(MONEY);
}

#[test]
fn every_case_of_a_sanction_ends_as_told() {
    hold(SANCTIONS);
}
