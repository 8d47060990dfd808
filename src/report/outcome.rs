//! What became of a command, for programs as a line of JSON and for people as a line with its reasons below.
//!
//! `apply` prints one for each line it reads, `record` one in all; the JSON is the contract of the command line.
//! Refused here: deciding, and naming rules that nobody judged.

use std::fmt::{self, Write as _};

use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::lang::Lang;
use super::style::{BAD, DIM, GOOD, HEADING, WARN, paint};
use crate::domain::event::Reason;
use crate::domain::form::Fault;
use crate::domain::rulebook::Rule;
use crate::engine::{Outcome, Placed};

/// What became of one command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeLine {
    /// The line it stood in, from 1.
    pub line: u64,
    /// The command's name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Its identifier, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Verdict {
    /// It is in the log.
    Accepted {
        /// Its events.
        events: Vec<Placed>,
        /// The warnings it was accepted with.
        warnings: Vec<Reason>,
    },
    /// It would have been accepted; nothing was appended.
    WouldAccept {
        /// The events it would have led to, without positions.
        events: Vec<Placed>,
        /// The warnings it would have had.
        warnings: Vec<Reason>,
    },
    /// It breaks these rules; nothing was appended.
    Refused {
        /// The rules, in the rulebook's order.
        refusals: Vec<Refusal>,
    },
    /// It was accepted before; nothing was appended.
    Repeated {
        /// The events it led to then.
        events: Vec<Placed>,
    },
}

/// A rule broken, and for FORM-01 which fields break it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The rule, its clause, and what it says of this case.
    #[serde(flatten)]
    pub reason: Reason,
    /// The faults of form, one a field.
    #[serde(serialize_with = "faults", skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, faults: Vec::new() }
    }
}

fn faults<S: Serializer>(faults: &[Fault], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Shown<'a> {
        field: &'a str,
        zh: &'a str,
        en: &'a str,
    }
    serializer.collect_seq(faults.iter().map(|fault| Shown { field: &fault.field, zh: &fault.zh, en: &fault.en }))
}

/// How an outcome is put to people.
#[derive(Clone, Copy, Debug)]
pub struct Wording<'a> {
    /// In which language.
    pub lang: Lang,
    /// What goes before it, such as `第 3 行`; nothing where it is empty.
    pub place: &'a str,
    /// Whether a field is called by its flag, as in `--budget-year`.
    pub flags: bool,
}

impl OutcomeLine {
    /// What the engine made of a command.
    #[must_use]
    pub fn new(line: u64, command: &str, id: Uuid, outcome: Outcome) -> Self {
        let verdict = match outcome {
            Outcome::Accepted { events, warnings } => Verdict::Accepted { events, warnings },
            Outcome::Refused(reasons) => {
                Verdict::Refused { refusals: reasons.into_iter().map(Refusal::from).collect() }
            }
            Outcome::Repeated { events } => Verdict::Repeated { events },
        };
        Self { line, command: Some(command.to_owned()), id: Some(id.to_string()), verdict }
    }

    /// A command, or what should have been one, that is not of right form (FORM-01); its name and identifier where
    /// they can be read.
    #[must_use]
    pub fn malformed(line: u64, command: Option<String>, id: Option<String>, faults: Vec<Fault>) -> Self {
        let joined = |of: fn(&Fault) -> &str, colon: &str, and: &str| {
            let one = |fault: &Fault| match fault.field.as_str() {
                "" => of(fault).to_owned(),
                field => format!("{field}{colon}{}", of(fault)),
            };
            faults.iter().map(one).collect::<Vec<_>>().join(and)
        };
        let (zh, en) = (joined(|fault| &fault.zh, ":", ";"), joined(|fault| &fault.en, ": ", "; "));
        let refusal = Refusal { reason: Reason::new(Rule::Form01, zh, en), faults };
        Self { line, command, id, verdict: Verdict::Refused { refusals: vec![refusal] } }
    }

    /// The same where nothing was appended: what was accepted would be, and no event has a position.
    #[must_use]
    pub fn rehearsed(self) -> Self {
        let verdict = match self.verdict {
            Verdict::Accepted { mut events, warnings } => {
                for placed in &mut events {
                    placed.position = None;
                }
                Verdict::WouldAccept { events, warnings }
            }
            other => other,
        };
        Self { verdict, ..self }
    }

