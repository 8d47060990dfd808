//! A paper as a workbook: a cover, then a sheet a table, with real numbers, real dates, and totals that add up again.
//!
//! A text is always written as a text, whatever it begins with; the only formulas are the totals of columns that are
//! the sums of their rows, and each comes with our own result. The same paper gives the same bytes: the workbook's
//! date is the date the paper is as of. Refused here: the clock, and knowing what kind of report a paper is.

mod cover;
mod format;
mod sheet;

use std::io::{Cursor, Read as _};

use chrono::{Datelike as _, NaiveDateTime, Timelike as _};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use self::format::Formats;
use super::paper::stamp::Stamp;
use super::paper::table::{Cell, Column, ColumnKind, Table, Value};
use super::paper::{EventLine, Paper};
use crate::domain::Date;

/// The part of a workbook that has its properties, and how much of it is read at most.
const PROPERTIES: (&str, u64) = ("docProps/core.xml", 1 << 20);

/// Why a paper cannot be written as a workbook: it is larger than one may be.
#[derive(Debug, thiserror::Error)]
#[error("the report does not fit into a workbook ({0}): ask for csv or json, or for one pilot")]
pub struct XlsxFault(#[from] XlsxError);

impl XlsxFault {
    /// The message in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        format!("报表超出工作簿的容量({}):请改用 csv 或 json 格式,或只输出一个试点", self.0)
    }
}

/// The paper as the bytes of an XLSX file.
///
/// # Errors
/// Where a table has more rows than a sheet may have.
pub fn bytes(paper: &Paper) -> Result<Vec<u8>, XlsxFault> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(paper));
    let formats = Formats::new();
    let mut names = Names::default();
    let mut cover = cover::sheet(paper, &formats)?;
    names.give("封面", &mut cover)?;
    workbook.push_worksheet(cover);
    for table in paper.tables() {
        let mut sheet = sheet::sheet(paper, table, &formats)?;
        names.give(&wanted_name(paper, table), &mut sheet)?;
        workbook.push_worksheet(sheet);
    }
    if !paper.events.is_empty() {
        let table = events(&paper.events);
        let mut sheet = sheet::sheet(paper, &table, &formats)?;
        names.give(&table.caption, &mut sheet)?;
        workbook.push_worksheet(sheet);
    }
    Ok(workbook.save_to_buffer()?)
}

/// The stamp of a workbook, where it has one.
#[must_use]
pub fn stamp(bytes: &[u8]) -> Option<Stamp> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let part = archive.by_name(PROPERTIES.0).ok()?;
    let mut text = Vec::new();
    part.take(PROPERTIES.1).read_to_end(&mut text).ok()?;
    Stamp::find(&text)
}

fn properties(paper: &Paper) -> DocProperties {
    let properties = DocProperties::new()
        .set_title(format!("{} {}", paper.title, paper.subtitle))
        .set_author(paper.stamp.renderer.as_str())
        .set_keywords(paper.stamp.line());
    match moment(paper.stamp.as_of) {
        Some(moment) => properties.set_creation_datetime(&moment),
        None => properties,
    }
}

/// A date as spreadsheets have it; none before 1900, which they do not know.
fn moment(date: Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok()?;
    ExcelDateTime::from_ymd(year, u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?).ok()
}

/// A time as spreadsheets have it.
fn time(time: NaiveDateTime) -> Option<ExcelDateTime> {
    let second = u8::try_from(time.second()).ok()?;
    let minute = u8::try_from(time.minute()).ok()?;
    moment(time.date())?.and_hms(u16::try_from(time.hour()).ok()?, minute, second).ok()
}

/// The name that a table's sheet is to have: its caption and, where several have the same, whose it is.
fn wanted_name(paper: &Paper, table: &Table) -> String {
    let same = paper.tables().filter(|other| other.caption == table.caption).count();
    match table.key.rsplit_once('-') {
        Some((whose, _)) if same > 1 => format!("{whose} {}", table.caption),
        _ => table.caption.clone(),
    }
}

/// The names that sheets have, which are short, of letters that may stand there, and each given once.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    /// How long a name may be, in the units of UTF-16.
    const LENGTH_MAX: usize = 31;

    fn give(&mut self, wanted: &str, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let plain: String = wanted
            .chars()
            .filter(|letter| !matches!(letter, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\''))
            .collect();
        let plain = if plain.trim().is_empty() { "表" } else { plain.trim() };
        // Of one name more than there are, one is free.
        let mut names = (1..=self.0.len() + 1).map(|at| numbered(plain, at));
        let name = names.find(|name| !self.0.contains(name)).unwrap_or_default();
        sheet.set_name(&name)?;
        self.0.push(name);
        Ok(())
    }
}

/// The name, with a number from the second on, cut so that both fit.
fn numbered(name: &str, at: usize) -> String {
    let number = if at == 1 { String::new() } else { format!(" {at}") };
    let mut room = Names::LENGTH_MAX - number.len();
    let fits = |letter: &char| {
        let enough = room >= letter.len_utf16();
        room = room.saturating_sub(letter.len_utf16());
        enough
    };
    name.chars().take_while(fits).collect::<String>() + &number
}

/// The events that the paper rests on, as a table.
fn events(events: &[EventLine]) -> Table {
    let columns = vec![
        Column::new("position", "台账位置", ColumnKind::Count),
        Column::date("on", "业务日期"),
        Column::new("recorded", "记录时间（北京时间）", ColumnKind::Time),
        Column::text("name", "事项", 2),
        Column::text("item", "对象", 3),
        Column::text("document", "文号或凭证号", 4),
        Column::money("amount", "金额"),
        Column::text("by", "经办", 4),
    ];
    let mut table = Table::new("events", "所依据的台账记录", columns);
    let row = |event: &EventLine| {
        [
            Cell::from(event.position),
            Cell::from(event.on),
            Cell::from(NaiveDateTime::parse_from_str(&event.recorded, "%Y-%m-%d %H:%M:%S").ok().map(Value::Time)),
            Cell::text(event.name),
            Cell::text(event.item.as_str()),
            Cell::from(event.document.as_deref()),
            Cell::from(event.amount),
            Cell::text(event.by.as_str()),
        ]
        .into()
    };
    table.rows = events.iter().map(row).collect();
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_named_once_each_and_lawfully() {
        let mut names = Names::default();
        for wanted in
            ["支付明细", "支付明细", "a/b:[c]*?\\'", "", "  ", &"名".repeat(60), &"名".repeat(60), &"😀".repeat(40)]
        {
            names.give(wanted, &mut Worksheet::new()).unwrap();
        }
        assert_eq!(names.0[..5], ["支付明细", "支付明细 2", "abc", "表", "表 2"]);
        assert!(names.0.iter().all(|name| name.encode_utf16().count() <= Names::LENGTH_MAX));
    }
}
