//! 全省资金情况汇总表: all pilots in a table with totals, by cohort, city and kind of area; alerts by gravity; what came and
//! went over time; who spends how fast.

use std::collections::BTreeMap;

use super::bases::{basis, cell_of};
use super::{Draft, Material, alerts, status, words};
use crate::domain::Date;
use crate::domain::alerts as domain_alerts;
use crate::domain::figures::Figures;
use crate::domain::ledger::Pilot;
use crate::domain::money::Money;
use crate::domain::text::Id;
use crate::report::explain::Figure;
use crate::report::paper::chart::{BarRow, Chart, Fill, Line, Plot, Stroke};
use crate::report::paper::table::{Cell, Column, ColumnKind, Link, Table, Unit, Value};
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

/// The figures that have a basis: those of the table, and what stands beside them.
const GROUNDED: [Figure; 11] = {
    let [a, b, c, d, e, f, g] = SHOWN;
    let (rate, ordered) = (Figure::ExecutionRate, Figure::ClawbackOrdered);
    [a, b, c, d, e, f, g, rate, ordered, Figure::ClawbackReturned, Figure::ClawbackOutstanding]
};

/// A pilot and its figures.
struct Member<'a> {
    /// Its place among the pilots, and so among their bases.
    row: usize,
    id: &'a Id,
    pilot: &'a Pilot,
    area: String,
    standing: &'static str,
    figures: Figures,
}

pub(super) fn build(material: &Material) -> Draft {
    let date = material.as_of();
    let recognised = material.state.pilots.iter().filter(|(_, pilot)| pilot.recognised_on <= date);
    let lines: Vec<Member> = recognised
        .enumerate()
        .map(|(row, (id, pilot))| Member {
            row,
            id,
            pilot,
            area: words::area(material.state, pilot),
            standing: pilot.standing_on(date),
            figures: Figures::of_pilot(&material.state.programme, pilot, date),
        })
        .collect();
    let total = Figures::of_programme(material.state, date);
    let found = domain_alerts::of_programme(material.state, date);
    let mut draft = Draft { subtitle: words::programme(material.state), ..Draft::default() };
    lay(&mut draft, material, &lines, &total);
    let mut pilots = Section::new("pilots", "各试点资金情况").with(table(&lines, &total));
    if !lines.is_empty() {
        pilots = pilots.with(overview(&lines, &total));
    }
    let mut progress = Section::new("progress", "资金进度");
    if let Some(chart) = burn_down(&lines, date, &total) {
        progress = progress.with(chart);
    }
    let mut grouped =
        |key, caption, word: fn(&Member) -> String| grouped((key, caption), (&lines, &total), word, &mut draft);
    let by_cohort = grouped("cohorts", "按批次", |line| format!("{}年", line.pilot.cohort));
    let by_city = grouped("cities", "按设区市", |line| line.pilot.city.clone());
    let by_area = grouped("areas", "按地区类别", |line| line.area.clone());
    let by_kind = grouped("kinds", "按定额类别", |line| line.pilot.cap_kind.zh().to_owned());
    draft.sections = vec![
        Section::new("summary", "总体情况").with(facts(&lines, &total)),
        pilots,
        Section::new("groups", "分类汇总").with(by_cohort).with(by_city).with(by_area).with(by_kind),
        progress.with(ranking(&lines)),
        Section::new("alerts", "预警").with(alerts::summary(&found)),
        Section::new("signatures", "签章")
            .with(SignOff::of(Some(("已下达合计", total.released)), &["省财政厅", "省发展改革委（省数据局）"])),
    ];
    let named = draft.bases.iter().flat_map(|basis| basis.positions.iter().copied());
    draft.events = material.tally.lines(named);
    draft
}

/// A figure on its basis: of the pilot in this row, or of all where it is the row after the last.
fn cell(row: usize, figure: Figure, figures: &Figures) -> Cell {
    let at = GROUNDED.iter().position(|known| *known == figure);
    cell_of(figure, figures).on(at.map(|at| Link::Basis(row * GROUNDED.len() + at)))
}

/// Lays the bases of each figure: of each pilot in turn, and last of all pilots together.
fn lay(draft: &mut Draft, material: &Material, lines: &[Member], total: &Figures) {
    let of_a_row = |figure: Figure| !SHOWN.contains(&figure);
    let own = lines.iter().flat_map(|line| {
        GROUNDED.map(|figure| Basis { of_a_row: of_a_row(figure), ..material.tally.basis(line.id, figure) })
    });
    draft.bases = own.collect();
    for (at, figure) in GROUNDED.into_iter().enumerate() {
        let parts = lines.iter().map(|line| line.row * GROUNDED.len() + at).collect();
        let sum = sum(&draft.bases, parts, &cell_of(figure, total));
        let (key, label) = (figure.key().to_owned(), format!("全省 {}", figure.zh()));
        draft.bases.push(Basis { key, label, of_a_row: of_a_row(figure), ..sum });
    }
}

