//! Tables of typed cells: what a cell is, not how it looks.
//!
//! A sum is exact and in yuan; which unit it is shown in is its table's to say. Refused here: adding up. A total is given
//! by the kind that builds the table; where a column says that its total is the sum of its rows, that is a promise, and
//! [`Table::check`] holds it.

mod value;

use serde::Serialize;

use crate::domain::Date;
use crate::domain::money::{Money, Share};

pub use self::value::{Value, points_text};

/// A table.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// A short name for programs, unique in its paper; also the name of its sheet or file.
    pub key: String,
    /// The caption.
    pub caption: String,
    /// The unit of its sums, which stands above it to the right: 单位:元.
    pub unit: Option<Unit>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has a cell a column.
    pub rows: Vec<Row>,
    /// The row of totals, with a cell a column.
    pub total: Option<Vec<Cell>>,
    /// What stands in place of rows where there is none: 无.
    pub empty: String,
}

/// The unit of sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 元.
    Yuan,
    /// 万元: the same sums, the point four digits further left; nothing is rounded.
    TenThousand,
}

/// A column.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// A short name for programs, unique in its table.
    pub key: &'static str,
    /// Its head.
    pub title: String,
    /// The head above it, which it shares with its neighbours of the same group.
    pub group: Option<String>,
    /// What its cells are: text and dates are set to the left, everything else to the right, sums on their decimal point.
    pub kind: ColumnKind,
    /// Whether its total is the sum of its rows, so that a spreadsheet may write a formula.
    pub summed: bool,
    /// Whether neighbouring rows with equal texts share one cell (only while all merged columns before it do too).
    pub merged: bool,
    /// How wide it is beside other columns of text, where it is of text: a plain one has 2, a name 4, a sentence 8.
    pub weight: u8,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Texts.
    Text,
    /// Sums of money.
    Money,
    /// Dates.
    Date,
    /// Ratios.
    Ratio,
    /// Counts.
    Count,
    /// Points of a score.
    Points,
    /// Years.
    Year,
    /// Times, in Beijing.
    Time,
}

/// A row.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its cells, one a column.
    pub cells: Vec<Cell>,
    /// What it is.
    pub tone: Tone,
}

/// What a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// A row as any other.
    #[default]
    Plain,
    /// Reversed later: it is set pale, and never struck out so that it cannot be read.
    Reversed,
    /// Reverses the row before it: it is set in, its sums are negative.
    Reversal,
    /// To be looked at.
    Warn,
}

/// A cell.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// Its value.
    #[serde(flatten)]
    pub value: Value,
    /// What it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
}

/// What a value rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// The event at this position; it is among [`super::Paper::events`].
    Event(u64),
    /// The basis with this index in [`super::Paper::bases`].
    Basis(usize),
}

impl Unit {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yuan => "元",
            Self::TenThousand => "万元",
        }
    }

    /// A sum in this unit with its thousands grouped, exact: in 万元 with as many of six decimals as it needs, at least two.
    #[must_use]
    pub fn show(self, sum: Money) -> String {
        match self {
            Self::Yuan => sum.grouped(),
            Self::TenThousand => {
                let (sign, fen) = (if sum.fen() < 0 { "-" } else { "" }, sum.fen().unsigned_abs());
                let whole = crate::report::amount::grouped(&(fen / 1_000_000).to_string());
                let decimals = format!("{:06}", fen % 1_000_000);
                let needed = decimals.trim_end_matches('0').len().max(2);
                format!("{sign}{whole}.{}", decimals.get(..needed).unwrap_or(&decimals))
            }
        }
    }
}

impl Cell {
    /// Nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self { value: Value::None, link: None }
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Value::Text(text.into()).into()
    }

    /// The value as resting on this.
    #[must_use]
    pub fn on(self, link: impl Into<Option<Link>>) -> Self {
        Self { link: link.into(), ..self }
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        Self { value, link: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<Money> for Cell {
    fn from(sum: Money) -> Self {
        Value::Money(sum).into()
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Value::Date(date).into()
    }
}

impl From<Share> for Cell {
    fn from(share: Share) -> Self {
        Value::Ratio(share.ten_thousandths().into()).into()
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Value::Count(count).into()
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Self::none, Into::into)
    }
}

impl<const N: usize> From<[Cell; N]> for Row {
    fn from(cells: [Cell; N]) -> Self {
        Self { cells: cells.into(), tone: Tone::Plain }
    }
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Self {
        Self { cells, tone: Tone::Plain }
    }
}

impl Row {
    /// The row as being this.
    #[must_use]
    pub fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }
}

