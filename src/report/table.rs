//! Text tables for terminals: aligned by the columns a text takes, not by its letters or bytes.
//!
//! A Chinese character takes two columns of a terminal, so widths are counted with `unicode-width`.
//! (Characters of ambiguous width count one; the rule under the headings is of ASCII hyphens for
//! their sake.) A column may be held to a width; what is longer goes on in the next line, for in a
//! ledger a name cut short may be another's. The number of columns is part of the type, so a row
//! with a cell too many or too few does not compile.
//!
//! Refused here: deciding what to show, and looking at the terminal.

use std::fmt::{self, Display, Formatter, Write};

use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::{DIM, HEADING, PLAIN, paint};

/// What stands between two columns.
const GAP: &str = "  ";

/// On which side of its column a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

/// A column: its heading, its side and the width it may take.
#[derive(Clone, Debug)]
pub struct Column {
    heading: String,
    align: Align,
    most: usize,
}

impl Column {
    /// A column of texts.
    #[must_use]
    pub fn left(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), align: Align::Left, most: usize::MAX }
    }

    /// A column of amounts and counts.
    #[must_use]
    pub fn right(heading: impl Into<String>) -> Self {
        Self { align: Align::Right, ..Self::left(heading) }
    }

    /// The column at most `width` terminal columns wide (never less than two, a wide character's),
    /// longer texts going on in the next line.
    #[must_use]
    pub fn at_most(self, width: usize) -> Self {
        Self { most: width.max(2), ..self }
    }
}

/// The text in one place of a table and how it is painted.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A text in one of the styles of [`super::style`].
    #[must_use]
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(text, PLAIN)
    }
}

/// A table of `N` columns. It prints itself, each line with its end.
///
/// ```
/// # use tranche::report::table::{Column, Table};
/// let mut table = Table::new([Column::left("试点"), Column::right("定额")]);
/// table.row(["南昌", "15,000,000.00"]);
/// table.row(["贵溪市", "9,000,000.00"]);
/// let text = anstream::adapter::strip_str(&table.to_string()).to_string();
/// assert_eq!(text, "试点             定额\n南昌    15,000,000.00\n贵溪市   9,000,000.00\n");
/// ```
#[derive(Clone, Debug)]
pub struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[Cell; N]>,
    ruled: bool,
}

impl<const N: usize> Table<N> {
    /// A table with these columns and no rows yet.
    #[must_use]
    pub fn new(columns: [Column; N]) -> Self {
        Self { columns, rows: Vec::new(), ruled: false }
    }

    /// The table with a line under its headings.
    #[must_use]
    pub fn ruled(self) -> Self {
        Self { ruled: true, ..self }
    }

    /// Adds a row.
    pub fn row<C: Into<Cell>>(&mut self, cells: [C; N]) {
        self.rows.push(cells.map(Into::into));
    }

    /// The headings as a row.
    fn headings(&self) -> [Cell; N] {
        self.columns.each_ref().map(|column| Cell::styled(column.heading.as_str(), HEADING))
    }

    /// How wide each column comes out: as its widest text, or as much as it may.
    fn widths(&self, headings: &[Cell; N]) -> [usize; N] {
        let mut widths = [0; N];
        for cells in std::iter::once(headings).chain(&self.rows) {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = cell.text.width().max(*width);
            }
        }
        widths.iter_mut().zip(&self.columns).for_each(|(width, column)| *width = column.most.min(*width));
        widths
    }

    /// One row, in as many lines as its longest text needs.
    fn write_row(&self, f: &mut Formatter<'_>, cells: &[Cell; N], widths: &[usize; N]) -> fmt::Result {
        let mut rest = cells.each_ref().map(|cell| cell.text.as_str());
        loop {
            let mut line = Line::default();
            for (((rest, cell), column), width) in rest.iter_mut().zip(cells).zip(&self.columns).zip(widths) {
                let (piece, after) = split_at_width(rest, *width);
                *rest = after;
                line.cell(piece, cell.style, column.align, *width)?;
            }
            writeln!(f, "{}", line.text)?;
            if rest.iter().all(|rest| rest.is_empty()) {
                return Ok(());
            }
        }
    }
}

impl<const N: usize> Display for Table<N> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let headings = self.headings();
        let widths = self.widths(&headings);
        self.write_row(f, &headings, &widths)?;
        if self.ruled {
            let rule = widths.map(|width| "-".repeat(width)).join(GAP);
            writeln!(f, "{}", paint(DIM, rule))?;
        }
        self.rows.iter().try_for_each(|cells| self.write_row(f, cells, &widths))
    }
}

/// A line being set. Blanks wait until a text follows, so that no line ends in them.
#[derive(Default)]
struct Line {
    text: String,
    blanks: usize,
    begun: bool,
}

impl Line {
    /// Sets one cell behind those before it.
    fn cell(&mut self, piece: &str, style: Style, align: Align, width: usize) -> fmt::Result {
        if self.begun {
            self.blanks += GAP.len();
        }
        self.begun = true;
        let piece = piece.trim_end_matches(' ');
        let spare = width.saturating_sub(piece.width());
        let (before, after) = match align {
            Align::Left => (0, spare),
            Align::Right => (spare, 0),
        };
        self.blanks += before;
        if !piece.is_empty() {
            write!(self.text, "{:blanks$}{}", "", paint(style, piece), blanks = self.blanks)?;
            self.blanks = 0;
        }
        self.blanks += after;
        Ok(())
    }
}

