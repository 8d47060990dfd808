//! Texts and numbers of commands: identifiers, project codes, free texts, persons, years, plain decimals.
//!
//! Each type is its own proof: a value exists only in the form the specification allows.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::form::{Field, Form};
use super::json::read_text;
use super::money::Share;

/// Makes a string type out of a test, its faults' wording, and its JSON Schema.
macro_rules! texts {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $name:ident: $test:expr, $schema:tt, $zh:literal, $en:literal;
    )*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(CompactString);

        impl $name {
            /// The text as such, where it has the form.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let test: fn(&str) -> bool = $test;
                test(text).then(|| Self(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read_text(deserializer, Self::parse, $en)
            }
        }

        impl Field for $name {
            fn read(value: &Value, form: &mut Form) -> Option<Self> {
                let text = value.as_str().and_then(Self::parse);
                if text.is_none() {
                    form.fault($zh, $en);
                }
                text
            }

            fn schema() -> Value {
                json!($schema)
            }
        }
    )* };
}

texts! {
    /// An identifier chosen by the caller: 1–64 ASCII letters, digits, `-`, `_`, `.`.
    pub struct Id: |text| identifier(text, 1, 64),
        {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
        "编号须为 1–64 个 ASCII 字母、数字或 - _ .", "an identifier is 1–64 ASCII letters, digits or - _ .";

    /// A project code (项目代码): 6–40 characters of an identifier.
    pub struct ProjectCode: |text| identifier(text, 6, 40),
        {"type": "string", "pattern": "^[A-Za-z0-9._-]{6,40}$"},
        "项目代码须为 6–40 个 ASCII 字母、数字或 - _ .", "a project code is 6–40 ASCII letters, digits or - _ .";

    /// A free text: not blank, at most 500 characters, no control or bidirectional-override characters.
    pub struct Text: |text| printable(text, 500) && !text.trim().is_empty(),
        {"type": "string", "minLength": 1, "maxLength": 500, "pattern": "\\S"},
        "文本不得为空白,至多 500 字,不得含控制字符或双向控制字符",
        "a text is not blank, at most 500 characters, without control or bidirectional-override characters";

    /// The name of an official: not blank, at most 100 characters.
    pub struct Person: |text| printable(text, 100) && !text.trim().is_empty(),
        {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "\\S"},
        "姓名不得为空白,至多 100 字,不得含控制字符或双向控制字符",
        "a person's name is not blank, at most 100 characters, without control or bidirectional-override characters";

    /// A note on a command, which may be empty; at most 500 characters.
    pub struct Note: |text| printable(text, 500),
        {"type": "string", "maxLength": 500},
        "备注至多 500 字,不得含控制字符或双向控制字符",
        "a note is at most 500 characters, without control or bidirectional-override characters";

    /// A half-year of monitoring, as in `2026H1`.
    pub struct Period: half_year,
        {"type": "string", "pattern": "^[0-9]{4}H[12]$"},
        "监控期须为年份加 H1 或 H2,例如 \"2026H1\"", "a period is a year and H1 or H2, as in \"2026H1\"";

    /// An item of the government's economic classification of spending: 3–5 digits.
    pub struct EconomicCode: |text| (3..=5).contains(&text.len()) && digits(text),
        {"type": "string", "pattern": "^[0-9]{3,5}$"},
        "支出经济分类科目须为 3–5 位数字", "an economic classification code is 3–5 digits";

    /// The SHA-256 of a document: 64 lower-case hexadecimal digits.
    pub struct Sha256: |text| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
        {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "SHA-256 须为 64 位小写十六进制", "a SHA-256 is 64 lower-case hexadecimal digits";

    /// The media type of a document, as in `application/pdf`.
    pub struct MediaType: media_type,
        {"type": "string", "pattern": "^[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}$"},
        "媒体类型形如 \"application/pdf\"", "a media type looks like \"application/pdf\"";
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn identifier(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether the text can be printed as it stands: nothing in it hides, reorders or ends a line.
fn printable(text: &str, characters_max: usize) -> bool {
    let hides = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // A character has at most four bytes, so most texts need no count.
    (text.len() <= characters_max || text.chars().count() <= characters_max) && !text.chars().any(hides)
}

fn half_year(text: &str) -> bool {
    text.len() == 6
        && text.split_once('H').is_some_and(|(year, half)| year.len() == 4 && digits(year) && matches!(half, "1" | "2"))
}

fn media_type(text: &str) -> bool {
    let part = |part: &str| {
        (1..=127).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| part(kind) && part(subtype))
}

/// Makes an integer type with its range.
macro_rules! numbers {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $name:ident($int:ty) in $least:literal ..= $most:literal;
    )*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $int);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Field for $name {
            fn read(value: &Value, form: &mut Form) -> Option<Self> {
                let range: std::ops::RangeInclusive<i64> = $least..=$most;
                let number = value
                    .as_i64()
                    .filter(|number| range.contains(number))
                    .and_then(|number| <$int>::try_from(number).ok());
                if number.is_none() {
                    form.fault(
                        concat!("须为 ", $least, "–", $most, " 的整数(不加引号)"),
                        concat!("an integer from ", $least, " to ", $most, " is expected, without quotes"),
                    );
                }
                number.map(Self)
            }

            fn schema() -> Value {
                let (least, most): (i64, i64) = ($least, $most);
                json!({"type": "integer", "minimum": least, "maximum": most})
            }
        }
    )* };
}

