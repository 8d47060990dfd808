//! Figures (§7): as of a date, exact to the fen, never rounded up into a limit.

use serde_json::{Value, json};
use tranche::domain::figures::Figures;

use super::acts::*;
use super::story::*;
use super::support::Bench;

/// Some figures of `P` as of a date.
fn of(bench: &Bench, date: &str, names: &[&str]) -> Vec<Value> {
    let figures = bench.figures("P", date);
    names.iter().map(|name| figures[*name].clone()).collect()
}

#[test]
fn a_pilot_as_of_each_date() {
    let bench = Bench::after(
        paid()
            .then(reverse_payment("Z1", "2026-03-01"))
            .then(pay("Z2", "2026-03-02", "333333.33"))
            .then(finding("F", "misuse", "2026-03-03"))
            .then(order_clawback("K", "2026-03-05", "1000000.00"))
            .then(receive_clawback("K1", "2026-03-10", "400000.00"))
            .then(receive_clawback("K2", "2026-03-11", "100000.00").with(json!({"source": "own_funds"}))),
    );
    let names = ["allocated", "released", "assigned", "unassigned", "paid", "balance", "execution_rate"];
    let rows = [
        ("2025-11-24", json!(["0.00", "0.00", "0.00", "0.00", "0.00", "0.00", null])),
        ("2025-12-04", json!(["10000000.00", "0.00", "0.00", "10000000.00", "0.00", "0.00", null])),
        ("2025-12-05", json!(["10000000.00", "5000000.00", "0.00", "10000000.00", "0.00", "5000000.00", "0.0000"])),
        (
            "2026-02-10",
            json!(["10000000.00", "5000000.00", "2000000.00", "8000000.00", "500000.00", "4500000.00", "0.1000"]),
        ),
        (
            "2026-03-01",
            json!(["10000000.00", "5000000.00", "2000000.00", "8000000.00", "0.00", "5000000.00", "0.0000"]),
        ),
        (
            "2026-03-10",
            json!(["10000000.00", "5000000.00", "2000000.00", "8000000.00", "333333.33", "4266666.67", "0.0667"]),
        ),
    ];
    for (date, expected) in rows {
        assert_eq!(json!(of(&bench, date, &names)), expected, "{date}");
    }
    let clawbacks = ["clawback_ordered", "clawback_returned", "clawback_outstanding"];
    assert_eq!(of(&bench, "2026-03-04", &clawbacks), ["0.00", "0.00", "0.00"]);
    assert_eq!(of(&bench, "2026-03-11", &clawbacks), ["1000000.00", "500000.00", "500000.00"]);
    assert_eq!(of(&bench, "2026-03-11", &["balance"]), ["4266666.67"], "own funds leave the balance");
}

#[test]
fn limits_are_cut_down_to_the_fen() {
    let story = planned()
        .then(allocate("9999999.99"))
        .then(self_evaluate("S", "annual", "2026-12-20"))
        .then(evaluate("E", "S", "annual", "2027-01-10"))
        .then(decide_payout("2027-01-20", "E", "0.3333"));
    let mut bench = Bench::after(story);
    let names = ["first_share_limit", "release_limit", "payout_ratio", "releasable", "withheld"];
    let before = ["6999999.99", "6999999.99", "0.0000", "6999999.99", "3000000.00"];
    assert_eq!(of(&bench, "2027-01-19", &names), before);
    let decided = ["6999999.99", "7999899.99", "0.3333", "7999899.99", "2000100.00"];
    assert_eq!(of(&bench, "2027-01-20", &names), decided);
    // What is releasable is what a release may be, to the fen.
    let by_rule = |amount: &str| bench.when(&release("R1", "2027-02-01", amount).with(json!({"evaluation": "E"})));
    assert!(by_rule("7999899.99").is_accepted());
    assert!(!by_rule("7999900.00").is_accepted());
    bench.given(vec![release("R1", "2027-02-01", "7999899.99").with(json!({"evaluation": "E"}))]);
    assert_eq!(of(&bench, "2027-02-01", &["releasable", "withheld"]), ["0.00", "2000100.00"]);
}

#[test]
fn what_is_releasable_follows_standing_and_year() {
    let bench = Bench::after(
        decided("1")
            .then(finding("F", "misuse", "2027-02-01"))
            .then(suspend("2027-02-05", "F"))
            .then(resume("2027-02-10"))
            .then(revoke("2027-03-01", "F")),
    );
    let rows = [
        ("2025-12-04", "7000000.00"),
        ("2025-12-31", "2000000.00"),
        ("2027-01-19", "2000000.00"),
        ("2027-01-20", "5000000.00"),
        ("2027-02-04", "5000000.00"),
        ("2027-02-05", "0.00"),
        ("2027-02-09", "0.00"),
        ("2027-02-10", "5000000.00"),
        ("2027-03-01", "0.00"),
    ];
    for (date, sum) in rows {
        assert_eq!(of(&bench, date, &["releasable"]), [sum], "{date}");
    }
}

#[test]
fn the_year_of_recognition_has_its_own_limit() {
    let year = json!({"year": 2025});
    let bench = Bench::after(
        allocated()
            .then(self_evaluate("S", "annual", "2025-11-26").with(year.clone()))
            .then(evaluate("E", "S", "annual", "2025-11-27").with(year))
            .then(decide_payout("2025-11-28", "E", "1"))
            .then(release("R1", "2025-12-05", "1000000.00")),
    );
    let names = ["release_limit", "releasable"];
    assert_eq!(of(&bench, "2025-12-31", &names), ["10000000.00", "6000000.00"]);
    assert_eq!(of(&bench, "2026-01-01", &names), ["10000000.00", "9000000.00"]);
}

#[test]
fn a_reversal_counts_from_its_own_date() {
    let bench = Bench::after(funded().then(reverse_release("R1", "2026-01-20")));
    let names = ["released", "released_in_recognition_year", "balance"];
    assert_eq!(of(&bench, "2026-01-19", &names), ["5000000.00", "5000000.00", "5000000.00"]);
    assert_eq!(of(&bench, "2026-01-20", &names), ["0.00", "0.00", "0.00"]);
}

#[test]
fn a_cap_is_that_of_the_parameters_as_of_the_date() {
    let bench = Bench::after(recognised().then(amend("2026-01-01", &json!({"cap.other": "9000000.00"}))));
    assert_eq!(of(&bench, "2025-12-31", &["cap"]), ["10000000.00"]);
    assert_eq!(of(&bench, "2026-01-01", &["cap"]), ["9000000.00"]);
}

#[test]
fn a_programme_is_the_sum_of_its_pilots() {
    let of_q = |command: Value| command.with(json!({"pilot": "Q"}));
    let other = recognise_as(submit("B", "360603"), "B", "Q");
    let story = [paid(), other].concat().then(of_q(allocate("3000000.00"))).then(of_q(release(
        "R2",
        "2026-01-05",
        "1000000.00",
    )));
    let bench = Bench::after(story);
    let on = |date: &str| serde_json::to_value(Figures::of_programme(&bench.ledger, date.parse().unwrap())).unwrap();
    let sums = on("2026-02-10");
    let names =
        ["cap", "allocated", "first_share_limit", "released", "paid", "balance", "execution_rate", "payout_ratio"];
    let expected =
        json!(["20000000.00", "13000000.00", "9100000.00", "6000000.00", "500000.00", "5500000.00", "0.0833", null]);
    assert_eq!(names.map(|name| sums[name].clone()).to_vec(), *expected.as_array().unwrap());
    assert_eq!(on("2025-11-09")["cap"], "0.00", "nothing is recognised yet");
}
