//! Alerts: lines that stand on reports while they are true, each with its rule, first date and sum.
//!
//! They are read off the state as of a date, like figures; nothing is refused here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, Days};
use serde::Serialize;

use super::Date;
use super::code::{EvaluationKind, FindingKind};
use super::figures::Figures;
use super::ledger::{Assignment, DayOfPayments, Ledger, Pilot, Tranche};
use super::money::Money;
use super::parameters::Parameters;
use super::rulebook::Rule;
use super::text::{Count, Id};

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Which one, as in `filing_missing`.
    pub alert: &'static str,
    /// The rule it comes from.
    pub rule: Rule,
    /// The first day it was true.
    pub since: Date,
    /// The sum it concerns, in yuan.
    pub amount: Money,
    /// What it is about: a project, a release, a finding, …
    pub subject: String,
    /// The pilot it is about.
    pub pilot: String,
    /// What it says, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// The pilot whose alerts are gathered, and the date.
struct Watch<'a> {
    id: &'a Id,
    ledger: &'a Ledger,
    parameters: &'a Parameters,
    pilot: &'a Pilot,
    date: Date,
    figures: Figures,
    alerts: Vec<Alert>,
}

/// What an alert says in both languages.
type Words = (String, String);

impl Watch<'_> {
    /// Notes an alert that is true from a date on, where that date has come.
    fn note(
        &mut self,
        (alert, rule): (&'static str, Rule),
        since: Option<Date>,
        amount: Money,
        about: (String, Words),
    ) {
        let Some(since) = since.filter(|since| *since <= self.date) else {
            return;
        };
        let (subject, (zh, en)) = about;
        self.alerts.push(Alert { alert, rule, since, amount, subject, pilot: self.id.to_string(), zh, en });
    }

    /// The first day from which something holds without a break until now, no earlier than `from`, the day by which it
    /// would have held had nothing changed since.
    fn unbroken_since(&self, from: Date, holds: impl Fn(Date) -> bool) -> Date {
        let pilot = self.pilot;
        let releases = pilot.releases.iter().flat_map(|release| std::iter::once(release.on).chain(release.reversed_on));
        let allocations = pilot.allocations.iter().map(|step| step.on);
        let changes: BTreeSet<Date> = releases
            .chain(allocations)
            .chain(pilot.balance_by_day.keys().copied())
            .filter(|day| *day > from && *day <= self.date)
            .collect();
        let broken = changes.into_iter().rev().find(|day| !day.pred_opt().is_some_and(&holds));
        broken.unwrap_or(from)
    }

    fn live_assignments(&self) -> impl Iterator<Item = &Assignment> {
        let date = self.date;
        self.pilot.assignments_on(date).filter(move |known| known.amount_on(date).is_positive())
    }
}

/// The alerts of a pilot as of a date, by first date.
#[must_use]
pub fn of_pilot(ledger: &Ledger, id: &Id, pilot: &Pilot, date: Date) -> Vec<Alert> {
    if pilot.recognised_on > date {
        return Vec::new();
    }
    let parameters = &ledger.programme.parameters_on(date);
    let figures = Figures::of_pilot(&ledger.programme, pilot, date);
    let mut watch = Watch { id, ledger, parameters, pilot, date, figures, alerts: Vec::new() };
    filing_missing(&mut watch);
    plan_filing_missing(&mut watch);
    evaluations_due(&mut watch);
    carryover_due(&mut watch);
    clawback_overdue(&mut watch);
    rectification_overdue(&mut watch);
    fraud_decision_due(&mut watch);
    duplicate_funding(&mut watch);
    receipt_late(&mut watch);
    idle_funds(&mut watch);
    single_tranche(&mut watch);
    watch.alerts.sort_by(|a, b| (a.since, a.rule, &a.subject).cmp(&(b.since, b.rule, &b.subject)));
    watch.alerts
}