/// What of a text fits into `width` columns, and the rest. It breaks at blanks, which are dropped, and between
/// Chinese characters, but not before a closing mark nor after an opening one; else, where no such place fits,
/// between any two characters.
fn split_at_width(text: &str, width: usize) -> (&str, &str) {
    if text.width() <= width {
        return (text, "");
    }
    let mut taken = 0;
    let mut end = 0;
    let mut place = None;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        if at > 0 && may_break(before, letter) {
            place = Some(at);
        }
        taken += letter.width().unwrap_or(0);
        // At least one character a line, or the text would never come to its end.
        if taken > width && at > 0 {
            break;
        }
        end = at + letter.len_utf8();
        before = letter;
    }
    let (piece, rest) = text.split_at_checked(place.unwrap_or(end)).unwrap_or((text, ""));
    (piece, rest.trim_start_matches(' '))
}

/// Whether a line may end between two characters (禁则).
fn may_break(before: char, after: char) -> bool {
    const OPENING: &str = "([{\u{ff08}〔《〈「『【“‘¥";
    const CLOSING: &str = ")]},.;:!?%、。\u{ff0c}\u{ff1b}\u{ff1a}\u{ff01}\u{ff1f}\u{ff09}〕》〉」』】”’";
    let wide = |letter: char| letter.width() == Some(2);
    after == ' '
        || ((wide(before) || wide(after)) && before != ' ' && !OPENING.contains(before) && !CLOSING.contains(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A table as it reads without colour.
    fn plain<const N: usize>(table: &Table<N>) -> String {
        anstream::adapter::strip_str(&table.to_string()).to_string()
    }

    fn name_of_60() -> String {
        "江西省数字产业集群培育试点联合申报体".chars().cycle().take(60).collect()
    }

    #[test]
    fn chinese_and_latin_stand_under_each_other() {
        let mut table =
            Table::new([Column::left("试点"), Column::left("地区"), Column::right("已下达"), Column::right("余额")])
                .ruled();
        table.row(["JX2025-01", "南昌高新技术产业开发区", "10,500,000.00", "0.00"]);
        table.row(["JX2025-02", "贵溪市", "9,800,000.00", "1,234,567.89"]);
        table.row(["P3", "VR产业基地(Nanchang)", "0.00", "-1.00"]);
        insta::assert_snapshot!(plain(&table), @r"
        试点       地区                           已下达          余额
        ---------  ----------------------  -------------  ------------
        JX2025-01  南昌高新技术产业开发区  10,500,000.00          0.00
        JX2025-02  贵溪市                   9,800,000.00  1,234,567.89
        P3         VR产业基地(Nanchang)             0.00         -1.00
        ");
    }

    #[test]
    fn a_name_of_60_characters_widens_its_column() {
        let mut table = Table::new([Column::left("项目"), Column::right("支持额度")]);
        table.row([name_of_60(), "3,000,000.00".into()]);
        table.row(["Data platform", "700.00"]);
        insta::assert_snapshot!(plain(&table), @r"
        项目                                                                                                                          支持额度
        江西省数字产业集群培育试点联合申报体江西省数字产业集群培育试点联合申报体江西省数字产业集群培育试点联合申报体江西省数字产  3,000,000.00
        Data platform                                                                                                                   700.00
        ");
    }

    #[test]
    fn a_column_held_to_a_width_goes_on_below() {
        let mut table =
            Table::new([Column::left("编号"), Column::left("项目").at_most(30), Column::right("支持额度")]).ruled();
        table.row(["1".to_owned(), name_of_60(), "3,000,000.00".to_owned()]);
        table.row(["2", "an industry-wide platform for data sets 行业数据集平台", "12.00"]);
        table.row(["3", "数场", ""]);
        insta::assert_snapshot!(plain(&table), @r"
        编号  项目                                支持额度
        ----  ------------------------------  ------------
        1     江西省数字产业集群培育试点联合  3,000,000.00
              申报体江西省数字产业集群培育试
              点联合申报体江西省数字产业集群
              培育试点联合申报体江西省数字产
        2     an industry-wide platform for          12.00
              data sets 行业数据集平台
        3     数场
        ");
    }

    #[test]
    fn colour_changes_no_width() {
        let table = |style| {
            let mut table = Table::new([Column::left("规则"), Column::right("金额")]);
            table.row([Cell::styled("TR-01 拒绝", style), Cell::styled("1.00", style)]);
            table.row(["CAP-01", "10.00"]);
            table
        };
        let painted = table(super::super::style::BAD);
        assert_eq!(plain(&painted), plain(&table(PLAIN)));
        let first = painted.to_string().lines().next().unwrap().to_owned();
        assert_eq!(first, "\u{1b}[1m规则\u{1b}[0m         \u{1b}[1m金额\u{1b}[0m");
    }

    #[test]
    fn a_table_without_rows_is_its_headings() {
        assert_eq!(plain(&Table::new([Column::left("预警"), Column::left("规则")])), "预警  规则\n");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(text in "[a-z数据集 ]{0,80}", width in 2usize..20) {
            let mut table = Table::new([Column::left("").at_most(width)]);
            table.row([text.as_str()]);
            let lines = plain(&table);
            prop_assert!(lines.lines().all(|line| line.width() <= width && !line.ends_with(' ')));
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&lines), letters(&text));
        }
    }
}
