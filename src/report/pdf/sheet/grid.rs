//! Tables for the template: the cells in the order in which they are set, those that span others saying so.

use serde::Serialize;

use super::super::letters::Letters;
use super::super::widths::{Widths, decimals, is_right};
use crate::report::paper::table::{Cell, Row, Table, Tone, Value};

/// A table for the template.
#[derive(Serialize)]
pub(super) struct Grid {
    caption: String,
    unit: Option<&'static str>,
    /// The height of letters and the widths of columns, in hundredths of a point.
    letter: u64,
    widths: Vec<u64>,
    right: Vec<bool>,
    head: Vec<Item>,
    rows: Vec<Item>,
    total: Vec<Item>,
    empty: String,
}

/// A cell: a text in most, for a long table is set the quicker the less its cells are.
#[derive(Serialize)]
#[serde(untagged)]
enum Item {
    Plain(String),
    Set(Set),
}

/// A cell that is otherwise.
#[derive(Serialize)]
struct Set {
    text: String,
    rows: usize,
    columns: usize,
    tone: Tone,
    /// Whether it is its row's first.
    first: bool,
    /// Digits to leave free after it, so that points stand below each other.
    pad: String,
}

impl Set {
    fn of(text: String) -> Self {
        Self { text, rows: 1, columns: 1, tone: Tone::Plain, first: false, pad: String::new() }
    }

    fn item(self) -> Item {
        let plain = self.rows == 1 && self.columns == 1 && self.tone == Tone::Plain && self.pad.is_empty();
        if plain { Item::Plain(self.text) } else { Item::Set(self) }
    }
}

/// A table with what its cells need to know of it.
struct Setting<'t> {
    table: &'t Table,
    letters: &'t Letters,
    /// The most decimals in each column.
    decimals: Vec<usize>,
    /// Whether any neighbouring cells are shared.
    merged: bool,
}

impl Grid {
    /// A table in letters and columns that fit into so much room.
    pub(super) fn of(table: &Table, letters: &Letters, room: u64) -> Self {
        let widths = Widths::of(table, letters, room);
        let merged = table.columns.first().is_some_and(|column| column.merged);
        let mut setting = Setting { table, letters, decimals: vec![0; table.columns.len()], merged };
        setting.measure();
        Self {
            caption: letters.text(&table.caption),
            unit: table.unit.map(super::Unit::name),
            letter: widths.letter,
            widths: widths.columns,
            right: table.columns.iter().map(is_right).collect(),
            head: setting.head(),
            rows: table.rows.iter().enumerate().flat_map(|(at, row)| setting.row(row, at)).collect(),
            total: table.total.as_deref().map(|total| setting.total(total)).unwrap_or_default(),
            empty: letters.text(&table.empty),
        }
    }
}

impl Setting<'_> {
    fn measure(&mut self) {
        let unit = self.table.sums_in();
        for cells in self.table.rows.iter().map(|row| &row.cells).chain(&self.table.total) {
            for (cell, most) in cells.iter().zip(&mut self.decimals) {
                *most = (*most).max(decimals(cell, &cell.value.show(unit)).unwrap_or(0));
            }
        }
    }

    fn head(&self) -> Vec<Item> {
        let title = |text: &str| Set::of(self.letters.text(text));
        if !self.table.has_groups() {
            return self.table.columns.iter().map(|column| title(&column.title).item()).collect();
        }
        let (mut upper, mut lower, mut at) = (Vec::new(), Vec::new(), 0);
        for (group, span) in self.table.groups() {
            let columns = self.table.columns.iter().skip(at).take(span);
            match group {
                Some(group) => {
                    upper.push(Set { columns: span, ..title(group) }.item());
                    lower.extend(columns.map(|column| title(&column.title).item()));
                }
                None => upper.extend(columns.map(|column| Set { rows: 2, ..title(&column.title) }.item())),
            }
            at += span;
        }
        upper.extend(lower);
        upper
    }

    fn row(&self, row: &Row, at: usize) -> Vec<Item> {
        let span = |column| if self.merged { self.table.span(at, column) } else { 1 };
        let cells = row.cells.iter().enumerate().map(|(column, cell)| (column, cell, span(column)));
        cells
            .filter(|(_, _, rows)| *rows > 0)
            .map(|(column, cell, rows)| {
                Set { rows, tone: row.tone, first: column == 0, ..self.cell(column, cell) }.item()
            })
            .collect()
    }

    /// A cell with its point under those above it.
    fn cell(&self, column: usize, cell: &Cell) -> Set {
        let text = self.text(column, cell);
        let most = self.decimals.get(column).copied().unwrap_or(0);
        let lacks = decimals(cell, &text).map_or(0, |own| most - own.min(most));
        let point = if lacks == most && lacks > 0 { "." } else { "" };
        Set { pad: format!("{point}{}", "0".repeat(lacks)), ..Set::of(text) }
    }

    /// What stands in a cell: nothing where a text is missing.
    fn text(&self, column: usize, cell: &Cell) -> String {
        let right = self.table.columns.get(column).is_some_and(is_right);
        if cell.value == Value::None && !right { String::new() } else { self.letters.cell(cell, self.table.sums_in()) }
    }

    /// The row of totals; its name spans the columns that have none.
    fn total(&self, total: &[Cell]) -> Vec<Item> {
        let blank = |cell: &&Cell| cell.value == Value::None;
        let before = total.iter().take_while(blank).count();
        let name = total.iter().skip(before).take(1);
        let named = before + 1 + total.iter().skip(before + 1).take_while(blank).count();
        let mut items: Vec<Item> =
            name.map(|cell| Set { columns: named, ..self.cell(before, cell) }).map(Set::item).collect();
        for (column, cell) in total.iter().enumerate().skip(named) {
            let set = self.cell(column, cell);
            items.push(if blank(&cell) { Item::Plain(String::new()) } else { set.item() });
        }
        items
    }
}
