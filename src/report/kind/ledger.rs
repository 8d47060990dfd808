//! 资金台账: every event that moved a pilot's money, by business date with running balances, each reversal named beside
//! what it reverses.
//!
//! Three accounts: cash, the allocation with what is promised of it, and money to come back.

use std::collections::HashMap;

use super::bases::Grounds;
use super::{Draft, Material, PilotMaterial};
use crate::domain::Date;
use crate::domain::act::Act;
use crate::domain::event::Event;
use crate::domain::money::Money;
use crate::exchange::movement::{Movement, Movements};
use crate::report::explain::Figure;
use crate::report::paper::table::{Cell, Column, ColumnKind, Link, Row, Table, Tone};
use crate::report::paper::{Facts, Section, SignOff};

/// An event and what it moves.
struct Entry<'a> {
    event: &'a Event,
    movement: Movement,
}

pub(super) fn build(material: &Material, of: PilotMaterial) -> Draft {
    let mut draft = Draft { subtitle: of.subtitle(), ..Draft::default() };
    let grounds = Grounds::lay(material.view(), of, &mut draft);
    let reversed = of.events.iter().filter_map(|event| match &event.act {
        Act::ReversePayment(act) => Some(act.payment.clone()),
        _ => None,
    });
    let mut movements = Movements::new(reversed.collect());
    // Whatever its date, an event may change or cancel what an earlier one did.
    let moved = of.events.iter().filter_map(|event| Some(Entry { event, movement: movements.of(event)? }));
    let mut entries: Vec<Entry> = moved.filter(|entry| entry.event.on <= material.as_of()).collect();
    entries.sort_by_key(|entry| (entry.event.on, entry.event.position));
    let shown = [Figure::Allocated, Figure::Released, Figure::Paid, Figure::Balance, Figure::ClawbackOutstanding];
    let facts = Facts { facts: shown.map(|figure| grounds.fact(figure)).into() };
    let balance = Some(("资金余额", grounds.figures().balance));
    draft.sections = vec![
        Section::new("cash", "资金收支").with(facts).with(cash(&entries, of, &grounds)),
        Section::new("budget", "定额与项目额度").with(budget(&entries, of, (&grounds, material.as_of()))),
        Section::new("clawbacks", "收回奖补资金").with(clawbacks(&entries, &grounds)),
        Section::new("signatures", "签章").with(SignOff::of(balance, &["县（市、区）、开发区财政", "设区市财政部门"])),
    ];
    draft
}

/// What an event is about, and why where it says so.
fn summary(entry: &Entry, of: PilotMaterial) -> String {
    let name = |project: &str| {
        let known = of.pilot.assignments.iter().rfind(|assignment| assignment.project.as_str() == project);
        known.map_or_else(|| project.to_owned(), |assignment| format!("{project} {}", assignment.name))
    };
    match &entry.event.act {
        Act::Release(act) => format!("{} 预算年度 {}", act.release, act.budget_year),
        Act::ReverseRelease(act) => format!("冲正 {}：{}", act.release, act.reason),
        Act::Pay(act) => format!("{}：{}（{}）", act.payment, act.payee.name, act.purpose.zh()),
        Act::ReversePayment(act) => format!("冲正 {}：{}", act.payment, act.reason),
        Act::AdjustAllocation(act) => format!("调整为 {}：{}", act.new_amount.grouped(), act.reason),
        Act::AssignProject(act) => format!("{} {}（{}）", act.project, act.name, act.owner.name),
        Act::ChangeAssignment(act) => {
            format!("{}调整为 {}：{}", name(act.project.as_str()), act.new_amount.0.grouped(), act.reason)
        }
        Act::OrderClawback(act) => format!("{} 依据 {}，期限 {}", act.clawback, act.basis, act.due),
        Act::ReceiveClawback(act) => format!("{} 缴回 {}（{}）", act.receipt, act.clawback, act.source.zh()),
        _ => String::new(),
    }
}

