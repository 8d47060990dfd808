//! Canonical JSON read back: serde's side of it, for what nearly all entries are made of.
//!
//! Refused, and left to a whole reader of JSON: escapes, signs and fractions of numbers, null, blanks, anything that nests
//! deeply. So it needs no words for what is wrong, and what it does read every other reader reads alike.

use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

/// How deep lists and objects may nest.
const DEPTH: u8 = 32;

/// Reads a value of the plain form; none where it is of another, or not such a value.
#[must_use]
pub fn plain<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    let mut reader = Reader { rest: text, depth: DEPTH };
    T::deserialize(&mut reader).ok().filter(|_| reader.rest.is_empty())
}

/// It is not of the plain form.
#[derive(Debug)]
struct Other;

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not of the plain form")
    }
}

impl std::error::Error for Other {}

impl Error for Other {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Reader<'de> {
    rest: &'de str,
    depth: u8,
}

/// How many bytes of a text stand for themselves, up to the first that does not, or that ends it.
pub(super) fn plain_length(text: &[u8]) -> usize {
    // A byte in each place of a word.
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    let (words, _) = text.as_chunks::<8>();
    let stops = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        // The high bit of each byte below the bound; those behind such a byte may be wrong, none before it.
        let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word & HIGH;
        let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        (below(word, 0x20) | is(b'"') | is(b'\\')) != 0
    };
    let from = words.iter().position(stops).unwrap_or(words.len()) * 8;
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')).unwrap_or(rest.len())
}

impl<'de> Reader<'de> {
    fn next(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// Goes past a byte, where it is the next one.
    fn take(&mut self, byte: u8) -> Result<(), Other> {
        if self.next() != Some(byte) {
            return Err(Other);
        }
        self.rest = self.rest.get(1..).ok_or(Other)?;
        Ok(())
    }

    fn text(&mut self) -> Result<&'de str, Other> {
        self.take(b'"')?;
        let (text, behind) = self.rest.split_at_checked(plain_length(self.rest.as_bytes())).ok_or(Other)?;
        self.rest = behind;
        self.take(b'"')?;
        Ok(text)
    }

    fn number(&mut self) -> Result<u64, Other> {
        let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, behind) = self.rest.split_at_checked(length).ok_or(Other)?;
        self.rest = behind;
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(Other);
        }
        digits.parse().map_err(|_| Other)
    }

    fn word(&mut self, word: &str) -> Result<(), Other> {
        self.rest = self.rest.strip_prefix(word).ok_or(Other)?;
        Ok(())
    }

    /// Reads what stands between brackets.
    fn within<T>(
        &mut self,
        (open, close): (u8, u8),
        read: impl FnOnce(&mut Parts<'_, 'de>) -> Result<T, Other>,
    ) -> Result<T, Other> {
        self.take(open)?;
        self.depth = self.depth.checked_sub(1).ok_or(Other)?;
        let mut parts = Parts { reader: self, close, first: true };
        let value = read(&mut parts)?;
        // Whoever reads a list may leave before its end.
        if parts.more()? {
            return Err(Other);
        }
        self.take(close)?;
        self.depth += 1;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Other;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        match self.next() {
            Some(b'"') => self.deserialize_str(visitor),
            Some(b'{') => self.within((b'{', b'}'), |members| visitor.visit_map(members)),
            Some(b'[') => self.within((b'[', b']'), |items| visitor.visit_seq(items)),
            Some(b't') => self.word("true").and_then(|()| visitor.visit_bool(true)),
            Some(b'f') => self.word("false").and_then(|()| visitor.visit_bool(false)),
            _ => visitor.visit_u64(self.number()?),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Other> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Other> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Other> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.text()?))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct ignored_any
    }
}

/// The parts of a list or an object, up to its bracket.
struct Parts<'a, 'de> {
    reader: &'a mut Reader<'de>,
    close: u8,
    first: bool,
}

impl Parts<'_, '_> {
    /// Goes on to the next part; says whether there is one.
    fn more(&mut self) -> Result<bool, Other> {
        if self.reader.next() == Some(self.close) {
            return Ok(false);
        }
        if !std::mem::take(&mut self.first) {
            self.reader.take(b',')?;
        }
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for &mut Parts<'_, 'de> {
    type Error = Other;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Other> {
        if self.more()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Parts<'_, 'de> {
    type Error = Other;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Other> {
        // A name is a text, whatever it is read as.
        if !self.more()? {
            return Ok(None);
        }
        seed.deserialize(BorrowedStrDeserializer::new(self.reader.text()?)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Other> {
        self.reader.take(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::log::canonical::{tests::json, to_vec};

    /// Texts that are JSON or nearly so.
    fn texts() -> impl Strategy<Value = String> {
        let broken = (json(), any::<prop::sample::Index>(), "[\\]\\[{}\",:\\\\ 0-9tfn.e\u{1}一-]{0,2}").prop_map(
            |(value, at, put)| {
                let mut text: Vec<char> = String::from_utf8(to_vec(&value).unwrap()).unwrap().chars().collect();
                let at = at.index(text.len());
                text.splice(at..=at, put.chars());
                text.into_iter().collect()
            },
        );
        prop_oneof![json().prop_map(|value| value.to_string()), broken]
    }

    proptest! {
        #[test]
        fn what_it_reads_another_reader_reads_alike(text in texts()) {
            if let Some(value) = plain::<Value>(&text) {
                prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
            }
        }

        #[test]
        fn a_text_ends_at_the_first_byte_that_is_not_plain(text in "[a-z一\u{1f}-\"\\\\]{0,40}") {
            let stop = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
            let expected = text.bytes().position(stop).unwrap_or(text.len());
            prop_assert_eq!(plain_length(text.as_bytes()), expected);
        }
    }

    #[test]
    fn the_plain_form_is_read_and_no_other() {
        for read in [r#"{"a":[1,20,{"b":"一"}],"c":true,"d":[],"e":{},"f":18446744073709551615}"#, "0", "\"\""] {
            assert_eq!(plain::<Value>(read), serde_json::from_str(read).ok(), "{read}");
        }
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        for other in
            ["", "01", "-1", "1.5", "1e3", "null", " 1", "1 ", "[1,]", "[,1]", "{\"a\"}", "{,}", "\"\\n\"", &deep]
        {
            assert_eq!(plain::<Value>(other), None, "{other}");
        }
        assert_eq!(plain::<(u8,)>("[1,2]"), None);
        assert_eq!(plain::<Option<bool>>("false"), Some(Some(false)));
    }
}