/// The alerts of all pilots as of a date, by first date.
#[must_use]
pub fn of_programme(ledger: &Ledger, date: Date) -> Vec<Alert> {
    let mut alerts: Vec<Alert> =
        ledger.pilots.iter().flat_map(|(id, pilot)| of_pilot(ledger, id, pilot, date)).collect();
    alerts.sort_by(|a, b| (a.since, a.rule, &a.pilot, &a.subject).cmp(&(b.since, b.rule, &b.pilot, &b.subject)));
    alerts
}

/// The day so many days later.
fn days_after(date: Date, days: Count, more: u64) -> Option<Date> {
    date.checked_add_days(Days::new(u64::from(days.0) + more))
}

/// The day after something was due, or the day it was ordered where that is later.
fn overdue(due: Date, ordered: Date) -> Option<Date> {
    due.succ_opt().map(|since| since.max(ordered))
}

/// Whether something dated so has not happened by the date.
fn pending(done: Option<Date>, date: Date) -> bool {
    done.is_none_or(|on| on > date)
}

/// USE-03: a project assigned more than so many days ago is not filed.
fn filing_missing(watch: &mut Watch) {
    let (days, date) = (watch.parameters.filing_days, watch.date);
    let unfiled: Vec<_> = watch
        .live_assignments()
        .filter(|known| pending(known.filed_on, date))
        .map(|known| (known.project.to_string(), known.on, known.amount_on(watch.date)))
        .collect();
    for (project, on, amount) in unfiled {
        let zh = format!("项目 {project} 于 {on} 确定,超过 {days} 日未报省备案");
        let en = format!("the project {project}, assigned on {on}, is not filed after {days} days");
        watch.note(("filing_missing", Rule::Use03), days_after(on, days, 1), amount, (project, (zh, en)));
    }
}

/// PLAN-02: a plan's change is not filed.
fn plan_filing_missing(watch: &mut Watch) {
    let (pilot, date) = (watch.pilot, watch.date);
    let Some(plan) = &pilot.plan else {
        return;
    };
    for change in plan.changes.iter().filter(|change| pending(change.filed_on, date)) {
        let words = (
            format!("{} 的方案调整({})未报省备案", change.on, change.document),
            format!("the plan's change of {} ({}) is not filed", change.on, change.document),
        );
        let about = (change.document.to_string(), words);
        watch.note(("plan_filing_missing", Rule::Plan02), Some(change.on), watch.figures.allocated, about);
    }
}

/// TIME-03 and TIME-04: evaluations that should have been made.
fn evaluations_due(watch: &mut Watch) {
    let (pilot, date) = (watch.pilot, watch.date);
    let Some(plan) = pilot.plan.as_ref().filter(|plan| plan.approved_on <= date) else {
        return;
    };
    let second_year = plan.term_start.year() + 1;
    let annual_since = Date::from_ymd_opt(second_year + 1, 1, 1).map(|since| since.max(plan.approved_on));
    let withheld = watch.figures.withheld;
    let annual = EvaluationKind::Annual;
    if !pilot.self_evaluations.iter().any(|own| own.kind == annual && own.on <= date) {
        let words = (
            format!("{second_year}年底前应完成年度绩效自评,至今没有"),
            format!("an annual self-evaluation was due by the end of {second_year}; there is none"),
        );
        watch.note(("self_evaluation_due", Rule::Time03), annual_since, withheld, (second_year.to_string(), words));
    }
    if !pilot.evaluations.iter().any(|made| made.kind == annual && made.on <= date) {
        let words = (
            format!("{second_year}年底前应完成年度绩效评价,至今没有"),
            format!("an annual evaluation was due by the end of {second_year}; there is none"),
        );
        watch.note(("evaluation_due", Rule::Time03), annual_since, withheld, (second_year.to_string(), words));
    }
    if !pilot.evaluations.iter().any(|made| made.kind == EvaluationKind::Overall && made.on <= date) {
        let (end, days) = (plan.term_end, watch.parameters.overall_due_days);
        let words = (
            format!("试点期于 {end} 届满,{days} 日内应完成整体绩效评价,至今没有"),
            format!("the term ended on {end}; an overall evaluation was due within {days} days"),
        );
        watch.note(
            ("overall_evaluation_due", Rule::Time04),
            days_after(end, days, 0).map(|since| since.max(plan.approved_on)),
            withheld,
            (end.to_string(), words),
        );
    }
}

