//! How money is used: USE-01 to USE-06 and DEF-04, each at the fen and the day.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{Def04, Party01, San03, Use01, Use02, Use03, Use04, Use05, Use06};

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, hold};

/// Another firm, and one whose check character fails.
const OTHER_FIRM: &str = "91360602MA35ABCD1G";
const FAILING: &str = "91360602MA35ABCD10";

/// Another pilot, `Q`, whose plan has the same projects.
fn with_another() -> Vec<Value> {
    let of_q = |command: Value| command.with(json!({"pilot": "Q"}));
    let other = recognise_as(submit("B", "360603"), "B", "Q");
    [assigned(), other].concat().then(of_q(approve_plan())).then(of_q(allocate("10000000.00")))
}

fn withdrawn() -> Vec<Value> {
    assigned().then(change_assignment("2026-01-12", ONE, "0.00"))
}

/// 5,000,000.00 arrives on 2026-02-01; 8,000,000.00 is promised to a filed project.
fn money_comes_later() -> Vec<Value> {
    allocated().then(assign(ONE, "7000000.00")).then(file_project(ONE, "2026-01-15")).then(release(
        "R1",
        "2026-02-01",
        "5000000.00",
    ))
}

/// All of it is paid on 2026-03-01.
fn all_paid() -> Vec<Value> {
    money_comes_later().then(pay("Z1", "2026-03-01", "5000000.00"))
}

/// 1,000,000.00 is ordered back; 4,500,000.00 of the 5,000,000.00 released is paid.
fn little_left() -> Vec<Value> {
    money_comes_later()
        .then(pay("Z1", "2026-02-10", "4500000.00"))
        .then(finding("F", "misuse", "2026-03-01"))
        .then(order_clawback("K", "2026-03-05", "1000000.00"))
}

/// 1,000,000.00 ordered back; 7,000,000.00 released in two tranches, 2,000,000.00 of it in the second.
fn two_tranches() -> Vec<Value> {
    clawed_back().then(release("R2", "2026-03-10", "2000000.00"))
}

fn filing_is_a_must() -> Vec<Value> {
    assigned().then(amend("2026-01-11", &json!({"filing_blocks_payment": true})))
}

