//! Canonical JSON (RFC 8785): an object's members in the order of their names, no blanks, texts escaped as little as
//! can be, numbers as ECMAScript writes them.
//!
//! Everything is written once, as it comes; members are put in order where their object ends. An entry is written
//! when it is appended and again by whoever verifies it, so this costs no more than writing unsorted JSON does.

mod read;
mod write;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use serde::Serialize;

pub use self::read::plain;

/// An entry seldom has more bytes.
const CAPACITY: usize = 1_024;
/// Nor more of them in an object whose members come in another order.
const UNSORTED: usize = 512;
/// Nor more members.
const MEMBERS: usize = 32;

/// Writes a value as canonical JSON.
///
/// # Errors
///
/// Where the value does not serialise, as where a map's keys are no texts.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Text::default();
    text.out.reserve(CAPACITY);
    text.members.reserve(MEMBERS);
    text.sorted.reserve(UNSORTED);
    value.serialize(&mut text)?;
    Ok(text.out)
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
    /// Its name as it is written in `out`, without the quotes.
    fn inner<'a>(&self, out: &'a [u8]) -> &'a [u8] {
        out.get(self.name.start + 1..self.name.end.saturating_sub(1)).unwrap_or_default()
    }

    /// The first bytes of a name that is ASCII and stands as it is: nearly all.
    fn rank(inner: &[u8]) -> Option<u64> {
        let stands = inner.is_ascii() && !inner.contains(&b'\\');
        let first = match inner.first_chunk() {
            Some(first) => u64::from_be_bytes(*first),
            None => inner.iter().chain([0; 8].iter()).take(8).fold(0, |rank, byte| rank << 8 | u64::from(*byte)),
        };
        stands.then_some(first)
    }

    /// The order of two names written in `out`: that of their UTF-16 code units.
    fn order(&self, other: &Self, out: &[u8]) -> Ordering {
        if let (Some(rank), Some(of_other)) = (self.rank, other.rank) {
            return rank.cmp(&of_other).then_with(|| self.inner(out).cmp(other.inner(out)));
        }
        // What was written as a text reads back as one.
        let [one, other] = [self, other].map(|member| {
            let name = out.get(member.name.clone()).unwrap_or_default();
            serde_json::from_slice::<Cow<str>>(name).unwrap_or_default()
        });
        one.encode_utf16().cmp(other.encode_utf16())
    }
}

/// What is written so far.
#[derive(Default)]
struct Text {
    out: Vec<u8>,
    /// The members of the objects that are open, outer ones first.
    members: Vec<Member>,
    /// Members of an object, in order, until they are put in their place.
    sorted: Vec<u8>,
}

impl Text {
    /// Puts the members from `first` on in order, which begin behind the byte `start`.
    fn sort(&mut self, first: usize, start: usize) {
        let Self { out, members, sorted } = self;
        let run = members.get_mut(first..).unwrap_or_default();
        for member in &mut *run {
            member.rank = Member::rank(member.inner(out));
        }
        if run.is_sorted_by(|one, other| one.order(other, out).is_lt()) {
            return;
        }
        run.sort_by(|one, other| one.order(other, out));
        for member in run {
            let at = start + sorted.len();
            sorted.extend_from_slice(out.get(member.name.start..member.end).unwrap_or_default());
            sorted.push(b',');
            member.end = at + (member.end - member.name.start);
            member.name = at..at + member.name.len();
        }
        sorted.pop();
        out.truncate(start);
        out.append(sorted);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    pub(super) fn json() -> impl Strategy<Value = Value> {
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

    #[derive(Serialize)]
    enum Variant {
        Unit,
        Newtype(i8),
    }

    #[derive(Serialize)]
    struct Newtype(Option<char>);

    #[derive(Serialize)]
    struct Shapes<'a> {
        tuple: (u8, i16, Option<u32>, ()),
        escaped: &'a str,
        variants: [Variant; 2],
        #[serde(rename = "Nested \u{1f600} \"")]
        nested: std::collections::BTreeMap<Newtype, Vec<bool>>,
        by_number: std::collections::BTreeMap<i64, f64>,
        day: chrono::NaiveDate,
        large: (u64, i64, u64, f32),
    }

    impl PartialEq for Newtype {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Newtype {}
    impl PartialOrd for Newtype {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Newtype {
        fn cmp(&self, other: &Self) -> Ordering {
            self.0.cmp(&other.0)
        }
    }

    #[test]
    fn values_of_every_shape_are_written_as_another_implementation_does() {
        let mut shapes = Shapes {
            tuple: (255, -1, None, ()),
            escaped: "\u{0}\u{1f}\"\\/\u{7f}\u{2028}\t\n备注",
            variants: [Variant::Unit, Variant::Newtype(-128)],
            nested: [(Newtype(Some('b')), vec![true]), (Newtype(Some('a')), vec![])].into(),
            by_number: [(-3, 1e21), (20, 0.1), (3, -0.0)].into(),
            day: chrono::NaiveDate::from_ymd_opt(2026, 2, 3).unwrap(),
            large: (u64::MAX, i64::MIN, 1 << 53, 1.5),
        };
        let texts = |shapes: &Shapes| {
            let others = serde_json_canonicalizer::to_vec(shapes).unwrap();
            (String::from_utf8(to_vec(shapes).unwrap()).unwrap(), String::from_utf8(others).unwrap())
        };
        let (own, others) = texts(&shapes);
        assert_eq!(own, others);
        shapes.nested.insert(Newtype(None), vec![]);
        assert!(to_vec(&shapes).is_err(), "nothing is no name");
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
