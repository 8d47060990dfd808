//! 试点资金情况报告: how a pilot's funds stand, and why they stand so.

mod lists;

pub(super) use lists::score;

use std::collections::BTreeSet;

use chrono::Datelike as _;

use super::bases::{Grounds, worked};
use super::{Draft, Material, PilotMaterial, alerts, changes, words};
use crate::domain::Date;
use crate::domain::figures::Figures;
use crate::domain::ledger::Pilot;
use crate::domain::money::Money;
use crate::report::explain::{Explanation, Figure};
use crate::report::paper::chart::{Chart, Fill, Line, Part, Plot, Stroke};
use crate::report::paper::{Fact, Facts, Prose, Section, Sentence, SignOff};

/// Who signs a pilot's status.
const SIGNS: [&str; 3] = ["牵头申报主体（试点地区）", "设区市数字经济主管部门", "设区市财政部门"];

pub(super) fn build(material: &Material, of: PilotMaterial) -> Draft {
    let mut draft = Draft { subtitle: of.subtitle(), ..Draft::default() };
    let grounds = Grounds::lay(material.view(), of, &mut draft);
    let alerts = alerts::of_pilot(material, of);
    let projects = lists::projects(material, of, &grounds, &mut draft);
    let sanctions = lists::sanctions(material, of, &grounds, &mut draft);
    draft.sections = vec![
        identity(material, of),
        funds(material, of, &grounds),
        lists::evaluations(material, of),
        projects,
        payments(material, of, &grounds),
        sanctions,
        Section::new("alerts", "预警").with(alerts),
        changes::section(material, of, &grounds),
        Section::new("signatures", "签章").with(SignOff::of(Some(("资金余额", grounds.figures().balance)), &SIGNS)),
    ];
    draft
}

fn identity(material: &Material, of: PilotMaterial) -> Section {
    let (pilot, date, programme) = (of.pilot, material.as_of(), &material.state.programme);
    let members: Vec<&str> = pilot.members.iter().map(|code| programme.area_name(code)).collect();
    let plan = pilot.plan.as_ref().filter(|plan| plan.approved_on <= date);
    let lead = programme.applications.get(&pilot.application).map(|application| programme.area_name(&application.lead));
    let facts = vec![
        Fact::new("pilot", "试点编号", of.id.as_str()),
        Fact::new("name", "试点地区", pilot.name.as_str()),
        Fact::new("city", "所属设区市", pilot.city.as_str()),
        Fact::new("cohort", "批次", format!("{}年", pilot.cohort)),
        Fact::new("lead", "牵头申报主体", lead),
        Fact::new("members", "申报主体", members.join("、")),
        Fact::new("cap_kind", "定额类别", pilot.cap_kind.zh()),
        Fact::new("recognised_on", "认定日期", pilot.recognised_on),
        Fact::new("plan", "方案批复", plan.map(|plan| plan.document.as_str())),
        Fact::new("term", "实施期", plan.map(|plan| format!("{} 至 {}", plan.term_start, plan.term_end))),
        Fact::new("state", "实施状态", words::state(pilot.state_on(date))),
        Fact::new("standing", "试点资格", words::standing(pilot.standing_on(date))),
    ];
    Section::new("identity", "基本情况").with(Facts { facts })
}

fn funds(material: &Material, of: PilotMaterial, grounds: &Grounds) -> Section {
    let shown = [
        Figure::Cap,
        Figure::Allocated,
        Figure::FirstShareLimit,
        Figure::ReleaseLimit,
        Figure::Released,
        Figure::ReleasedInRecognitionYear,
        Figure::Releasable,
        Figure::Withheld,
        Figure::PayoutRatio,
    ];
    let facts = shown.iter().map(|figure| grounds.fact(*figure)).collect();
    let mut section = Section::new("funds", "定额与下达").with(Facts { facts });
    if grounds.figures().allocated.is_positive() {
        section = section.with(bar(grounds));
    }
    section.with(Prose { sentences: arithmetic(grounds), numbered: true }).with(lists::releases(material, of, grounds))
}

/// What the allocation falls into: everything of it, once.
fn bar(grounds: &Grounds) -> Chart {
    let funds = grounds.figures();
    let held = (funds.allocated - funds.released - funds.releasable - funds.withheld).or_zero();
    let part = |label: &str, amount: Money, fill| Part { label: label.to_owned(), amount: amount.or_zero(), fill };
    let parts: Vec<Part> = [
        part("已下达", funds.released, Fill::Solid),
        part("当前可下达", funds.releasable, Fill::Hatched),
        part("暂不得下达", held, Fill::Dotted),
        part("待评价部分", funds.withheld, Fill::Open),
    ]
    .into_iter()
    .filter(|part| part.amount.is_positive())
    .collect();
    let told: Vec<String> = parts.iter().map(|part| format!("{} {} 元", part.label, part.amount.grouped())).collect();
    let alt = format!("核定定额 {} 元，其中{}。", funds.allocated.grouped(), told.join("，"));
    Chart { key: "tranche".to_owned(), title: "定额构成".to_owned(), alt, plot: Plot::Bar { parts } }
}

