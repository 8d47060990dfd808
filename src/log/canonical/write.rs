//! A value written as canonical JSON: serde's side of it.
//!
//! Refused: variants with several fields, which no entry has and no format asks for.

use std::fmt::{self, Write as _};

use serde::ser::{Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};
use serde::{Serialize, Serializer};
use serde_json::Error;
use serde_json::ser::{CompactFormatter, Formatter as _};

use super::read::plain_length;
use super::{Member, Text};

/// Whole numbers up to this are doubles, and written in digits.
const WHOLE_MAX: u128 = 1 << 53;

/// Whether a text stands in JSON as it is.
fn is_plain(text: &[u8]) -> bool {
    plain_length(text) == text.len()
}

impl Text {
    fn text(&mut self, text: &str) -> Result<(), Error> {
        if !is_plain(text.as_bytes()) {
            return serde_json::to_writer(&mut self.out, text);
        }
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
        Ok(())
    }

    fn number(&mut self, negative: bool, magnitude: u128) {
        match u64::try_from(magnitude) {
            Ok(digits) if magnitude <= WHOLE_MAX => {
                if negative {
                    self.out.push(b'-');
                }
                // Writing to memory does not fail.
                let _written = CompactFormatter.write_u64(&mut self.out, digits);
            }
            _ => {
                // The double nearest to it is what every reader of JSON sees.
                #[expect(clippy::cast_precision_loss, reason = "RFC 8785 has doubles only")]
                let double = magnitude as f64;
                self.double(if negative { -double } else { double });
            }
        }
    }

    fn double(&mut self, value: f64) {
        if value.is_finite() {
            self.out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
        } else {
            self.out.extend_from_slice(b"null");
        }
    }

    fn open(&mut self) -> Open<'_> {
        self.out.push(b'{');
        Open { first: self.members.len(), start: self.out.len(), text: self, last: "", sorted: true }
    }

    fn list(&mut self) -> List<'_> {
        self.out.push(b'[');
        List { text: self }
    }

    /// Goes on behind what was written inside these brackets.
    fn comma(&mut self, bracket: u8) {
        // No value ends like that.
        if self.out.last() != Some(&bracket) {
            self.out.push(b',');
        }
    }
}

/// What is displayed is written at once.
struct Displayed<'a>(&'a mut Vec<u8>);

impl fmt::Write for Displayed<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Whole numbers, each as its sign and magnitude.
macro_rules! numbers {
    ($( $name:ident($type:ty); )*) => { $(
        fn $name(self, value: $type) -> Result<(), Error> {
            #[allow(unused_comparisons, reason = "some types have no sign")]
            self.number(value < 0, i128::from(value).unsigned_abs());
            Ok(())
        }
    )* };
}

impl<'a> Serializer for &'a mut Text {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Impossible<(), Error>;

    numbers! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.number(false, value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.double(value);
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.text(value)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        let start = self.out.len();
        self.out.push(b'"');
        write!(Displayed(&mut self.out), "{value}").map_err(Error::custom)?;
        if is_plain(self.out.get(start + 1..).unwrap_or_default()) {
            self.out.push(b'"');
            return Ok(());
        }
        self.out.truncate(start);
        self.text(&value.to_string())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut object = self.open();
        object.serialize_field(variant, value)?;
        SerializeStruct::end(object)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Error> {
        Ok(self.list())
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, Error> {
        Ok(self.list())
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        Err(Error::custom(format_args!("{name} has no canonical form")))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(Error::custom(format_args!("{name} has no canonical form")))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>, Error> {
        Ok(self.open())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Error> {
        Ok(self.open())
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(Error::custom(format_args!("{name} has no canonical form")))
    }
}

/// A list that is being written.
pub(super) struct List<'a> {
    text: &'a mut Text,
}

impl SerializeSeq for List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.text.comma(b'[');
        value.serialize(&mut *self.text)
    }

    fn end(self) -> Result<(), Error> {
        self.text.out.push(b']');
        Ok(())
    }
}

impl SerializeTuple for List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Error> {
        SerializeSeq::end(self)
    }
}

/// An object that is being written.
pub(super) struct Open<'a> {
    text: &'a mut Text,
    /// Its first member.
    first: usize,
    /// Its first byte behind the brace.
    start: usize,
    /// Its last field's name, and whether all so far are known to be in order.
    last: &'static str,
    sorted: bool,
}

impl Open<'_> {
    /// Notes the name that was written from a byte on.
    fn named(&mut self, start: usize) {
        let name = start..self.text.out.len();
        self.text.members.push(Member { name, rank: None, end: 0 });
        self.text.out.push(b':');
    }

    /// Writes the value behind the name.
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(&mut *self.text)?;
        let end = self.text.out.len();
        // Those of objects inside are gone again.
        if let Some(member) = self.text.members.last_mut() {
            member.end = end;
        }
        Ok(())
    }
}

impl SerializeStruct for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        // Of ASCII the order of bytes is that of UTF-16 code units; the first bytes tell most names apart.
        let begin = |name: &str| name.as_bytes().first().copied();
        let rises = begin(self.last) < begin(name) || begin(self.last) == begin(name) && self.last < name;
        self.sorted = self.sorted && rises && name.is_ascii();
        self.last = name;
        self.text.comma(b'{');
        let start = self.text.out.len();
        self.text.text(name)?;
        self.named(start);
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        if !self.sorted {
            self.text.sort(self.first, self.start);
        }
        self.text.members.truncate(self.first);
        self.text.out.push(b'}');
        Ok(())
    }
}

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Error> {
        // A number that is a name is written as a text.
        let name = match serde_json::to_value(name)? {
            serde_json::Value::String(name) => name,
            other @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => other.to_string(),
            _ => return Err(Error::custom("a member's name is a text")),
        };
        self.sorted = false;
        self.text.comma(b'{');
        let start = self.text.out.len();
        self.text.text(&name)?;
        self.named(start);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.value(value)
    }

    fn end(self) -> Result<(), Error> {
        SerializeStruct::end(self)
    }
}
