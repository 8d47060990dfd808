//! JSON Schema (2020-12) of what goes into a ledger and of what stands in it: commands, and the entries of events.
//!
//! Both come from the acts' own forms. A schema says what form is; dates that do not exist, sums that break a limit
//! and everything else that is a rule's are judged by the ledger and not stated here.

use serde_json::{Map, Value, json};

use super::parameters;
use crate::domain::act::ActKind;
use crate::domain::command::Command;
use crate::domain::rulebook::Rule;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The acts that have a command: all but the opening, which is `tranche init`'s.
pub fn commands() -> impl Iterator<Item = ActKind> {
    ActKind::ALL.iter().copied().filter(|kind| *kind != ActKind::OpenProgramme)
}

/// The schema of a command.
#[must_use]
pub fn of_command(kind: ActKind) -> Value {
    let mut schema = Command::schema(kind);
    name_changes(&mut schema, "/properties/changes");
    schema
}

/// An amendment changes parameters there are; the form of each value is the parameter's own.
fn name_changes(schema: &mut Value, pointer: &str) {
    if let Some(changes) = schema.pointer_mut(pointer).and_then(Value::as_object_mut) {
        let (single, by_year) = (parameters::SINGLE.join("|"), parameters::BY_YEAR.join("|"));
        let pattern = format!("^({}|({by_year})\\.[0-9]{{4}})$", single.replace('.', "\\."));
        changes.insert("propertyNames".to_owned(), json!({"pattern": pattern}));
    }
}

/// The schema of an event's entry in the log.
#[must_use]
pub fn of_event(kind: ActKind) -> Value {
    // Who recorded and who approved stands in an entry as it stood in the command.
    let command = Command::schema(kind);
    let of_command = |pointer: &str| command.pointer(pointer).cloned().unwrap_or_default();
    let counted = json!({"type": "integer", "minimum": 1});
    let mut data = with(&kind.schema(), "What was done: the command's own fields. 内容");
    name_changes(&mut data, "/properties/changes");
    json!({
        "$schema": DIALECT,
        "title": kind.event(),
        "description": kind.doc(),
        "type": "object",
        "properties": {
            "ledger": {"type": "string", "description": "The ledger's name. 台账名称"},
            "position": with(&counted, "Its place in the ledger, without gaps. 位置"),
            "stream": {
                "type": "string",
                "pattern": "^(programme|(application|pilot)-[A-Za-z0-9._-]{1,64})$",
                "description": "The stream it belongs to. 事件流",
            },
            "version": with(&counted, "Its place in the stream, without gaps. 流内序号"),
            "type": {"const": kind.event()},
            "on": with(&of_command("/properties/on"), "The business date. 业务日期"),
            "recorded_at": {
                "type": "string",
                "format": "date-time",
                "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$",
                "description": "When the ledger appended it, in UTC. 记账时间",
            },
            "simulated": {"const": true, "description": "Whether that time was simulated. 模拟时间"},
            "command_id": with(&of_command("/properties/id"), "The command that led to it. 命令号"),
            "by": with(&of_command("/properties/by"), "Who recorded it. 录入人"),
            "approvals": with(&of_command("/properties/approvals"), "Who approved it. 会签人"),
            "note": with(&of_command("/properties/note"), "A note. 备注"),
            "warnings": {"type": "array", "items": reason(), "description": "The warnings it was accepted with. 提醒"},
            "data": data,
        },
        "required": ["ledger", "position", "stream", "version", "type", "on", "recorded_at", "command_id", "by", "data"],
        "additionalProperties": false,
    })
}

/// One schema for every command and every event, each under its name.
#[must_use]
pub fn of_all() -> Value {
    let commands = commands().map(|kind| (kind.command(), of_command(kind)));
    let events = ActKind::ALL.iter().map(|kind| (kind.event(), of_event(*kind)));
    let mut definitions = Map::new();
    for (name, mut schema) in commands.chain(events) {
        if let Some(object) = schema.as_object_mut() {
            // The dialect is the whole's to say.
            object.remove("$schema");
        }
        definitions.insert(name.to_owned(), schema);
    }
    let any: Vec<Value> = definitions.keys().map(|name| json!({"$ref": format!("#/$defs/{name}")})).collect();
    json!({
        "$schema": DIALECT,
        "title": "tranche",
        "description": "Every command and every event of a ledger. 台账的全部命令和事件",
        "oneOf": any,
        "$defs": definitions,
    })
}

/// A rule broken or strained, as warnings have it.
fn reason() -> Value {
    let rules: Vec<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    json!({
        "type": "object",
        "properties": {
            "rule": {"type": "string", "enum": rules},
            "clause": {"type": "string"},
            "zh": {"type": "string"},
            "en": {"type": "string"},
        },
        "required": ["rule", "clause", "zh", "en"],
        "additionalProperties": false,
    })
}

fn with(schema: &Value, description: &str) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".to_owned(), description.into());
    }
    schema
}
