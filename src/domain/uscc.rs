//! The unified social credit code (统一社会信用代码) of an enterprise or public body, GB 32100-2015.
//!
//! Eighteen characters: the registering authority, the kind of body, six digits of the place, nine of
//! the body itself, and a check character. A text of another length or alphabet is no code at all
//! and is refused by [`Uscc::parse`] (FORM-01). A wrong *check character* is not: some issued codes
//! fail theirs, so it is only told by [`Uscc::check_holds`] (DEF-04).
//!
//! Refused here: guessing at a code (lower case, blanks), and asking any register whether it is in use.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::form::{Field, Form};

/// The alphabet in the order of its values 0–30: no `I`, `O`, `S`, `V`, `Z`, which look like others.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// How many characters a code has.
const LENGTH: usize = 18;

/// A code of the right length and alphabet; its check character may still be wrong.
///
/// ```
/// # use tranche::domain::uscc::Uscc;
/// let code = Uscc::parse("91360000625912173B").unwrap();
/// assert!(code.check_holds() && !code.is_public_body());
/// assert!(Uscc::parse("9136000062591217").is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc([u8; LENGTH]);

impl Uscc {
    /// The code a text is, or `None` where the length or a character is wrong.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        code.iter().all(|byte| value(*byte).is_some()).then_some(Self(code))
    }

    /// Whether the last character is the one GB 32100-2015 computes from the first seventeen:
    /// the sum of the values, each weighted by 3 to the power of its place, is 0 modulo 31 with it.
    #[must_use]
    pub fn check_holds(&self) -> bool {
        let [body @ .., check] = &self.0;
        let counts = |byte: &u8| u32::from(value(*byte).unwrap_or(0));
        let mut weight = 1;
        let mut sum = counts(check);
        for byte in body {
            sum += counts(byte) * weight;
            weight = weight * 3 % 31;
        }
        sum.is_multiple_of(31)
    }

    /// Whether the code is one of a public body: registered by 机构编制 as an organ of state (`11`) or
    /// as a public institution (`12`).
    #[must_use]
    pub fn is_public_body(&self) -> bool {
        self.0.starts_with(b"11") || self.0.starts_with(b"12")
    }

    /// The eighteen characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The alphabet is ASCII, so this never falls back.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// What each byte counts in the check sum; none where it is no letter of the alphabet.
#[expect(clippy::indexing_slicing, reason = "out of bounds it does not compile")]
const VALUES: [Option<u8>; 256] = {
    let mut values = [None; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        #[expect(clippy::cast_possible_truncation, reason = "there are 31 letters")]
        let counts = Some(value as u8);
        values[ALPHABET[value] as usize] = counts;
        value += 1;
    }
    values
};

/// What a character counts in the check sum. [`Uscc::parse`] lets no other character in.
fn value(byte: u8) -> Option<u8> {
    VALUES.get(usize::from(byte)).copied().flatten()
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({self})")
    }
}

impl Field for Uscc {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        let code = value.as_str().and_then(Self::parse);
        if code.is_none() {
            form.fault(
                "统一社会信用代码须为 18 位数字和大写字母(不含 I、O、S、V、Z)",
                "a unified social credit code is 18 digits and capital letters (without I, O, S, V, Z)",
            );
        }
        code
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9A-HJ-NPQRTUWXY]{18}$"})
    }
}

impl Serialize for Uscc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::json::read_text(deserializer, Self::parse, "a unified social credit code (GB 32100-2015)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Published codes of well-known companies, universities among them as public institutions.
    const ISSUED: [(&str, &str, bool); 8] = [
        ("江西铜业股份有限公司", "91360000625912173B", false),
        ("江铃汽车股份有限公司", "913600006124469438", false),
        ("华为技术有限公司", "914403001922038216", false),
        ("腾讯科技(深圳)有限公司", "9144030071526726XG", false),
        ("中国石油天然气股份有限公司", "91110000710925462X", false),
        ("中国工商银行股份有限公司", "91100000100003962T", false),
        ("清华大学", "12100000400000624D", true),
        ("北京大学", "12100000400002259P", true),
    ];

    #[test]
    fn issued_codes_hold() {
        for (name, text, public) in ISSUED {
            let code = Uscc::parse(text).unwrap();
            assert!(code.check_holds(), "{name}");
            assert_eq!(code.is_public_body(), public, "{name}");
            assert_eq!(code.to_string(), text);
        }
    }

    #[test]
    fn an_organ_of_state_is_a_public_body() {
        assert!(Uscc::parse("11360000MB1234567X").unwrap().is_public_body());
        assert!(!Uscc::parse("13360000MB1234567X").unwrap().is_public_body());
    }

    #[test]
    fn another_length_or_alphabet_is_no_code() {
        for text in [
            "",
            "91360000625912173",
            "91360000625912173BB",
            "91360000625912173b",
            "9136000062591217 B",
            "9136000062591217IB",
            "9136000062591217OB",
            "9136000062591217SB",
            "9136000062591217VB",
            "9136000062591217ZB",
            "913600006259江",
        ] {
            assert_eq!(Uscc::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn json_is_the_text_and_nothing_else() {
        let code = Uscc::parse("91360000625912173B").unwrap();
        assert_eq!(serde_json::to_string(&code).unwrap(), r#""91360000625912173B""#);
        assert_eq!(serde_json::from_str::<Uscc>(r#""91360000625912173B""#).unwrap(), code);
        assert!(serde_json::from_str::<Uscc>(r#""91360000""#).is_err());
    }

    /// Seventeen characters of the alphabet and the value of each.
    fn body() -> impl Strategy<Value = Vec<usize>> {
        prop::collection::vec(0usize..31, 17)
    }

    fn text(values: &[usize]) -> String {
        values.iter().map(|value| char::from(ALPHABET[*value])).collect()
    }

    proptest! {
        #[test]
        fn exactly_one_check_character_holds(body in body()) {
            let holding: Vec<usize> = (0..31)
                .filter(|check| Uscc::parse(&text(&[&body[..], &[*check]].concat())).unwrap().check_holds())
                .collect();
            // The standard's own formula: C18 = MOD(31 - MOD(sum, 31), 31).
            let sum: usize = body.iter().zip([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]).map(|(v, w)| v * w).sum();
            prop_assert_eq!(holding, vec![(31 - sum % 31) % 31]);
        }

        #[test]
        fn one_wrong_character_is_found(body in body(), place in 0usize..17, other in 1usize..31) {
            let sum: usize = body.iter().zip(0..17).map(|(v, n)| v * 3usize.pow(n)).sum();
            let mut values = [&body[..], &[(31 - sum % 31) % 31]].concat();
            prop_assert!(Uscc::parse(&text(&values)).unwrap().check_holds());
            values[place] = (values[place] + other) % 31;
            prop_assert!(!Uscc::parse(&text(&values)).unwrap().check_holds());
        }

        #[test]
        fn what_parses_prints_as_it_was(text in "[0-9A-Z]{17,19}|\\PC{0,20}") {
            if let Some(code) = Uscc::parse(&text) {
                prop_assert_eq!(code.as_str(), text);
            }
        }
    }
}