pub const PROJECTS: &[Case] = &[
    Case::breaks(Use01, "a seventh direction", allocated, || assign(ONE, "1.00").with(json!({"direction": "D7"}))),
    Case::keeps(Use01, "the sixth", allocated, || assign(ONE, "1.00").with(json!({"direction": "D6"}))),
    Case::breaks(Use01, "not in the plan", allocated, || assign("2510-360602-04", "1.00")),
    Case::keeps(
        Use01,
        "added to the plan",
        || allocated().then(adjust_plan("2026-01-05")),
        || assign("2510-360602-04", "1.00"),
    ),
    Case::breaks(
        Use01,
        "taken out of the plan",
        || allocated().then(adjust_plan("2026-01-05").with(json!({"remove": [ONE]}))),
        || assign(ONE, "1.00"),
    ),
    Case::breaks(Use02, "assigned without the finance bureau", allocated, || assign(ONE, "1.00").without("approvals"))
        .with(&[Party01]),
    Case::breaks(Use02, "changed without the finance bureau", assigned, || {
        change_assignment("2026-01-12", ONE, "1.00").without("approvals")
    })
    .with(&[Party01]),
    Case::keeps(Use02, "assigned by both", allocated, || assign(ONE, "1.00")),
    Case::breaks(Use04, "a project assigned already", assigned, || assign(ONE, "1.00")),
    Case::breaks(Use04, "a project of another pilot", with_another, || assign(ONE, "1.00").with(json!({"pilot": "Q"}))),
    Case::keeps(Use04, "a project withdrawn", withdrawn, || assign(ONE, "1.00").on("2026-01-12")),
    Case::breaks(
        Use04,
        "funded by another programme",
        || allocated().then(register_other_funding("2026-01-05", ONE)),
        || assign(ONE, "1.00"),
    ),
    Case::breaks(Use04, "declared to be funded otherwise", allocated, || {
        assign(ONE, "1.00").with(json!({"other_provincial_funding": true}))
    }),
    Case::keeps(
        Use04,
        "another project funded by another programme",
        || allocated().then(register_other_funding("2026-01-05", TWO)),
        || assign(ONE, "1.00"),
    ),
    Case::strains(Use04, "same owner, same name, another code", assigned, || {
        assign(TWO, "1.00").with(json!({"name": format!("智能工厂{ONE}")}))
    }),
    Case::keeps(Use04, "same name, another owner", assigned, || {
        let owner = json!({"name": "另一企业", "uscc": OTHER_FIRM});
        assign(TWO, "1.00").with(json!({"name": format!("智能工厂{ONE}"), "owner": owner}))
    }),
    Case::keeps(Use04, "same owner and name as a project withdrawn", withdrawn, || {
        assign(TWO, "1.00").on("2026-01-12").with(json!({"name": format!("智能工厂{ONE}")}))
    }),
    Case::strains(Use04, "other funding for a project assigned", assigned, || {
        register_other_funding("2026-01-12", ONE)
    }),
    Case::keeps(Use04, "other funding for a project withdrawn", withdrawn, || {
        register_other_funding("2026-01-13", ONE)
    }),
    Case::strains(Def04, "the owner's code", allocated, || {
        assign(ONE, "1.00").with(json!({"owner": {"name": "承担企业", "uscc": FAILING}}))
    }),
    Case::keeps(Def04, "the owner's code holds", allocated, || {
        assign(ONE, "1.00").with(json!({"owner": {"name": "承担企业", "uscc": OTHER_FIRM}}))
    }),
    Case::keeps(Use05, "all that is allocated", allocated, || assign(ONE, "10000000.00")),
    Case::breaks(Use05, "a fen more than is allocated", allocated, || assign(ONE, "10000000.01")),
    Case::keeps(Use05, "the rest of what is allocated", assigned, || assign(TWO, "8000000.00")),
    Case::breaks(Use05, "a fen more than the rest", assigned, || assign(TWO, "8000000.01")),
    Case::keeps(Use05, "raised to all that is allocated", assigned, || {
        change_assignment("2026-01-12", ONE, "10000000.00")
    }),
    Case::breaks(Use05, "raised a fen above it", assigned, || change_assignment("2026-01-12", ONE, "10000000.01")),
    Case::keeps(Use05, "what a withdrawal freed", withdrawn, || assign(TWO, "10000000.00").on("2026-01-12")),
    Case::keeps(Use05, "lowered to what is paid", paid, || change_assignment("2026-03-01", ONE, "500000.00")),
    Case::breaks(Use05, "lowered a fen below what is paid", paid, || change_assignment("2026-03-01", ONE, "499999.99")),
    Case::breaks(Use05, "withdrawn though something is paid", paid, || change_assignment("2026-03-01", ONE, "0.00")),
    Case::keeps(
        Use05,
        "withdrawn once the payment is reversed",
        || paid().then(reverse_payment("Z1", "2026-02-11")),
        || change_assignment("2026-03-01", ONE, "0.00"),
    ),
];