/// The first cells of a row: position, date, what was done, document, summary.
fn heads() -> Vec<Column> {
    vec![
        Column::new("position", "位置", ColumnKind::Count),
        Column::date("on", "业务日期"),
        Column::text("event", "事项", 2),
        Column::text("document", "文号或凭证号", 4),
        Column::text("summary", "摘要", 6),
    ]
}

fn head(entry: &Entry, of: PilotMaterial) -> Vec<Cell> {
    let Entry { event, movement } = entry;
    vec![
        Cell::from(event.position).on(Link::Event(event.position)),
        event.on.into(),
        event.act.kind().zh().into(),
        movement.document.clone().or_else(|| movement.voucher.clone()).into(),
        summary(entry, of).into(),
    ]
}

/// The closing row: its name, and nothing under the other heads.
fn close(sums: impl IntoIterator<Item = Cell>) -> Vec<Cell> {
    let mut cells = vec![Cell::text("合计")];
    cells.extend(std::iter::repeat_n(Cell::none(), 4));
    cells.extend(sums);
    cells
}

/// A sum, or nothing where it is nought.
fn moved(sum: Money) -> Cell {
    if sum == Money::ZERO { Cell::none() } else { sum.into() }
}

/// Which event reverses which release or payment, by its identifier.
fn reversals<'a>(entries: &[Entry<'a>]) -> HashMap<(bool, &'a str), &'a Event> {
    let reversal = |event: &'a Event| match &event.act {
        Act::ReverseRelease(act) => Some(((true, act.release.as_str()), event)),
        Act::ReversePayment(act) => Some(((false, act.payment.as_str()), event)),
        _ => None,
    };
    entries.iter().filter_map(|entry| reversal(entry.event)).collect()
}

fn cash(entries: &[Entry], of: PilotMaterial, grounds: &Grounds) -> Table {
    let mut columns = heads();
    columns.extend([
        Column::money("released", "下达").under("金额").summed(),
        Column::money("paid", "支付").under("金额").summed(),
        Column::money("returned", "缴回未使用资金").under("金额").summed(),
        Column::money("balance", "资金余额").under("金额"),
        Column::text("reversal", "冲正情况", 3),
    ]);
    let mut table = Table::new("cash", "资金收支明细账", columns);
    let (reversals, mut balance, mut returned) = (reversals(entries), Money::ZERO, Money::ZERO);
    let made: HashMap<(bool, &str), u64> = entries
        .iter()
        .filter_map(|Entry { event, .. }| match &event.act {
            Act::Release(act) => Some(((true, act.release.as_str()), event.position)),
            Act::Pay(act) => Some(((false, act.payment.as_str()), event.position)),
            _ => None,
        })
        .collect();
    for entry in entries {
        let movement = &entry.movement;
        let (id, tone) = match &entry.event.act {
            Act::Release(act) => ((true, act.release.as_str()), Tone::Reversed),
            Act::Pay(act) => ((false, act.payment.as_str()), Tone::Reversed),
            Act::ReverseRelease(act) => ((true, act.release.as_str()), Tone::Reversal),
            Act::ReversePayment(act) => ((false, act.payment.as_str()), Tone::Reversal),
            Act::ReceiveClawback(_) if movement.returned_unspent.is_positive() => ((false, ""), Tone::Plain),
            _ => continue,
        };
        balance += movement.balance();
        returned += movement.returned_unspent;
        let (beside, tone) = match tone {
            Tone::Reversal => {
                let cell = made.get(&id).map(|at| Cell::text(format!("冲正第 {at} 条")).on(Link::Event(*at)));
                (cell.into(), tone)
            }
            _ => match reversals.get(&id) {
                Some(event) => {
                    let cell = Cell::text(format!("{} 已由第 {} 条冲正", event.on, event.position));
                    (cell.on(Link::Event(event.position)), tone)
                }
                None => (Cell::none(), Tone::Plain),
            },
        };
        let mut cells = head(entry, of);
        let sums = [movement.released, movement.paid, movement.returned_unspent].map(moved);
        cells.extend(sums);
        cells.extend([balance.into(), beside]);
        table.rows.push(Row::from(cells).toned(tone));
    }
    let (released, paid) = (grounds.cell(Figure::Released), grounds.cell(Figure::Paid));
    let returned = Cell::from(returned).on(Grounds::link(Figure::ClawbackReturned));
    table.total = Some(close([released, paid, returned, grounds.cell(Figure::Balance), Cell::none()]));
    "尚无资金收支".clone_into(&mut table.empty);
    table
}

