//! Alerts (§6): the last day without each, its first day, what it says of itself, and what ends it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{
    self, Def01, Def03, Def05, Plan02, San02, San04, Time03, Time04, Tr06, Use03, Use04,
};

use super::acts::*;
use super::story::*;
use super::support::Bench;

/// An alert: what leads to it, its days, what it says of itself.
pub struct Watch {
    /// The rule it comes from.
    pub rule: Rule,
    name: &'static str,
    given: fn() -> Vec<Value>,
    /// The last day without it; empty where it is there from its act on.
    before: &'static str,
    /// Its first day.
    since: &'static str,
    amount: &'static str,
    subject: &'static str,
    /// What ends it on `gone`; an alert that nothing ends has neither.
    end: fn() -> Vec<Value>,
    gone: &'static str,
}

const fn watch(rule: Rule, name: &'static str, given: fn() -> Vec<Value>) -> Watch {
    Watch { rule, name, given, before: "", since: "", amount: "", subject: "", end: nothing, gone: "" }
}

impl Watch {
    const fn days(mut self, before: &'static str, since: &'static str) -> Self {
        (self.before, self.since) = (before, since);
        self
    }

    const fn says(mut self, subject: &'static str, amount: &'static str) -> Self {
        (self.subject, self.amount) = (subject, amount);
        self
    }

    const fn ends(mut self, gone: &'static str, end: fn() -> Vec<Value>) -> Self {
        (self.end, self.gone) = (end, gone);
        self
    }
}

fn adjusted() -> Vec<Value> {
    planned().then(adjust_plan("2026-02-15"))
}

fn rectifying() -> Vec<Value> {
    found("misuse").then(order_rectification("2026-03-05", "F", "2026-06-30"))
}

/// 3,000,000.00 of the budget of 2024 in 2025, then 2,000,000.00 of that of 2025; 1,000,000.00 is paid.
fn of_two_budgets() -> Vec<Value> {
    allocated()
        .then(release("R1", "2025-12-05", "3000000.00").with(json!({"budget_year": 2024})))
        .then(release("R2", "2025-12-06", "2000000.00"))
        .then(assign(ONE, "5000000.00"))
        .then(file_project(ONE, "2026-01-15"))
        .then(pay("Z1", "2026-02-10", "1000000.00"))
}

/// The whole allocation in one release, on 2027-02-01.
fn at_once() -> Vec<Value> {
    allocated()
        .then(self_evaluate("S", "annual", "2026-12-20"))
        .then(evaluate("E", "S", "annual", "2027-01-10"))
        .then(decide_payout("2027-01-20", "E", "1"))
        .then(release("R1", "2027-02-01", "10000000.00").with(json!({"evaluation": "E"})))
}

fn funded_twice() -> Vec<Value> {
    filed().then(register_other_funding("2026-02-01", ONE))
}

/// A finding on the application of what is a pilot by now.
fn fraud_on_the_application() -> Vec<Value> {
    filed().then(finding("F", "fraud", "2026-03-01").without("pilot").with(json!({"application": "A"})))
}

