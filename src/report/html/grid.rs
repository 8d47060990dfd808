//! Tables on the page: captions, heads with their scope, shared cells, sums to the right.

use maud::{Markup, html};

use super::target;
use crate::report::paper::table::{Cell, ColumnKind, Row, Table, Tone, Unit, Value};

/// Whether a cell is a sum.
pub(super) fn is_money(cell: &Cell) -> bool {
    matches!(cell.value, Value::Money(_))
}

/// What stands in a cell, with its link.
pub(super) fn content(cell: &Cell, unit: Unit) -> Markup {
    let shown = match &cell.value {
        Value::None => html! { span.none { "—" } },
        Value::Text(text) if is_code(text) => html! { span.code { (text) } },
        Value::Date(date) => html! { time datetime=(date) { (date) } },
        value => html! { (value.show(unit)) },
    };
    match cell.link {
        Some(link) if cell.value != Value::None => html! { a href=(target(link)) { (shown) } },
        _ => shown,
    }
}

/// Whether a text is not to be broken: a number, a code, a voucher, a date with a word.
fn is_code(text: &str) -> bool {
    text.len() <= 26 && text.chars().filter(|letter| !letter.is_ascii_graphic() && *letter != ' ').count() <= 2
}

/// What stands in a cell of a row: nothing where a text is missing.
fn inner(cell: &Cell, kind: ColumnKind, unit: Unit) -> Markup {
    if kind == ColumnKind::Text && cell.value == Value::None {
        html! {}
    } else {
        content(cell, unit)
    }
}

/// The class of a column's cells.
const fn class(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::Date | ColumnKind::Year | ColumnKind::Time => "date",
        ColumnKind::Money => "num money",
        ColumnKind::Ratio | ColumnKind::Count | ColumnKind::Points => "num",
    }
}

const fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Reversed => "reversed",
        Tone::Reversal => "reversal",
        Tone::Warn => "warn",
    }
}

pub(super) fn of(table: &Table) -> Markup {
    let id = format!("t-{}", table.key);
    html! {
        div.scroll role="region" aria-labelledby=(id) tabindex="0" {
            table {
                caption id=(id) {
                    span.name { (table.caption) }
                    @if let Some(unit) = table.unit { span.unit { "单位：" (unit.name()) } }
                }
                thead { (heads(table)) }
                tbody {
                    @for (at, row) in table.rows.iter().enumerate() { (line(table, row, at)) }
                    @if table.rows.is_empty() {
                        tr { td.empty colspan=(table.columns.len()) { (table.empty) } }
                    }
                }
                @if let Some(total) = &table.total {
                    tfoot { (closing(table, total)) }
                }
            }
        }
    }
}

fn heads(table: &Table) -> Markup {
    if !table.has_groups() {
        return html! { tr { @for column in &table.columns { th scope="col" class=(class(column.kind)) { (column.title) } } } };
    }
    let mut at = 0;
    let mut upper = Vec::new();
    for (group, span) in table.groups() {
        upper.push((group, span, table.columns.get(at)));
        at += span;
    }
    html! {
        tr {
            @for (group, span, column) in &upper {
                @match group {
                    Some(group) => th scope="colgroup" colspan=(span) { (group) },
                    None => @if let Some(column) = column {
                        th scope="col" rowspan="2" class=(class(column.kind)) { (column.title) }
                    },
                }
            }
        }
        tr {
            @for column in table.columns.iter().filter(|column| column.group.is_some()) {
                th scope="col" class=(class(column.kind)) { (column.title) }
            }
        }
    }
}

/// Which column names its rows: the first of texts, else the first.
fn naming(table: &Table) -> usize {
    table.columns.iter().position(|column| column.kind == ColumnKind::Text && !column.merged).unwrap_or(0)
}

fn line(table: &Table, row: &Row, at: usize) -> Markup {
    let naming = naming(table);
    html! {
        tr class=(tone(row.tone)) {
            @for (index, (column, cell)) in table.columns.iter().zip(&row.cells).enumerate() {
                @let span = table.span(at, index);
                @if span > 0 {
                    @let rows = (span > 1).then_some(span);
                    @if index == naming {
                        th scope="row" class=(class(column.kind)) rowspan=[rows] { (inner(cell, column.kind, table.sums_in())) }
                    } @else {
                        td class=(class(column.kind)) rowspan=[rows] { (inner(cell, column.kind, table.sums_in())) }
                    }
                }
            }
        }
    }
}

/// The row of totals; its name spans the columns that have none.
fn closing(table: &Table, total: &[Cell]) -> Markup {
    let named = 1 + total.iter().skip(1).take_while(|cell| cell.value == Value::None).count();
    html! {
        tr {
            @if let Some(name) = total.first() {
                th scope="row" colspan=[(named > 1).then_some(named)] { (content(name, table.sums_in())) }
            }
            @for (column, cell) in table.columns.iter().zip(total).skip(named) {
                td class=(class(column.kind)) { @if cell.value != Value::None { (content(cell, table.sums_in())) } }
            }
        }
    }
}
