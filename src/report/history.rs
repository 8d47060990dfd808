//! History: an event as a line for people.
//!
//! Lines are set one by one, so that a log of any length prints in bounded memory; columns have fixed widths, and what is
//! wider pushes the rest of its line aside rather than being cut.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use unicode_width::UnicodeWidthStr as _;

use crate::domain::act::{Act, ActKind};
use crate::domain::command::Party;
use crate::domain::event::Event;
use crate::domain::money::Money;
use crate::domain::{Date, Timestamp};
use crate::report::lang::Lang;
use crate::report::style::{DIM, WARN, paint};

/// What an act is about, as its fields tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Its pilot, else its application or whatever else it concerns.
    pub subject: String,
    /// The release, project, payment, evaluation, clawback or finding.
    pub item: String,
    /// The document or voucher it rests on.
    pub document: Option<String>,
    /// The evaluation or finding that a sanction rests on.
    pub basis: Option<String>,
    /// Its sum, in yuan.
    pub amount: Option<Money>,
}

/// Fields that name what an act concerns, the first present counting.
const SUBJECTS: &[&str] =
    &["pilot", "application", "subject", "area", "project", "through", "cohort", "programme", "key"];
/// Fields that name the one thing it does something to.
const ITEMS: &[&str] =
    &["release", "payment", "receipt", "clawback", "finding", "evaluation", "project", "period", "basis"];
/// Fields that name what proves it.
const DOCUMENTS: &[&str] = &["document", "voucher", "report"];

/// What an act is about.
#[must_use]
pub fn facts(act: &Act) -> Facts {
    let Ok(Value::Object(fields)) = serde_json::to_value(act) else { return Facts::default() };
    let first =
        |names: &[&str]| names.iter().find_map(|name| plain(&fields, name).map(|text| (*name == "project", text)));
    let (by_project, subject) = first(SUBJECTS).unwrap_or_default();
    let item = first(ITEMS).filter(|(project, _)| !(*project && by_project)).unwrap_or_default().1;
    let amount = ["amount", "new_amount"].iter().find_map(|name| Money::parse(fields.get(*name)?.as_str()?));
    Facts { subject, item, document: first(DOCUMENTS).map(|(_, text)| text), basis: plain(&fields, "basis"), amount }
}

fn plain(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The Chinese name of an act, as its documentation has it behind the English sentence.
#[must_use]
pub fn name_zh(kind: ActKind) -> &'static str {
    kind.zh()
}

/// A moment as people in Asia/Shanghai read it, to the second.
#[must_use]
pub fn shanghai(moment: Timestamp) -> String {
    let eight = chrono::TimeDelta::hours(8);
    (moment.naive_utc() + eight).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The columns before the subject: the widest names there are.
const NAME_WIDTH: (usize, usize) = (18, 22);
const TYPE_WIDTH: usize = 23;
/// A pilot and a national project code.
const SUBJECT_WIDTH: usize = 35;
const AMOUNT_WIDTH: usize = 15;

/// The headings of the lines, given how wide a position may be.
#[must_use]
pub fn headings(position_width: usize, lang: Lang) -> String {
    let names = lang.pick(
        ["位置", "记录时间(北京时间)", "业务日期", "事件", "类型", "对象", "金额", "经办"],
        ["no.", "recorded (Shanghai)", "dated", "event", "type", "subject", "amount", "by"],
    );
    let [position, recorded, on, zh, kind, subject, amount, by] = names;
    let line = format!(
        "{}  {}  {}  {}  {}  {}  {}  {by}",
        to_right(position, position_width),
        to_left(recorded, 19),
        to_left(on, 10),
        to_left(zh, lang.pick(NAME_WIDTH.0, NAME_WIDTH.1)),
        to_left(kind, TYPE_WIDTH),
        to_left(subject, SUBJECT_WIDTH),
        to_right(amount, AMOUNT_WIDTH),
    );
    paint(crate::report::style::HEADING, line).to_string()
}

/// An event as a line, without its end.
#[must_use]
pub fn line(event: &Event, position_width: usize, lang: Lang) -> String {
    let kind = event.act.kind();
    let facts = facts(&event.act);
    let subject = if facts.item.is_empty() { facts.subject } else { format!("{} {}", facts.subject, facts.item) };
    let amount = facts.amount.map(Money::grouped).unwrap_or_default();
    let mut text = format!(
        "{}  {}  {}  {}  {}  {}  {}  {}",
        to_right(&event.position.to_string(), position_width),
        paint(DIM, shanghai(event.recorded_at)),
        on(event.on),
        to_left(lang.pick(name_zh(kind), kind.command()), lang.pick(NAME_WIDTH.0, NAME_WIDTH.1)),
        paint(DIM, to_left(kind.event(), TYPE_WIDTH)),
        to_left(&subject, SUBJECT_WIDTH),
        to_right(&amount, AMOUNT_WIDTH),
        persons(&event.by, &event.approvals, lang),
    );
    if let Act::RecordFinding(finding) = &event.act {
        let kind = lang.pick(finding.kind.zh(), finding.kind.as_str());
        let _ = write!(text, "  {}", paint(WARN, format!("{kind}:{}", finding.description)));
    }
    if !event.warnings.is_empty() {
        let rules: Vec<&str> = event.warnings.iter().map(|warning| warning.rule.id()).collect();
        let _ = write!(text, "  {}", paint(WARN, format!("⚠ {}", rules.join(" "))));
    }
    text
}

/// Who recorded an event and who approved it: the body and person, then the persons of the approvals.
#[must_use]
pub fn persons(by: &Party, approvals: &[Party], lang: Lang) -> String {
    let mut text = format!("{}:{}", lang.pick(by.body.zh(), by.body.as_str()), by.person);
    for approval in approvals {
        text.push_str(lang.pick("、", ", "));
        text.push_str(approval.person.as_str());
    }
    text
}

fn on(date: Date) -> String {
    to_left(&date.to_string(), 10)
}

/// A text filled up to a width counted in columns.
fn to_left(text: &str, width: usize) -> String {
    format!("{text}{:1$}", "", width.saturating_sub(text.width()))
}

fn to_right(text: &str, width: usize) -> String {
    format!("{:1$}{text}", "", width.saturating_sub(text.width()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_has_a_chinese_name_that_fits() {
        for kind in ActKind::ALL {
            let zh = name_zh(*kind);
            assert!(!zh.is_ascii(), "{}", kind.command());
            assert!(zh.width() <= NAME_WIDTH.0, "{zh}");
            assert!(kind.command().width() <= NAME_WIDTH.1, "{}", kind.command());
            assert!(kind.event().width() <= TYPE_WIDTH, "{}", kind.event());
        }
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(to_left("试点", 6), "试点  ");
        assert_eq!(to_right("试点", 6), "  试点");
        assert_eq!(to_left("江西省数字产业", 4), "江西省数字产业", "nothing is cut");
        let moment = "2025-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(shanghai(moment), "2026-01-01 00:00:00");
    }
}