    /// Whether it was refused.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self.verdict, Verdict::Refused { .. })
    }

    /// For people: a line, and below it each reason; without the last line's end.
    #[must_use]
    pub fn text(&self, wording: Wording<'_>) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text, wording);
        text
    }

    fn write(&self, text: &mut String, wording: Wording<'_>) -> fmt::Result {
        let lang = wording.lang;
        if !wording.place.is_empty() {
            write!(text, "{}  ", paint(DIM, wording.place))?;
        }
        let (style, word) = match &self.verdict {
            Verdict::Accepted { .. } => (GOOD, lang.pick("已记入", "accepted")),
            Verdict::WouldAccept { .. } => (GOOD, lang.pick("可以记入", "would be accepted")),
            Verdict::Refused { .. } => (BAD, lang.pick("拒绝", "refused")),
            Verdict::Repeated { .. } => (WARN, lang.pick("此前已记入", "accepted before")),
        };
        write!(text, "{}", paint(style, word))?;
        if let Some(command) = &self.command {
            write!(text, "  {command}")?;
        }
        match &self.verdict {
            Verdict::Accepted { events, warnings } | Verdict::WouldAccept { events, warnings } => {
                write_events(text, events)?;
                warnings.iter().try_for_each(|reason| write_reason(text, reason, WARN, lang, true))
            }
            Verdict::Repeated { events } => write_events(text, events),
            Verdict::Refused { refusals } => refusals.iter().try_for_each(|refusal| refusal.write(text, wording)),
        }
    }
}

fn write_events(text: &mut String, events: &[Placed]) -> fmt::Result {
    events.iter().try_for_each(|placed| match placed.position {
        Some(position) => write!(text, "  {} {}", paint(DIM, format_args!("#{position}")), placed.kind),
        None => write!(text, "  {}", placed.kind),
    })
}

fn write_reason(text: &mut String, reason: &Reason, style: anstyle::Style, lang: Lang, sentence: bool) -> fmt::Result {
    let (rule, clause) = (paint(style.bold(), reason.rule), paint(DIM, &reason.clause));
    let (open, said) = match lang {
        Lang::Zh => (if style == WARN { "提醒 " } else { "" }, reason.zh.as_str()),
        Lang::En => (if style == WARN { "warning " } else { "" }, reason.en.as_str()),
    };
    write!(text, "\n  {open}{rule} {clause}")?;
    if sentence { write!(text, "  {said}") } else { Ok(()) }
}

impl Refusal {
    fn write(&self, text: &mut String, wording: Wording<'_>) -> fmt::Result {
        // One fault of the whole command is the sentence itself; faults of fields stand one a line.
        let by_field = self.faults.iter().any(|fault| !fault.field.is_empty());
        write_reason(text, &self.reason, BAD, wording.lang, !by_field)?;
        if !by_field {
            return Ok(());
        }
        self.faults.iter().try_for_each(|fault| {
            let field = if wording.flags { flag_of(&fault.field) } else { fault.field.clone() };
            let (colon, said) = wording.lang.pick((":", &fault.zh), (": ", &fault.en));
            write!(text, "\n    {}{colon}{said}", paint(HEADING, field))
        })
    }
}