/// The basis of what the figures of several pilots come to.
fn sum(bases: &[Basis], parts: Vec<usize>, sum: &Cell) -> Basis {
    let own = || parts.iter().filter_map(|part| bases.get(*part));
    let added = matches!(sum.value, Value::Money(_)).then(|| sum.value.show(Unit::Yuan));
    Basis {
        formula: added.map(|sum| format!("Σ {} 个试点 = {sum}", parts.len())),
        count: own().map(|basis| basis.count).sum(),
        last: own().filter_map(|basis| basis.last).max(),
        parts,
        of_a_row: true,
        ..basis("", "", std::iter::empty())
    }
}

fn facts(lines: &[Member], total: &Figures) -> Facts {
    let mut facts = vec![Fact::new("pilots", "试点数", lines.len() as u64)];
    let more = [Figure::ClawbackOrdered, Figure::ClawbackOutstanding, Figure::ExecutionRate];
    let shown = SHOWN.into_iter().chain(more);
    facts.extend(shown.map(|figure| Fact::new(figure.key(), figure.zh(), cell(lines.len(), figure, total))));
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
    for line in lines {
        let mut cells: Vec<Cell> = vec![
            line.id.as_str().into(),
            line.pilot.name.as_str().into(),
            line.pilot.city.as_str().into(),
            words::standing(line.standing).into(),
        ];
        cells.extend(with_rate().map(|figure| cell(line.row, figure, &line.figures)));
        table.rows.push(cells.into());
    }
    let mut cells: Vec<Cell> =
        vec!["合计".into(), format!("{} 个试点", lines.len()).into(), Cell::none(), Cell::none()];
    cells.extend(with_rate().map(|figure| cell(lines.len(), figure, total)));
    table.total = Some(cells);
    "截至该日尚无认定的试点".clone_into(&mut table.empty);
    table
}

/// The figures of the table of pilots, and the rate beside them.
fn with_rate() -> impl Iterator<Item = Figure> {
    SHOWN.into_iter().chain([Figure::ExecutionRate])
}

/// The pilots by a word of theirs.
fn grouped(
    (key, caption): (&str, &str),
    (lines, total): (&[Member], &Figures),
    word: fn(&Member) -> String,
    draft: &mut Draft,
) -> Table {
    let mut columns = vec![
        Column::text("group", caption.trim_start_matches('按'), 4),
        Column::new("count", "试点数", ColumnKind::Count).summed(),
    ];
    columns.extend(SHOWN.iter().map(|figure| Column::money(figure.key(), figure.zh()).summed()));
    columns.push(Column::new("execution_rate", "执行率", ColumnKind::Ratio));
    let mut groups: BTreeMap<String, (Vec<usize>, Figures)> = BTreeMap::new();
    for line in lines {
        let (rows, figures) = groups.entry(word(line)).or_default();
        rows.push(line.row);
        *figures = figures.plus(line.figures);
    }
    let mut table = Table::new(key, caption, columns);
    for (name, (rows, figures)) in groups {
        let mut cells = vec![name.as_str().into(), (rows.len() as u64).into()];
        for figure in with_rate() {
            let parts = rows.iter().filter_map(|row| match cell(*row, figure, &figures).link {
                Some(Link::Basis(part)) => Some(part),
                _ => None,
            });
            let shown = cell_of(figure, &figures);
            let sum = sum(&draft.bases, parts.collect(), &shown);
            let (key, label) = (format!("{}-{key}-{name}", figure.key()), format!("{name} {}", figure.zh()));
            cells.push(shown.on(draft.link_to(Basis { key, label, ..sum })));
        }
        table.rows.push(cells.into());
    }
    let mut cells = vec!["合计".into(), (lines.len() as u64).into()];
    cells.extend(with_rate().map(|figure| cell(lines.len(), figure, total)));
    table.total = Some(cells);
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
            cell(line.row, Figure::Released, &line.figures),
            cell(line.row, Figure::Paid, &line.figures),
            cell(line.row, Figure::ExecutionRate, &line.figures),
        ];
        table.rows.push(cells.into());
    }
    table
}