numbers! {
    /// A calendar year: of a cohort, of an evaluation.
    pub struct Year(i32) in 1..=9999;
    /// The budget year of a release.
    pub struct BudgetYear(i32) in 2000..=2100;
    /// A count in a programme's rules: a quota, a number of days or months.
    pub struct Count(u32) in 0..=1_000_000;
    /// The size of a document in bytes.
    pub struct ByteSize(i64) in 1..=9_007_199_254_740_991;
}

/// A plain decimal as it was written, with its value in units of its last allowed decimal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    text: Box<str>,
    units: u64,
}

/// Reads plain decimal digits with at most `places` decimals; a value too large for the type stays at its maximum.
fn decimal(text: &str, places: usize) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let well_formed = (1..=40).contains(&whole.len())
        && digits(whole)
        && !fraction.is_empty()
        && fraction.len() <= places
        && digits(fraction);
    if !well_formed {
        return None;
    }
    let units = whole
        .bytes()
        .chain(fraction.bytes())
        .chain(std::iter::repeat_n(b'0', places - fraction.len()))
        .fold(0_u64, |units, digit| units.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    Some(Decimal { text: text.into(), units })
}

/// The pattern of a decimal; `most`, where there is one, is a power of ten.
fn decimal_pattern(places: usize, most: u64) -> String {
    let fraction = format!(r"(\.[0-9]{{1,{places}}})?");
    if most == u64::MAX {
        return format!("^[0-9]{{1,40}}{fraction}$");
    }
    let zeros = most.to_string().len().saturating_sub(1 + places);
    let below = if zeros == 0 { "0{1,40}".to_owned() } else { format!("0{{0,37}}[0-9]{{1,{zeros}}}") };
    format!(r"^({below}{fraction}|0{{0,37}}1{}(\.0{{1,{places}}})?)$", "0".repeat(zeros))
}

/// Makes a decimal type that keeps the text it was written as.
macro_rules! decimals {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $name:ident with $places:literal decimals, up to $most:expr, $zh:literal, $en:literal;
    )*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(Decimal);

        impl $name {
            /// Reads the decimal.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                decimal(text, $places).filter(|decimal| decimal.units <= $most).map(Self)
            }

            /// The text as it was written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0.text
            }

            /// The value in units of the last allowed decimal.
            #[must_use]
            pub fn units(&self) -> u64 {
                self.0.units
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0.text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0.text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read_text(deserializer, Self::parse, $en)
            }
        }

        impl Field for $name {
            fn read(value: &Value, form: &mut Form) -> Option<Self> {
                let decimal = value.as_str().and_then(Self::parse);
                if decimal.is_none() {
                    form.fault($zh, $en);
                }
                decimal
            }

            fn schema() -> Value {
                json!({"type": "string", "pattern": decimal_pattern($places, $most)})
            }
        }
    )* };
}

