//! How wide the columns of a table are, worked out from its texts before it is set: a table whose columns are given is set
//! in one pass, however long it is.
//!
//! Sums, dates and short codes are never broken. Texts share what is left: first what stands in most rows is brought to
//! few lines, then what is longest, so that a few long notes, or a column that is mostly empty, do not take the room of
//! names. A table that is too wide is set in smaller letters. Lengths are in hundredths of a point.

use unicode_width::UnicodeWidthChar as _;

use super::letters::Letters;
use crate::report::paper::table::{Cell, Column, ColumnKind, Table, Value};

/// The letters of a table: what they are, what they shrink to so that most texts stand on two lines, and what they may
/// shrink to at all.
const LETTER: u64 = 900;
const READABLE: u64 = 750;
const SMALLEST: u64 = 600;

/// What lies between a cell's edges and its text, on both sides together.
pub(super) const INSET: u64 = 560;

/// How long a text of a column may be before it is set on several lines for sure.
const LONG: u64 = 4_000;

/// How wide a column of long texts is at least, unless they stand on so many lines in less.
const BROAD: u64 = 900;
const LINES: u64 = 3;

/// How long a text is that is not broken: one of a few letters, one with digits, such as a voucher's number or a date with
/// a word, and a word of a longer text.
const FEW: u64 = 400;
const CODE: u64 = 850;
const WORD: u64 = 1_500;

/// In how many steps columns grow.
const STEPS: usize = 10;

/// How wide a column is after each step, in hundredths of a letter's height: what it needs, then what it would like.
type Wishes = [u64; STEPS];

/// The step after which what stands in most rows is on two lines.
const TWO_LINES: usize = 4;

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
            _ if matches!(letter, ' ' | '-' | '.' | ',' | ':' | ';' | '/' | '(' | ')') => 40,
            _ if matches!(letter, '%' | '—' | '@' | 'M' | 'W' | 'm' | 'w') => 100,
            _ if letter.is_ascii_uppercase() => 72,
            _ => 57,
        })
        .sum()
}

/// How wide the longest part of a text is that is not broken.
fn unbroken(text: &str) -> u64 {
    let wide = |letter: char| letter.width() == Some(2) || letter == ' ';
    // A full stop or a bracket clings to the letter before or after it.
    text.split(wide).map(|word| length(word) + 100).max().unwrap_or(100).min(WORD).min(length(text))
}

impl Widths {
    /// The widths of a table that has so much room.
    pub(super) fn of(table: &Table, letters: &Letters, room: u64) -> Self {
        let columns = || table.columns.iter().enumerate();
        let wishes: Vec<Wishes> = columns().map(|(at, column)| wishes(table, letters, at, column)).collect();
        let free = room.saturating_sub(INSET * wishes.len() as u64).max(1);
        let fitting = |step: usize| free * 100 / wishes.iter().filter_map(|own| own.get(step)).sum::<u64>().max(1);
        let letter = fitting(TWO_LINES).clamp(READABLE, LETTER).min(fitting(0)).max(SMALLEST);
        let columns = shared(&wishes, free * 100 / letter).into_iter().map(|width| width * letter / 100 + INSET);
        Self { letter, columns: columns.collect() }
    }

    /// How wide the text of a column's cells may be, in hundredths of a letter's height.
    pub(super) fn inner(&self, column: usize) -> u64 {
        self.columns.get(column).map_or(0, |width| width.saturating_sub(INSET) * 100 / self.letter.max(1))
    }
}

/// The room shared among columns, all of it: step by step, in each first the columns that lack least, for there the same room
/// helps most, and the others alike.
fn shared(wishes: &[Wishes], room: u64) -> Vec<u64> {
    let first = |own: &Wishes| own.first().copied().unwrap_or(0);
    let least: u64 = wishes.iter().map(first).sum();
    if least >= room {
        return wishes.iter().map(|own| first(own) * room / least.max(1)).collect();
    }
    let mut widths: Vec<u64> = wishes.iter().map(first).collect();
    let mut left = room - least;
    for step in 1..STEPS {
        let wish = |own: &Wishes| own.get(step).copied().unwrap_or(0);
        let mut lacking: Vec<(u64, &mut u64)> =
            wishes.iter().zip(&mut widths).map(|(own, width)| (wish(own).saturating_sub(*width), width)).collect();
        lacking.sort_by_key(|(lack, _)| *lack);
        let many = lacking.len() as u64;
        for ((lack, width), before) in lacking.into_iter().zip(0..) {
            let given = lack.min(left / (many - before).max(1));
            *width += given;
            left -= given;
        }
    }
    let whole: u64 = widths.iter().sum();
    widths.iter().map(|width| width + width * left / whole.max(1)).collect()
}

