//! The lists of a pilot's status: releases, evaluations, projects, payments, sanctions.

use std::collections::HashMap;

use super::super::bases::Grounds;
use super::super::{Draft, Material, PilotMaterial, projects as project_lines, words};
use crate::domain::act::Act;
use crate::domain::code::EvaluationKind;
use crate::domain::event::Event;
use crate::domain::ledger::Evaluation;
use crate::domain::money::Money;
use crate::report::explain::Figure;
use crate::report::paper::table::{Cell, Column, ColumnKind, Link, Row, Table, Tone, Value};
use crate::report::paper::{Fact, Facts, Section};

/// The positions of a pilot's events by what they are about.
fn positions<'a>(of: PilotMaterial<'a>, id: impl Fn(&'a Act) -> Option<&'a str>) -> HashMap<&'a str, Link> {
    of.events.iter().filter_map(|event| Some((id(&event.act)?, Link::Event(event.position)))).collect()
}

pub(super) fn releases(material: &Material, of: PilotMaterial, grounds: &Grounds) -> Table {
    let date = material.as_of();
    let links = positions(of, |act| if let Act::Release(act) = act { Some(act.release.as_str()) } else { None });
    let columns = vec![
        Column::date("on", "下达日期"),
        Column::text("release", "下达编号", 3),
        Column::text("document", "指标文号", 4),
        Column::new("budget_year", "预算年度", ColumnKind::Year),
        Column::money("amount", "下达金额"),
        Column::money("reversed", "冲正金额"),
        Column::date("confirmed_on", "到账日期"),
        Column::text("note", "备注", 3),
    ];
    let mut table = Table::new("releases", "资金下达明细", columns);
    let (mut made, mut back) = (Money::ZERO, Money::ZERO);
    for release in of.pilot.releases.iter().filter(|release| release.on <= date) {
        let reversed = release.reversed_on.filter(|on| *on <= date);
        made += release.amount;
        back += reversed.map_or(Money::ZERO, |_| -release.amount);
        let cells: [Cell; 8] = [
            release.on.into(),
            Cell::text(release.id.as_str()).on(links.get(release.id.as_str()).copied()),
            release.document.as_str().into(),
            Value::Year(release.budget_year.0).into(),
            release.amount.into(),
            reversed.map(|_| -release.amount).into(),
            release.confirmed_on.filter(|on| *on <= date).into(),
            reversed.map(|on| format!("冲正于 {on}")).into(),
        ];
        let tone = if reversed.is_some() { Tone::Reversed } else { Tone::Plain };
        table.rows.push(Row::from(cells).toned(tone));
    }
    let (made, back): (Cell, Cell) = (made.into(), back.into());
    let net = grounds.figures().released.grouped();
    table.total = Some(vec![
        in_all(&net),
        Cell::none(),
        Cell::none(),
        Cell::none(),
        made.on(Grounds::link(Figure::Released)),
        back.on(Grounds::link(Figure::Released)),
        Cell::none(),
        Cell::none(),
    ]);
    summed(&mut table, &["amount", "reversed"]);
    table
}

/// The name of a total whose sums are told apart from what was reversed of them.
fn in_all(net: &str) -> Cell {
    format!("合计（净额 {net}）").into()
}

/// Marks columns as ones whose totals are the sums of their rows.
pub(super) fn summed(table: &mut Table, keys: &[&str]) {
    for column in table.columns.iter_mut().filter(|column| keys.contains(&column.key)) {
        column.summed = true;
    }
}

pub(super) fn evaluations(material: &Material, of: PilotMaterial) -> Section {
    let (pilot, date) = (of.pilot, material.as_of());
    let links = positions(of, |act| if let Act::Evaluate(act) = act { Some(act.evaluation.as_str()) } else { None });
    let columns = vec![
        Column::text("evaluation", "评价编号", 3),
        Column::text("kind", "类别", 1),
        Column::new("year", "年度", ColumnKind::Year),
        Column::date("on", "评价日期"),
        Column::new("self_score", "自评得分", ColumnKind::Points),
        Column::new("score", "评价得分", ColumnKind::Points),
        Column::text("grade", "等级", 1),
        Column::new("ratio", "剩余资金拨付比例", ColumnKind::Ratio),
    ];
    let mut table = Table::new("evaluations", "绩效评价与剩余资金拨付决定", columns);
    let decided = |evaluation: &Evaluation| {
        pilot.payouts.iter().rfind(|payout| payout.on <= date && payout.evaluation == evaluation.id)
    };
    for evaluation in pilot.evaluations.iter().filter(|evaluation| evaluation.on <= date) {
        let own = pilot.self_evaluation(&evaluation.self_evaluation);
        let cells: [Cell; 8] = [
            Cell::text(evaluation.id.as_str()).on(links.get(evaluation.id.as_str()).copied()),
            kind(evaluation.kind).into(),
            Value::Year(evaluation.year.0).into(),
            evaluation.on.into(),
            own.map(|own| score(own.score.units())).into(),
            score(evaluation.score.units()),
            evaluation.grade.zh().into(),
            decided(evaluation).map(|payout| payout.ratio).into(),
        ];
        table.rows.push(cells.into());
    }
    "尚无绩效评价".clone_into(&mut table.empty);
    Section::new("evaluation", "绩效评价").with(table)
}

fn kind(kind: EvaluationKind) -> &'static str {
    kind.zh()
}

/// A score, which a ledger keeps in hundredths.
pub(in crate::report::kind) fn score(hundredths: u64) -> Cell {
    Value::Points(hundredths.saturating_mul(10_000)).into()
}