/// The flag a field of a command goes by on the command line, and where in it: `--approve[0].person`.
#[must_use]
pub fn flag_of(field: &str) -> String {
    let end = field.find(['.', '[']).unwrap_or(field.len());
    let (name, rest) = field.split_at_checked(end).unwrap_or((field, ""));
    match name {
        "" | "command" => field.to_owned(),
        "approvals" => format!("--approve{rest}"),
        _ => format!("--{}{rest}", name.replace('_', "-")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> Uuid {
        "0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01".parse().unwrap()
    }

    fn placed() -> Vec<Placed> {
        vec![Placed { position: Some(17), kind: "TrancheReleased".into() }]
    }

    fn reason(rule: Rule) -> Reason {
        Reason::new(rule, "超过限额".into(), "beyond the limit".into())
    }

    fn lines() -> [OutcomeLine; 5] {
        let accepted = Outcome::Accepted { events: placed(), warnings: vec![reason(Rule::Plan01)] };
        let fault = |field: &str| Fault { field: field.into(), zh: "缺少此字段".into(), en: "missing".into() };
        [
            OutcomeLine::new(1, "release", id(), accepted.clone()),
            OutcomeLine::new(2, "release", id(), accepted).rehearsed(),
            OutcomeLine::new(3, "release", id(), Outcome::Refused(vec![reason(Rule::Tr01), reason(Rule::Tr02)])),
            OutcomeLine::new(4, "release", id(), Outcome::Repeated { events: placed() }),
            OutcomeLine::malformed(
                5,
                Some("pay".into()),
                None,
                vec![fault("budget_year"), fault("approvals[0].person")],
            ),
        ]
    }

    #[test]
    fn the_lines_for_programs_are_the_contract() {
        let json = lines().map(|line| serde_json::to_string(&line).unwrap()).join("\n");
        insta::assert_snapshot!(json, @r#"
        {"line":1,"command":"release","id":"0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01","outcome":"accepted","events":[{"position":17,"type":"TrancheReleased"}],"warnings":[{"rule":"PLAN-01","clause":"五(四)","zh":"超过限额","en":"beyond the limit"}]}
        {"line":2,"command":"release","id":"0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01","outcome":"would_accept","events":[{"type":"TrancheReleased"}],"warnings":[{"rule":"PLAN-01","clause":"五(四)","zh":"超过限额","en":"beyond the limit"}]}
        {"line":3,"command":"release","id":"0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01","outcome":"refused","refusals":[{"rule":"TR-01","clause":"四(一)","zh":"超过限额","en":"beyond the limit"},{"rule":"TR-02","clause":"四(一)","zh":"超过限额","en":"beyond the limit"}]}
        {"line":4,"command":"release","id":"0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01","outcome":"repeated","events":[{"position":17,"type":"TrancheReleased"}]}
        {"line":5,"command":"pay","outcome":"refused","refusals":[{"rule":"FORM-01","clause":"(ledger)","zh":"budget_year:缺少此字段;approvals[0].person:缺少此字段","en":"budget_year: missing; approvals[0].person: missing","faults":[{"field":"budget_year","zh":"缺少此字段","en":"missing"},{"field":"approvals[0].person","zh":"缺少此字段","en":"missing"}]}]}
        "#);
    }

    #[test]
    fn the_lines_for_people_name_each_rule_and_each_fault() {
        let said = |lang, place, flags| {
            let texts = lines().map(|line| line.text(Wording { lang, place, flags }));
            anstream::adapter::strip_str(&texts.join("\n")).to_string()
        };
        insta::assert_snapshot!(said(Lang::Zh, "第 1 行", false), @r"
        第 1 行  已记入  release  #17 TrancheReleased
          提醒 PLAN-01 五(四)  超过限额
        第 1 行  可以记入  release  TrancheReleased
          提醒 PLAN-01 五(四)  超过限额
        第 1 行  拒绝  release
          TR-01 四(一)  超过限额
          TR-02 四(一)  超过限额
        第 1 行  此前已记入  release  #17 TrancheReleased
        第 1 行  拒绝  pay
          FORM-01 (ledger)
            budget_year:缺少此字段
            approvals[0].person:缺少此字段
        ");
        insta::assert_snapshot!(said(Lang::En, "", true), @r"
        accepted  release  #17 TrancheReleased
          warning PLAN-01 五(四)  beyond the limit
        would be accepted  release  TrancheReleased
          warning PLAN-01 五(四)  beyond the limit
        refused  release
          TR-01 四(一)  beyond the limit
          TR-02 四(一)  beyond the limit
        accepted before  release  #17 TrancheReleased
        refused  pay
          FORM-01 (ledger)
            --budget-year: missing
            --approve[0].person: missing
        ");
    }

    #[test]
    fn what_is_no_object_is_one_sentence() {
        let fault = Fault { field: String::new(), zh: "不是 JSON 对象".into(), en: "not a JSON object".into() };
        let line = OutcomeLine::malformed(1, None, None, vec![fault]);
        let text = line.text(Wording { lang: Lang::Zh, place: "", flags: false });
        assert!(anstream::adapter::strip_str(&text).to_string().ends_with("不是 JSON 对象"), "{text}");
        assert!(line.is_refused());
    }
}
