//! Citations: an event as reports refer to it: where it stands, when, on what paper, by whom, with which warnings.
//!
//! The entry itself is in the log, at the position given here. Persons are those who acted in office.

use serde::{Serialize, Serializer};

use crate::domain::act::ActKind;
use crate::domain::command::Party;
use crate::domain::event::{Event, Reason};
use crate::domain::rulebook::Rule;
use crate::domain::{Date, Timestamp};
use crate::log::entry::moment_text;
use crate::report::history::{Facts, facts, persons};
use crate::report::lang::Lang;

/// An event referred to.
#[derive(Clone, Debug, Serialize)]
pub struct Citation {
    /// Its position.
    pub position: u64,
    /// Its business date.
    pub on: Date,
    /// When it was recorded.
    #[serde(serialize_with = "moment")]
    pub recorded_at: Timestamp,
    /// Its type.
    #[serde(rename = "type", serialize_with = "event_type")]
    pub kind: ActKind,
    /// The release, project, payment, evaluation, clawback or finding.
    pub item: String,
    /// Its document or voucher.
    pub document: Option<String>,
    /// The evaluation or finding that a sanction rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Who recorded it.
    pub by: Party,
    /// Who approved it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Party>,
    /// The rules it strained, each with its clause.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A rule that an event was accepted in spite of.
#[derive(Clone, Debug, Serialize)]
pub struct Warning {
    /// The rule.
    pub rule: Rule,
    /// Its clause.
    pub clause: String,
}

impl From<&Reason> for Warning {
    fn from(reason: &Reason) -> Self {
        Self { rule: reason.rule, clause: reason.clause.clone() }
    }
}

fn moment<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*moment))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over by reference")]
fn event_type<S: Serializer>(kind: &ActKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.event())
}

impl Citation {
    /// Refers to an event.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let Facts { item, document, basis, .. } = facts(&event.act);
        Self {
            position: event.position,
            on: event.on,
            recorded_at: event.recorded_at,
            kind: event.act.kind(),
            item,
            document,
            basis,
            by: event.by.clone(),
            approvals: event.approvals.clone(),
            warnings: event.warnings.iter().map(Warning::from).collect(),
        }
    }

    /// The name of what was done.
    #[must_use]
    pub fn name(&self, lang: Lang) -> &'static str {
        lang.pick(self.kind.zh(), self.kind.event())
    }

    /// Its document or voucher, or a dash.
    #[must_use]
    pub fn document(&self) -> String {
        self.document.clone().unwrap_or_else(|| "—".to_owned())
    }

    /// Who recorded and approved it, and the rules it strained.
    #[must_use]
    pub fn persons(&self, lang: Lang) -> String {
        let mut text = persons(&self.by, &self.approvals, lang);
        if !self.warnings.is_empty() {
            let rules: Vec<&str> = self.warnings.iter().map(|warning| warning.rule.id()).collect();
            text.push_str(" ⚠ ");
            text.push_str(&rules.join(" "));
        }
        text
    }
}
