//! 全省资金情况汇总表: all pilots in a table with totals, by cohort, city and kind of area; alerts by gravity; what came and
//! went over time; who spends how fast.

use std::collections::BTreeMap;

use super::bases::cell_of;
use super::{Draft, Material, alerts, status, words};
use crate::domain::Date;
use crate::domain::alerts as domain_alerts;
use crate::domain::figures::Figures;
use crate::domain::ledger::Pilot;
use crate::domain::money::Money;
use crate::domain::text::Id;
use crate::report::explain::Figure;
use crate::report::paper::chart::{BarRow, Chart, Fill, Line, Plot, Stroke};
use crate::report::paper::table::{Cell, Column, ColumnKind, Link, Table};
use crate::report::paper::{Basis, Fact, Facts, Section, SignOff};

/// The figures of the table of pilots.
const SHOWN: [Figure; 7] = [
    Figure::Allocated,
    Figure::Released,
    Figure::Releasable,
    Figure::Withheld,
    Figure::Assigned,
    Figure::Paid,
    Figure::Balance,
];

/// A pilot and its figures.
struct Member<'a> {
    id: &'a Id,
    pilot: &'a Pilot,
    standing: &'static str,
    figures: Figures,
}

pub(super) fn build(material: &Material) -> Draft {
    let date = material.as_of();
    let recognised = material.state.pilots.iter().filter(|(_, pilot)| pilot.recognised_on <= date);
    let lines: Vec<Member> = recognised
        .map(|(id, pilot)| Member {
            id,
            pilot,
            standing: pilot.standing_on(date),
            figures: Figures::of_pilot(&material.state.programme, pilot, date),
        })
        .collect();
    let total = Figures::of_programme(material.state, date);
    let found = domain_alerts::of_programme(material.state, date);
    let bases = bases(material, &lines, &total);
    let mut pilots = Section::new("pilots", "各试点资金情况").with(table(&lines, &total));
    if !lines.is_empty() {
        pilots = pilots.with(overview(&lines, &total));
    }
    let mut progress = Section::new("progress", "资金进度");
    if let Some(chart) = burn_down(&lines, date, &total) {
        progress = progress.with(chart);
    }
    let by_cohort = grouped("cohorts", "按批次", &lines, &total, |line| format!("{}年", line.pilot.cohort));
    let by_city = grouped("cities", "按设区市", &lines, &total, |line| line.pilot.city.clone());
    let by_kind = grouped("kinds", "按定额类别", &lines, &total, |line| line.pilot.cap_kind.zh().to_owned());
    let sections = vec![
        Section::new("summary", "总体情况").with(facts(&lines, &total, bases.len())),
        pilots,
        Section::new("groups", "分类汇总").with(by_cohort).with(by_city).with(by_kind),
        progress.with(ranking(&lines)),
        Section::new("alerts", "预警").with(alerts::summary(&found)),
        Section::new("signatures", "签章")
            .with(SignOff::of(Some(("已下达合计", total.released)), &["省财政厅", "省发展改革委（省数据局）"])),
    ];
    let named = bases.iter().flat_map(|basis| basis.positions.iter().copied());
    let events = material.tally.lines(named);
    Draft { subtitle: words::programme(material.state), sections, bases, events }
}

/// The bases of each shown figure: of each pilot in turn, and last of all pilots together.
fn bases(material: &Material, lines: &[Member], total: &Figures) -> Vec<Basis> {
    let mut bases: Vec<Basis> =
        lines.iter().flat_map(|line| SHOWN.map(|figure| material.tally.basis(line.id, figure))).collect();
    for (at, figure) in SHOWN.iter().enumerate() {
        let own = || bases.iter().skip(at).step_by(SHOWN.len()).take(lines.len());
        let sum = cell_of(*figure, total).value.show(crate::report::paper::table::Unit::Yuan);
        let of_all = Basis {
            key: figure.key().to_owned(),
            label: format!("全省 {}", figure.zh()),
            formula: Some(format!("Σ {} 个试点 = {sum}", lines.len())),
            positions: Vec::new(),
            count: own().map(|basis| basis.count).sum(),
            last: own().filter_map(|basis| basis.last).max(),
        };
        bases.push(of_all);
    }
    bases
}

