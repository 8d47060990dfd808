//! Canonical JSON (RFC 8785): an object's members in the order of their names, no blanks, texts escaped as little as
//! can be, numbers as ECMAScript writes them.
//!
//! Everything is written once, as it comes; members are put in order where their object ends. An entry is written
//! when it is appended and again by whoever verifies it, so this costs what writing unsorted JSON costs.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::io;
use std::ops::Range;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

/// Whole numbers up to this are doubles, and written in digits.
const WHOLE_MAX: u64 = 1 << 53;
/// An entry seldom has more bytes.
const CAPACITY: usize = 1_024;

/// Writes a value as canonical JSON.
///
/// # Errors
///
/// Where the value does not serialise, as where a map's keys are no texts.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    Ok(object(value)?.bytes)
}

/// Writes a value as canonical JSON, the members of which can be told apart where it is an object.
///
/// # Errors
///
/// Those of [`to_vec`].
pub fn object(value: &impl Serialize) -> Result<Object, serde_json::Error> {
    let mut text = Text { out: Vec::with_capacity(CAPACITY), ..Text::default() };
    value.serialize(&mut Serializer::with_formatter(io::sink(), &mut text))?;
    Ok(Object { bytes: text.out, members: text.members })
}

/// An object, written.
pub struct Object {
    /// Its text.
    pub bytes: Vec<u8>,
    members: Vec<Member>,
}

impl Object {
    /// The text of a member's value.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&[u8]> {
        let named = |member: &&Member| {
            let quoted = self.bytes.get(member.name.clone()).unwrap_or_default();
            quoted.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) == Some(name.as_bytes())
        };
        let member = self.members.iter().find(named)?;
        self.bytes.get(member.name.end + 1..member.end)
    }
}

/// A member of an object, between its commas.
struct Member {
    /// Its name, with the quotes.
    name: Range<usize>,
    /// The first bytes of its name, where the order of bytes is that of UTF-16 code units.
    rank: Option<u64>,
    end: usize,
}

impl Member {
    /// Names that are ASCII and stand as they are: nearly all.
    fn rank(name: &[u8]) -> Option<u64> {
        let inner = name.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        if !inner.is_ascii() || inner.contains(&b'\\') {
            return None;
        }
        let count = inner.len().min(8);
        let mut first = [0; 8];
        first.get_mut(..count)?.copy_from_slice(inner.get(..count)?);
        Some(u64::from_be_bytes(first))
    }
}

/// What is written so far. It is the formatter itself, for a writer could not be read again.
#[derive(Default)]
struct Text {
    out: Vec<u8>,
    /// The members of the objects that are open, outer ones first.
    members: Vec<Member>,
    /// Where each open object begins: its first member, and its first byte.
    objects: Vec<(usize, usize)>,
}

impl Text {
    /// The order of two names: that of their UTF-16 code units.
    fn order(&self, one: &Member, other: &Member) -> Ordering {
        let name = |member: &Member| self.out.get(member.name.clone()).unwrap_or_default();
        if let (Some(rank), Some(of_other)) = (one.rank, other.rank) {
            // A quote would come before what follows it in a longer name, but for a blank: both are cut off.
            let rest = |member: &Member| name(member).get(1..member.name.len().saturating_sub(1));
            return rank.cmp(&of_other).then_with(|| rest(one).cmp(&rest(other)));
        }
        // What was written as a text reads back as one.
        let [one, other] =
            [one, other].map(|member| serde_json::from_slice::<Cow<str>>(name(member)).unwrap_or_default());
        one.encode_utf16().cmp(other.encode_utf16())
    }

    /// Puts the members from `first` on in order, which begin behind the byte `start`.
    fn sort(&mut self, first: usize, start: usize) {
        let run = self.members.get(first..).unwrap_or_default();
        if run.is_sorted_by(|one, other| self.order(one, other).is_lt()) {
            return;
        }
        let mut members = self.members.split_off(first);
        members.sort_by(|one, other| self.order(one, other));
        let mut sorted = Vec::with_capacity(self.out.len().saturating_sub(start));
        for member in &mut members {
            let at = start + sorted.len();
            sorted.extend_from_slice(self.out.get(member.name.start..member.end).unwrap_or_default());
            sorted.push(b',');
            member.end = at + (member.end - member.name.start);
            member.name = at..at + member.name.len();
        }
        sorted.pop();
        self.out.truncate(start);
        self.out.append(&mut sorted);
        self.members.append(&mut members);
    }

