//! The parts of an OCDS 1.1 release that we fill, under the standard's own names.
//!
//! Every object of a list has its own identifier, by which `ocdsmerge` finds it again in later releases; a release says
//! only what its event changes.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::domain::Date;
use crate::domain::money::Money;

/// A release: what one event says of a pilot.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    pub ocid: String,
    pub id: String,
    pub date: String,
    pub tag: Vec<&'static str>,
    pub initiation_type: &'static str,
    pub language: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planning: Option<Planning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tender: Option<Tender>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub awards: Vec<Award>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<Contract>,
}

/// Who takes part.
#[derive(Clone, Serialize)]
pub struct Party {
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identifier>,
    pub roles: Vec<&'static str>,
}

/// What a register of organizations or areas calls it.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identifier {
    pub scheme: String,
    pub id: String,
    pub legal_name: String,
}

/// One of the parties.
#[derive(Clone, Serialize)]
pub struct Reference {
    pub id: String,
    pub name: String,
}

impl Party {
    /// The party, as others refer to it.
    pub fn reference(&self) -> Reference {
        Reference { id: self.id.clone(), name: self.name.clone() }
    }
}

/// A sum of money.
#[derive(Clone, Copy, Serialize)]
pub struct Value {
    #[serde(serialize_with = "number")]
    amount: Money,
    currency: &'static str,
}

/// A sum in yuan.
pub const fn yuan(amount: Money) -> Value {
    Value { amount, currency: "CNY" }
}

/// A sum as a JSON number with its two decimals: written out, never by way of a float.
fn number<S: Serializer>(sum: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(sum.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

/// A business date: the day begins in Asia/Shanghai.
pub fn day(date: Date) -> String {
    format!("{date}T00:00:00+08:00")
}

/// What was planned: the budget.
#[derive(Default, Serialize)]
pub struct Planning {
    pub budget: Budget,
}

/// The programme's money for the pilot.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    #[serde(rename = "projectID", skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Value>,
}

/// The competition: application, recommendation, review, publicity, recognition.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tender {
    pub id: String,
    pub title: String,
    pub description: String,
    pub status: &'static str,
    pub procurement_method: &'static str,
    pub procurement_method_details: &'static str,
    pub procuring_entity: Reference,
    pub tenderers: Vec<Reference>,
}

/// What was awarded: the allocation to the pilot, or a part of it to a project.
#[derive(Default, Serialize)]
pub struct Award {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppliers: Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amendments: Vec<Amendment>,
}

/// What money moves under: the grant, a project, or an order to give money back.
#[derive(Default, Serialize)]
pub struct Contract {
    pub id: String,
    #[serde(rename = "awardID")]
    pub award_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amendments: Vec<Amendment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implementation: Option<Implementation>,
}

/// From when, until when.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
}

/// What was done.
#[derive(Default, Serialize)]
pub struct Implementation {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<Transaction>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
}

/// Money that moved; a reversal is a negative sum beside what it reverses.
#[derive(Serialize)]
pub struct Transaction {
    pub id: String,
    pub date: String,
    pub value: Value,
    pub payer: Reference,
    pub payee: Reference,
}

/// An evaluation, a decision on the remainder, a sanction.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Milestone {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_met: Option<String>,
    pub status: &'static str,
}

/// An attachment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    pub id: String,
    pub title: String,
    pub description: String,
    pub format: String,
    pub date_published: String,
}

/// A change of what was awarded.
#[derive(Serialize)]
pub struct Amendment {
    pub id: String,
    pub date: String,
    pub rationale: String,
    pub description: String,
}
