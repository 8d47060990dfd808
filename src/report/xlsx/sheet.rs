//! A table as a sheet: heads that stay, a filter, the columns' widths, totals as formulas, and how it prints.

use rust_xlsxwriter::{FormatAlign, Formula, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr as _;

use super::format::{self, Formats, Look};
use crate::report::paper::Paper;
use crate::report::paper::table::{Cell, Column, Table, Tone, Value};

/// How wide a column is at least and at most, in the width of a digit.
const WIDTHS: (usize, usize) = (8, 60);

/// How many columns wide a sheet may be and still print on upright pages, in the width of a digit.
const UPRIGHT_MAX: usize = 95;

/// The sheet of a table.
pub(super) fn sheet(paper: &Paper, table: &Table, formats: &Formats) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.write_string_with_format(0, 0, &table.caption, &formats.heading)?;
    sheet.write_string_with_format(1, 0, note(paper, table), &formats.note)?;
    let widths = widths(table);
    for (column, width) in (0..).zip(&widths) {
        sheet.set_column_width(column, u32::try_from(*width).unwrap_or(u32::MAX))?;
    }
    let first = heads(&mut sheet, table, formats)?;
    let last = rows(&mut sheet, table, first, formats)?;
    for (row, line) in (first..).zip(&table.rows) {
        let lines = line.cells.iter().zip(&widths).map(|(cell, width)| match &cell.value {
            Value::Text(text) => format::lines(text, *width),
            _ => 1,
        });
        if let Some(height) = format::height(lines.max().unwrap_or(1)) {
            sheet.set_row_height(row, height)?;
        }
    }
    sheet.set_freeze_panes(first, 0)?;
    let edge = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    if !table.rows.is_empty() {
        sheet.autofilter(first - 1, 0, first + count(table.rows.len()) - 1, edge)?;
    }
    sheet.set_repeat_rows(2, first - 1)?;
    sheet.set_print_area(0, 0, last, edge)?;
    print_on(&mut sheet, paper, widths.iter().sum::<usize>() > UPRIGHT_MAX);
    Ok(sheet)
}

/// How a sheet prints: A4, as wide as the page, with a head and the number of pages.
pub(super) fn print_on(sheet: &mut Worksheet, paper: &Paper, across: bool) {
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    if across {
        sheet.set_landscape();
    }
    let sandbox = if paper.stamp.sandbox { "&C演练台账：数据为模拟，不作资金依据" } else { "" };
    let subject = paper.stamp.pilot.as_deref().unwrap_or(&paper.stamp.ledger).replace('&', "&&");
    sheet.set_header(format!("&L{}{sandbox}&R{subject} 截至 {}", paper.title.replace('&', "&&"), paper.stamp.as_of));
    sheet.set_footer(format!("&L第 {} 条 根 {}&C第 &P 页 共 &N 页", paper.stamp.position, paper.stamp.short_root()));
}

