//! Reading the form of a command: every fault at once, each with its field, in Chinese and English (FORM-01).
//!
//! A [`Field`] is a type that can stand in a command: it reads itself from JSON and states its JSON Schema. The
//! [`form!`](crate::form) macro makes a struct of fields into a field. What a form means is not judged here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::SubsecRound as _;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Date, Timestamp};

/// One fault of form: where it stands and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field, as in `approvals[0].person`; empty for the whole command.
    pub field: String,
    /// What is wrong and what is expected, in Chinese.
    pub zh: Cow<'static, str>,
    /// The same in English.
    pub en: Cow<'static, str>,
}

enum Step {
    Key(Cow<'static, str>),
    Index(usize),
}

/// The reading of one form: where the reader is, and the faults found so far.
#[derive(Default)]
pub struct Form {
    path: Vec<Step>,
    faults: Vec<Fault>,
}

impl Form {
    /// Notes a fault at the place being read.
    pub fn fault(&mut self, zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) {
        let mut field = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if field.is_empty() => field.push_str(key),
                Step::Key(key) => {
                    field.push('.');
                    field.push_str(key);
                }
                Step::Index(index) => {
                    // Writing to a string cannot fail.
                    let _ = write!(field, "[{index}]");
                }
            }
        }
        self.faults.push(Fault { field, zh: zh.into(), en: en.into() });
    }

    /// Reads something that stands under a key.
    pub fn under<T>(&mut self, key: impl Into<Cow<'static, str>>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(Step::Key(key.into()));
        let out = read(self);
        self.path.pop();
        out
    }

    /// Reads the field `key` of an object; where it is missing, [`Field::absent`] decides.
    pub fn field<T: Field>(&mut self, object: &Map<String, Value>, key: &'static str) -> Option<T> {
        self.under(key, |form| match object.get(key) {
            Some(Value::Null) if !T::NULLABLE => {
                form.fault("不得为 null", "null is never a value");
                None
            }
            Some(value) => T::read(value, form),
            None => T::absent().or_else(|| {
                form.fault("缺少此字段", "this field is missing");
                None
            }),
        })
    }

    /// Notes each key of the object that is not among the known ones.
    pub fn no_others<'a>(&mut self, object: &Map<String, Value>, known: impl Fn(&str) -> bool + 'a) {
        for key in object.keys().filter(|key| !known(key)) {
            self.under(key.clone(), |form| form.fault("没有这个字段", "there is no such field"));
        }
    }

    /// The faults found.
    #[must_use]
    pub fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Whether nothing was wrong so far.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }
}

/// A type that can stand as a field of a command.
pub trait Field: Sized {
    /// Whether the field may be left out.
    const OPTIONAL: bool = false;
    /// Whether null is a value of it.
    const NULLABLE: bool = false;

    /// Reads the field, or notes what is wrong with it.
    fn read(value: &Value, form: &mut Form) -> Option<Self>;

    /// The JSON Schema of the field.
    fn schema() -> Value;

    /// What stands for a field that is left out; by default it may not be.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }

    /// Whether this value is written by leaving the field out.
    fn is_absent(&self) -> bool {
        false
    }
}

impl<T: Field> Field for Option<T> {
    const OPTIONAL: bool = true;

    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        T::read(value, form).map(Some)
    }

    fn schema() -> Value {
        T::schema()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        let Some(items) = value.as_array() else {
            form.fault("须为列表", "a list is expected");
            return None;
        };
        let mut list = Self::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            form.path.push(Step::Index(index));
            if item.is_null() {
                form.fault("不得为 null", "null is never a value");
            } else if let Some(item) = T::read(item, form) {
                list.push(item);
            }
            form.path.pop();
        }
        (list.len() == items.len()).then_some(list)
    }

    fn schema() -> Value {
        json!({"type": "array", "items": T::schema()})
    }
}

impl Field for bool {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        let flag = value.as_bool();
        if flag.is_none() {
            form.fault("须为 true 或 false", "true or false is expected");
        }
        flag
    }

    fn schema() -> Value {
        json!({"type": "boolean"})
    }
}

impl Field for Date {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        let date = value.as_str().and_then(date_parse);
        if date.is_none() {
            form.fault(
                "须为真实存在的日期,格式 YYYY-MM-DD,例如 \"2025-12-05\"",
                "a date that exists is expected, as in \"2025-12-05\"",
            );
        }
        date
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "date"})
    }
}

/// Reads a date of the form `2025-12-05`, and no other.
#[must_use]
pub fn date_parse(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(
            |(at, byte)| {
                if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() }
            },
        );
    if !shaped || text.starts_with("0000") {
        return None;
    }
    let number = |digits: std::ops::Range<usize>| {
        let digits = bytes.get(digits).unwrap_or_default();
        digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    Date::from_ymd_opt(i32::try_from(number(0..4)).ok()?, number(5..7), number(8..10))
}

