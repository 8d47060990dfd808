//! Two papers of the same question held against each other: which figures differ, and which alerts and events one has and
//! the other has not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::lang::Lang;
use super::paper::stamp::Stamp;
use super::paper::table::{Cell, Unit};
use super::paper::{Block, EventLine, Paper};

/// What differs between two papers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The figures, in the order they stand.
    pub figures: Vec<Difference>,
    /// The alerts that only the later one has, each in the words of its row.
    pub alerts_added: Vec<String>,
    /// The alerts that only the earlier one has.
    pub alerts_gone: Vec<String>,
    /// The events that only the later one has.
    pub added: Vec<EventLine>,
    /// The events that only the earlier one has.
    pub gone: Vec<EventLine>,
}

/// A figure that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where it stands: the section, and the figure's label or the table and the column.
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

/// The alerts of a paper, each in the words of its row.
fn alerts(paper: &Paper) -> Vec<String> {
    let tables = paper.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        // Of all gravities or of one, of whichever pilot; how many there are is a figure.
        Block::Table(table) => table.key.rsplit('-').next()?.starts_with("alerts").then_some(table),
        _ => None,
    });
    let words = |cells: &[Cell]| {
        let shown = cells.iter().map(|cell| cell.value.show(Unit::Yuan));
        shown.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    };
    tables.flat_map(|table| &table.rows).map(|row| words(&row.cells)).collect()
}

/// What one list has and the other has not.
fn beyond<T: PartialEq>(own: Vec<T>, other: &[T]) -> Vec<T> {
    own.into_iter().filter(|one| !other.contains(one)).collect()
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
        let only = |own: &Paper, other: &Paper| {
            let known: BTreeSet<u64> = other.events.iter().map(|event| event.position).collect();
            own.events.iter().filter(|event| !known.contains(&event.position)).cloned().collect()
        };
        let [alerts_then, alerts_now] = [then, now].map(alerts);
        Self {
            figures: figures(now).into_iter().filter_map(differs).collect(),
            alerts_added: beyond(alerts_now.clone(), &alerts_then),
            alerts_gone: beyond(alerts_then, &alerts_now),
            added: only(now, then),
            gone: only(then, now),
        }
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
        let words = [("新出现的预警", "new alert"), ("不再有的预警", "alert that is gone")];
        for ((zh, en), alerts) in words.into_iter().zip([&self.alerts_added, &self.alerts_gone]) {
            for alert in alerts {
                let _ = writeln!(text, "  {}:{alert}", lang.pick(zh, en));
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
