//! How pilot `P` (月湖区, 鹰潭市) came about, stage by stage, and its whole life with every command in it.

use serde_json::{Value, json};

use super::acts::*;

/// A list of commands that can grow.
pub trait Then {
    /// The list, and one more.
    fn then(self, command: Value) -> Self;
}

impl Then for Vec<Value> {
    fn then(mut self, command: Value) -> Self {
        self.push(command);
        self
    }
}

/// Nothing was done yet.
pub fn nothing() -> Vec<Value> {
    vec![]
}

pub fn submitted() -> Vec<Value> {
    vec![submit("A", "360602")]
}

pub fn recommended() -> Vec<Value> {
    submitted().then(recommend("A"))
}

pub fn reviewed() -> Vec<Value> {
    recommended().then(review("A", "written", "90")).then(review("A", "onsite", "80"))
}

/// Publicised from 2025-11-01 to 2025-11-07.
pub fn publicised() -> Vec<Value> {
    reviewed().then(publicise(&["A"]))
}

/// Another submitted application of the city taken through its reviews, its publicity and, as a pilot, recognition.
pub fn recognise_as(submission: Value, application: &str, pilot: &str) -> Vec<Value> {
    vec![
        submission,
        recommend(application),
        review(application, "written", "90"),
        review(application, "onsite", "80"),
        publicise(&[application]),
        recognise(application, pilot),
    ]
}

/// `P` is recognised on 2025-11-10.
pub fn recognised() -> Vec<Value> {
    recognise_as(submit("A", "360602"), "A", "P")
}

/// Its plan is approved on 2025-11-20, for the term from 2025-12-01 to 2027-11-30.
pub fn planned() -> Vec<Value> {
    recognised().then(approve_plan())
}

/// 10,000,000.00, its cap, is allocated on 2025-11-25.
pub fn allocated() -> Vec<Value> {
    planned().then(allocate("10000000.00"))
}

/// 5,000,000.00 is released on 2025-12-05.
pub fn funded() -> Vec<Value> {
    allocated().then(release("R1", "2025-12-05", "5000000.00"))
}

/// 2,000,000.00 is assigned to project `ONE` on 2026-01-10.
pub fn assigned() -> Vec<Value> {
    funded().then(assign(ONE, "2000000.00"))
}

/// It is filed on 2026-01-15.
pub fn filed() -> Vec<Value> {
    assigned().then(file_project(ONE, "2026-01-15"))
}

/// 500,000.00 of it is paid on 2026-02-10.
pub fn paid() -> Vec<Value> {
    filed().then(pay("Z1", "2026-02-10", "500000.00"))
}

/// The city evaluates itself on 2026-12-20.
pub fn self_evaluated() -> Vec<Value> {
    filed().then(self_evaluate("S", "annual", "2026-12-20"))
}

/// The province evaluates on 2027-01-10.
pub fn evaluated() -> Vec<Value> {
    self_evaluated().then(evaluate("E", "S", "annual", "2027-01-10"))
}

/// The same, with another score and grade.
pub fn graded(score: &str, grade: &str) -> Vec<Value> {
    self_evaluated().then(evaluate("E", "S", "annual", "2027-01-10").with(json!({"score": score, "grade": grade})))
}

/// On 2027-01-20 so much of the remainder is unlocked.
pub fn decided(ratio: &str) -> Vec<Value> {
    evaluated().then(decide_payout("2027-01-20", "E", ratio))
}

/// A finding of this kind is recorded on 2026-03-01, once a project is filed.
pub fn found(kind: &str) -> Vec<Value> {
    filed().then(finding("F", kind, "2026-03-01"))
}

pub fn suspended() -> Vec<Value> {
    found("misuse").then(suspend("2026-03-05", "F"))
}

pub fn revoked() -> Vec<Value> {
    found("misuse").then(revoke("2026-03-05", "F"))
}