impl Column {
    /// A column of this kind.
    #[must_use]
    pub fn new(key: &'static str, title: impl Into<String>, kind: ColumnKind) -> Self {
        Self { key, title: title.into(), group: None, kind, summed: false, merged: false, weight: 2 }
    }

    /// A column of texts, this wide beside others.
    #[must_use]
    pub fn text(key: &'static str, title: impl Into<String>, weight: u8) -> Self {
        Self { weight, ..Self::new(key, title, ColumnKind::Text) }
    }

    /// A column of sums.
    #[must_use]
    pub fn money(key: &'static str, title: impl Into<String>) -> Self {
        Self::new(key, title, ColumnKind::Money)
    }

    /// A column of dates.
    #[must_use]
    pub fn date(key: &'static str, title: impl Into<String>) -> Self {
        Self::new(key, title, ColumnKind::Date)
    }

    /// The column under a head that it shares with its neighbours.
    #[must_use]
    pub fn under(self, group: &str) -> Self {
        Self { group: Some(group.to_owned()), ..self }
    }

    /// The column as one whose total is the sum of its rows.
    #[must_use]
    pub fn summed(self) -> Self {
        Self { summed: true, ..self }
    }

    /// The column as one whose neighbouring equal texts share one cell.
    #[must_use]
    pub fn merged(self) -> Self {
        Self { merged: true, ..self }
    }
}

impl Table {
    /// How many columns a table may have and still fit a page upright.
    pub const NARROW_MAX: usize = 8;

    /// A table without rows as yet.
    #[must_use]
    pub fn new(key: &str, caption: impl Into<String>, columns: Vec<Column>) -> Self {
        let money = columns.iter().any(|column| column.kind == ColumnKind::Money);
        Self {
            key: key.to_owned(),
            caption: caption.into(),
            unit: money.then_some(Unit::Yuan),
            columns,
            rows: Vec::new(),
            total: None,
            empty: "无".to_owned(),
        }
    }

    /// The unit of sums, whether or not the table has any.
    #[must_use]
    pub fn sums_in(&self) -> Unit {
        self.unit.unwrap_or(Unit::Yuan)
    }

    /// Whether any column stands under a shared head.
    #[must_use]
    pub fn has_groups(&self) -> bool {
        self.columns.iter().any(|column| column.group.is_some())
    }

    /// The heads above the columns' own, each with how many columns it spans; none where a column has no group.
    #[must_use]
    pub fn groups(&self) -> Vec<(Option<&str>, usize)> {
        let mut groups: Vec<(Option<&str>, usize)> = Vec::new();
        for column in &self.columns {
            let group = column.group.as_deref();
            match groups.last_mut() {
                Some((last, span)) if group.is_some() && *last == group => *span += 1,
                _ => groups.push((group, 1)),
            }
        }
        groups
    }

    /// How many rows the cell of this row and column spans: 0 where it belongs to the cell above it.
    #[must_use]
    pub fn span(&self, row: usize, column: usize) -> usize {
        let merged = self.columns.iter().take(column + 1).all(|column| column.merged);
        if !merged {
            return 1;
        }
        let key = |row: &Row| row.cells.iter().take(column + 1).map(|cell| cell.value.clone()).collect::<Vec<_>>();
        let own = self.rows.get(row).map(key);
        if row > 0 && self.rows.get(row - 1).map(key) == own {
            return 0;
        }
        self.rows.iter().skip(row).take_while(|next| Some(key(next)) == own).count()
    }