/// By how much an event changes the allocation and what is promised of it by a date, with what it takes back.
fn budgeted(movement: &Movement, date: Date) -> (Money, Money) {
    let undone = movement.undone.iter().filter(|undone| undone.on <= date);
    undone.fold((movement.allocated, movement.assigned), |(allocated, assigned), undone| {
        (allocated + undone.allocated, assigned + undone.assigned)
    })
}

fn budget(entries: &[Entry], of: PilotMaterial, (grounds, date): (&Grounds, Date)) -> Table {
    let mut columns = heads();
    columns.extend([
        Column::money("allocated", "定额").under("增减").summed(),
        Column::money("assigned", "项目额度").under("增减").summed(),
        Column::money("unassigned", "未确定到项目"),
    ]);
    let mut table = Table::new("budget", "定额与项目额度明细账", columns);
    let mut unassigned = Money::ZERO;
    for entry in entries {
        let movement = &entry.movement;
        let of_budget = matches!(
            entry.event.act,
            Act::Allocate(_) | Act::AdjustAllocation(_) | Act::AssignProject(_) | Act::ChangeAssignment(_)
        );
        if of_budget {
            let (allocated, assigned) = budgeted(movement, date);
            unassigned += allocated - assigned;
            let mut cells = head(entry, of);
            cells.extend([moved(allocated), moved(assigned), unassigned.into()]);
            table.rows.push(cells.into());
        }
    }
    let figures = [Figure::Allocated, Figure::Assigned, Figure::Unassigned];
    table.total = Some(close(figures.map(|figure| grounds.cell(figure))));
    "尚未核定定额".clone_into(&mut table.empty);
    table
}

fn clawbacks(entries: &[Entry], grounds: &Grounds) -> Table {
    let columns = vec![
        Column::new("position", "位置", ColumnKind::Count),
        Column::date("on", "业务日期"),
        Column::text("event", "事项", 2),
        Column::text("document", "文号或凭证号", 4),
        Column::text("summary", "收回编号", 3),
        Column::money("ordered", "应收回").summed(),
        Column::money("returned", "已收回").summed(),
        Column::money("outstanding", "尚应收回"),
    ];
    let mut table = Table::new("clawbacks", "收回奖补资金明细账", columns);
    let mut outstanding = Money::ZERO;
    for Entry { event, movement } in entries {
        let id = match &event.act {
            Act::OrderClawback(act) => act.clawback.to_string(),
            Act::ReceiveClawback(act) => format!("{} {}（{}）", act.clawback, act.receipt, act.source.zh()),
            _ => continue,
        };
        outstanding += movement.ordered - movement.returned;
        table.rows.push(
            [
                Cell::from(event.position).on(Link::Event(event.position)),
                event.on.into(),
                event.act.kind().zh().into(),
                movement.document.clone().or_else(|| movement.voucher.clone()).into(),
                id.into(),
                moved(movement.ordered),
                moved(movement.returned),
                outstanding.into(),
            ]
            .into(),
        );
    }
    let figures = [Figure::ClawbackOrdered, Figure::ClawbackReturned, Figure::ClawbackOutstanding];
    table.total = Some(close(figures.map(|figure| grounds.cell(figure))));
    "没有收回事项".clone_into(&mut table.empty);
    table
}