pub const WATCHES: &[Watch] = &[
    watch(Use03, "filing_missing", assigned)
        .days("2026-02-09", "2026-02-10")
        .says(ONE, "2000000.00")
        .ends("2026-03-01", || vec![file_project(ONE, "2026-03-01")]),
    watch(Use03, "filing_missing", assigned)
        .days("2026-02-09", "2026-02-10")
        .says(ONE, "2000000.00")
        .ends("2026-03-01", || vec![change_assignment("2026-03-01", ONE, "0.00")]),
    watch(Plan02, "plan_filing_missing", adjusted)
        .days("2026-02-14", "2026-02-15")
        .says("鹰数调1号", "0.00")
        .ends("2026-02-20", || vec![file_plan("2026-02-20")]),
    watch(Time03, "self_evaluation_due", filed)
        .days("2026-12-31", "2027-01-01")
        .says("2026", "3000000.00")
        .ends("2027-02-01", || vec![self_evaluate("S", "annual", "2027-02-01")]),
    watch(Time03, "evaluation_due", self_evaluated)
        .days("2026-12-31", "2027-01-01")
        .says("2026", "3000000.00")
        .ends("2027-01-10", || vec![evaluate("E", "S", "annual", "2027-01-10")]),
    watch(Time04, "overall_evaluation_due", || filed().then(self_evaluate("SO", "overall", "2027-12-05")))
        .days("2028-02-27", "2028-02-28")
        .says("2027-11-30", "3000000.00")
        .ends("2028-03-10", || vec![evaluate("EO", "SO", "overall", "2028-03-10")]),
    watch(Def01, "carryover_due", of_two_budgets)
        .days("2025-12-30", "2025-12-31")
        .says("2024", "3000000.00")
        .ends("2026-03-01", || vec![pay("Z2", "2026-03-01", "2000000.00")]),
    watch(San02, "clawback_overdue", || clawed_back().then(receive_clawback("K1", "2026-03-10", "400000.00")))
        .days("2027-03-31", "2027-04-01")
        .says("K", "600000.00")
        .ends("2027-05-01", || vec![receive_clawback("K2", "2027-05-01", "600000.00")]),
    watch(San02, "rectification_overdue", rectifying)
        .days("2026-06-30", "2026-07-01")
        .says("F", "3000000.00")
        .ends("2026-07-15", || vec![accept_rectification("2026-07-15")]),
    watch(San02, "rectification_overdue", rectifying)
        .days("2026-06-30", "2026-07-01")
        .says("F", "3000000.00")
        .ends("2026-07-15", || vec![revoke("2026-07-15", "F")]),
    watch(San02, "rectification_overdue", rectifying)
        .days("2026-06-30", "2026-07-01")
        .says("F", "3000000.00")
        .ends("2026-07-15", || vec![order_rectification("2026-07-15", "F", "2026-12-31")]),
    watch(San04, "fraud_decision_due", || found("fraud"))
        .days("2026-02-28", "2026-03-01")
        .says("F", "5000000.00")
        .ends("2026-03-05", || vec![revoke("2026-03-05", "F")]),
    watch(San04, "fraud_decision_due", fraud_on_the_application)
        .days("2026-02-28", "2026-03-01")
        .says("F", "5000000.00")
        .ends("2026-03-05", || vec![revoke("2026-03-05", "F")]),
    watch(San04, "fraud_decision_due", || filed().then(finding("F", "fraud", "2025-11-01")))
        .days("2025-11-09", "2025-11-10")
        .says("F", "0.00")
        .ends("2026-03-05", || vec![revoke("2026-03-05", "F")]),
    watch(Use04, "duplicate_funding", funded_twice)
        .days("2026-01-31", "2026-02-01")
        .says(ONE, "2000000.00")
        .ends("2026-02-05", || vec![change_assignment("2026-02-05", ONE, "0.00")]),
    watch(Use04, "duplicate_funding", || filed().then(register_other_funding("2025-12-01", ONE)))
        .days("2026-01-09", "2026-01-10")
        .says(ONE, "2000000.00")
        .ends("2026-02-05", || vec![change_assignment("2026-02-05", ONE, "0.00")]),
    watch(Def03, "receipt_late", funded)
        .days("2026-02-03", "2026-02-04")
        .says("R1", "5000000.00")
        .ends("2026-03-01", || vec![reverse_release("R1", "2026-03-01")]),
    watch(Def05, "idle_funds", paid)
        .days("2026-08-08", "2026-08-09")
        .says("P", "4500000.00")
        .ends("2026-09-01", || vec![pay("Z2", "2026-09-01", "1.00")]),
    watch(Def05, "idle_funds", paid)
        .days("2026-08-08", "2026-08-09")
        .says("P", "4500000.00")
        .ends("2026-09-01", || vec![release("R2", "2026-09-01", "1.00")]),
    watch(Tr06, "single_tranche", at_once)
        .days("2027-01-31", "2027-02-01")
        .says("R1", "10000000.00")
        .ends("2027-02-05", || vec![reverse_release("R1", "2027-02-05")]),
];

