//! Two papers of the same question held against each other: which figures and cells differ, and which rows and events one
//! has and the other has not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::lang::Lang;
use super::paper::stamp::Stamp;
use super::paper::table::{Cell, Column, ColumnKind, Link, Row, Table, Unit};
use super::paper::{Block, EventLine, Paper};

/// What differs between two papers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The figures and the cells of rows, in the order they stand.
    pub figures: Vec<Difference>,
    /// The rows that only the later one has, each by its table and in its words; not those of the events below.
    pub rows_added: Vec<String>,
    /// The rows that only the earlier one has.
    pub rows_gone: Vec<String>,
    /// The events that only the later one has.
    pub added: Vec<EventLine>,
    /// The events that only the earlier one has.
    pub gone: Vec<EventLine>,
}

/// A figure that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where it stands: the section, and the figure's label or the table, the row and the column.
    pub what: String,
    /// What it was.
    pub then: String,
    /// What it is.
    pub now: String,
}

/// The figures of a paper by where they stand: facts, and the totals of tables.
fn figures(paper: &Paper) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let show = |cell: &Cell, unit: Unit| cell.value.show(unit);
    for section in &paper.sections {
        for block in &section.blocks {
            match block {
                Block::Facts(facts) => found.extend(
                    facts
                        .facts
                        .iter()
                        .map(|fact| (format!("{}·{}", section.heading, fact.label), show(&fact.cell, Unit::Yuan))),
                ),
                Block::Table(table) => {
                    let totals = table.columns.iter().zip(table.total.iter().flatten()).skip(1);
                    found.extend(totals.map(|(column, cell)| {
                        (format!("{}·{}·{}", section.heading, table.caption, column.title), show(cell, Unit::Yuan))
                    }));
                }
                Block::Chart(_) | Block::Prose(_) | Block::SignOff(_) => {}
            }
        }
    }
    found
}

/// A table of a paper, with where it stands.
struct Placed<'a> {
    place: String,
    table: &'a Table,
}

fn tables(paper: &Paper) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    for section in &paper.sections {
        for block in &section.blocks {
            if let Block::Table(table) = block {
                found.push(Placed { place: format!("{}·{}", section.heading, table.caption), table });
            }
        }
    }
    found
}

fn words(row: &Row) -> Vec<String> {
    row.cells.iter().map(|cell| cell.value.show(Unit::Yuan)).collect()
}

/// Whether a row is that of one of these events.
fn is_of(row: &Row, events: &BTreeSet<u64>) -> bool {
    row.cells.iter().any(|cell| matches!(cell.link, Some(Link::Event(position)) if events.contains(&position)))
}

/// The columns whose cells tell rows apart, both then and now: the first of those that name, which numbers do not.
fn naming(columns: &[Column], tables: [&[Row]; 2]) -> Vec<usize> {
    let names = |column: &Column| matches!(column.kind, ColumnKind::Text | ColumnKind::Date | ColumnKind::Year);
    let mut naming = Vec::new();
    for (at, _) in columns.iter().enumerate().filter(|(_, column)| names(column)) {
        naming.push(at);
        let apart = |rows: &[Row]| {
            let mut seen = BTreeSet::new();
            rows.iter().all(|row| seen.insert(name(row, &naming)))
        };
        if tables.into_iter().all(apart) {
            break;
        }
    }
    naming
}

/// What a row is called by these columns.
fn name(row: &Row, naming: &[usize]) -> Vec<String> {
    naming.iter().filter_map(|at| row.cells.get(*at)).map(|cell| cell.value.show(Unit::Yuan)).collect()
}

impl Comparison {
    /// Holds a later paper against an earlier one.
    #[must_use]
    pub fn of(then: &Paper, now: &Paper) -> Self {
        let known: BTreeMap<String, String> = figures(then).into_iter().collect();
        let differs = |(what, now): (String, String)| {
            let then = known.get(&what).cloned().unwrap_or_else(|| "—".to_owned());
            (then != now).then_some(Difference { what, then, now })
        };
        let only = |own: &Paper, other: &Paper| -> Vec<EventLine> {
            let known: BTreeSet<u64> = other.events.iter().map(|event| event.position).collect();
            own.events.iter().filter(|event| !known.contains(&event.position)).cloned().collect()
        };
        let mut found = Self {
            figures: figures(now).into_iter().filter_map(differs).collect(),
            added: only(now, then),
            gone: only(then, now),
            ..Self::default()
        };
        found.add_rows(tables(then), tables(now));
        found
    }

    /// Adds what differs in tables, row by row.
    fn add_rows(&mut self, then: Vec<Placed>, now: Vec<Placed>) {
        let positions = |events: &[EventLine]| events.iter().map(|event| event.position).collect();
        let events: [BTreeSet<u64>; 2] = [positions(&self.gone), positions(&self.added)];
        let mut earlier: BTreeMap<&str, Placed> = then.into_iter().map(|one| (one.table.key.as_str(), one)).collect();
        for one in now {
            let before = earlier.remove(one.table.key.as_str()).map_or(&[][..], |before| &before.table.rows);
            self.add_table(&one, [before, &one.table.rows], &events);
        }
        for one in earlier.into_values() {
            self.add_table(&one, [&one.table.rows, &[]], &events);
        }
    }