/// What a column would like.
fn wishes(table: &Table, letters: &Letters, at: usize, column: &Column) -> Wishes {
    let head = length(&column.title);
    let least = (head / 2 + 50).clamp(200, 400).min(head.max(150));
    let rows = table.rows.iter().filter_map(|row| row.cells.get(at));
    // The name of a total spans the columns without one, and stands in their room.
    let total = table.total.iter().filter_map(|cells| cells.get(at)).filter(|_| is_right(column));
    let texts = rows.chain(total).map(|cell| letters.cell(cell, table.sums_in()));
    if column.kind == ColumnKind::Text {
        return wishes_of_texts(texts, (least, head.min(600)), u64::from(column.weight) * 150);
    }
    let whole = texts.map(|text| length(&text) + 20).max().unwrap_or(0).max(least);
    let mut wishes = [whole; STEPS];
    if let Some(last) = wishes.last_mut() {
        *last = whole.max(head.min(600));
    }
    wishes
}

/// What a column of texts would like: what stands in most rows on ever fewer lines, in between what is longest.
fn wishes_of_texts(texts: impl Iterator<Item = String>, (least, head): (u64, u64), empty: u64) -> Wishes {
    let (mut least, mut lengths, mut kept) = (least, Vec::new(), Vec::new());
    for text in texts {
        let own = length(&text) + if text.is_empty() { 0 } else { 20 };
        let most = if text.bytes().any(|byte| byte.is_ascii_digit()) { CODE } else { FEW };
        if own <= most + 20 {
            kept.push(own);
        }
        least = least.max(unbroken(&text));
        lengths.push(own);
    }
    lengths.sort_unstable();
    let longest = lengths.last().copied().unwrap_or(0);
    let usual = lengths.get((lengths.len() * 9).div_ceil(10).saturating_sub(1)).copied().unwrap_or(0);
    // What few rows have need not be kept together.
    let least = kept.into_iter().filter(|own| *own <= usual).fold(least, u64::max);
    let (longest, usual) = if longest == 0 { (empty, empty) } else { (longest.min(LONG), usual.min(LONG)) };
    // A line is never quite full.
    let on = |whole: u64, lines: u64| whole.min(whole / lines + 100);
    // Nor does a column that is to be filled in by hand fall below what a hand needs.
    let lines = if lengths.last().is_some_and(|longest| *longest > 0) { LINES } else { 1 };
    let least = least.max((usual / lines).min(BROAD));
    [0, on(usual, 6), on(usual, 4), on(usual, 3), on(usual, 2), on(longest, 4), usual, on(longest, 2), longest, head]
        .map(|wish| wish.max(least))
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

    fn columns(texts: &[&[&str]], room: u64) -> Vec<u64> {
        let own = |texts: &&[&str]| wishes_of_texts(texts.iter().map(ToString::to_string), (200, 200), 300);
        shared(&texts.iter().map(own).collect::<Vec<_>>(), room)
    }

    #[test]
    fn all_room_is_given_and_no_sum_is_broken() {
        let widths = shared(&[[500; STEPS], [300; STEPS], [400; STEPS]], 3_000);
        assert!((2_990..=3_000).contains(&widths.iter().sum::<u64>()), "{widths:?}");
        assert_eq!(shared(&[[10; STEPS], [30; STEPS]], 80), [20, 60], "what is over goes to all");
        assert_eq!(shared(&[[100; STEPS], [300; STEPS]], 200), [50, 150], "and so does what lacks");
    }

    #[test]
    fn a_few_notes_do_not_take_the_room_of_names() {
        let name = "示例承担单位零六一（虚构）";
        let mut notes = vec![""; 19];
        let note = "经核查资金使用与批复方案不一致需进一步说明".repeat(9);
        notes.push(&note);
        let widths = columns(&[&[name; 20], &notes], 2_600);
        assert!(widths[0] > length(name), "on one line: {widths:?}");
        assert!(widths[1] >= BROAD, "{widths:?}");
        let widths = columns(&[&[name; 20], &notes], 1_100);
        assert!(widths[0] > length(name) / 2, "on two where there is less: {widths:?}");
    }

    #[test]
    fn columns_of_long_texts_share_alike() {
        let long = "江西省数字产业集群培育试点牵头申报主体".repeat(4);
        let widths = columns(&[&[long.as_str(); 5], &[long.as_str(); 5], &["数据"; 5]], 3_000);
        assert!(widths[0].abs_diff(widths[1]) < 10 && widths[2] < 400, "{widths:?}");
        let widths = columns(&[&[""; 5], &["数据"; 5]], 800);
        assert!(widths[0] > 300, "a column to be filled in by hand keeps its room: {widths:?}");
    }

    #[test]
    fn codes_hold_together_and_sentences_do_not() {
        assert_eq!(length("元1"), 157);
        assert!(unbroken("JX2025-01-R1") > 600);
        assert!(unbroken("资金下达文件") <= 100);
    }
}