/// Places in the order of their names, ASCII all; worked out when the program is compiled.
#[expect(clippy::indexing_slicing, reason = "out of bounds it does not compile")]
#[must_use]
pub const fn by_name<T: Copy, const N: usize>(places: &[T], names: &[&str]) -> [T; N] {
    let mut order = [0; N];
    let mut sorted = [places[0]; N];
    let mut next = 0;
    while next < N {
        let mut at = next;
        while at > 0 && is_before(names[next].as_bytes(), names[order[at - 1]].as_bytes()) {
            (order[at], sorted[at]) = (order[at - 1], sorted[at - 1]);
            at -= 1;
        }
        (order[at], sorted[at]) = (next, places[next]);
        next += 1;
    }
    sorted
}

#[expect(clippy::indexing_slicing, reason = "out of bounds it does not compile")]
const fn is_before(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return one[at] < other[at];
        }
        at += 1;
    }
    one.len() < other.len()
}

impl Field for Timestamp {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        let moment = value.as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
        // A leap second is in no column that keeps time.
        let moment = moment.filter(|moment| moment.timestamp_subsec_nanos() < 1_000_000_000);
        if moment.is_none() {
            form.fault(
                "须为 RFC 3339 时间(秒不超过 59),例如 \"2025-12-05T09:00:00+08:00\"",
                "a moment as of RFC 3339, its seconds up to 59, is expected, as in \"2025-12-05T09:00:00+08:00\"",
            );
        }
        // The log keeps microseconds, as PostgreSQL does.
        moment.map(|moment| moment.with_timezone(&chrono::Utc).trunc_subsecs(6))
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "date-time"})
    }
}

impl Field for Uuid {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        let id = value.as_str().filter(|text| text.len() == 36).and_then(|text| Self::try_parse(text).ok());
        if id.is_none() {
            form.fault(
                "须为 UUID,例如 \"0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01\"",
                "a UUID is expected, as in \"0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01\"",
            );
        }
        id
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "uuid"})
    }
}

impl Field for BTreeMap<String, Value> {
    const NULLABLE: bool = false;

    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        let Some(object) = value.as_object() else {
            form.fault("须为对象", "an object is expected");
            return None;
        };
        Some(object.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn schema() -> Value {
        json!({"type": "object"})
    }
}

/// Makes structs of fields: each with its documentation as JSON Schema descriptions, its reader, and its serde form.
#[macro_export]
macro_rules! form {
    ($(
        $(#[doc = $doc:literal])*
        pub struct $name:ident {
            $( $(#[doc = $field_doc:literal])* $field:ident: $type:ty, )*
        }
    )*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $field: $type, )*
        }

        impl serde::Serialize for $name {
            /// JSON leaves absent fields out, and has the others in the order of their names, which is the canonical
            /// one; a snapshot's format needs every field in its place.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                #[allow(non_camel_case_types, reason = "named as the fields are")]
                #[derive(Clone, Copy)]
                enum Place { $( $field, )* }
                const PLACES: &[Place] = &[$( Place::$field, )*];
                const BY_NAME: [Place; PLACES.len()] = $crate::domain::form::by_name(PLACES, $name::FIELDS);
                if !serializer.is_human_readable() {
                    let mut object = serializer.serialize_struct(stringify!($name), PLACES.len())?;
                    $( object.serialize_field(stringify!($field), &self.$field)?; )*
                    return object.end();
                }
                let written = 0 $( + usize::from(!$crate::domain::form::Field::is_absent(&self.$field)) )*;
                let mut object = serializer.serialize_struct(stringify!($name), written)?;
                for place in BY_NAME {
                    match place {
                        $( Place::$field if $crate::domain::form::Field::is_absent(&self.$field) => {
                            object.skip_field(stringify!($field))?;
                        }
                        Place::$field => object.serialize_field(stringify!($field), &self.$field)?, )*
                    }
                }
                object.end()
            }
        }

        impl $name {
            /// The names of the fields.
            pub const FIELDS: &'static [&'static str] = &[$( stringify!($field), )*];

            /// Reads the fields from an object that may have others beside them.
            pub fn read_fields(
                object: &serde_json::Map<String, serde_json::Value>,
                form: &mut $crate::domain::form::Form,
            ) -> Option<Self> {
                // All are read before any is given up, so that every fault is named at once.
                $( let $field = form.field::<$type>(object, stringify!($field)); )*
                Some(Self { $( $field: $field?, )* })
            }
        }

        impl $crate::domain::form::Field for $name {
            fn read(value: &serde_json::Value, form: &mut $crate::domain::form::Form) -> Option<Self> {
                let Some(object) = value.as_object() else {
                    form.fault("须为对象", "an object is expected");
                    return None;
                };
                form.no_others(object, |key| Self::FIELDS.contains(&key));
                Self::read_fields(object, form)
            }

            fn schema() -> serde_json::Value {
                let mut properties = serde_json::Map::new();
                let mut required: Vec<&str> = Vec::new();
                $(
                    let mut schema = <$type as $crate::domain::form::Field>::schema();
                    let description = [$($field_doc),*].concat();
                    if let Some(object) = schema.as_object_mut() {
                        object.insert("description".to_owned(), description.trim().into());
                    }
                    properties.insert(stringify!($field).to_owned(), schema);
                    if !<$type as $crate::domain::form::Field>::OPTIONAL {
                        required.push(stringify!($field));
                    }
                )*
                serde_json::json!({
                    "type": "object",
                    "properties": properties,
                    "required": required,
                    "additionalProperties": false,
                })
            }
        }
    )* };
}