/// 1,000,000.00 is ordered back on 2026-03-05, by 2027-03-31.
pub fn clawed_back() -> Vec<Value> {
    found("misuse").then(order_clawback("K", "2026-03-05", "1000000.00"))
}

/// The overall evaluation is recorded on 2027-12-20.
pub fn overall() -> Vec<Value> {
    filed().then(self_evaluate("SO", "overall", "2027-12-05")).then(evaluate("EO", "SO", "overall", "2027-12-20"))
}

/// All money is paid and the pilot closed on 2027-12-31.
pub fn closed() -> Vec<Value> {
    funded()
        .then(finding("F", "other", "2026-01-05"))
        .then(assign(ONE, "5000000.00"))
        .then(file_project(ONE, "2026-01-15"))
        .then(pay("Z1", "2026-02-10", "5000000.00"))
        .then(self_evaluate("SO", "overall", "2027-12-05"))
        .then(evaluate("EO", "SO", "overall", "2027-12-20"))
        .then(close_pilot("2027-12-31"))
}

/// A whole life, in order, in which every command is lawful where it stands. Revocation and closing both fit the
/// state at its end; whoever tells it appends one of them.
pub fn life() -> Vec<Value> {
    [beginnings(), first_money(), projects(), sanctions(), endings()].concat()
}

fn beginnings() -> Vec<Value> {
    vec![
        register_area("JXZ900"),
        submit("A", "360602"),
        submit("B", "360603").on("2025-10-21"),
        recommend("A"),
        review("A", "written", "90"),
        review("A", "onsite", "80"),
        publicise(&["A"]),
        recognise("A", "P"),
        reject("B"),
        approve_plan(),
        allocate("9000000.00"),
        adjust_allocation("2025-11-28", "10000000.00"),
    ]
}

fn first_money() -> Vec<Value> {
    vec![
        release("R1", "2025-12-05", "5000000.00"),
        release("R2", "2025-12-06", "100000.00"),
        confirm_receipt("R1", "2025-12-20"),
        reverse_release("R2", "2025-12-21"),
        close_period("2026-01-05", "2025-12-31"),
        reopen_period("2026-01-06", "2025-11-30"),
    ]
}

fn projects() -> Vec<Value> {
    vec![
        assign(ONE, "3000000.00"),
        change_assignment("2026-01-12", ONE, "4000000.00"),
        file_project(ONE, "2026-01-15"),
        register_other_funding("2026-01-16", "2510-999999"),
        pay("Z1", "2026-02-10", "500000.00"),
        attach("2026-02-10", "Z1"),
        announce_key("2026-02-10", None, 1),
        announce_key("2026-02-11", Some(1), 2),
        pay("Z2", "2026-02-11", "100000.00"),
        reverse_payment("Z2", "2026-02-12"),
        adjust_plan("2026-02-15"),
        file_plan("2026-02-20"),
    ]
}

fn sanctions() -> Vec<Value> {
    vec![
        finding("F", "misuse", "2026-03-01"),
        order_rectification("2026-03-05", "F", "2026-06-30"),
        accept_rectification("2026-04-01"),
        suspend("2026-04-05", "F"),
        resume("2026-05-05"),
        order_clawback("K", "2026-05-06", "1000000.00"),
        receive_clawback("K1", "2026-05-10", "1000000.00"),
        monitor("2026-07-10"),
    ]
}

fn endings() -> Vec<Value> {
    vec![
        self_evaluate("S", "annual", "2026-12-20"),
        evaluate("E", "S", "annual", "2027-01-10"),
        decide_payout("2027-01-20", "E", "1"),
        amend("2027-02-01", &json!({"cohort_quota.2026": 15})),
        pay("Z3", "2027-03-01", "3500000.00"),
        self_evaluate("SO", "overall", "2027-12-05"),
        evaluate("EO", "SO", "overall", "2027-12-20"),
        revoke("2027-12-25", "F"),
        close_pilot("2027-12-28"),
    ]
}