decimals! {
    /// A score in points, with at most two decimals; its range is a rule's matter (EVAL-06).
    pub struct Score with 2 decimals, up to u64::MAX,
        "分数须为至多两位小数的数字字符串,例如 \"92.50\"", "a score is a string of plain digits with at most two decimals, as in \"92.50\"";
    /// A score of at most 100 points: that of a review.
    pub struct ReviewScore with 2 decimals, up to 10_000,
        "评审分须为 0–100、至多两位小数的数字字符串,例如 \"92.50\"", "a review's score is a string of plain digits from 0 to 100 with at most two decimals, as in \"92.50\"";
    /// A share between 0 and 1, with at most four decimals.
    pub struct Ratio with 4 decimals, up to 10_000,
        "比例须为 0–1、至多四位小数的数字字符串,例如 \"0.7000\"", "a ratio is a string of plain digits from 0 to 1 with at most four decimals, as in \"0.7000\"";
    /// The weight or the score of an item of a self-evaluation, with at most six decimals.
    pub struct Weight with 6 decimals, up to u64::MAX,
        "须为至多六位小数的数字字符串,例如 \"25\"", "a string of plain digits with at most six decimals is expected, as in \"25\"";
}

impl Score {
    /// The score with exactly two decimals, as reports show it.
    #[must_use]
    pub fn fixed(&self) -> String {
        format!("{}.{:02}", self.units() / 100, self.units() % 100)
    }
}

impl Ratio {
    /// The share it states.
    #[must_use]
    pub fn share(&self) -> Share {
        u32::try_from(self.units()).ok().and_then(Share::from_ten_thousandths).unwrap_or(Share::WHOLE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_hide_something_are_refused() {
        for wrong in ["", "   ", "\u{3000}", "a\u{0}b", "a\nb", "a\u{202e}b", "a\u{2067}b", "\u{7f}", &"长".repeat(501)]
        {
            assert_eq!(Text::parse(wrong), None, "{wrong:?}");
        }
        assert!(Text::parse(&"长".repeat(500)).is_some());
        assert!(Note::parse("").is_some());
        assert!(Person::parse(&"长".repeat(101)).is_none());
    }

    #[test]
    fn decimals_keep_their_text() {
        let score = Score::parse("92.5").unwrap();
        assert_eq!((score.as_str(), score.units(), score.fixed().as_str()), ("92.5", 9_250, "92.50"));
        for wrong in ["", ".5", "5.", "1e2", "-1", "+1", "1.234", " 1", "１"] {
            assert_eq!(Score::parse(wrong), None, "{wrong}");
        }
        assert!(Score::parse("100000000000000000000000000").is_some(), "over 100 is for EVAL-06 to say");
        assert!(Ratio::parse("1.0001").is_none());
        assert!(ReviewScore::parse("100.01").is_none());
        assert_eq!(Ratio::parse("0.3333").unwrap().share().percent(), "33.33%");
    }

    #[test]
    fn identifiers_periods_and_media_types() {
        assert!(Id::parse("JX2025-01_a.b").is_some());
        assert!(Id::parse("坏 编号").is_none());
        assert!(Id::parse(&"a".repeat(65)).is_none());
        assert!(ProjectCode::parse("12345").is_none());
        assert!(Period::parse("2026H2").is_some());
        assert!(Period::parse("2026Q1").is_none());
        assert!(MediaType::parse("application/pdf").is_some());
        assert!(MediaType::parse("pdf").is_none());
    }
}