#[test]
fn each_alert_has_its_days_and_its_end() {
    for told in WATCHES {
        let mut bench = Bench::after((told.given)());
        let (name, since) = (told.name, told.since);
        assert_eq!(bench.alerts(name, told.before), [], "{name} before {since}");
        let alerts = bench.alerts(name, since);
        assert_eq!(alerts.len(), 1, "{name} on {since}");
        let [alert] = alerts.try_into().unwrap();
        assert_eq!(alert.rule, told.rule, "{name}");
        let said = (alert.since.to_string(), alert.amount.to_string(), alert.subject, alert.pilot);
        let expected = (since.into(), told.amount.into(), told.subject.into(), "P".into());
        assert_eq!(said, expected, "{name}");
        bench.given((told.end)());
        let eve = told.gone.parse::<tranche::domain::Date>().unwrap().pred_opt().unwrap().to_string();
        let stands = bench.alerts(name, &eve);
        assert_eq!(stands.len(), 1, "{name} on the eve of its end");
        assert_eq!(stands[0].since.to_string(), since, "{name} on the eve of its end");
        assert_eq!(bench.alerts(name, told.gone), [], "{name} once ended");
    }
}

#[test]
fn every_alert_of_the_specification_is_watched() {
    let all = BTreeSet::from([
        "filing_missing",
        "plan_filing_missing",
        "self_evaluation_due",
        "evaluation_due",
        "overall_evaluation_due",
        "carryover_due",
        "clawback_overdue",
        "rectification_overdue",
        "fraud_decision_due",
        "duplicate_funding",
        "receipt_late",
        "idle_funds",
        "single_tranche",
    ]);
    assert_eq!(WATCHES.iter().map(|watch| watch.name).collect::<BTreeSet<_>>(), all);
}

#[test]
fn what_is_done_in_time_alerts_nobody() {
    let kept: [(&str, Vec<Value>, &str); 8] = [
        ("filing_missing", assigned().then(file_project(ONE, "2026-02-09")), "2026-12-31"),
        ("plan_filing_missing", adjusted().then(file_plan("2026-02-15")), "2026-12-31"),
        ("self_evaluation_due", self_evaluated(), "2030-01-01"),
        ("overall_evaluation_due", overall(), "2030-01-01"),
        ("receipt_late", funded().then(confirm_receipt("R1", "2026-02-03")), "2030-01-01"),
        ("clawback_overdue", clawed_back().then(receive_clawback("K1", "2027-03-31", "1000000.00")), "2030-01-01"),
        ("rectification_overdue", rectifying().then(accept_rectification("2026-06-30")), "2030-01-01"),
        ("fraud_decision_due", found("misuse"), "2030-01-01"),
    ];
    for (name, story, date) in kept {
        assert_eq!(Bench::after(story).alerts(name, date), [], "{name}");
    }
}

/// A late receipt stays on record: confirming it ends the waiting, not the lateness.
#[test]
fn a_receipt_confirmed_late_stays_late() {
    let bench = Bench::after(funded().then(confirm_receipt("R1", "2026-02-04")));
    let alerts = bench.alerts("receipt_late", "2030-01-01");
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].since.to_string(), "2026-02-04");
    assert!(alerts[0].zh.contains("61"), "{}", alerts[0].zh);
    assert_eq!(bench.alerts("receipt_late", "2026-02-03"), []);
}