/// The arithmetic of the rules behind what may be released and what waits, and what its signs stand for.
fn arithmetic(grounds: &Grounds) -> Vec<Sentence> {
    let shown = [Figure::FirstShareLimit, Figure::ReleaseLimit, Figure::Releasable, Figure::Withheld];
    let shown: Vec<&Explanation> = shown.iter().filter_map(|figure| grounds.explanation(*figure)).collect();
    let told = |explanation: &&Explanation| {
        let rules: Vec<String> =
            explanation.rules.iter().map(|rule| format!("{} {}", rule.clause, rule.rule)).collect();
        let rules = if rules.is_empty() { String::new() } else { format!("（依据：{}）", rules.join("；")) };
        Sentence::plain(format!("{}：{}{rules}", explanation.zh, worked(explanation, " = ")))
    };
    let mut signs: Vec<String> = Vec::new();
    for input in shown.iter().flat_map(|explanation| &explanation.inputs) {
        let name = if input.symbol == "Ry" { "认定当年已下达" } else { input.zh };
        let sign = format!("{} 为{name}", input.symbol);
        if !signs.contains(&sign) {
            signs.push(sign);
        }
    }
    let mut sentences: Vec<Sentence> = shown.iter().map(told).collect();
    sentences.push(Sentence::plain(format!("以上各式中，{}。", signs.join("，"))));
    sentences
}

fn payments(material: &Material, of: PilotMaterial, grounds: &Grounds) -> Section {
    let facts = [Figure::Paid, Figure::Balance, Figure::ExecutionRate].map(|figure| grounds.fact(figure)).into();
    let section = Section::new("payments", "支付").with(Facts { facts });
    let section = match cumulative(material, of.pilot, grounds) {
        Some(chart) => section.with(chart),
        None => section,
    };
    section.with(lists::payments(material, of, grounds))
}

/// What was released and paid by date, against the limits; nothing before the first release.
fn cumulative(material: &Material, pilot: &Pilot, grounds: &Grounds) -> Option<Chart> {
    let to = material.as_of();
    let released = released_by_date(pilot, to);
    let first = released.first().map(|(date, _)| *date)?;
    let from = pilot.recognised_on.min(first);
    let paid = running(pilot.payments_by_day.range(..=to).map(|(date, day)| (*date, day.net)));
    let allocated: Vec<_> =
        pilot.allocations.iter().filter(|step| step.on <= to).map(|step| (step.on, step.amount)).collect();
    let funds = grounds.figures();
    let drawn = |label: &str, stroke, points| Line { label: label.to_owned(), stroke, points };
    let lines = vec![
        drawn("核定定额", Stroke::Dotted, allocated),
        drawn("可下达上限", Stroke::Dashed, limits(material, pilot)),
        drawn("累计下达", Stroke::Thin, released),
        drawn("累计支付", Stroke::Thick, paid),
    ];
    let alt = format!(
        "自 {from} 至 {to}，累计下达 {} 元，累计支付 {} 元；核定定额 {} 元，现行可下达上限 {} 元。",
        funds.released.grouped(),
        funds.paid.grouped(),
        funds.allocated.grouped(),
        funds.release_limit.grouped(),
    );
    let (key, title) = ("cumulative".to_owned(), "累计下达与支付".to_owned());
    Some(Chart { key, title, alt, plot: Plot::Steps { from, to, lines } })
}

/// The release limit from each date on which it may have changed: an allocation, a decision, a year's beginning.
fn limits(material: &Material, pilot: &Pilot) -> Vec<(Date, Money)> {
    let to = material.as_of();
    let years = (pilot.recognised_on.year()..=to.year()).filter_map(|year| Date::from_ymd_opt(year, 1, 1));
    let changes = pilot.allocations.iter().map(|step| step.on).chain(pilot.payouts.iter().map(|payout| payout.on));
    let dates: BTreeSet<Date> =
        changes.chain(years).filter(|date| *date >= pilot.recognised_on && *date <= to).collect();
    let limit = |date| Figures::of_pilot(&material.state.programme, pilot, date).release_limit;
    dates.into_iter().map(|date| (date, limit(date))).collect()
}

/// What was released in all by each date; a reversal takes away on its own.
pub(super) fn released_by_date(pilot: &Pilot, to: Date) -> Vec<(Date, Money)> {
    let moves = pilot.releases.iter().flat_map(|release| {
        let back = release.reversed_on.map(|on| (on, -release.amount));
        std::iter::once((release.on, release.amount)).chain(back)
    });
    let mut moves: Vec<_> = moves.filter(|(on, _)| *on <= to).collect();
    moves.sort_by_key(|(on, _)| *on);
    running(moves.into_iter())
}

/// The running sum of dated sums in order, one point a date.
pub(super) fn running(moves: impl Iterator<Item = (Date, Money)>) -> Vec<(Date, Money)> {
    let mut points: Vec<(Date, Money)> = Vec::new();
    let mut sum = Money::ZERO;
    for (on, moved) in moves {
        sum += moved;
        match points.last_mut().filter(|(last, _)| *last == on) {
            Some((_, point)) => *point = sum,
            None => points.push((on, sum)),
        }
    }
    points
}