/// What is left as of a date of the money of each budget year; what went out is taken from the oldest release first.
fn unpaid_by_year(pilot: &Pilot, date: Date) -> BTreeMap<i32, Money> {
    let mut releases: Vec<_> = pilot.releases_on(date).collect();
    releases.sort_by_key(|release| release.on);
    let mut gone = pilot.released_on(date) - pilot.balance_on(date);
    let mut unpaid: BTreeMap<i32, Money> = BTreeMap::new();
    for release in releases {
        let covered = gone.min(release.amount);
        gone -= covered;
        *unpaid.entry(release.budget_year.0).or_default() += release.amount - covered;
    }
    unpaid
}

/// DEF-01: money of a budget year is unpaid when it may no longer be carried over.
fn carryover_due(watch: &mut Watch) {
    let (pilot, date) = (watch.pilot, watch.date);
    let years = i32::try_from(watch.parameters.carryover_years.0).unwrap_or(i32::MAX);
    for (year, sum) in unpaid_by_year(pilot, date).into_iter().filter(|(_, sum)| sum.is_positive()) {
        let deadline = Date::from_ymd_opt(year.saturating_add(years).saturating_sub(1), 12, 31);
        let left = |day| unpaid_by_year(pilot, day).get(&year).is_some_and(|sum| sum.is_positive());
        let since = deadline.map(|deadline| watch.unbroken_since(deadline, left));
        let words = (
            format!("{year}年预算资金 {} 结转期满仍未支付", sum.grouped()),
            format!("{} of the budget year {year} is still unpaid", sum.grouped()),
        );
        watch.note(("carryover_due", Rule::Def01), since, sum, (year.to_string(), words));
    }
}

/// SAN-02: money ordered back is overdue.
fn clawback_overdue(watch: &mut Watch) {
    let date = watch.date;
    for clawback in watch.pilot.clawbacks.iter().filter(|clawback| clawback.on <= date) {
        let rest = clawback.amount - clawback.returned_on(date);
        if rest.is_positive() {
            let words = (
                format!("{} 应于 {} 前缴回,尚欠 {}", clawback.id, clawback.due, rest.grouped()),
                format!("{} was due on {}; {} is outstanding", clawback.id, clawback.due, rest.grouped()),
            );
            let about = (clawback.id.to_string(), words);
            watch.note(("clawback_overdue", Rule::San02), overdue(clawback.due, clawback.on), rest, about);
        }
    }
}

/// SAN-02: a rectification is overdue.
fn rectification_overdue(watch: &mut Watch) {
    let date = watch.date;
    for order in watch.pilot.rectifications.iter().filter(|order| order.on <= date && pending(order.ended_on, date)) {
        let words = (
            format!("{} 要求的整改应于 {} 前完成,尚未验收", order.on, order.due),
            format!("the rectification ordered on {} was due on {} and is not accepted", order.on, order.due),
        );
        let about = (order.basis.to_string(), words);
        let since = overdue(order.due, order.on);
        watch.note(("rectification_overdue", Rule::San02), since, watch.figures.withheld, about);
    }
}

/// SAN-04: fraud was found and the pilot is not revoked.
fn fraud_decision_due(watch: &mut Watch) {
    let (pilot, date) = (watch.pilot, watch.date);
    if pilot.revoked_on(date) {
        return;
    }
    for finding in pilot.findings.iter().filter(|finding| finding.kind == FindingKind::Fraud) {
        let words = (
            format!("问题 {}(弄虚作假)应作出取消试点资格的决定", finding.id),
            format!("the finding {} of fraud awaits revocation", finding.id),
        );
        // A finding made on the application counts from the day it became a pilot.
        let since = finding.on.max(pilot.recognised_on);
        let about = (finding.id.to_string(), words);
        watch.note(("fraud_decision_due", Rule::San04), Some(since), watch.figures.released, about);
    }
}

