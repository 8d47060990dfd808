//! The values of cells, and how people read them.

use chrono::NaiveDateTime;
use serde::{Serialize, Serializer};

use super::Unit;
use crate::domain::Date;
use crate::domain::figures::rate_text;
use crate::domain::money::Money;

/// The value of a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// Nothing: shown as —, left empty in a spreadsheet.
    None,
    /// A text.
    Text(String),
    /// A sum in yuan, which may be negative.
    Money(Money),
    /// A date.
    Date(Date),
    /// A ratio in ten-thousandths: shown in per cent with two decimals.
    #[serde(serialize_with = "ratio")]
    Ratio(i128),
    /// A count.
    Count(u64),
    /// Points in millionths, as weights and scores have them: shown without needless zeros.
    #[serde(serialize_with = "points")]
    Points(u64),
    /// A year.
    Year(i32),
    /// A time in Beijing, to the second.
    #[serde(serialize_with = "time")]
    Time(NaiveDateTime),
}

fn ratio<S: Serializer>(ratio: &i128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rate_text(*ratio))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over by reference")]
fn points<S: Serializer>(points: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&points_text(*points))
}

fn time<S: Serializer>(time: &NaiveDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time_text(*time))
}

/// A time as people read it.
fn time_text(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}

/// Points in millionths without needless zeros: `25`, `7.5`.
#[must_use]
pub fn points_text(points: u64) -> String {
    let text = format!("{}.{:06}", points / 1_000_000, points % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Value {
    /// The value as people read it, sums in the unit given.
    #[must_use]
    pub fn show(&self, unit: Unit) -> String {
        match self {
            Self::None => "—".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Money(sum) => unit.show(*sum),
            Self::Date(date) => date.to_string(),
            Self::Ratio(ratio) => {
                let (sign, ratio) = (if *ratio < 0 { "-" } else { "" }, ratio.unsigned_abs());
                format!("{sign}{}.{:02}%", ratio / 100, ratio % 100)
            }
            Self::Count(count) => count.to_string(),
            Self::Points(points) => points_text(*points),
            Self::Year(year) => year.to_string(),
            Self::Time(time) => time_text(*time),
        }
    }
}
