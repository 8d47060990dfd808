//! How cells look: formats that are made once for a workbook, and what of a value a spreadsheet is given.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr as _;

use crate::report::paper::table::{ColumnKind, Tone, Unit, Value};

/// The face that Chinese offices have, and one that stands in for it where it is missing.
const FACE: &str = "宋体";

/// The formats of a workbook.
pub(super) struct Formats {
    pub title: Format,
    pub subtitle: Format,
    pub heading: Format,
    pub note: Format,
    pub prose: Format,
    pub strong: Format,
    pub label: Format,
    pub head: Format,
    pub empty: Format,
    cell: Format,
}

impl Formats {
    pub(super) fn new() -> Self {
        let plain = Format::new().set_font_name(FACE).set_font_size(10.5).set_align(FormatAlign::VerticalCenter);
        let boxed = plain.clone().set_border(FormatBorder::Thin);
        let filled = |shade: u32| boxed.clone().set_bold().set_background_color(shade);
        Self {
            title: plain.clone().set_bold().set_font_size(18),
            subtitle: plain.clone().set_font_size(13),
            heading: plain.clone().set_bold().set_font_size(13),
            note: plain.clone().set_font_size(9).set_font_color(0x0059_5959),
            prose: plain.clone().set_text_wrap().set_align(FormatAlign::Top),
            strong: plain.clone().set_text_wrap().set_bold().set_align(FormatAlign::Top),
            label: boxed.clone().set_background_color(0x00F0_F0F0),
            head: filled(0x00E4_E4E4).set_align(FormatAlign::Center).set_text_wrap(),
            empty: boxed.clone().set_align(FormatAlign::Center),
            cell: boxed,
        }
    }

    /// The format of a cell: by its value and, where it has none, by its column.
    pub(super) fn of(&self, value: &Value, look: Look) -> Format {
        let kind = kind_of(value).unwrap_or(look.kind);
        let format = match kind {
            ColumnKind::Text => self.cell.clone().set_text_wrap(),
            ColumnKind::Date => self.cell.clone().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Center),
            ColumnKind::Time => self.cell.clone().set_num_format("yyyy-mm-dd hh:mm:ss").set_align(FormatAlign::Center),
            ColumnKind::Money => self.cell.clone().set_num_format(money_format(look.unit)),
            ColumnKind::Ratio => self.cell.clone().set_num_format("0.00%"),
            ColumnKind::Count => self.cell.clone().set_num_format("0"),
            ColumnKind::Year => self.cell.clone().set_num_format("0").set_align(FormatAlign::Center),
            ColumnKind::Points => self.cell.clone(),
        };
        let format = if look.alone { format.set_align(FormatAlign::Left) } else { format };
        if look.total {
            return format.set_bold().set_background_color(0x00F0_F0F0).set_border_top(FormatBorder::Medium);
        }
        match look.tone {
            Tone::Plain => format,
            Tone::Reversed => format.set_font_color(0x0080_8080),
            Tone::Reversal => format.set_italic(),
            Tone::Warn => format.set_bold().set_background_color(0x00E4_E4E4),
        }
    }
}

/// Where a cell stands.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub kind: ColumnKind,
    pub unit: Unit,
    pub tone: Tone,
    pub total: bool,
    /// Whether it has no column of its like, and so stands to the left.
    pub alone: bool,
}

impl Look {
    /// A cell outside of tables, whose sums are in 元.
    pub(super) const ALONE: Self =
        Self { kind: ColumnKind::Text, unit: Unit::Yuan, tone: Tone::Plain, total: false, alone: true };
}

/// How high a row is whose text stands on so many lines, in points; none where it is as high as any.
pub(super) fn height(lines: usize) -> Option<u32> {
    // The highest that a spreadsheet has is 409.
    (lines > 1).then(|| u32::try_from(lines * 14 + 2).unwrap_or(u32::MAX).min(409))
}

/// On how many lines a text stands in a column of this width, in the width of a digit.
pub(super) fn lines(text: &str, width: usize) -> usize {
    // A line is never quite full, least of all before a long word.
    let room = width.saturating_sub(2).max(1);
    let words = text.split(|letter: char| letter == ' ' || !letter.is_ascii());
    let moved = words.map(str::len).max().is_some_and(|longest| longest > room / 3 && text.width() > room);
    text.width().div_ceil(room).max(1) + usize::from(moved)
}

fn kind_of(value: &Value) -> Option<ColumnKind> {
    Some(match value {
        Value::None => return None,
        Value::Text(_) => ColumnKind::Text,
        Value::Money(_) => ColumnKind::Money,
        Value::Date(_) => ColumnKind::Date,
        Value::Ratio(_) => ColumnKind::Ratio,
        Value::Count(_) => ColumnKind::Count,
        Value::Points(_) => ColumnKind::Points,
        Value::Year(_) => ColumnKind::Year,
        Value::Time(_) => ColumnKind::Time,
    })
}

fn money_format(unit: Unit) -> &'static str {
    match unit {
        Unit::Yuan => "#,##0.00",
        Unit::TenThousand => "#,##0.00####",
    }
}

/// How many decimals a sum of this unit has at most.
pub(super) fn decimals(unit: Unit) -> u8 {
    match unit {
        Unit::Yuan => 2,
        Unit::TenThousand => 6,
    }
}

/// The plain decimal text of a number, in the unit of its table; none of what is no number.
pub(super) fn decimal(value: &Value, unit: Unit) -> Option<String> {
    match value {
        Value::Money(_) | Value::Count(_) | Value::Points(_) | Value::Year(_) => {
            Some(value.show(unit).replace(',', ""))
        }
        Value::Ratio(ratio) => {
            let sign = if *ratio < 0 { "-" } else { "" };
            let ratio = ratio.unsigned_abs();
            Some(format!("{sign}{}.{:04}", ratio / 10_000, ratio % 10_000))
        }
        Value::None | Value::Text(_) | Value::Date(_) | Value::Time(_) => None,
    }
}

/// Writes a value as what it is.
pub(super) fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value,
    look: Look,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let format = formats.of(value, look);
    let number = decimal(value, look.unit).and_then(|text| text.parse::<f64>().ok());
    match (value, number) {
        (_, Some(number)) => sheet.write_number_with_format(row, column, number, &format)?,
        (Value::None, _) => sheet.write_blank(row, column, &format)?,
        (Value::Time(time), _) => match super::time(*time) {
            Some(moment) => sheet.write_datetime_with_format(row, column, &moment, &format)?,
            None => sheet.write_string_with_format(row, column, value.show(look.unit), &format)?,
        },
        (Value::Date(date), _) => match super::moment(*date) {
            Some(moment) => sheet.write_datetime_with_format(row, column, &moment, &format)?,
            None => sheet.write_string_with_format(row, column, date.to_string(), &format)?,
        },
        (value, _) => sheet.write_string_with_format(row, column, value.show(look.unit), &format)?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_high_as_their_texts() {
        assert_eq!(height(lines("示例承担单位", 16)), None);
        assert_eq!(height(lines(&"示".repeat(15), 18)), Some(30), "two lines of eight");
        assert_eq!(lines(&format!("单位：{}", "a".repeat(20)), 18), 3, "a long word goes to a line of its own");
        assert_eq!(height(10_000), Some(409), "as high as there is");
    }
}