pub const PAYMENTS: &[Case] = &[
    Case::strains(Use03, "not filed", assigned, || pay("Z1", "2026-02-10", "1.00")),
    Case::keeps(Use03, "filed", filed, || pay("Z1", "2026-02-10", "1.00")),
    Case::breaks(Use03, "not filed, where that blocks", filing_is_a_must, || pay("Z1", "2026-02-10", "1.00")),
    Case::keeps(
        Use03,
        "filed, where that blocks",
        || filing_is_a_must().then(file_project(ONE, "2026-01-15")),
        || pay("Z1", "2026-02-10", "1.00"),
    ),
    Case::strains(
        Use03,
        "withdrawn, assigned anew, and not filed anew",
        || filed().then(change_assignment("2026-01-16", ONE, "0.00")).then(assign(ONE, "1.00").on("2026-01-17")),
        || pay("Z1", "2026-02-10", "1.00"),
    ),
    Case::keeps(Use05, "all that is promised", filed, || pay("Z1", "2026-02-10", "2000000.00")),
    Case::breaks(Use05, "a fen more than is promised", filed, || pay("Z1", "2026-02-10", "2000000.01")),
    Case::keeps(Use05, "the rest of a promise", paid, || pay("Z2", "2026-02-10", "1500000.00")),
    Case::breaks(Use05, "a fen more than the rest of a promise", paid, || pay("Z2", "2026-02-10", "1500000.01")),
    Case::keeps(
        Use05,
        "what a reversal gave back",
        || paid().then(reverse_payment("Z1", "2026-02-11")),
        || pay("Z2", "2026-02-12", "2000000.00"),
    ),
    Case::keeps(Use05, "all there is, on the day it comes", money_comes_later, || {
        pay("Z1", "2026-02-01", "5000000.00")
    }),
    Case::breaks(Use05, "a fen more than there is", money_comes_later, || pay("Z1", "2026-02-01", "5000000.01")),
    Case::breaks(Use05, "the day before the money comes", money_comes_later, || pay("Z1", "2026-01-31", "0.01")),
    Case::breaks(Use05, "dated back, what a later payment needs", all_paid, || pay("Z2", "2026-02-10", "0.01")),
    Case::breaks(
        Use05,
        "between a payment and its reversal",
        || all_paid().then(reverse_payment("Z1", "2026-03-10")),
        || pay("Z2", "2026-03-09", "0.01"),
    ),
    Case::keeps(
        Use05,
        "on the day of the reversal",
        || all_paid().then(reverse_payment("Z1", "2026-03-10")),
        || pay("Z2", "2026-03-10", "5000000.00"),
    ),
    Case::keeps(Use05, "the unspent rest sent back", little_left, || receive_clawback("K1", "2026-04-01", "500000.00")),
    Case::breaks(Use05, "a fen more than the unspent rest sent back", little_left, || {
        receive_clawback("K1", "2026-04-01", "500000.01")
    }),
    Case::keeps(Use05, "own funds sent back", little_left, || {
        receive_clawback("K1", "2026-04-01", "1000000.00").with(json!({"source": "own_funds"}))
    }),
    Case::breaks(Use05, "a release reversed that is partly paid", paid, || reverse_release("R1", "2026-03-01")),
    Case::keeps(Use05, "a release reversed that is unpaid", filed, || reverse_release("R1", "2026-03-01")),
    Case::breaks(
        Use05,
        "a release reversed before the day its payment is reversed",
        || paid().then(reverse_payment("Z1", "2026-03-10")),
        || reverse_release("R1", "2026-03-09"),
    ),
    Case::keeps(
        Use05,
        "a release reversed on the day its payment is reversed",
        || paid().then(reverse_payment("Z1", "2026-03-10")),
        || reverse_release("R1", "2026-03-10"),
    ),
    Case::breaks(San03, "a release reversed that an order to give back rests on", clawed_back, || {
        reverse_release("R1", "2026-03-10")
    }),
    Case::keeps(San03, "a release reversed beside one that covers the order", two_tranches, || {
        reverse_release("R1", "2026-03-11")
    }),
    Case::strains(Use06, "another payee and no contract", filed, || {
        pay("Z1", "2026-02-10", "1.00").with(json!({"payee": {"name": "供应商", "uscc": OTHER_FIRM}}))
    }),
    Case::strains(Use06, "the owner's name without its code", filed, || {
        pay("Z1", "2026-02-10", "1.00").with(json!({"payee": {"name": "承担企业"}}))
    }),
    Case::keeps(Use06, "another payee by contract", filed, || {
        let payee = json!({"name": "供应商", "uscc": OTHER_FIRM});
        pay("Z1", "2026-02-10", "1.00").with(json!({"payee": payee, "contract": "合1"}))
    }),
    Case::keeps(Use06, "the owner under another name", filed, || {
        pay("Z1", "2026-02-10", "1.00").with(json!({"payee": {"name": "承担企业有限公司", "uscc": FIRM}}))
    }),
    Case::strains(Def04, "the payee's code", filed, || {
        let payee = json!({"name": "供应商", "uscc": FAILING});
        pay("Z1", "2026-02-10", "1.00").with(json!({"payee": payee, "contract": "合1"}))
    }),
];

#[test]
fn every_case_of_a_project_ends_as_told() {
    hold(PROJECTS);
}

#[test]
fn every_case_of_a_payment_ends_as_told() {
    hold(PAYMENTS);
}

#[test]
fn the_six_directions_are_known() {
    let bench = Bench::after(allocated());
    for (direction, known) in
        [("D0", false), ("D1", true), ("D2", true), ("D3", true), ("D4", true), ("D5", true), ("d1", false)]
    {
        let outcome = bench.when(&assign(ONE, "1.00").with(json!({"direction": direction})));
        assert_eq!(outcome.is_accepted(), known, "{direction}");
    }
}
