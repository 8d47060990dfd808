//! A paper as a table for spreadsheets: UTF-8 with its mark, lines ended as they want them, one part below the other.
//!
//! Sums and counts stand as plain numbers, also negative ones. A text that a spreadsheet would run as a formula is made
//! harmless by an apostrophe before it.

use csv::{Terminator, WriterBuilder};

use super::paper::table::{Cell, Table, Unit, Value, points_text};
use super::paper::{Block, Facts, Paper};
use crate::domain::figures::rate_text;
use crate::domain::money::Money;

/// What tells a spreadsheet that the bytes are UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A text that is no formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

fn field(cell: &Cell) -> String {
    match &cell.value {
        Value::None => String::new(),
        Value::Text(text) => harmless(text),
        Value::Money(sum) => sum.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Ratio(ratio) => rate_text(*ratio),
        Value::Count(count) => count.to_string(),
        Value::Year(_) | Value::Time(_) => cell.value.show(Unit::Yuan),
        Value::Points(points) => points_text(*points),
    }
}

/// The lines of a paper.
struct Lines(Vec<Vec<String>>);

impl Lines {
    fn add(&mut self, fields: impl IntoIterator<Item = String>) {
        self.0.push(fields.into_iter().collect());
    }

    fn text(&mut self, texts: &[&str]) {
        self.add(texts.iter().map(|text| harmless(text)));
    }

    fn facts(&mut self, facts: &Facts) {
        for fact in &facts.facts {
            let unit = if matches!(fact.cell.value, Value::Money(_)) { "（元）" } else { "" };
            self.add([harmless(&format!("{}{unit}", fact.label)), field(&fact.cell)]);
        }
    }

    fn table(&mut self, table: &Table) {
        self.text(&[&table.caption, if table.unit.is_some() { "单位：元" } else { "" }]);
        self.add(table.columns.iter().map(|column| {
            let group = column.group.as_ref().map(|group| format!("{group}·")).unwrap_or_default();
            harmless(&format!("{group}{}", column.title))
        }));
        for row in &table.rows {
            self.add(row.cells.iter().map(field));
        }
        if table.rows.is_empty() {
            self.text(&[&table.empty]);
        }
        if let Some(total) = &table.total {
            self.add(total.iter().map(field));
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => self.text(&[&chart.title, &chart.alt]),
            Block::Prose(prose) => prose.sentences.iter().for_each(|one| self.text(&[&one.text])),
            Block::SignOff(sign_off) => {
                if let Some(amount) = &sign_off.amount {
                    self.add([harmless(&amount.label), amount.amount.to_string(), harmless(&amount.capital)]);
                }
                for party in &sign_off.parties {
                    self.text(&[&party.body, "公章：", "签字：", "日期："]);
                }
            }
        }
        self.add([]);
    }
}

/// The paper as the bytes of a CSV file.
#[must_use]
pub fn bytes(paper: &Paper) -> Vec<u8> {
    let mut lines = Lines(Vec::new());
    lines.text(&[&paper.title, &paper.subtitle]);
    if paper.stamp.sandbox {
        lines.text(&["演练", "演练台账：数据为模拟，不作资金依据"]);
    }
    lines.facts(&Facts { facts: paper.stamp.facts() });
    lines.text(&["完整的根", &paper.stamp.root]);
    lines.text(&["报告戳", &paper.stamp.line()]);
    lines.add([]);
    for section in &paper.sections {
        lines.text(&[&section.heading]);
        section.blocks.iter().for_each(|block| lines.block(block));
    }
    lines.text(&["附录：记录"]);
    lines.text(&["位置", "业务日期", "记录时间（北京时间）", "类型", "事项", "对象", "文号或凭证号", "金额", "经办"]);
    for event in &paper.events {
        lines.add([
            event.position.to_string(),
            event.on.to_string(),
            event.recorded.clone(),
            event.kind.to_owned(),
            event.name.to_owned(),
            harmless(&event.item),
            harmless(event.document.as_deref().unwrap_or_default()),
            event.amount.as_ref().map(Money::to_string).unwrap_or_default(),
            harmless(&event.by),
        ]);
    }
    let mut writer = WriterBuilder::new().flexible(true).terminator(Terminator::CRLF).from_writer(MARK.to_vec());
    for line in &lines.0 {
        // Writing to memory cannot fail. An empty record is a blank line.
        let _ = if line.is_empty() { writer.write_record([""]) } else { writer.write_record(line) };
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_made_harmless_and_numbers_stay_numbers() {
        for text in ["=1+1", "+86", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(field(&Cell::text(text)), format!("'{text}"));
        }
        assert_eq!(field(&Cell::text("a=b")), "a=b");
        assert_eq!(field(&Money::from_fen(-150).into()), "-1.50");
        assert_eq!(field(&Value::Ratio(9_500).into()), "0.9500");
    }
}