    /// What is wrong with the table: a row without a cell for each column, or a total that is not the sum it says it is.
    #[must_use]
    pub fn check(&self) -> Option<String> {
        let width = self.columns.len();
        let rows = self.rows.iter().map(|row| row.cells.len()).chain(self.total.as_ref().map(Vec::len));
        if let Some(found) = rows.into_iter().find(|found| *found != width) {
            return Some(format!("{}: {found} cells where there are {width} columns", self.key));
        }
        let total = self.total.as_ref()?;
        self.columns.iter().enumerate().filter(|(_, column)| column.summed).find_map(|(at, column)| {
            let values = || self.rows.iter().filter_map(|row| row.cells.get(at)).map(|cell| &cell.value);
            let sum = match total.get(at).map(|cell| &cell.value) {
                Some(Value::Money(_)) => Value::Money(
                    values().map(|value| if let Value::Money(sum) = value { *sum } else { Money::ZERO }).sum(),
                ),
                Some(Value::Count(_)) => {
                    Value::Count(values().map(|value| if let Value::Count(count) = value { *count } else { 0 }).sum())
                }
                Some(Value::Points(_)) => Value::Points(
                    values().map(|value| if let Value::Points(points) = value { *points } else { 0 }).sum(),
                ),
                other => return Some(format!("{}.{}: a total of {other:?}", self.key, column.key)),
            };
            let stated = total.get(at).map(|cell| &cell.value);
            (stated != Some(&sum)).then(|| format!("{}.{}: {stated:?}, its rows {sum:?}", self.key, column.key))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousands_are_exact() {
        for (fen, shown) in [
            (1_500_000_000, "1,500.00"),
            (700_000_000, "700.00"),
            (1_000_001, "1.000001"),
            (-123_456_700, "-123.4567"),
            (0, "0.00"),
            (1_234_567_890_123_400, "1,234,567,890.1234"),
        ] {
            assert_eq!(Unit::TenThousand.show(Money::from_fen(fen)), shown);
        }
    }

    #[test]
    fn values_read_as_people_write_them() {
        assert_eq!(Value::Ratio(9_525).show(Unit::Yuan), "95.25%");
        assert_eq!(Value::Ratio(10_000).show(Unit::Yuan), "100.00%");
        assert_eq!(Value::Points(7_500_000).show(Unit::Yuan), "7.5");
        assert_eq!(Value::Points(100_000_000).show(Unit::Yuan), "100");
        assert_eq!(Value::Points(1).show(Unit::Yuan), "0.000001");
        assert_eq!(Value::None.show(Unit::Yuan), "—");
    }

    fn table() -> Table {
        let columns = vec![
            Column::text("first", "一级", 2).merged(),
            Column::text("second", "二级", 2).merged(),
            Column::money("sum", "金额").under("资金").summed(),
            Column::money("rest", "余额").under("资金"),
        ];
        let mut table = Table::new("t", "表", columns);
        let sum = |fen| Cell::from(Money::from_fen(fen));
        for (first, second, fen) in [("a", "x", 1), ("a", "x", 2), ("a", "y", 3), ("b", "y", 4)] {
            table.rows.push([first.into(), second.into(), sum(fen), Cell::none()].into());
        }
        table.total = Some(vec!["合计".into(), Cell::none(), sum(10), Cell::none()]);
        table
    }

    #[test]
    fn heads_and_equal_cells_are_shared() {
        let table = table();
        assert_eq!(table.groups(), [(None, 1), (None, 1), (Some("资金"), 2)]);
        let spans = |column| (0..4).map(|row| table.span(row, column)).collect::<Vec<_>>();
        assert_eq!(spans(0), [3, 0, 0, 1]);
        assert_eq!(spans(1), [2, 0, 1, 1], "a cell never spans rows that its left neighbour does not");
        assert_eq!(spans(2), [1, 1, 1, 1]);
    }

    #[test]
    fn a_total_that_is_not_its_rows_sum_is_found() {
        let mut table = table();
        assert_eq!(table.check(), None);
        table.rows.pop();
        assert!(table.check().is_some_and(|found| found.contains("t.sum")));
        table.rows.push(Row::from(vec![Cell::none()]));
        assert!(table.check().is_some_and(|found| found.contains("1 cells")));
    }
}