fn facts(lines: &[Member], total: &Figures, bases: usize) -> Facts {
    let first = bases - SHOWN.len();
    let mut facts = vec![Fact::new("pilots", "试点数", lines.len() as u64)];
    let shown = SHOWN.iter().enumerate();
    facts.extend(
        shown.map(|(at, figure)| {
            Fact::new(figure.key(), figure.zh(), cell_of(*figure, total).on(Link::Basis(first + at)))
        }),
    );
    let more = [Figure::ClawbackOrdered, Figure::ClawbackOutstanding, Figure::ExecutionRate];
    facts.extend(more.map(|figure| Fact::new(figure.key(), figure.zh(), cell_of(figure, total))));
    Facts { facts }
}

fn table(lines: &[Member], total: &Figures) -> Table {
    let mut columns = vec![
        Column::text("pilot", "试点编号", 3),
        Column::text("name", "试点地区", 6),
        Column::text("city", "设区市", 2),
        Column::text("standing", "状态", 2),
    ];
    let groups = ["", "下达", "下达", "下达", "使用", "使用", "使用"];
    columns.extend(SHOWN.iter().zip(groups).map(|(figure, group)| {
        let column = Column::money(figure.key(), figure.zh()).summed();
        if group.is_empty() { column } else { column.under(group) }
    }));
    columns.push(Column::new("execution_rate", "执行率", ColumnKind::Ratio).under("使用"));
    let mut table = Table::new("pilots", "试点资金情况", columns);
    for (row, line) in lines.iter().enumerate() {
        let mut cells: Vec<Cell> = vec![
            line.id.as_str().into(),
            line.pilot.name.as_str().into(),
            line.pilot.city.as_str().into(),
            words::standing(line.standing).into(),
        ];
        let shown = SHOWN.iter().enumerate();
        cells.extend(shown.map(|(at, figure)| cell_of(*figure, &line.figures).on(Link::Basis(row * SHOWN.len() + at))));
        cells.push(cell_of(Figure::ExecutionRate, &line.figures));
        table.rows.push(cells.into());
    }
    let mut cells: Vec<Cell> =
        vec!["合计".into(), format!("{} 个试点", lines.len()).into(), Cell::none(), Cell::none()];
    let first = lines.len() * SHOWN.len();
    cells.extend(SHOWN.iter().enumerate().map(|(at, figure)| cell_of(*figure, total).on(Link::Basis(first + at))));
    cells.push(cell_of(Figure::ExecutionRate, total));
    table.total = Some(cells);
    "截至该日尚无认定的试点".clone_into(&mut table.empty);
    table
}

/// The pilots by a word of theirs.
fn grouped(key: &str, caption: &str, lines: &[Member], total: &Figures, word: impl Fn(&Member) -> String) -> Table {
    let mut columns = vec![
        Column::text("group", caption.trim_start_matches('按'), 4),
        Column::new("count", "试点数", ColumnKind::Count).summed(),
    ];
    columns.extend(SHOWN.iter().map(|figure| Column::money(figure.key(), figure.zh()).summed()));
    columns.push(Column::new("execution_rate", "执行率", ColumnKind::Ratio));
    let mut groups: BTreeMap<String, (u64, Figures)> = BTreeMap::new();
    for line in lines {
        let (count, figures) = groups.entry(word(line)).or_default();
        *count += 1;
        *figures = figures.plus(line.figures);
    }
    let row = |name: Cell, count: u64, figures: &Figures| {
        let mut cells = vec![name, count.into()];
        cells.extend(SHOWN.map(|figure| cell_of(figure, figures)));
        cells.push(cell_of(Figure::ExecutionRate, figures));
        cells
    };
    let mut table = Table::new(key, caption, columns);
    table.rows = groups.into_iter().map(|(name, (count, figures))| row(name.into(), count, &figures).into()).collect();
    table.total = Some(row("合计".into(), lines.len() as u64, total));
    table
}

