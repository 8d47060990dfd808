//! The stamp of a report: what it takes to make it again, and to see that it is the same.
//!
//! [`Stamp::line`] is one word of ASCII that every form can carry unchanged, whatever it escapes: `tranche-report:` and
//! the stamp as RFC 8785 JSON in unpadded base64url. [`Stamp::find`] reads it back out of the bytes of a file.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Datelike as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Fact;
use crate::domain::parameters::Parameters;
use crate::domain::{Date, Timestamp};
use crate::log::canonical;
use crate::log::entry::moment_text;
use crate::report::history::shanghai;

/// What [`Stamp::line`] begins with.
pub const PREFIX: &str = "tranche-report:";

/// The version of what kinds build and forms set: it changes whenever any byte of any report does.
pub const RENDERER: &str = concat!("tranche ", env!("CARGO_PKG_VERSION"), " report 4");

/// A kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// How a pilot's funds stand.
    Status,
    /// All pilots in a table.
    Programme,
    /// Every event that moved a pilot's money.
    Ledger,
    /// A pilot's funds project by project.
    Projects,
    /// The form of a self-evaluation.
    Evaluation,
    /// What is due, overdue or wrong.
    Alerts,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Status, Self::Programme, Self::Ledger, Self::Projects, Self::Evaluation, Self::Alerts];

    /// Its name on the command line.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Programme => "programme",
            Self::Ledger => "ledger",
            Self::Projects => "projects",
            Self::Evaluation => "evaluation",
            Self::Alerts => "alerts",
        }
    }

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Status => "试点资金情况报告",
            Self::Programme => "全省资金情况汇总表",
            Self::Ledger => "资金台账",
            Self::Projects => "项目资金使用情况表",
            Self::Evaluation => "项目支出绩效自评表",
            Self::Alerts => "预警清单",
        }
    }
}

/// Since when a report tells what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// The end of a date.
    Date(Date),
    /// A position of the log.
    Position(u64),
}

/// Which self-evaluation a form is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluated {
    /// Of a year.
    Year(i32),
    /// Of the whole term.
    Overall,
}

/// Which rules were in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleVersion {
    /// The position of the last amendment that counts, else of the opening.
    pub position: u64,
    /// SHA-256 of the parameters in force as RFC 8785 JSON, in hexadecimal.
    pub digest: String,
}

/// What a report is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The ledger.
    pub ledger: String,
    /// Whether it is a sandbox, which every page says: 演练.
    pub sandbox: bool,
    /// The kind of report.
    pub kind: Kind,
    /// The pilot; none where the report is of the programme.
    pub pilot: Option<String>,
    /// The last entry that was counted.
    pub position: u64,
    /// The RFC 6962 root over the entries up to it, in hexadecimal.
    pub root: String,
    /// The business date: what is dated later does not count.
    pub as_of: Date,
    /// What was recorded later does not count, where that was asked; as entries have it.
    pub known_at: Option<String>,
    /// Since when it tells what changed.
    pub since: Since,
    /// Which self-evaluation the form is of; of several pilots, where one was named: else each is of its latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Evaluated>,
    /// Which rules were in force.
    pub rules: RuleVersion,
    /// Which version of the program made it: [`RENDERER`].
    pub renderer: String,
    /// What set its pages beside the program: typst and the fonts. Only pages of paper have any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typeset: Option<String>,
}

impl RuleVersion {
    /// The rules that were last set at a position, with these parameters.
    #[must_use]
    pub fn of(position: u64, parameters: &Parameters) -> Self {
        let json = canonical::to_vec(parameters).unwrap_or_default();
        Self { position, digest: digest(&json) }
    }
}

/// The SHA-256 of bytes, in hexadecimal.
pub(in crate::report) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Since {
    /// The end of the month before a date.
    #[must_use]
    pub fn month_before(date: Date) -> Self {
        Self::Date(date.with_day(1).and_then(|first| first.pred_opt()).unwrap_or(date))
    }
}

