//! What changed since the last report: each figure before and now, and the events between.

use super::bases::{Grounds, explain_known, shown};
use super::{Material, PilotMaterial};
use crate::domain::Date;
use crate::domain::event::Event;
use crate::domain::figures::Figures;
use crate::domain::ledger::{Ledger, shanghai_date};
use crate::report::explain::{Figure, Value};
use crate::report::history::facts;
use crate::report::paper::stamp::Since;
use crate::report::paper::table::{Cell, Column, ColumnKind, Link, Row, Table};
use crate::report::paper::{Prose, Section, Sentence};
use crate::report::status::View;

/// The figures as the last report had them: as of its date, of what was recorded by then.
fn before(material: &Material, of: PilotMaterial) -> Vec<Value> {
    let known = |state: &Ledger, date: Date| {
        let pilot = state.pilots.get(of.id).filter(|pilot| pilot.recognised_on <= date);
        pilot.map(|pilot| Figures::of_pilot(&state.programme, pilot, date)).unwrap_or_default()
    };
    let figures = match (material.stamp.since, material.before) {
        (Since::Position(_), Some(before)) => known(before, material.as_of()),
        (Since::Position(_), None) => Figures::default(),
        (Since::Date(date), _) => {
            let then = |event: &Event| shanghai_date(event.recorded_at) <= date;
            if !of.events_on(date).all(then) {
                let view = View { as_of: date, ..material.view() };
                return Figure::ALL.iter().map(|figure| explain_known(view, of, *figure, then).total).collect();
            }
            known(material.state, date)
        }
    };
    Figure::ALL.iter().map(|figure| figure.of(&figures)).collect()
}

/// Whether an event came after the last report; and whether it is dated before it, though recorded later.
fn since(since: Since, event: &Event) -> Option<bool> {
    match since {
        Since::Position(position) => (event.position > position).then_some(false),
        Since::Date(date) if event.on > date => Some(false),
        Since::Date(date) => (shanghai_date(event.recorded_at) > date).then_some(true),
    }
}

/// The section of changes.
pub(super) fn section(material: &Material, of: PilotMaterial, grounds: &Grounds) -> Section {
    let (told, last) = match material.stamp.since {
        Since::Date(date) => (format!("{date} 终了以后"), format!("截至 {date}")),
        Since::Position(position) => (format!("台账第 {position} 条以后"), format!("第 {position} 条时")),
    };
    let intro = Sentence::plain(format!("以下为{told}的变动；业务日期在此之前、此后才入账的，注明「补记」。"));
    let figures = figures(material, of, last, grounds);
    let events = events(material, of);
    let mut section = Section::new("changes", "上次报告以来的变动").with(Prose::of([intro]));
    if figures.rows.is_empty() {
        section = section.with(Prose::of([Sentence::plain("各项金额没有变动。")]));
    } else {
        section = section.with(figures);
    }
    section.with(events)
}

fn figures(material: &Material, of: PilotMaterial, last: String, grounds: &Grounds) -> Table {
    let columns = vec![
        Column::text("figure", "项目", 4),
        Column::money("before", last),
        Column::money("now", "本次"),
        Column::money("change", "增减"),
    ];
    let mut table = Table::new("changed_figures", "金额变动", columns);
    for (figure, before) in Figure::ALL.iter().zip(before(material, of)) {
        let (Value::Sum(then), Value::Sum(now)) = (before, figure.of(grounds.figures())) else { continue };
        if then != now {
            let cells = [figure.zh().into(), shown(before), grounds.cell(*figure), (now - then).into()];
            table.rows.push(cells.into());
        }
    }
    table
}

fn events(material: &Material, of: PilotMaterial) -> Table {
    let columns = vec![
        Column::new("position", "位置", ColumnKind::Count),
        Column::date("on", "业务日期"),
        Column::text("event", "事项", 3),
        Column::text("item", "对象", 4),
        Column::text("document", "文号或凭证号", 4),
        Column::money("amount", "金额"),
        Column::text("late", "备注", 1),
    ];
    let mut table = Table::new("changed_events", "变动事项", columns);
    for event in of.events_on(material.as_of()) {
        let Some(late) = since(material.stamp.since, event) else { continue };
        let facts = facts(&event.act);
        let link = Link::Event(event.position);
        let cells: [Cell; 7] = [
            Cell::from(event.position).on(link),
            event.on.into(),
            event.act.kind().zh().into(),
            facts.item.into(),
            facts.document.into(),
            facts.amount.into(),
            late.then_some("补记").into(),
        ];
        table.rows.push(Row::from(cells));
    }
    table
}
