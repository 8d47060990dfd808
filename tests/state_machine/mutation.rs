//! Spoiling JSON: one place of a command is taken away or becomes something else.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::dice::Dice;

/// What a place may become.
static ODDITIES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!("   "),
        json!("P1"),
        json!("\u{202e}文\u{1d11e}\u{0}é"),
        json!("长".repeat(501)),
        json!("9".repeat(5_000)),
        json!("9999999999999.99"),
        json!("99999999999999.99"),
        json!("0.00"),
        json!("-1.00"),
        json!("1e6"),
        json!("9999-12-31"),
        json!("0001-01-01"),
        json!("2027-02-29"),
        json!("2026-01-31"),
        json!("2026-01-20T24:00:60Z"),
        json!("9999-12-31T23:59:60.999999999Z"),
        json!(1_000_000),
        json!([]),
        json!({}),
        json!([null, {"project": 1}]),
        deep,
    ]
});

/// The pointers of every place within a value.
fn places(value: &Value, prefix: &str, found: &mut Vec<String>) {
    let mut visit = |key: String, inner: &Value| {
        let pointer = format!("{prefix}/{}", key.replace('~', "~0").replace('/', "~1"));
        places(inner, &pointer, found);
        found.push(pointer);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, inner)| visit(key.clone(), inner)),
        Value::Array(list) => list.iter().enumerate().for_each(|(at, inner)| visit(at.to_string(), inner)),
        _ => {}
    }
}

/// Spoils one place of a command.
pub fn mutate(object: &mut Map<String, Value>, dice: &mut Dice) {
    let mut whole = Value::Object(std::mem::take(object));
    let mut found = Vec::new();
    places(&whole, "", &mut found);
    let pointer = dice.pick(&found).unwrap().clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match dice.below(10) {
        0..2 => match whole.pointer_mut(parent).unwrap() {
            Value::Object(object) => {
                object.remove(key);
            }
            Value::Array(list) => {
                list.remove(key.parse().unwrap());
            }
            _ => {}
        },
        2 => {
            if let Value::Object(object) = whole.pointer_mut(parent).unwrap() {
                object.insert("没有".to_owned(), json!(1));
            }
        }
        3..5 => {
            let other = whole.pointer(dice.pick(&found).unwrap()).unwrap().clone();
            *whole.pointer_mut(&pointer).unwrap() = other;
        }
        5 => {
            let place = whole.pointer_mut(&pointer).unwrap();
            *place = match place.take() {
                Value::String(text) => text.parse::<i64>().map_or_else(|_| json!([text]), Value::from),
                Value::Number(number) => number.to_string().into(),
                Value::Array(list) => json!({"0": list}),
                Value::Object(object) => object.into_iter().map(|(_, value)| value).collect(),
                other => other.to_string().into(),
            };
        }
        _ => *whole.pointer_mut(&pointer).unwrap() = dice.pick(&ODDITIES).unwrap().clone(),
    }
    if let Value::Object(spoilt) = whole {
        *object = spoilt;
    }
}

/// Spoils the bytes of a line.
pub fn garble(line: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(3) {
        let at = dice.below(line.len());
        let byte = u8::try_from(dice.below(256)).unwrap();
        match dice.below(3) {
            0 if !line.is_empty() => line[at] = byte,
            1 if !line.is_empty() => {
                line.remove(at);
            }
            _ => line.insert(at, byte),
        }
    }
}