impl Stamp {
    /// The stamp as one word of ASCII.
    #[must_use]
    pub fn line(&self) -> String {
        let json = canonical::to_vec(self).unwrap_or_default();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(json))
    }

    /// The first stamp that stands in these bytes.
    #[must_use]
    pub fn find(bytes: &[u8]) -> Option<Self> {
        let begins = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(PREFIX.as_bytes()));
        (0..bytes.len()).filter(|at| bytes.get(*at) == Some(&b't')).filter(begins).find_map(|at| {
            let rest = bytes.get(at + PREFIX.len()..)?;
            let end = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
            let json = URL_SAFE_NO_PAD.decode(rest.get(..end.unwrap_or(rest.len()))?).ok()?;
            serde_json::from_slice(&json).ok()
        })
    }

    /// Whether the report is bound of the reports of all pilots.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.pilot.is_none() && !matches!(self.kind, Kind::Programme | Kind::Alerts)
    }

    /// The time as known at, as entries have it.
    #[must_use]
    pub fn known_at_of(moment: Option<Timestamp>) -> Option<String> {
        moment.map(moment_text)
    }

    /// The root's first sixteen digits, in groups of four, for people to compare.
    #[must_use]
    pub fn short_root(&self) -> String {
        let digits: Vec<char> = self.root.chars().take(16).collect();
        digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// What the QR code beside the stamp says: ledger, position and whole root.
    #[must_use]
    pub fn code_text(&self) -> String {
        format!("tranche:{}:{}:{}", self.ledger, self.position, self.root)
    }

    /// The stamp for people: labels and values, in order.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let since = match self.since {
            Since::Date(date) => format!("自 {date} 之后"),
            Since::Position(position) => format!("自第 {position} 条之后"),
        };
        let known_at = self.known_at.as_deref().and_then(|text| text.parse::<Timestamp>().ok()).map(shanghai);
        let digest: String = self.rules.digest.chars().take(8).collect();
        let mut facts = vec![
            Fact::new("ledger", "台账", self.ledger.as_str()),
            Fact::new("as_of", "截至日期", self.as_of),
            Fact::new(
                "known_at",
                "按何时已记录",
                known_at.map_or_else(|| "全部已记录".to_owned(), |at| format!("北京时间 {at}")),
            ),
            Fact::new("position", "台账位置", format!("第 {} 条", self.position)),
            Fact::new("root", "台账根（前16位）", self.short_root()),
            Fact::new("since", "变动起算", since),
            Fact::new("rules", "规则版本", format!("第 {} 条 {digest}", self.rules.position)),
            Fact::new("renderer", "制表程序", self.renderer.as_str()),
        ];
        facts.extend(self.typeset.as_deref().map(|by| Fact::new("typeset", "排版与字体", by)));
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp() -> Stamp {
        Stamp {
            ledger: "演练-->1".to_owned(),
            sandbox: true,
            kind: Kind::Status,
            pilot: Some("JX2025-01".to_owned()),
            position: 412,
            root: "0123456789abcdef".repeat(4),
            as_of: Date::from_ymd_opt(2026, 12, 31).unwrap(),
            known_at: Some("2026-12-31T15:59:59.999999Z".to_owned()),
            since: Since::Date(Date::from_ymd_opt(2026, 11, 30).unwrap()),
            evaluation: Some(Evaluated::Year(2026)),
            rules: RuleVersion { position: 1, digest: "ab".repeat(32) },
            renderer: RENDERER.to_owned(),
            typeset: None,
        }
    }

    #[test]
    fn a_stamp_is_found_in_the_bytes_around_it() {
        let line = stamp().line();
        assert!(line.is_ascii() && !line.contains(['"', '<', '&', ' ', '\\', '(']));
        for around in
            [("", ""), ("<meta content=\"", "\">"), ("t tranche-report: tranche-report:x ", "\n"), ("\u{0}ÿ(", ")")]
        {
            let text = format!("{}{line}{}", around.0, around.1);
            assert_eq!(Stamp::find(text.as_bytes()), Some(stamp()), "{around:?}");
        }
        assert_eq!(Stamp::find(b"tranche-report:e30 and nothing else"), None);
    }

    #[test]
    fn amended_rules_have_another_digest() {
        let rules = Parameters { filing_days: crate::domain::text::Count(30), ..Parameters::default() };
        let (one, other) = (RuleVersion::of(1, &rules), RuleVersion::of(1, &Parameters::default()));
        assert_ne!(one.digest, other.digest);
        assert!(canonical::to_vec(&rules).is_ok());
    }

    #[test]
    fn the_month_before_ends_on_its_last_day() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        for (asked, end) in [("2026-12-31", "2026-11-30"), ("2026-03-01", "2026-02-28"), ("2026-01-15", "2025-12-31")] {
            assert_eq!(Since::month_before(date(asked)), Since::Date(date(end)));
        }
    }

    #[test]
    fn people_read_the_short_root() {
        assert_eq!(stamp().short_root(), "0123 4567 89ab cdef");
    }
}