fn note(paper: &Paper, table: &Table) -> String {
    let mut note = format!("{} · 截至 {}", paper.subtitle, paper.stamp.as_of);
    if let Some(unit) = table.unit {
        note = format!("单位：{} · {note}", unit.name());
    }
    if paper.stamp.sandbox {
        note.push_str(" · 演练");
    }
    note
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// Writes the heads from the third row on; the row below them.
fn heads(sheet: &mut Worksheet, table: &Table, formats: &Formats) -> Result<u32, XlsxError> {
    let grouped = table.has_groups();
    let own = 2 + u32::from(grouped);
    for (at, column) in (0..).zip(&table.columns) {
        if grouped && column.group.is_none() {
            sheet.merge_range(2, at, own, at, &column.title, &formats.head)?;
        } else {
            sheet.write_string_with_format(own, at, &column.title, &formats.head)?;
        }
    }
    if grouped {
        let mut at = 0;
        for (group, span) in table.groups() {
            let after = at + u16::try_from(span).unwrap_or(u16::MAX);
            if let Some(group) = group {
                if span > 1 {
                    sheet.merge_range(2, at, 2, after - 1, group, &formats.head)?;
                } else {
                    sheet.write_string_with_format(2, at, group, &formats.head)?;
                }
            }
            at = after;
        }
    }
    Ok(own + 1)
}

/// Writes the rows from `first` on, and the totals below them; the last row written.
fn rows(sheet: &mut Worksheet, table: &Table, first: u32, formats: &Formats) -> Result<u32, XlsxError> {
    let look =
        |column: &Column, tone, total| Look { kind: column.kind, unit: table.sums_in(), tone, total, alone: false };
    for (row, line) in (first..).zip(&table.rows) {
        for (at, (cell, column)) in (0..).zip(line.cells.iter().zip(&table.columns)) {
            format::write(sheet, (row, at), &cell.value, look(column, line.tone, false), formats)?;
        }
    }
    if table.rows.is_empty() {
        sheet.write_string_with_format(first, 0, &table.empty, &formats.empty)?;
    }
    let below = first + count(table.rows.len().max(1));
    let Some(total) = &table.total else { return Ok(below - 1) };
    let named = name_of_total(sheet, (below, total), formats)?;
    for (at, (cell, column)) in (0_u16..).zip(total.iter().zip(&table.columns)).skip(named) {
        let look = look(column, Tone::Plain, true);
        match sum(table, column, cell, (first, at)) {
            Some(formula) => {
                sheet.write_formula_with_format(below, at, formula, &formats.of(&cell.value, look))?;
            }
            None => format::write(sheet, (below, at), &cell.value, look, formats)?,
        }
    }
    Ok(below)
}

/// Writes the name of a row of totals over the columns after it that have none; how many columns it takes.
fn name_of_total(sheet: &mut Worksheet, (row, total): (u32, &[Cell]), formats: &Formats) -> Result<usize, XlsxError> {
    let Some((Cell { value: Value::Text(name), .. }, rest)) = total.split_first() else { return Ok(0) };
    let blank = rest.iter().take_while(|cell| cell.value == Value::None).count();
    let look = Look { total: true, ..Look::ALONE };
    let format = formats.of(&Value::Text(name.clone()), look).set_align(FormatAlign::Center);
    let last = u16::try_from(blank).unwrap_or(u16::MAX);
    if last == 0 {
        sheet.write_string_with_format(row, 0, name, &format)?;
    } else {
        sheet.merge_range(row, 0, row, last, name, &format)?;
    }
    Ok(blank + 1)
}

/// The formula of a total that is the sum of its rows, with our own sum as its result. It is rounded to what sums have,
/// for a spreadsheet adds in binary fractions.
fn sum(table: &Table, column: &Column, cell: &Cell, (first, at): (u32, u16)) -> Option<Formula> {
    let result = format::decimal(&cell.value, table.sums_in()).filter(|_| column.summed && !table.rows.is_empty())?;
    let letters = letters(at);
    let last = first + count(table.rows.len());
    let decimals = if matches!(cell.value, Value::Money(_)) { format::decimals(table.sums_in()) } else { 6 };
    let formula = format!("=ROUND(SUM({letters}{}:{letters}{last}),{decimals})", first + 1);
    Some(Formula::new(formula).set_result(result))
}

/// The letters of a column: A, …, Z, AA, ….
fn letters(at: u16) -> String {
    let last = char::from(b'A' + u8::try_from(at % 26).unwrap_or(0));
    if at < 26 { last.to_string() } else { format!("{}{last}", letters(at / 26 - 1)) }
}

/// The widths of the columns, in the width of a digit.
fn widths(table: &Table) -> Vec<usize> {
    let width = |(at, column): (usize, &Column)| {
        let rows = table.rows.iter().filter_map(|row| row.cells.get(at));
        // The name of the totals has the columns after it.
        let total = table.total.iter().filter_map(|cells| cells.get(at));
        let total = total.filter(|cell| at > 0 || !matches!(cell.value, Value::Text(_)));
        let cells = rows.chain(total).map(|cell| cell.value.show(table.sums_in()).width());
        let head = column.title.width() + 3;
        cells.chain([head.min(16)]).max().unwrap_or(0).saturating_add(2).clamp(WIDTHS.0, WIDTHS.1)
    };
    table.columns.iter().enumerate().map(width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_spreadsheets() {
        for (at, name) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(at), name);
        }
    }
}
