//! The ledger's own rules: AUTH-01, AUTH-02, PARTY-01, REF-01, REF-02, DATE-01, DATE-02, PER-01.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{Auth01, Auth02, Date01, Date02, Party01, Per01, Ref01, Ref02, Use05};

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, TODAY, hold};

/// Another pilot, `Q`, that has a plan with the same projects and an allocation, beside `P` after all this.
fn beside(story: Vec<Value>) -> Vec<Value> {
    let other = recognise_as(submit("B", "360603"), "B", "Q");
    [story, other].concat().then(of_q(approve_plan())).then(of_q(allocate("10000000.00")))
}

/// The same command for the other pilot.
fn of_q(command: Value) -> Value {
    command.with(json!({"pilot": "Q"}))
}

fn january_closed() -> Vec<Value> {
    filed().then(close_period("2026-02-01", "2026-01-31"))
}

fn received() -> Vec<Value> {
    clawed_back().then(receive_clawback("K1", "2026-03-10", "1.00"))
}

fn two_publicised() -> Vec<Value> {
    [submit("B", "360603"), recommend("B"), review("B", "written", "1"), review("B", "onsite", "1"), publicise(&["B"])]
        .into_iter()
        .fold(recognised(), Then::then)
}

pub const CASES: &[Case] = &[
    Case::breaks(Auth01, "a payment by the province", filed, || pay("Z1", "2026-02-10", "1.00").by(finance())),
    Case::keeps(Auth01, "a payment by the city", filed, || pay("Z1", "2026-02-10", "1.00").by(city_finance())),
    Case::breaks(Auth02, "local finance of another area", filed, || {
        pay("Z1", "2026-02-10", "1.00").by(local_finance().with(json!({"area": "360603"})))
    }),
    Case::breaks(Auth02, "an applicant for another area", nothing, || {
        submit("C", "360602").by(applicant().with(json!({"area": "360603"})))
    }),
    Case::breaks(Auth02, "a member that is not the lead applies", nothing, || {
        submit_joint("C").by(applicant().with(json!({"area": "360603"})))
    }),
    Case::keeps(
        Auth02,
        "a member that is not the lead reports",
        || recognise_as(submit_joint("A"), "A", "P").then(approve_plan()),
        || monitor("2026-07-10").by(applicant().with(json!({"area": "360603"}))),
    ),
    Case::breaks(Auth02, "an approval by another city", planned, || {
        let other = city_finance().with(json!({"city": "南昌市"}));
        adjust_plan("2026-01-10").with(json!({"approvals": [other]}))
    }),
    Case::keeps(Auth02, "the city of the lead", planned, || adjust_plan("2026-01-10")),
    Case::breaks(Party01, "a shortlist of one department", reviewed, || publicise(&["A"]).by(drc())),
    Case::breaks(Party01, "one person for both departments", reviewed, || {
        publicise(&["A"]).with(json!({"approvals": [drc().with(json!({"person": "李敏"}))]}))
    }),
    Case::keeps(Party01, "both, and a third", reviewed, || {
        publicise(&["A"]).with(json!({"approvals": [drc(), {"body": "auditor", "person": "孙丽", "document": "审1"}]}))
    }),
    Case::breaks(Date01, "tomorrow", nothing, || attach("2032-07-01", "X").by(drc())),
    Case::keeps(Date01, "today", nothing, || attach(TODAY, "X").by(drc())),
    Case::breaks(Date01, "tomorrow of the simulated day", nothing, || {
        attach("2026-01-02", "X").by(drc()).with(json!({"recorded_at": "2026-01-01T15:59:59.999999Z"}))
    }),
    Case::keeps(Date01, "the day that has begun in Shanghai", nothing, || {
        attach("2026-01-02", "X").by(drc()).with(json!({"recorded_at": "2026-01-01T16:00:00Z"}))
    }),
    Case::breaks(
        Date01,
        "after the last simulated day",
        || vec![register_area("JXZ900").with(json!({"recorded_at": "2026-01-01T12:00:00+08:00"}))],
        || attach("2026-01-02", "X").by(drc()),
    ),
    Case::breaks(Per01, "on the last closed day", january_closed, || pay("Z1", "2026-01-31", "1.00")),
    Case::keeps(Per01, "the day after", january_closed, || pay("Z1", "2026-02-01", "1.00")),
    Case::keeps(
        Per01,
        "a month reopened",
        || january_closed().then(reopen_period("2026-02-02", "2025-12-31")),
        || pay("Z1", "2026-01-31", "1.00"),
    ),
    Case::breaks(
        Per01,
        "a month still closed",
        || january_closed().then(reopen_period("2026-02-02", "2025-12-31")),
        || confirm_receipt("R1", "2025-12-31"),
    ),
    Case::keeps(Per01, "reopening dated in closed books", january_closed, || reopen_period("2026-01-15", "2025-12-31")),
    Case::breaks(Ref01, "no such pilot", nothing, || allocate("1.00")),
    Case::breaks(
        Ref01,
        "another pilot's release confirmed",
        || beside(funded()),
        || of_q(confirm_receipt("R1", "2025-12-20")).by(city_finance()),
    ),
    Case::breaks(
        Ref01,
        "another pilot's release reversed",
        || beside(funded()),
        || of_q(reverse_release("R1", "2025-12-20")),
    ),
    Case::breaks(
        Ref01,
        "another pilot's project changed",
        || beside(assigned()),
        || of_q(change_assignment("2026-01-12", ONE, "1.00")),
    ),
    Case::breaks(
        Ref01,
        "another pilot's project filed",
        || beside(assigned()),
        || of_q(file_project(ONE, "2026-01-12")),
    ),
    Case::breaks(
        Ref01,
        "another pilot's payment reversed",
        || beside(paid()),
        || of_q(reverse_payment("Z1", "2026-02-11")).by(city_finance()),
    ),
    Case::breaks(
        Ref01,
        "another pilot's evaluation decided on",
        || beside(evaluated()),
        || of_q(decide_payout("2027-01-20", "E", "1")),
    ),
    Case::breaks(Ref01, "the city's own evaluation decided on", self_evaluated, || {
        decide_payout("2027-01-20", "S", "1")
    }),
    Case::breaks(
        Ref01,
        "another pilot's evaluation released on",
        || beside(decided("1")),
        || of_q(release("R9", "2027-02-01", "1.00")).with(json!({"evaluation": "E"})),
    ),
    Case::breaks(
        Ref01,
        "another pilot's order received",
        || beside(clawed_back()),
        || of_q(receive_clawback("K1", "2026-03-10", "1.00")).with(json!({"source": "own_funds"})),
    ),
    Case::keeps(Ref01, "an attachment to nothing known", nothing, || attach("2026-01-01", "NOPE")),
    Case::keeps(Ref01, "its own release", funded, || confirm_receipt("R1", "2025-12-20")),
    Case::breaks(Ref02, "an application's", submitted, || submit("A", "360603")),
    Case::breaks(Ref02, "a pilot's", two_publicised, || recognise("B", "P")),
    Case::breaks(Ref02, "a release's", funded, || {
        release("R1", "2025-12-06", "1.00").with(json!({"document": "赣财指9号"}))
    }),
    Case::breaks(
        Ref02,
        "a reversed release's",
        || funded().then(reverse_release("R1", "2025-12-06")),
        || release("R1", "2025-12-06", "1.00"),
    ),
    Case::breaks(Ref02, "another pilot's release's", || beside(funded()), || of_q(release("R1", "2025-12-06", "1.00"))),
    Case::breaks(Ref02, "a payment's", paid, || pay("Z1", "2026-02-10", "1.00")),
    Case::breaks(Ref02, "a self-evaluation's, for an evaluation", self_evaluated, || {
        evaluate("S", "S", "annual", "2027-01-10")
    }),
    Case::breaks(Ref02, "an evaluation's, for a self-evaluation", evaluated, || {
        self_evaluate("E", "annual", "2027-01-10")
    }),
    Case::breaks(Ref02, "a clawback's", clawed_back, || order_clawback("K", "2026-03-05", "1.00")),
    Case::breaks(Ref02, "a receipt's", received, || receive_clawback("K1", "2026-03-10", "1.00")),
    Case::breaks(Ref02, "a finding's", || found("misuse"), || finding("F", "other", "2026-03-01")),
    Case::keeps(Ref02, "another kind's", || found("misuse"), || order_clawback("R1", "2026-03-05", "1.00")),
    Case::breaks(Date02, "a plan before the recognition", recognised, || approve_plan().on("2025-11-09")),
    Case::breaks(Date02, "a release reversed before it, when there was no money", funded, || {
        reverse_release("R1", "2025-12-04")
    })
    .with(&[Use05]),
    Case::keeps(Date02, "a release reversed on its day", funded, || reverse_release("R1", "2025-12-05")),
    Case::keeps(Date02, "a plan on the day of recognition", recognised, || approve_plan().on("2025-11-10")),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

/// What stands before, the command, and the first date it may have.
type Earliest = (fn() -> Vec<Value>, fn() -> Value, &'static str);

fn publicised_late() -> Vec<Value> {
    reviewed().then(publicise(&["A"]).on("2025-11-20"))
}

fn changed_thrice() -> Vec<Value> {
    let bare = |on: &str| adjust_plan(on).without("add");
    planned().then(adjust_plan("2026-02-10")).then(bare("2026-02-15")).then(bare("2026-02-12"))
}

fn planned_late() -> Vec<Value> {
    recognised().then(allocate("10000000.00")).then(approve_plan().on("2025-12-10"))
}

fn rectified_twice() -> Vec<Value> {
    found("misuse").then(order_rectification("2026-03-05", "F", "2026-06-30")).then(order_rectification(
        "2026-03-10",
        "F",
        "2026-06-30",
    ))
}

fn decided_twice() -> Vec<Value> {
    decided("0.5").then(decide_payout("2027-03-01", "E", "1"))
}

fn poor() -> Vec<Value> {
    graded("59", "差")
}

fn ready_to_close() -> Vec<Value> {
    let mut story = closed();
    story.pop();
    story
}

const EARLIEST: &[Earliest] = &[
    (submitted, || recommend("A"), "2025-10-20"),
    (recommended, || review("A", "written", "90"), "2025-10-21"),
    (|| recommended().then(review("A", "onsite", "1").on("2025-10-28")), || review("A", "written", "90"), "2025-10-28"),
    (reviewed, || publicise(&["A"]), "2025-10-25"),
    (publicised_late, || recognise("A", "P"), "2025-11-20"),
    (recommended, || reject("A"), "2025-10-21"),
    (recognised, || allocate("1.00"), "2025-11-10"),
    (planned, || self_evaluate("S", "annual", ""), "2025-11-10"),
    (planned, || adjust_plan(""), "2025-11-20"),
    (changed_thrice, || file_plan(""), "2026-02-15"),
    (allocated, || adjust_allocation("", "1.00"), "2025-11-25"),
    (
        || allocated().then(adjust_allocation("2026-01-01", "9000000.00")),
        || adjust_allocation("", "9500000.00"),
        "2025-11-25",
    ),
    (allocated, || release("R1", "2025-01-01", "1.00"), "2025-11-25"),
    (decided_twice, || release("R2", "2027-01-01", "1.00").with(json!({"evaluation": "E"})), "2027-03-01"),
    (allocated, || assign(ONE, "1.00"), "2025-11-25"),
    (planned_late, || assign(ONE, "1.00"), "2025-12-10"),
    (assigned, || change_assignment("", ONE, "1.00"), "2026-01-10"),
    (assigned, || file_project(ONE, ""), "2026-01-10"),
    (filed, || pay("Z1", "", "1.00"), "2026-01-10"),
    (funded, || confirm_receipt("R1", ""), "2025-12-05"),
    (paid, || reverse_payment("Z1", ""), "2026-02-10"),
    (evaluated, || decide_payout("", "E", "1"), "2027-01-10"),
    (|| found("misuse"), || order_rectification("", "F", "2026-06-30"), "2026-03-01"),
    (|| found("misuse"), || suspend("", "F"), "2026-03-01"),
    (|| found("misuse"), || revoke("", "F"), "2026-03-01"),
    (|| found("misuse"), || order_clawback("K", "", "1.00"), "2026-03-01"),
    (poor, || order_rectification("", "E", "2027-06-30"), "2027-01-10"),
    (poor, || suspend("", "E"), "2027-01-10"),
    (poor, || revoke("", "E"), "2027-01-10"),
    (poor, || order_clawback("K", "", "1.00").with(json!({"basis": "E"})), "2027-01-10"),
    (rectified_twice, || accept_rectification(""), "2026-03-10"),
    (suspended, || resume(""), "2026-03-05"),
    (clawed_back, || receive_clawback("K1", "", "1.00"), "2026-03-05"),
    (ready_to_close, || close_pilot(""), "2027-12-20"),
    (nothing, || close_period("", "2026-01-31"), "2026-01-31"),
];

#[test]
fn each_act_has_its_first_date() {
    for (given, when, first) in EARLIEST {
        let bench = Bench::after(given());
        let date: tranche::domain::Date = first.parse().unwrap();
        let before = date.pred_opt().unwrap().to_string();
        let (before, on) = (bench.when(&when().on(&before)), bench.when(&when().on(first)));
        let name = when()["command"].clone();
        assert!(!before.is_accepted(), "{name} before {first}");
        assert_eq!(before.rules(), ["DATE-02"].into(), "{name} before {first}\n{}", before.text());
        assert!(on.is_accepted(), "{name} on {first}\n{}", on.text());
    }
}

#[test]
fn what_builds_on_nothing_has_any_date() {
    let bench = Bench::after(filed());
    let acts = [
        monitor("2020-01-01"),
        finding("F", "other", "2020-01-01"),
        attach("2020-01-01", "P"),
        register_other_funding("2020-01-01", "2510-999999"),
        amend("2020-01-01", &json!({"idle_days": 90})),
        register_area("JXZ900").on("2020-01-01"),
    ];
    for act in acts {
        assert!(bench.when(&act).is_accepted(), "{act}");
    }
}
