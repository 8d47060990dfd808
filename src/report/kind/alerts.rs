//! 预警清单: what is due, overdue or wrong, with the rule, the sum, for how many days, and whom it waits for.

use super::bases::Grounds;
use super::{Draft, Material, PilotMaterial, words};
use crate::domain::alerts::{self, Alert};
use crate::domain::text::Id;
use crate::report::paper::table::{Cell, Column, ColumnKind, Link, Row, Table, Tone};
use crate::report::paper::{Basis, Section, SignOff};

pub(super) fn build(material: &Material) -> Draft {
    let found = match material.pilot {
        Some(of) => alerts::of_pilot(material.state, of.id, of.pilot, material.as_of()),
        None => alerts::of_programme(material.state, material.as_of()),
    };
    let subtitle = material.pilot.map_or_else(|| words::programme(material.state), PilotMaterial::subtitle);
    let bases = bases(material, &found);
    let link = |alert: &Alert| bases.iter().position(|basis| basis.key == key(alert)).map(Link::Basis);
    let mut list = Section::new("alerts", "预警事项");
    for (gravity, name) in words::GRAVITIES.iter().enumerate() {
        let some: Vec<&Alert> = found.iter().filter(|alert| words::gravity(alert) == gravity).collect();
        let key = ["alerts_grave", "alerts_due", "alerts_notice"].get(gravity).copied().unwrap_or("alerts");
        list = list.with(table(material, &some, (key, format!("{name}（{} 项）", some.len())), link));
    }
    let sections = vec![
        Section::new("summary", "汇总").with(summary(&found)),
        list,
        Section::new("signatures", "签章").with(SignOff::of(None, &["省财政厅", "省发展改革委（省数据局）"])),
    ];
    let of_bases = bases.iter().flat_map(|basis| basis.positions.iter().copied());
    let named = found.iter().flat_map(|alert| positions(material, alert).iter().copied()).chain(of_bases);
    let events = material.tally.lines(named);
    Draft { subtitle, sections, bases, events }
}

/// The name of the basis of an alert's sum.
fn key(alert: &Alert) -> String {
    format!("{}-{}", words::figure(alert).key(), alert.pilot)
}

/// What the sums of the alerts are of, each once.
fn bases(material: &Material, found: &[Alert]) -> Vec<Basis> {
    let mut bases: Vec<Basis> = Vec::new();
    for alert in found {
        let known = bases.iter().any(|basis| basis.key == key(alert));
        if let Some(pilot) = Id::parse(&alert.pilot).filter(|_| !known) {
            bases.push(material.tally.basis(&pilot, words::figure(alert)));
        }
    }
    bases
}

/// The events an alert is about.
fn positions<'a>(material: &'a Material, alert: &Alert) -> &'a [u64] {
    Id::parse(&alert.pilot).map_or(&[], |pilot| material.tally.about(&pilot, &alert.subject))
}

/// The alerts of one pilot, as a status has them.
pub(super) fn of_pilot(material: &Material, of: PilotMaterial) -> Table {
    let found = alerts::of_pilot(material.state, of.id, of.pilot, material.as_of());
    let link = |alert: &Alert| Grounds::link(words::figure(alert));
    table(material, &found.iter().collect::<Vec<_>>(), ("alerts", "预警事项".to_owned()), link)
}

/// A table of alerts under a key and a caption, each sum on its basis.
fn table(
    material: &Material,
    found: &[&Alert],
    (key, caption): (&str, String),
    basis: impl Fn(&Alert) -> Option<Link>,
) -> Table {
    let several = material.pilot.is_none();
    let mut columns = vec![
        Column::text("alert", "预警", 2),
        Column::text("rule", "规则", 1),
        Column::text("text", "内容", 6),
        Column::money("amount", "涉及金额"),
        Column::date("since", "起始日期"),
        Column::new("days", "已历日数", ColumnKind::Count),
        Column::text("waits_for", "待办单位", 4),
    ];
    if several {
        columns.insert(0, Column::text("pilot", "试点", 3));
    }
    let mut table = Table::new(key, caption, columns);
    for alert in found {
        let days = u64::try_from((material.as_of() - alert.since).num_days()).unwrap_or(0);
        let link = positions(material, alert).first().map(|position| Link::Event(*position));
        let mut cells: Vec<Cell> = vec![
            words::alert(alert).into(),
            alert.rule.to_string().into(),
            Cell::text(alert.zh.as_str()).on(link),
            Cell::from(alert.amount).on(basis(alert)),
            alert.since.into(),
            days.into(),
            words::waits_for(alert).into(),
        ];
        if several {
            let name = material.state.pilots.get(alert.pilot.as_str()).map(|pilot| pilot.name.as_str());
            cells.insert(0, format!("{} {}", alert.pilot, name.unwrap_or_default()).into());
        }
        let tone = if words::gravity(alert) == 0 { Tone::Warn } else { Tone::Plain };
        table.rows.push(Row::from(cells).toned(tone));
    }
    "没有预警事项".clone_into(&mut table.empty);
    table
}

/// How many there are of each kind, by gravity. An alert's sum is not added up: two may concern the same money.
pub(super) fn summary(found: &[Alert]) -> Table {
    let columns = vec![
        Column::text("gravity", "程度", 2).merged(),
        Column::text("alert", "预警", 4),
        Column::text("rule", "规则", 2),
        Column::text("waits_for", "待办单位", 6),
        Column::new("count", "项数", ColumnKind::Count).summed(),
    ];
    let mut table = Table::new("alert_counts", "预警项数", columns);
    let mut sorted: Vec<&Alert> = found.iter().collect();
    sorted.sort_by_key(|alert| (words::gravity(alert), alert.rule, alert.alert));
    for same in sorted.chunk_by(|a, b| (a.rule, a.alert) == (b.rule, b.alert)) {
        let Some(first) = same.first() else { continue };
        let gravity = words::GRAVITIES.get(words::gravity(first)).copied().unwrap_or_default();
        table.rows.push(
            [
                gravity.into(),
                words::alert(first).into(),
                first.rule.to_string().into(),
                words::waits_for(first).into(),
                (same.len() as u64).into(),
            ]
            .into(),
        );
    }
    table.total = Some(vec!["合计".into(), Cell::none(), Cell::none(), Cell::none(), (found.len() as u64).into()]);
    "没有预警事项".clone_into(&mut table.empty);
    table
}
