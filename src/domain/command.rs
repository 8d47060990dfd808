//! A command: who asks for which act, on which business date, with whose approval.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::act::{Act, ActKind};
use super::code::Body;
use super::form::{Fault, Field, Form};
use super::text::{Id, Note, Person, Text};
use super::{Date, Timestamp, json as strict_json};

/// The fields that every command may have beside its own.
const ENVELOPE: &[&str] = &["command", "id", "on", "by", "approvals", "note", "recorded_at"];

/// A person acting for a body; its fields in the order of their names, as the canonical form has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The area of local finance or of an applicant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<Id>,
    /// The body.
    pub body: Body,
    /// The city of a city body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Text>,
    /// The document by which an approval was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Text>,
    /// The person.
    pub person: Person,
}

impl Party {
    fn read(value: &Value, form: &mut Form, approval: bool) -> Option<Self> {
        let Some(object) = value.as_object() else {
            form.fault("须为对象", "an object is expected");
            return None;
        };
        let body = form.field::<Body>(object, "body");
        let person = form.field::<Person>(object, "person");
        let has_city = body.is_some_and(|body| matches!(body, Body::CityDigital | Body::CityFinance));
        let has_area = body.is_some_and(|body| matches!(body, Body::LocalFinance | Body::Applicant));
        let city = if has_city { form.field::<Text>(object, "city").map(Some) } else { Some(None) };
        let area = if has_area { form.field::<Id>(object, "area").map(Some) } else { Some(None) };
        let document = if approval { form.field::<Option<Text>>(object, "document") } else { Some(None) };
        form.no_others(object, |key| match key {
            "body" | "person" => true,
            // Where the body itself is wrong, what it should carry is not known.
            "city" => has_city || body.is_none(),
            "area" => has_area || body.is_none(),
            "document" => approval,
            _ => false,
        });
        Some(Self { body: body?, person: person?, city: city?, area: area?, document: document? })
    }

    fn schema(approval: bool) -> Value {
        let mut schema = json!({
            "type": "object",
            "properties": {
                "body": Body::schema(),
                "person": Person::schema(),
                "city": Text::schema(),
                "area": Id::schema(),
            },
            "required": ["body", "person"],
            "additionalProperties": false,
            "allOf": [
                {"if": {"properties": {"body": {"enum": ["city_digital", "city_finance"]}}},
                 "then": {"required": ["city"]}, "else": {"properties": {"city": false}}},
                {"if": {"properties": {"body": {"enum": ["local_finance", "applicant"]}}},
                 "then": {"required": ["area"]}, "else": {"properties": {"area": false}}},
            ],
        });
        if let Some(properties) = schema.pointer_mut("/properties").and_then(Value::as_object_mut).filter(|_| approval)
        {
            properties.insert("document".to_owned(), Text::schema());
        }
        schema
    }
}

impl fmt::Display for Party {
    /// As people read it: `省财政厅 李敏`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.city.as_ref().map(Text::as_str).or(self.area.as_ref().map(Id::as_str));
        match place {
            Some(place) => write!(f, "{place} {} {}", self.body.zh(), self.person),
            None => write!(f, "{} {}", self.body.zh(), self.person),
        }
    }
}

/// The recording party of a command.
struct Recorder(Party);

impl Field for Recorder {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        Party::read(value, form, false).map(Self)
    }

    fn schema() -> Value {
        Party::schema(false)
    }
}

/// A party that approves.
struct Approval(Party);

impl Field for Approval {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        Party::read(value, form, true).map(Self)
    }

    fn schema() -> Value {
        Party::schema(true)
    }
}

/// A command of right form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Makes it idempotent; where it is left out, the edge makes one.
    pub id: Option<Uuid>,
    /// The business date.
    pub on: Date,
    /// Who records it.
    pub by: Party,
    /// Who approves it.
    pub approvals: Vec<Party>,
    /// A note.
    pub note: Option<Note>,
    /// A simulated time, on a sandbox ledger only.
    pub recorded_at: Option<Timestamp>,
    /// What is to be done.
    pub act: Act,
}

impl Command {
    /// Reads a command from a line of JSON.
    ///
    /// # Errors
    ///
    /// Every fault of form it has (FORM-01).
    pub fn parse(line: &[u8]) -> Result<Self, Vec<Fault>> {
        let object = strict_json::read_object(line).map_err(|error| vec![json_fault(&error)])?;
        Self::read(&object)
    }

    /// Reads a command from a JSON object.
    ///
    /// # Errors
    ///
    /// Every fault of form it has (FORM-01).
    pub fn read(object: &Map<String, Value>) -> Result<Self, Vec<Fault>> {
        let mut form = Form::default();
        let kind = form.under("command", |form| match object.get("command").and_then(Value::as_str) {
            Some("open_programme") => {
                form.fault("开设专项由 tranche init 办理", "a programme is opened by `tranche init`");
                None
            }
            Some(name) => {
                let kind = ActKind::of_command(name);
                if kind.is_none() {
                    let nearest = nearest(name);
                    form.fault(
                        format!("没有 \"{name}\" 这个命令,是否为 \"{nearest}\"?"),
                        format!("there is no command \"{name}\"; did you mean \"{nearest}\"?"),
                    );
                }
                kind
            }
            None => {
                form.fault("缺少命令名称(字符串)", "the command's name is missing (a string)");
                None
            }
        });
        let id = form.field::<Option<Uuid>>(object, "id");
        let on = form.field::<Date>(object, "on");
        let by = form.field::<Recorder>(object, "by");
        let approvals = form.field::<Option<Vec<Approval>>>(object, "approvals");
        let note = form.field::<Option<Note>>(object, "note");
        let recorded_at = form.field::<Option<Timestamp>>(object, "recorded_at");
        let act = kind.and_then(|kind| kind.read(object, &mut form));
        if let Some(kind) = kind {
            form.no_others(object, |key| ENVELOPE.contains(&key) || kind.fields().contains(&key));
        }
        if let Some(act) = &act {
            check_whole(act, &mut form);
        }
        let clean = form.is_clean();
        match (id, on, by, approvals, note, recorded_at, act) {
            (Some(id), Some(on), Some(Recorder(by)), Some(approvals), Some(note), Some(recorded_at), Some(act))
                if clean =>
            {
                let approvals = approvals.unwrap_or_default().into_iter().map(|Approval(party)| party).collect();
                Ok(Self { id, on, by, approvals, note, recorded_at, act })
            }
            _ => Err(form.into_faults()),
        }
    }