fn overview(lines: &[Member], total: &Figures) -> Chart {
    let rows = lines.iter().map(|line| BarRow {
        label: format!("{} {}", line.id, line.pilot.name),
        amounts: vec![line.figures.allocated, line.figures.released.or_zero(), line.figures.paid.or_zero()],
    });
    let legend = [("核定定额", Fill::Open), ("已下达", Fill::Hatched), ("已支付", Fill::Solid)];
    let [allocated, released, paid] = [total.allocated, total.released, total.paid].map(Money::grouped);
    Chart {
        key: "overview".to_owned(),
        title: "各试点定额、下达与支付".to_owned(),
        alt: format!(
            "{} 个试点共核定 {allocated} 元，已下达 {released} 元，已支付 {paid} 元；各试点的数见上表。",
            lines.len()
        ),
        plot: Plot::Rows { legend: legend.map(|(name, fill)| (name.to_owned(), fill)).into(), rows: rows.collect() },
    }
}

/// What was released and paid over all pilots by date.
fn burn_down(lines: &[Member], to: Date, total: &Figures) -> Option<Chart> {
    let mut released: BTreeMap<Date, Money> = BTreeMap::new();
    let mut paid: BTreeMap<Date, Money> = BTreeMap::new();
    let mut allocated: BTreeMap<Date, Money> = BTreeMap::new();
    for line in lines {
        let pilot = line.pilot;
        steps(&mut released, &status::released_by_date(pilot, to));
        let allocations: Vec<_> =
            pilot.allocations.iter().filter(|step| step.on <= to).map(|step| (step.on, step.amount)).collect();
        steps(&mut allocated, &allocations);
        for (date, day) in pilot.payments_by_day.range(..=to) {
            *paid.entry(*date).or_default() += day.net;
        }
    }
    let from = *allocated.keys().chain(released.keys()).min()?;
    let drawn = |label: &str, stroke, moves: BTreeMap<Date, Money>| Line {
        label: label.to_owned(),
        stroke,
        points: status::running(moves.into_iter()),
    };
    let alt = format!(
        "自 {from} 至 {to}，全省累计核定 {} 元，累计下达 {} 元，累计支付 {} 元，资金余额 {} 元。",
        total.allocated.grouped(),
        total.released.grouped(),
        total.paid.grouped(),
        total.balance.grouped(),
    );
    let lines = vec![
        drawn("累计核定", Stroke::Dotted, allocated),
        drawn("累计下达", Stroke::Thin, released),
        drawn("累计支付", Stroke::Thick, paid),
    ];
    let plot = Plot::Steps { from, to, lines };
    Some(Chart { key: "burn_down".to_owned(), title: "全省累计下达与支付".to_owned(), alt, plot })
}

/// Adds to each date by how much a line of points rises there.
fn steps(moves: &mut BTreeMap<Date, Money>, points: &[(Date, Money)]) {
    let mut last = Money::ZERO;
    for (date, sum) in points {
        *moves.entry(*date).or_default() += *sum - last;
        last = *sum;
    }
}

/// The pilots by how much of what they were sent they have paid, the fastest first; those without money last.
fn ranking(lines: &[Member]) -> Table {
    let columns = vec![
        Column::new("rank", "名次", ColumnKind::Count),
        Column::text("pilot", "试点编号", 3),
        Column::text("name", "试点地区", 6),
        Column::money("released", "已下达"),
        Column::money("paid", "已支付"),
        Column::new("execution_rate", "执行率", ColumnKind::Ratio),
    ];
    let mut table = Table::new("ranking", "执行率排名", columns);
    let mut sorted: Vec<&Member> = lines.iter().collect();
    sorted.sort_by_key(|line| (std::cmp::Reverse(line.figures.execution_rate), line.id));
    let mut rank = (0, None);
    for (place, line) in (1_u64..).zip(sorted) {
        // Equal rates share a place.
        if rank.1 != Some(line.figures.execution_rate) {
            rank = (place, Some(line.figures.execution_rate));
        }
        let place = line.figures.execution_rate.map(|_| rank.0);
        let cells = [
            place.into(),
            line.id.as_str().into(),
            line.pilot.name.as_str().into(),
            cell_of(Figure::Released, &line.figures),
            cell_of(Figure::Paid, &line.figures),
            cell_of(Figure::ExecutionRate, &line.figures),
        ];
        table.rows.push(cells.into());
    }
    table
}