/// USE-04: other provincial money was registered for a project assigned here.
fn duplicate_funding(watch: &mut Watch) {
    let other_funding = &watch.ledger.programme.other_funding;
    let twice: Vec<_> = watch
        .live_assignments()
        .filter_map(|known| Some((known, other_funding.get(&known.project)?.iter().map(|other| other.on).min()?)))
        .map(|(known, other)| (known.project.to_string(), known.on.max(other), known.amount_on(watch.date)))
        .collect();
    for (project, since, amount) in twice {
        let words = (
            format!("项目 {project} 又获其他省级财政资金支持"),
            format!("the project {project} also has money of another provincial programme"),
        );
        watch.note(("duplicate_funding", Rule::Use04), Some(since), amount, (project, words));
    }
}

/// DEF-03: a receipt was confirmed late, or is late.
fn receipt_late(watch: &mut Watch) {
    let (date, days) = (watch.date, watch.parameters.receipt_days);
    for release in watch.pilot.releases_on(date) {
        let since = days_after(release.on, days, 1);
        let confirmed = release.confirmed_on.filter(|on| *on <= date);
        if confirmed.is_some_and(|on| since.is_some_and(|since| on < since)) {
            continue;
        }
        let waited = (confirmed.unwrap_or(date) - release.on).num_days();
        let words = match confirmed {
            Some(_) => (
                format!("下达 {} 历时 {waited} 日到账,超过 {days} 日", release.id),
                format!("the release {} took {waited} days to arrive, more than {days}", release.id),
            ),
            None => (
                format!("下达 {} 已 {waited} 日未确认到账", release.id),
                format!("the release {} is not confirmed after {waited} days", release.id),
            ),
        };
        watch.note(("receipt_late", Rule::Def03), since, release.amount, (release.id.to_string(), words));
    }
}

/// The later of the last payment and the last release that stand as of a date.
fn last_movement(pilot: &Pilot, date: Date) -> Option<Date> {
    let stands = |day: &DayOfPayments| {
        let reversed = day.reversed_on.iter().filter(|on| **on <= date).count();
        day.count as usize > reversed
    };
    let paid = pilot.payments_by_day.range(..=date).rev().find(|(_, day)| stands(day)).map(|(on, _)| *on);
    let released = pilot.releases_on(date).map(|release| release.on).max();
    paid.max(released)
}

/// DEF-05: a balance lies idle.
fn idle_funds(watch: &mut Watch) {
    let (pilot, date, balance) = (watch.pilot, watch.date, watch.figures.balance);
    let Some(last) = last_movement(pilot, date).filter(|_| balance.is_positive()) else {
        return;
    };
    let days = watch.parameters.idle_days;
    let idle = |day| pilot.balance_on(day).is_positive() && last_movement(pilot, day) == Some(last);
    let since = days_after(last, days, 0).map(|deadline| watch.unbroken_since(deadline, idle));
    let words = (
        format!("自 {last} 起 {days} 日无支付,余额 {}", balance.grouped()),
        format!("no payment for {days} days since {last}; the balance is {}", balance.grouped()),
    );
    watch.note(("idle_funds", Rule::Def05), since, balance, (watch.id.to_string(), words));
}

/// The one release by which the whole allocation came, as of a date.
fn only_release(pilot: &Pilot, date: Date) -> Option<&Tranche> {
    let mut releases = pilot.releases_on(date);
    let only = releases.next().filter(|only| only.amount == pilot.allocation_on(date));
    only.filter(|_| releases.next().is_none())
}

/// TR-06: the whole allocation came in one release.
fn single_tranche(watch: &mut Watch) {
    let pilot = watch.pilot;
    let Some(only) = only_release(pilot, watch.date) else {
        return;
    };
    let alone = |day| only_release(pilot, day).is_some_and(|release| release.id == only.id);
    let since = watch.unbroken_since(only.on, alone);
    let words = (
        format!("定额 {} 一次性下达,未分批", only.amount.grouped()),
        format!("the whole allocation of {} came in one release", only.amount.grouped()),
    );
    let about = (only.id.to_string(), words);
    watch.note(("single_tranche", Rule::Tr06), Some(since), only.amount, about);
}
