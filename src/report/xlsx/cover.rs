//! The first sheet: what the report is, its stamp, and all of it that is no table.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::format::{self, Formats, Look};
use super::sheet::print_on;
use crate::report::paper::table::Value;
use crate::report::paper::{Block, Fact, Paper, Section, SignOff};

/// The widths of the labels and of the values, in the width of a digit.
const LABELS: usize = 24;
const VALUES: usize = 68;

/// How high a row is on which people sign and seal, in points.
const SIGNED: u32 = 60;

/// A sheet that is written downwards.
struct Page<'a> {
    sheet: Worksheet,
    row: u32,
    formats: &'a Formats,
}

/// The cover of a paper.
pub(super) fn sheet(paper: &Paper, formats: &Formats) -> Result<Worksheet, XlsxError> {
    let mut page = Page { sheet: Worksheet::new(), row: 0, formats };
    for (column, width) in (0..).zip([LABELS, VALUES]) {
        page.sheet.set_column_width(column, u32::try_from(width).unwrap_or(u32::MAX))?;
    }
    page.line(&paper.title, &formats.title)?;
    page.line(&paper.subtitle, &formats.subtitle)?;
    if paper.stamp.sandbox {
        page.across("演练台账：数据为模拟，不作资金依据", &formats.strong)?;
    }
    page.row += 1;
    page.facts(&paper.stamp.facts())?;
    page.fact("台账根（全文）", &Value::Text(paper.stamp.root.clone()))?;
    for section in &paper.sections {
        page.section(section)?;
    }
    let last = page.row.saturating_sub(1);
    page.sheet.set_print_area(0, 0, last, 1)?;
    print_on(&mut page.sheet, paper, false);
    Ok(page.sheet)
}

impl Page<'_> {
    fn line(&mut self, text: &str, format: &rust_xlsxwriter::Format) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, text, format)?;
        self.row += 1;
        Ok(())
    }

    /// A text over both columns.
    fn across(&mut self, text: &str, format: &rust_xlsxwriter::Format) -> Result<(), XlsxError> {
        self.sheet.merge_range(self.row, 0, self.row, 1, text, format)?;
        // A merged cell does not grow with its text.
        self.height(format::height(format::lines(text, LABELS + VALUES)))?;
        self.row += 1;
        Ok(())
    }

    fn fact(&mut self, label: &str, value: &Value) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, label, &self.formats.label)?;
        format::write(&mut self.sheet, (self.row, 1), value, Look::ALONE, self.formats)?;
        if let Value::Text(text) = value {
            self.height(format::height(format::lines(text, VALUES)))?;
        }
        self.row += 1;
        Ok(())
    }

    /// Makes the row at hand this high.
    fn height(&mut self, height: Option<u32>) -> Result<(), XlsxError> {
        if let Some(height) = height {
            self.sheet.set_row_height(self.row, height)?;
        }
        Ok(())
    }

    fn facts(&mut self, facts: &[Fact]) -> Result<(), XlsxError> {
        facts.iter().try_for_each(|fact| match fact.cell.value {
            Value::Money(_) => self.fact(&format!("{}（元）", fact.label), &fact.cell.value),
            _ => self.fact(&fact.label, &fact.cell.value),
        })
    }

    /// A section without its tables, which have sheets of their own, and its charts; nothing where nothing is left.
    fn section(&mut self, section: &Section) -> Result<(), XlsxError> {
        let here = |block: &&Block| !matches!(block, Block::Table(_) | Block::Chart(_));
        let mut blocks = section.blocks.iter().filter(here).peekable();
        if blocks.peek().is_none() {
            return Ok(());
        }
        self.row += 1;
        self.line(&section.heading, &self.formats.heading)?;
        for block in blocks {
            match block {
                Block::Facts(facts) => self.facts(&facts.facts)?,
                Block::Prose(prose) => {
                    for (at, sentence) in (1..).zip(&prose.sentences) {
                        let number = if prose.numbered { format!("{at}. ") } else { String::new() };
                        let format = if sentence.strong { &self.formats.strong } else { &self.formats.prose };
                        self.across(&format!("{number}{}", sentence.text), format)?;
                    }
                }
                Block::SignOff(sign_off) => self.sign_off(sign_off)?,
                Block::Table(_) | Block::Chart(_) => {}
            }
        }
        Ok(())
    }

    fn sign_off(&mut self, sign_off: &SignOff) -> Result<(), XlsxError> {
        if let Some(amount) = &sign_off.amount {
            self.fact(&format!("{}（元）", amount.label), &Value::Money(amount.amount))?;
            self.fact("人民币大写", &Value::Text(amount.capital.clone()))?;
        }
        for party in &sign_off.parties {
            let roles =
                party.roles.iter().map(|role| format!("{role}（签字）：")).collect::<Vec<_>>().join("              ");
            let row = self.row;
            self.fact(
                &format!("{}（公章）", party.body),
                &Value::Text(format!("{roles}              年    月    日")),
            )?;
            self.sheet.set_row_height(row, SIGNED)?;
        }
        Ok(())
    }
}
