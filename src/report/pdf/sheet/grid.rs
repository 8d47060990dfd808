//! Tables for the template: the cells in the order in which they are set, those that span others saying so.

use serde::Serialize;

use super::super::letters::{Letters, breakable};
use super::super::widths::{Widths, decimals, is_right, length};
use crate::report::paper::table::{Cell, Column, Row, Table, Tone, Value};

/// So many rows fill a page, whatever their letters.
const PAGE: usize = 80;

/// A table for the template.
pub(super) struct Grid {
    form: Form,
    rows: Vec<Item>,
    /// Of each row, whether all its texts stand on one line: its height is known then, and need not be found by setting it.
    single: Vec<bool>,
    /// Of each row, whether it may be higher than a page: it goes on on the next then, which no other does.
    high: Vec<bool>,
    total: Vec<Item>,
}

/// What a table is like, whichever of its rows are set.
#[derive(Serialize)]
struct Form {
    caption: String,
    unit: Option<&'static str>,
    /// The height of letters and the widths of columns, in hundredths of a point.
    letter: u64,
    widths: Vec<u64>,
    right: Vec<bool>,
    /// Whether neighbouring rows share cells: any may go on on the next page then.
    merged: bool,
    /// The head, and of how many rows it is.
    head: Vec<Item>,
    heads: usize,
    empty: String,
}

/// Rows of a table that are set together: all, in most.
#[derive(Serialize)]
#[serde(tag = "block", rename = "table")]
pub(super) struct Stretch<'g> {
    #[serde(flatten)]
    form: &'g Form,
    /// Whether there are rows before these, and after.
    goes_on: bool,
    stops: bool,
    rows: &'g [Item],
    single: &'g [bool],
    /// How many of the cells of `rows` are the last row, to stand on the page of the total; none where it shares some.
    last: usize,
    total: &'g [Item],
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
    /// Whether its row may go on on the next page.
    high: bool,
    /// Digits to leave free after it, so that points stand below each other.
    pad: String,
}

impl Set {
    fn of(text: String) -> Self {
        Self { text, rows: 1, columns: 1, tone: Tone::Plain, first: false, high: false, pad: String::new() }
    }

    fn item(self) -> Item {
        let plain =
            self.rows == 1 && self.columns == 1 && self.tone == Tone::Plain && !self.high && self.pad.is_empty();
        if plain { Item::Plain(self.text) } else { Item::Set(self) }
    }
}

/// A table with what its cells need to know of it.
struct Setting<'t> {
    table: &'t Table,
    letters: &'t Letters,
    /// How wide the text of each column may be.
    inner: Vec<u64>,
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
        let inner: Vec<u64> = (0..table.columns.len()).map(|column| widths.inner(column)).collect();
        let mut setting = Setting { table, letters, inner, decimals: vec![0; table.columns.len()], merged };
        setting.measure();
        let form = Form {
            caption: letters.text(&table.caption),
            unit: table.unit.map(super::Unit::name),
            letter: widths.letter,
            widths: widths.columns,
            right: table.columns.iter().map(is_right).collect(),
            merged,
            head: setting.head(),
            heads: if table.has_groups() { 2 } else { 1 },
            empty: letters.text(&table.empty),
        };
        let high: Vec<bool> = table.rows.iter().map(|row| setting.is_high(row)).collect();
        let rows = table.rows.iter().zip(&high).enumerate();
        Self {
            form,
            rows: rows.flat_map(|(at, (row, high))| setting.row(row, at, *high)).collect(),
            single: table.rows.iter().map(|row| setting.is_single(row)).collect(),
            high,
            total: table.total.as_deref().map(|total| setting.total(total)).unwrap_or_default(),
        }
    }

    /// How many rows there are, and cells in each.
    pub(super) const fn size(&self) -> (usize, usize) {
        (self.single.len(), self.form.widths.len())
    }

    /// Of how many rows its head is.
    pub(super) const fn heads(&self) -> usize {
        self.form.heads
    }

    /// Where it can be divided, behind so many rows at least: the rows that fill the page before go on on no other. Nowhere
    /// where rows share cells.
    pub(super) fn stop(&self, least: usize) -> Option<usize> {
        if self.form.merged {
            return None;
        }
        let mut stop = least;
        loop {
            let page = self.high.get(stop.saturating_sub(PAGE)..stop)?;
            match page.iter().rposition(|high| *high) {
                Some(at) => stop += at + 1,
                None => return Some(stop),
            }
        }
    }

    /// The rows from this one on, up to that one or the end.
    pub(super) fn stretch(&self, from: usize, to: Option<usize>) -> Stretch<'_> {
        let (_, columns) = self.size();
        let rows = self.rows.get(from * columns..to.map_or(self.rows.len(), |to| to * columns)).unwrap_or_default();
        let total = if to.is_some() { &[] } else { self.total.as_slice() };
        let last_is_high = self.high.last().is_some_and(|high| *high);
        Stretch {
            form: &self.form,
            goes_on: from > 0,
            stops: to.is_some(),
            rows,
            single: self.single.get(from..to.unwrap_or(self.single.len())).unwrap_or_default(),
            last: if self.form.merged || last_is_high || total.is_empty() || rows.is_empty() { 0 } else { columns },
            total,
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

    /// Whether a cell of a row has more than so many lines.
    fn is_high(&self, row: &Row) -> bool {
        const LINES: u64 = 24;
        let high = |(cell, inner): (&Cell, &u64)| match &cell.value {
            Value::Text(text) => length(text) > inner * LINES,
            _ => false,
        };
        row.cells.iter().zip(&self.inner).any(high)
    }

    /// Whether each text of a row stands on one line for sure.
    fn is_single(&self, row: &Row) -> bool {
        let fits = |(column, inner): (usize, &u64)| {
            row.cells.get(column).is_none_or(|cell| length(&self.text(column, cell)) <= *inner)
        };
        !self.merged && self.inner.iter().enumerate().all(fits)
    }

    fn head(&self) -> Vec<Item> {
        let title = |text: &str| Set::of(self.letters.text(text));
        let own = |(at, column): (usize, &Column)| Set::of(self.within(at, self.letters.text(&column.title)));
        let columns = || self.table.columns.iter().enumerate();
        if !self.table.has_groups() {
            return columns().map(own).map(Set::item).collect();
        }
        let (mut upper, mut lower, mut at) = (Vec::new(), Vec::new(), 0);
        for (group, span) in self.table.groups() {
            let under = columns().skip(at).take(span).map(own);
            match group {
                Some(group) => {
                    upper.push(Set { columns: span, ..title(group) }.item());
                    lower.extend(under.map(Set::item));
                }
                None => upper.extend(under.map(|set| Set { rows: 2, ..set }.item())),
            }
            at += span;
        }
        upper.extend(lower);
        upper
    }

    fn row(&self, row: &Row, at: usize, high: bool) -> Vec<Item> {
        let span = |column| if self.merged { self.table.span(at, column) } else { 1 };
        let cells = row.cells.iter().enumerate().map(|(column, cell)| (column, cell, span(column)));
        cells
            .filter(|(_, _, rows)| *rows > 0)
            .map(|(column, cell, rows)| {
                Set { rows, tone: row.tone, first: column == 0, high, ..self.cell(column, cell) }.item()
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
        let nothing = cell.value == Value::None && !right;
        if nothing { String::new() } else { self.within(column, self.letters.cell(cell, self.table.sums_in())) }
    }

    /// A text that keeps within its column.
    fn within(&self, column: usize, text: String) -> String {
        breakable(text, self.inner.get(column).copied().unwrap_or(u64::MAX))
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