    /// Adds what differs between the rows of a table then and now. Rows of one name are one row.
    fn add_table(&mut self, of: &Placed, [then, now]: [&[Row]; 2], [gone, added]: &[BTreeSet<u64>; 2]) {
        let (place, columns) = (&of.place, &of.table.columns);
        let naming = naming(columns, [then, now]);
        let whole = |row: &Row| {
            let words: Vec<String> = words(row).into_iter().filter(|word| !word.is_empty() && word != "—").collect();
            format!("{place}:{}", words.join(" "))
        };
        let mut earlier: BTreeMap<Vec<String>, Vec<&Row>> = BTreeMap::new();
        for row in then {
            earlier.entry(name(row, &naming)).or_default().push(row);
        }
        for row in now {
            let name = name(row, &naming);
            let Some(before) = earlier.get_mut(&name).and_then(Vec::pop) else {
                self.rows_added.extend((!is_of(row, added)).then(|| whole(row)));
                continue;
            };
            let cells = columns.iter().zip(words(before).into_iter().zip(words(row)));
            self.figures.extend(cells.filter(|(_, (then, now))| then != now).map(|(column, (then, now))| {
                let what = format!("{place}·{}·{}", name.join(" "), column.title);
                Difference { what, then, now }
            }));
        }
        self.rows_gone.extend(earlier.into_values().flatten().filter(|row| !is_of(row, gone)).map(whole));
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What differs, for people.
    #[must_use]
    pub fn text(&self, now: &Stamp, lang: Lang) -> String {
        let mut text = String::new();
        let (date, position) = (now.as_of, now.position);
        let head = match (self.is_empty(), lang) {
            (true, Lang::Zh) => format!("截至 {date}(台账第 {position} 条):没有变动"),
            (true, Lang::En) => format!("as of {date} (position {position}): nothing differs"),
            (false, Lang::Zh) => format!("截至 {date}(台账第 {position} 条)的变动:"),
            (false, Lang::En) => format!("as of {date} (position {position}), what differs:"),
        };
        let _ = writeln!(text, "{head}");
        for difference in &self.figures {
            let _ = writeln!(text, "  {}:{} → {}", difference.what, difference.then, difference.now);
        }
        let words = [("新列入", "new"), ("不再列入", "gone")];
        for ((zh, en), rows) in words.into_iter().zip([&self.rows_added, &self.rows_gone]) {
            for row in rows {
                let _ = writeln!(text, "  {} {row}", lang.pick(zh, en));
            }
        }
        // No entry ever goes: it is the report that lists it or does not.
        let words = [("新列入的记录", "entry now listed"), ("不再列入的记录", "entry no longer listed")];
        for ((zh, en), events) in words.into_iter().zip([&self.added, &self.gone]) {
            for event in events {
                let amount = event.amount.map(crate::domain::money::Money::grouped).unwrap_or_default();
                let document = event.document.as_deref().unwrap_or_default();
                let (position, on) = (event.position, event.on);
                let name = lang.pick(event.name, event.kind);
                let listed = lang.pick(zh, en);
                let _ = writeln!(text, "  {listed} {position} {on} {name} {} {document} {amount}", event.item);
            }
        }
        text
    }
}

/// The first place where two files differ, in Chinese and English: a line where they are text, else a byte.
#[must_use]
pub fn first_difference(filed: &[u8], made: &[u8]) -> (String, String) {
    let texts = std::str::from_utf8(filed).ok().zip(std::str::from_utf8(made).ok());
    if let Some((filed, made)) = texts {
        let (mut filed, mut made) = (filed.lines(), made.lines());
        for number in 1_u64.. {
            match (filed.next(), made.next()) {
                (None, None) => break,
                (a, b) if a == b => {}
                (a, b) => {
                    let [a, b] = around(a.unwrap_or_default(), b.unwrap_or_default());
                    return (
                        format!("第 {number} 行:文件为「{a}」,台账为「{b}」"),
                        format!("Line {number}: the file has «{a}», the ledger gives «{b}»"),
                    );
                }
            }
        }
    }
    let at = filed.iter().zip(made).position(|(a, b)| a != b).unwrap_or(filed.len().min(made.len()));
    (format!("自第 {at} 字节起不同"), format!("They differ from byte {at} on"))
}

/// Two lines from a little before where they differ, cut to what can be read.
fn around(a: &str, b: &str) -> [String; 2] {
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    [a, b].map(|line| line.chars().skip(same.saturating_sub(20)).take(80).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_a_line_or_a_byte() {
        assert!(first_difference(b"a\nb 1\n", b"a\nb 2\n").0.contains("第 2 行"));
        assert!(first_difference(b"\xff\x01", b"\xff\x02").1.contains("byte 1"));
        assert!(first_difference(b"a\n", b"a\nb\n").0.contains("第 2 行"));
    }
}
