//! A field of a command as a flag: its name, help and values from the field's JSON Schema, and its text as JSON.
//!
//! Refused here: refusing. Texts that cannot be what they should be are faults of form, told with all the others.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, ArgAction};
use serde_json::{Map, Value};

use super::amount;
use crate::domain::act::ActKind;
use crate::domain::form::Fault;
use crate::domain::json::read_object;

/// How a field's text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Money,
    Integer,
    Boolean,
    /// JSON, or one item at a time.
    List,
    Object,
    Text,
}

/// A flag of a command.
pub(super) struct Flag {
    /// The field it gives.
    pub(super) field: &'static str,
    shape: Shape,
    help: String,
    value_name: &'static str,
    choices: Vec<String>,
}

/// The flags of a command, in the order of its fields.
pub(super) fn flags_of(kind: ActKind) -> Vec<Flag> {
    let schema = kind.schema();
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let none = Value::Null;
    let flag = |field: &&'static str| {
        let property = schema.get("properties").and_then(|properties| properties.get(*field)).unwrap_or(&none);
        Flag::new(field, property, required.iter().any(|name| name == *field))
    };
    kind.fields().iter().map(flag).collect()
}

impl Flag {
    fn new(field: &'static str, property: &Value, required: bool) -> Self {
        let of = |key: &str| property.get(key).and_then(Value::as_str).unwrap_or_default();
        let (shape, value_name) = match (of("type"), of("format")) {
            (_, "money") => (Shape::Money, "AMOUNT"),
            (_, "date") => (Shape::Text, "DATE"),
            ("integer", _) => (Shape::Integer, "NUMBER"),
            ("boolean", _) => (Shape::Boolean, "BOOL"),
            ("array", _) => (Shape::List, "JSON"),
            ("object", _) => (Shape::Object, "JSON"),
            _ if property.get("enum").is_some() => (Shape::Text, "CODE"),
            _ => (Shape::Text, "TEXT"),
        };
        let choices = match shape {
            Shape::Boolean => vec!["true".to_owned(), "false".to_owned()],
            _ => texts_of(property.get("enum")),
        };
        let mut help = both(of("description"));
        if !required {
            help.push_str("(可不填 optional)");
        }
        if matches!(shape, Shape::List | Shape::Object) {
            help.push_str("\n  ");
            help.push_str(&sketch(property));
        }
        Self { field, shape, help, value_name, choices }
    }

    /// The flag's definition. What is wrong with its text is a fault of form, so nothing is refused here.
    pub(super) fn arg(&self) -> Arg {
        let arg = Arg::new(self.field)
            .long(self.field.replace('_', "-"))
            .value_name(self.value_name)
            .help(self.help.clone())
            .help_heading("字段 fields")
            // A negative number is no amount, and it is the form that says so.
            .allow_negative_numbers(true)
            .action(if self.shape == Shape::List { ArgAction::Append } else { ArgAction::Set });
        if self.choices.is_empty() { arg } else { arg.value_parser(Choices(self.choices.clone())) }
    }

    /// The JSON that the flag's texts stand for.
    pub(super) fn read(&self, texts: &[&str]) -> Result<Value, Fault> {
        let text = texts.last().copied().unwrap_or_default();
        match self.shape {
            Shape::Money => amount::read(text).map(Value::from).map_err(|(zh, en)| self.fault(zh, en)),
            Shape::Integer => Ok(text.parse::<i64>().map_or_else(|_| text.into(), Value::from)),
            Shape::Boolean => Ok(text.parse::<bool>().map_or_else(|_| text.into(), Value::from)),
            Shape::Text => Ok(text.into()),
            Shape::Object => self.json(text),
            Shape::List => self.list(texts),
        }
    }

    /// A list: JSON lists and single items, one after the other; an item that is no JSON is a text.
    fn list(&self, texts: &[&str]) -> Result<Value, Fault> {
        let mut items = Vec::new();
        for text in texts {
            match text.trim_start().chars().next() {
                Some('[') => match self.json(text)? {
                    Value::Array(list) => items.extend(list),
                    other => items.push(other),
                },
                Some('{') => items.push(self.json(text)?),
                _ => items.push((*text).into()),
            }
        }
        Ok(items.into())
    }

    fn json(&self, text: &str) -> Result<Value, Fault> {
        let unread = |error: &str| self.fault(format!("不是合法的 JSON:{error}"), format!("this is not JSON: {error}"));
        serde_json::from_str::<Value>(text).map_err(|error| unread(&error.to_string()))?;
        // The strict reader, to which a key said twice is an error, reads objects; where in that one it was is no help.
        let mut wrapped = read_object(format!("{{\"\":{text}}}").as_bytes()).map_err(|error| {
            let error = error.to_string();
            unread(error.split_once(" at line").map_or(error.as_str(), |(what, _)| what))
        })?;
        Ok(wrapped.remove("").unwrap_or_default())
    }

    fn fault(
        &self,
        zh: impl Into<std::borrow::Cow<'static, str>>,
        en: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Fault {
        Fault { field: self.field.to_owned(), zh: zh.into(), en: en.into() }
    }
}

/// Codes to choose from, for help and completions; any text is taken, for the form to judge.
#[derive(Clone)]
struct Choices(Vec<String>);

impl TypedValueParser for Choices {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.iter().map(PossibleValue::new)))
    }
}

fn texts_of(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A description, which has its Chinese last, as help has it: `下达资金 · Sends a tranche`.
pub(super) fn both(description: &str) -> String {
    match description.trim().rsplit_once(". ") {
        Some((en, zh)) if !zh.is_ascii() => format!("{zh} · {en}"),
        _ => description.trim().to_owned(),
    }
}

/// What the JSON of a list or object looks like: `[{"name":TEXT,"uscc"?:TEXT}]`.
fn sketch(property: &Value) -> String {
    match property.get("type").and_then(Value::as_str) {
        Some("array") => format!("[{},…]", property.get("items").map(sketch).unwrap_or_default()),
        Some("object") => match property.get("properties").and_then(Value::as_object) {
            Some(fields) => sketch_of_fields(fields, &texts_of(property.get("required"))),
            None => "{\"…\":…}".to_owned(),
        },
        Some("integer") => "NUMBER".to_owned(),
        Some("boolean") => "true|false".to_owned(),
        _ => match texts_of(property.get("enum")) {
            codes if codes.is_empty() => "\"…\"".to_owned(),
            codes => codes.iter().map(|code| format!("\"{code}\"")).collect::<Vec<_>>().join("|"),
        },
    }
}

fn sketch_of_fields(fields: &Map<String, Value>, required: &[String]) -> String {
    // What must be there first, or it is hard to find.
    let (must, may): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| required.contains(name));
    let shown =
        |mark: &'static str| move |(name, field): (&String, &Value)| format!("\"{name}\"{mark}:{}", sketch(field));
    let shown: Vec<String> = must.into_iter().map(shown("")).chain(may.into_iter().map(shown("?"))).collect();
    format!("{{{}}}", shown.join(","))
}
