//! How wide the columns of a table are, worked out from its texts before it is set: a table whose columns are given is set
//! in one pass, however long it is.
//!
//! Sums, dates and short codes are never broken, texts share what is left by how long they are. A table that is too wide
//! is set in smaller letters. Lengths are in hundredths of a point.

use unicode_width::UnicodeWidthChar as _;

use super::letters::Letters;
use crate::report::paper::table::{Cell, Column, ColumnKind, Table, Value};

/// The letters of a table: what they are, and what they may shrink to.
const LETTER: u64 = 900;
const SMALLEST: u64 = 600;

/// What lies between a cell's edges and its text, on both sides together.
pub(super) const INSET: u64 = 560;

/// How long a text of a column may be before it is set on several lines for sure.
const LONG: u64 = 40;

/// On how many lines a text is set at most, unless it is longer than a column would then be wide.
const LINES: u64 = 3;
const BROAD: u64 = 900;

/// How long a text with digits is, a number of a voucher or a batch, that is not broken.
const CODE: u64 = 800;

/// What a column needs and would like, in hundredths of a letter's height.
#[derive(Clone, Copy, Debug, Default)]
struct Want {
    least: u64,
    most: u64,
}

/// Letters and columns of a table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Widths {
    /// The height of letters.
    pub(super) letter: u64,
    /// The width of each column, with its inset.
    pub(super) columns: Vec<u64>,
}

/// How wide a text is in hundredths of its letters' height.
pub(super) fn length(text: &str) -> u64 {
    text.chars()
        .map(|letter| match letter.width() {
            Some(2) => 100,
            _ if letter.is_ascii_uppercase() || matches!(letter, '%' | '—' | '@') => 72,
            _ => 57,
        })
        .sum()
}

/// How wide the longest part of a text is that is not broken.
fn unbroken(text: &str) -> u64 {
    let wide = |letter: char| letter.width() == Some(2) || letter == ' ';
    // A full stop or a bracket clings to the letter before or after it.
    text.split(wide).map(|word| length(word) + 100).max().unwrap_or(100).min(1_500).min(length(text))
}

impl Widths {
    /// The widths of a table that has so much room.
    pub(super) fn of(table: &Table, letters: &Letters, room: u64) -> Self {
        let wants: Vec<Want> = (0..table.columns.len()).map(|at| want(table, letters, at)).collect();
        let insets = INSET * wants.len() as u64;
        let free = room.saturating_sub(insets).max(1);
        let least: u64 = wants.iter().map(|want| want.least).sum::<u64>().max(1);
        let letter = LETTER.min(free * 100 / least).max(SMALLEST);
        let columns = shared(&wants, free * 100 / letter).into_iter().map(|width| width * letter / 100 + INSET);
        Self { letter, columns: columns.collect() }
    }
}

/// The room shared among columns, all of it.
fn shared(wants: &[Want], room: u64) -> Vec<u64> {
    let sum = |of: fn(&Want) -> u64| wants.iter().map(of).sum::<u64>();
    let (least, most) = (sum(|want| want.least), sum(|want| want.most));
    wants
        .iter()
        .map(|want| {
            if least >= room {
                want.least * room / least.max(1)
            } else if most <= room {
                want.most * room / most.max(1)
            } else {
                want.least + (want.most - want.least) * (room - least) / (most - least).max(1)
            }
        })
        .collect()
}

fn want(table: &Table, letters: &Letters, at: usize) -> Want {
    let Some(column) = table.columns.get(at) else { return Want::default() };
    let rows = table.rows.iter().map(|row| &row.cells).chain(&table.total);
    let texts = rows.filter_map(|cells| cells.get(at)).map(|cell| letters.cell(cell, table.sums_in()));
    let head = length(&column.title);
    let mut want = Want { least: (head / 2 + 50).clamp(200, 400).min(head.max(150)), most: head.min(600) };
    for text in texts {
        let whole = length(&text) + 20;
        let broken = column.kind == ColumnKind::Text;
        want.least = want.least.max(if broken { at_least(&text, whole) } else { whole });
        want.most = want.most.max(if broken { whole.min(LONG * 100) } else { whole });
    }
    want.most = want.most.max(want.least);
    want
}

/// How wide a text's column is at least.
fn at_least(text: &str, whole: u64) -> u64 {
    let is_code = whole <= CODE && text.bytes().any(|byte| byte.is_ascii_digit());
    if is_code { whole } else { unbroken(text).max((whole / LINES).min(BROAD)) }
}

/// Whether a column's cells stand to the right.
pub(super) fn is_right(column: &Column) -> bool {
    matches!(column.kind, ColumnKind::Money | ColumnKind::Ratio | ColumnKind::Count | ColumnKind::Points)
}

/// How many decimals a cell's sum has; none where it is no sum.
pub(super) fn decimals(cell: &Cell, shown: &str) -> Option<usize> {
    matches!(cell.value, Value::Money(_) | Value::Points(_))
        .then(|| shown.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_room_is_given_and_no_sum_is_broken() {
        let want = |least, most| Want { least, most };
        let wants = [want(500, 500), want(300, 2_000), want(400, 4_000)];
        let widths = shared(&wants, 3_000);
        assert_eq!(widths[0], 500);
        assert!(widths[1] > 300 && widths[2] > widths[1], "{widths:?}");
        assert!((2_990..=3_000).contains(&widths.iter().sum::<u64>()), "{widths:?}");
        assert_eq!(shared(&[want(10, 10), want(30, 30)], 80), [20, 60], "what is over goes to all");
        assert_eq!(shared(&[want(100, 100), want(300, 300)], 200), [50, 150], "and so does what lacks");
    }

    #[test]
    fn codes_hold_together_and_sentences_do_not() {
        assert_eq!(length("元1"), 157);
        assert!(unbroken("JX2025-01-R1") > 600);
        assert!(unbroken("资金下达文件") <= 100);
    }
}