pub(super) fn projects(material: &Material, of: PilotMaterial, grounds: &Grounds, draft: &mut Draft) -> Section {
    let facts = [Figure::Assigned, Figure::Unassigned].map(|figure| grounds.fact(figure)).into();
    Section::new("projects", "项目").with(Facts { facts }).with(project_lines::brief(material, of, grounds, draft))
}

/// Each payment, with its reversal beside it.
pub(super) fn payments(material: &Material, of: PilotMaterial, grounds: &Grounds) -> Table {
    let date = material.as_of();
    let reversals: HashMap<&str, &Event> = of
        .events_on(date)
        .filter_map(
            |event| if let Act::ReversePayment(act) = &event.act { Some((act.payment.as_str(), event)) } else { None },
        )
        .collect();
    let columns = vec![
        Column::date("on", "支付日期"),
        Column::text("voucher", "凭证号", 3),
        Column::text("project", "项目代码", 5),
        Column::text("payee", "收款人", 5),
        Column::text("purpose", "用途", 2),
        Column::money("amount", "支付金额"),
        Column::money("reversed", "冲正金额"),
        Column::text("note", "备注", 3),
    ];
    let mut table = Table::new("payments", "支付明细", columns);
    let (mut made, mut back) = (Money::ZERO, Money::ZERO);
    let mut paid: Vec<_> = of.events_on(date).filter(|event| matches!(event.act, Act::Pay(_))).collect();
    paid.sort_by_key(|event| (event.on, event.position));
    for event in paid {
        let Act::Pay(act) = &event.act else { continue };
        let reversed = reversals.get(act.payment.as_str());
        made += act.amount;
        back += reversed.map_or(Money::ZERO, |_| -act.amount);
        let cells: [Cell; 8] = [
            event.on.into(),
            Cell::text(act.voucher.as_str()).on(Link::Event(event.position)),
            act.project.as_str().into(),
            act.payee.name.as_str().into(),
            act.purpose.zh().into(),
            act.amount.into(),
            Cell::from(reversed.map(|_| -act.amount)).on(reversed.map(|event| Link::Event(event.position))),
            reversed.map(|event| format!("冲正于 {}", event.on)).into(),
        ];
        let tone = if reversed.is_some() { Tone::Reversed } else { Tone::Plain };
        table.rows.push(Row::from(cells).toned(tone));
    }
    let net = grounds.figures().paid.grouped();
    table.total = Some(vec![
        in_all(&net),
        Cell::none(),
        Cell::none(),
        Cell::none(),
        Cell::none(),
        Cell::from(made).on(Grounds::link(Figure::Paid)),
        Cell::from(back).on(Grounds::link(Figure::Paid)),
        Cell::none(),
    ]);
    summed(&mut table, &["amount", "reversed"]);
    "尚无支付".clone_into(&mut table.empty);
    table
}

pub(super) fn sanctions(material: &Material, of: PilotMaterial, grounds: &Grounds, draft: &mut Draft) -> Section {
    let status = material.view().pilot(of.id, of.pilot);
    let columns = vec![
        Column::date("on", "日期"),
        Column::text("kind", "措施", 3),
        Column::text("basis", "依据", 3),
        Column::date("due", "期限"),
        Column::date("ended_on", "结束日期"),
        Column::money("amount", "应收回"),
        Column::money("returned", "已收回"),
        Column::money("outstanding", "尚应收回"),
    ];
    let mut table = Table::new("sanctions", "处理措施", columns);
    for line in &status.sanctions {
        let rest = line.amount.map(|amount| amount - line.returned.unwrap_or_default());
        let link = line.id.as_deref().and_then(|id| clawback(material, of, id, draft));
        let cells: [Cell; 8] = [
            line.on.into(),
            words::sanction(line.kind).into(),
            line.basis.as_str().into(),
            line.due.into(),
            line.ended_on.into(),
            Cell::from(line.amount).on(link),
            Cell::from(line.returned).on(link),
            Cell::from(rest).on(link),
        ];
        table.rows.push(cells.into());
    }
    let figures = [Figure::ClawbackOrdered, Figure::ClawbackReturned, Figure::ClawbackOutstanding];
    let mut total = vec![Cell::text("合计")];
    total.extend(std::iter::repeat_n(Cell::none(), 4));
    total.extend(figures.map(|figure| grounds.cell(figure)));
    table.total = Some(total);
    summed(&mut table, &["amount", "returned", "outstanding"]);
    let section = Section::new("sanctions", "监督与处理").with(table);
    let found = findings(material, of);
    if found.is_empty() { section } else { section.with(Facts { facts: found }) }
}

/// The events of a clawback: its order, and what came back.
fn clawback(material: &Material, of: PilotMaterial, id: &str, draft: &mut Draft) -> Option<Link> {
    let its = |event: &&Event| match &event.act {
        Act::OrderClawback(act) => act.clawback.as_str() == id,
        Act::ReceiveClawback(act) => act.clawback.as_str() == id,
        _ => false,
    };
    let positions: Vec<u64> = of.events_on(material.as_of()).filter(its).map(|event| event.position).collect();
    draft.ground(format!("clawback-{id}"), format!("收回 {id}"), &positions)
}

fn findings(material: &Material, of: PilotMaterial) -> Vec<Fact> {
    let found = of.pilot.findings.iter().filter(|finding| finding.on <= material.as_of());
    found
        .map(|finding| {
            let event = of.events.iter().find_map(|event| match &event.act {
                Act::RecordFinding(act) if act.finding == finding.id => Some((event.position, act)),
                _ => None,
            });
            let told = event.map_or(String::new(), |(_, act)| format!("：{}（{}）", act.description, act.document));
            let cell = Cell::text(format!("{} {}{told}", finding.on, finding.kind.zh()));
            let label = format!("问题 {}", finding.id);
            Fact::new("finding", label, cell.on(event.map(|(position, _)| Link::Event(position))))
        })
        .collect()
}