    fn integer(&mut self, negative: bool, magnitude: u64) {
        if magnitude > WHOLE_MAX {
            // The double nearest to it is what every reader of JSON sees.
            #[expect(clippy::cast_precision_loss, reason = "RFC 8785 has doubles only")]
            let double = if negative { -(magnitude as f64) } else { magnitude as f64 };
            return self.double(double);
        }
        if negative {
            self.out.push(b'-');
        }
        // Writing to memory does not fail.
        let _written = CompactFormatter.write_u64(&mut self.out, magnitude);
    }

    fn double(&mut self, value: f64) {
        self.out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
    }
}

/// The methods that write to whatever they are given: here to what is written so far.
macro_rules! as_compact {
    ($( $name:ident($($argument:ident: $type:ty),*); )*) => { $(
        fn $name<W: ?Sized + io::Write>(&mut self, _: &mut W $(, $argument: $type)*) -> io::Result<()> {
            CompactFormatter.$name(&mut self.out $(, $argument)*)
        }
    )* };
}

/// Whole numbers, each as its sign and magnitude.
macro_rules! integers {
    ($( $name:ident($type:ty); )*) => { $(
        fn $name<W: ?Sized + io::Write>(&mut self, _: &mut W, value: $type) -> io::Result<()> {
            #[allow(unused_comparisons, reason = "some types have no sign")]
            self.integer(value < 0, i128::from(value).unsigned_abs().try_into().unwrap_or(u64::MAX));
            Ok(())
        }
    )* };
}

impl Formatter for &mut Text {
    as_compact! {
        write_null();
        write_bool(value: bool);
        write_raw_fragment(fragment: &str);
        begin_string();
        write_string_fragment(fragment: &str);
        write_char_escape(escape: CharEscape);
        end_string();
        begin_array();
        begin_array_value(first: bool);
        end_array_value();
        end_array();
    }

    integers! {
        write_i8(i8);
        write_i16(i16);
        write_i32(i32);
        write_i64(i64);
        write_u8(u8);
        write_u16(u16);
        write_u32(u32);
        write_u64(u64);
    }

    fn write_f32<W: ?Sized + io::Write>(&mut self, _: &mut W, value: f32) -> io::Result<()> {
        self.double(f64::from(value));
        Ok(())
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, _: &mut W, value: f64) -> io::Result<()> {
        self.double(value);
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.push(b'{');
        self.objects.push((self.members.len(), self.out.len()));
        Ok(())
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        if !first {
            self.out.push(b',');
        }
        let start = self.out.len();
        self.members.push(Member { name: start..start, rank: None, end: start });
        Ok(())
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let end = self.out.len();
        if let Some(member) = self.members.last_mut() {
            member.name.end = end;
            member.rank = Member::rank(self.out.get(member.name.clone()).unwrap_or_default());
        }
        Ok(())
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.push(b':');
        Ok(())
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        let end = self.out.len();
        if let Some(member) = self.members.last_mut() {
            member.end = end;
        }
        Ok(())
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        if let Some((first, start)) = self.objects.pop() {
            self.sort(first, start);
            // Of the outermost object they are asked for.
            if !self.objects.is_empty() {
                self.members.truncate(first);
            }
        }
        self.out.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (-1_000_i64..1_000).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            let name =
                prop_oneof!["[a-c_]{0,3}", any::<String>(), "[\u{7f}\u{ff}\u{e000}\u{fffd}\u{10000}\"\\\\]{0,3}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..8).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn another_implementation_writes_the_same(value in json()) {
            let text = to_vec(&value).unwrap();
            prop_assert_eq!(String::from_utf8(serde_json_canonicalizer::to_vec(&value).unwrap()), String::from_utf8(text));
        }
    }

    #[test]
    fn members_are_told_apart() {
        let object = object(&serde_json::json!({"b": {"b": 1, "a": "\""}, "a": [], "\u{e9}": null})).unwrap();
        assert_eq!(object.member("b"), Some(br#"{"a":"\"","b":1}"#.as_slice()));
        assert_eq!(object.member("a"), Some(b"[]".as_slice()));
        assert_eq!(object.member("\u{e9}"), Some(b"null".as_slice()));
        assert_eq!(object.member("c"), None);
    }

    #[test]
    fn the_published_texts_have_their_canonical_form() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/jcs");
        let mut files = 0;
        for file in std::fs::read_dir(folder.join("input")).unwrap() {
            let name = file.unwrap().file_name();
            let [input, output] = ["input", "output"].map(|way| std::fs::read(folder.join(way).join(&name)).unwrap());
            let read: Value = serde_json::from_slice(&input).unwrap();
            assert_eq!(to_vec(&read).unwrap(), output, "{name:?}");
            files += 1;
        }
        assert_eq!(files, 6);
    }
}