    /// The recording party and all that approve.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        std::iter::once(&self.by).chain(&self.approvals)
    }

    /// The JSON Schema (2020-12) of a command.
    #[must_use]
    pub fn schema(kind: ActKind) -> Value {
        let mut schema = kind.schema();
        let envelope = [
            ("command", json!({"const": kind.command()})),
            ("id", Uuid::schema()),
            ("on", Date::schema()),
            ("by", Recorder::schema()),
            ("approvals", Vec::<Approval>::schema()),
            ("note", Note::schema()),
            ("recorded_at", Timestamp::schema()),
        ];
        if let Some(properties) = schema.pointer_mut("/properties").and_then(Value::as_object_mut) {
            properties.extend(envelope.map(|(name, schema)| (name.to_owned(), schema)));
        }
        if let Some(required) = schema.pointer_mut("/required").and_then(Value::as_array_mut) {
            required.extend(["command", "on", "by"].map(Value::from));
        }
        if let Some(object) = schema.as_object_mut() {
            object.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
            object.insert("title".to_owned(), kind.command().into());
            object.insert("description".to_owned(), kind.doc().into());
        }
        schema
    }
}

/// Faults of form that concern several fields at once.
fn check_whole(act: &Act, form: &mut Form) {
    use chrono::Datelike as _;
    let month_end = |through: &Date| through.succ_opt().is_none_or(|next| next.day() == 1);
    match act {
        Act::Publicise(list) if list.from > list.to => {
            form.under("to", |form| form.fault("公示止日早于起日", "the last day is before the first"));
        }
        Act::RecordFinding(finding) if finding.pilot.is_some() == finding.application.is_some() => {
            form.under("pilot", |form| {
                form.fault(
                    "pilot 与 application 须且只能填一个",
                    "exactly one of `pilot` and `application` is expected",
                );
            });
        }
        Act::ClosePeriod(super::act::ClosePeriod { through })
        | Act::ReopenPeriod(super::act::ReopenPeriod { through, .. })
            if !month_end(through) =>
        {
            form.under("through", |form| form.fault("须为月末日期", "a month's last day is expected"));
        }
        Act::AmendProgramme(amendment) => form.under("changes", |form| {
            let mut scratch = super::parameters::Parameters::default();
            for (name, value) in &amendment.changes {
                form.under(name.clone(), |form| scratch.set(name, value, form));
            }
        }),
        _ => {}
    }
}

/// The fault of a line that is no JSON object.
fn json_fault(error: &serde_json::Error) -> Fault {
    let en = error.to_string();
    let zh = if en.contains("duplicate key") {
        format!("同一字段出现两次:{en}")
    } else if en.contains("not a JSON object") {
        "不是 JSON 对象".to_owned()
    } else if en.contains("recursion limit") {
        "嵌套过深".to_owned()
    } else {
        format!("不是合法的 JSON(第 {} 列):{en}", error.column())
    };
    Fault { field: String::new(), zh: zh.into(), en: format!("not a command in JSON: {en}").into() }
}

/// The command name that shares most pairs of letters with this one.
fn nearest(name: &str) -> &'static str {
    let pairs = |text: &str| text.as_bytes().windows(2).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let wanted = pairs(name);
    ActKind::ALL
        .iter()
        .skip(1)
        .map(|kind| kind.command())
        .max_by_key(|known| {
            let known_pairs = pairs(known);
            let shared = wanted.iter().filter(|pair| known_pairs.contains(pair)).count();
            // Of two that share as much, the shorter is nearer.
            (shared, std::cmp::Reverse(known.len()))
        })
        .unwrap_or("pay")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAY: &str = r#"{"command":"pay","on":"2026-02-12","by":{"body":"local_finance","person":"丙","area":"360602"},
        "pilot":"P","project":"2510-367424","payment":"Z1","amount":"1.00","payee":{"name":"甲"},"voucher":"记1","purpose":"SERVICE"}"#;

    fn faults(edit: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut value: Value = serde_json::from_str(PAY).unwrap();
        edit(&mut value);
        match Command::parse(value.to_string().as_bytes()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| fault.field).collect(),
        }
    }

    #[test]
    fn every_fault_is_named_at_once() {
        assert_eq!(faults(|_| {}), Vec::<String>::new());
        let found = faults(|value| {
            value["amount"] = json!(1.0);
            value["on"] = json!("2026-02-30");
            value["payee"] = json!({"uscc": "短", "zzz": 1});
            value["voucher"] = Value::Null;
            value["zzz"] = json!(1);
            value["by"]["city"] = json!("南昌市");
        });
        assert_eq!(found, ["on", "by.city", "amount", "payee.zzz", "payee.name", "payee.uscc", "voucher", "zzz"]);
    }

    #[test]
    fn an_unknown_command_names_its_neighbour() {
        assert_eq!(nearest("relaese"), "release");
        assert_eq!(faults(|value| value["command"] = json!("payy")), ["command"]);
        assert_eq!(faults(|value| value["command"] = json!("open_programme")), ["command"]);
    }
}