#[test]
fn money_goes_out_of_the_oldest_release_first() {
    let mut bench = Bench::after(of_two_budgets());
    let sums = |bench: &Bench, date: &str| -> Vec<(String, String, String)> {
        let line = |it: tranche::domain::alerts::Alert| (it.subject, it.since.to_string(), it.amount.to_string());
        bench.alerts("carryover_due", date).into_iter().map(line).collect()
    };
    let line = |year: &str, since: &str, sum: &str| (year.to_owned(), since.to_owned(), sum.to_owned());
    assert_eq!(sums(&bench, "2026-12-30"), [line("2024", "2025-12-31", "2000000.00")]);
    let both = [line("2024", "2025-12-31", "2000000.00"), line("2025", "2026-12-31", "2000000.00")];
    assert_eq!(sums(&bench, "2026-12-31"), both);
    bench.given(vec![pay("Z2", "2026-12-31", "2500000.00")]);
    assert_eq!(sums(&bench, "2026-12-31"), [line("2025", "2026-12-31", "1500000.00")]);
    bench.given(vec![reverse_payment("Z1", "2027-01-05")]);
    // What a reversal brings back is due from that day: in between it was paid.
    let back = [line("2025", "2026-12-31", "2000000.00"), line("2024", "2027-01-05", "500000.00")];
    assert_eq!(sums(&bench, "2027-01-05"), back);
}

#[test]
fn the_last_payment_that_stands_counts_for_idle_money() {
    let bench = Bench::after(paid().then(pay("Z2", "2026-05-01", "1.00")).then(reverse_payment("Z2", "2026-05-02")));
    assert_eq!(bench.alerts("idle_funds", "2026-08-08"), []);
    assert_eq!(bench.alerts("idle_funds", "2026-08-09").len(), 1, "180 days after the payment of 2026-02-10");
    let nothing_left = Bench::after(closed());
    assert_eq!(nothing_left.alerts("idle_funds", "2030-01-01"), [], "no balance, nothing idle");
}

#[test]
fn two_tranches_and_a_part_are_no_single_tranche() {
    let whole_in_two = decided("1").then(release("R2", "2027-02-01", "5000000.00").with(json!({"evaluation": "E"})));
    assert_eq!(Bench::after(whole_in_two).alerts("single_tranche", "2030-01-01"), []);
    assert_eq!(Bench::after(funded()).alerts("single_tranche", "2030-01-01"), [], "half of it");
}

#[test]
fn days_are_those_of_the_parameters_as_of_the_date() {
    let bench = Bench::after(assigned().then(amend("2026-01-20", &json!({"filing_days": 9, "idle_days": 60}))));
    assert_eq!(bench.alerts("filing_missing", "2026-01-19"), [], "30 days by the rules of that day");
    assert_eq!(bench.alerts("filing_missing", "2026-01-20").len(), 1, "9 days by the rules of this one");
    assert_eq!(bench.alerts("idle_funds", "2026-02-02"), []);
    assert_eq!(bench.alerts("idle_funds", "2026-02-03").len(), 1);
}

#[test]
fn an_alert_is_dated_from_the_day_it_came_true() {
    let since = |bench: &Bench, alert: &str, date: &str| {
        bench.alerts(alert, date).into_iter().map(|alert| alert.since.to_string()).collect::<Vec<_>>()
    };
    // Everything released is paid on 2026-03-01, and the payment reversed a year later.
    let mut bench = Bench::after(funded());
    let released = "5000000.00";
    bench.given(vec![assign(ONE, released), file_project(ONE, "2026-02-05")]);
    bench.given(vec![pay("ALL", "2026-03-01", released), reverse_payment("ALL", "2027-03-01")]);
    for alert in ["idle_funds", "carryover_due"] {
        assert_eq!(since(&bench, alert, "2027-02-28"), [""; 0], "{alert}");
        assert_eq!(since(&bench, alert, "2027-03-01"), ["2027-03-01"], "{alert}: the money came back that day");
    }
    // The allocation is cut to what came in one release.
    bench.given(vec![adjust_allocation("2027-04-01", released)]);
    assert_eq!(since(&bench, "single_tranche", "2027-03-31"), [""; 0]);
    assert_eq!(since(&bench, "single_tranche", "2027-04-01"), ["2027-04-01"]);
}
