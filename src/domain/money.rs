//! Sums of money in fen, shares in ten-thousandths, and limits that are exact products of both.
//!
//! Nothing here is a float and nothing rounds up: a limit such as «70% of the allocation» keeps every digit and
//! is cut down to the fen only where it is shown.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::form::{Field, Form};

/// How many digits may stand before the point of a sum in a command.
const WHOLE_DIGITS_MAX: usize = 13;

/// A sum of money in yuan, kept in fen; negative only inside calculations.
///
/// A sum in a command has at most 15 digits in all, so that even 10²⁰ of them add up without overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    fen: i128,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self { fen: 0 };

    /// A sum of so many fen.
    #[must_use]
    pub const fn from_fen(fen: i128) -> Self {
        Self { fen }
    }

    /// The sum in fen.
    #[must_use]
    pub const fn fen(self) -> i128 {
        self.fen
    }

    /// Whether the sum is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.fen > 0
    }

    /// The sum, or nothing where it is negative.
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// Reads `1234.50`: digits without a leading zero, a point, two digits. No sign, no exponent, no grouping.
    ///
    /// ```
    /// use tranche::domain::money::Money;
    /// assert_eq!(Money::parse("7000000.00"), Some(Money::from_fen(700_000_000)));
    /// for wrong in ["7000000", "7000000.0", "-1.00", "1e6", "+1.00", "01.00", "１.00", ".50", "12345678901234.00"] {
    ///     assert_eq!(Money::parse(wrong), None, "{wrong}");
    /// }
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, cents) = text.split_once('.')?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let well_formed = !whole.is_empty()
            && whole.len() <= WHOLE_DIGITS_MAX
            && cents.len() == 2
            && digits(whole)
            && digits(cents)
            && (whole == "0" || !whole.starts_with('0'));
        if !well_formed {
            return None;
        }
        let fen = whole.parse::<i128>().ok()? * 100 + cents.parse::<i128>().ok()?;
        Some(Self { fen })
    }

    /// The sum with its thousands grouped, as it is shown to people: `7,000,000.00`.
    #[must_use]
    pub fn grouped(self) -> String {
        let plain = self.to_string();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, cents) = digits.split_once('.').unwrap_or((digits, "00"));
        let mut out = String::with_capacity(plain.len() + whole.len() / 3);
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        format!("{sign}{out}.{cents}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.fen < 0 { "-" } else { "" };
        let fen = self.fen.unsigned_abs();
        write!(f, "{sign}{}.{:02}", fen / 100, fen % 100)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::from_fen(self.fen + other.fen)
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::from_fen(self.fen - other.fen)
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self::from_fen(-self.fen)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.fen += other.fen;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.fen -= other.fen;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { self.fen.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            super::json::read_text(deserializer, Self::parse, "a sum of money")
        } else {
            i128::deserialize(deserializer).map(Self::from_fen)
        }
    }
}

/// The JSON Schema of a sum, zero included or not.
fn schema_of_sum(zero: bool) -> Value {
    let pattern = if zero {
        r"^(0|[1-9][0-9]{0,12})\.[0-9]{2}$"
    } else {
        r"^(0\.(0[1-9]|[1-9][0-9])|[1-9][0-9]{0,12}\.[0-9]{2})$"
    };
    json!({"type": "string", "format": "money", "pattern": pattern})
}

/// Reads a sum of right form, zero included.
fn read_sum(value: &Value, form: &mut Form) -> Option<Money> {
    let sum = value.as_str().and_then(Money::parse);
    if sum.is_none() {
        form.fault(
            "金额须为字符串,单位元,小数点后恰好两位,小数点前至多13位,不带符号、千分位和前导零,例如 \"7000000.00\"",
            "money is a string in yuan with exactly two decimals, at most 13 digits before the point, no sign, \
             grouping or leading zero, such as \"7000000.00\"",
        );
    }
    sum
}

impl Field for Money {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        let sum = read_sum(value, form)?;
        if !sum.is_positive() {
            form.fault("金额须大于零", "the sum must be greater than zero");
            return None;
        }
        Some(sum)
    }

    fn schema() -> Value {
        schema_of_sum(false)
    }
}

/// A sum that may be zero: the new amount of an assignment, where zero withdraws it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MoneyOrZero(pub Money);

impl Field for MoneyOrZero {
    fn read(value: &Value, form: &mut Form) -> Option<Self> {
        read_sum(value, form).map(Self)
    }

    fn schema() -> Value {
        schema_of_sum(true)
    }
}

/// A share between 0 and 1 in ten-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Share {
    ten_thousandths: u32,
}

impl Share {
    /// Nothing of it.
    pub const NONE: Self = Self { ten_thousandths: 0 };
    /// All of it.
    pub const WHOLE: Self = Self { ten_thousandths: 10_000 };

    /// A share of so many ten-thousandths; more than the whole is no share.
    #[must_use]
    pub fn from_ten_thousandths(ten_thousandths: u32) -> Option<Self> {
        (ten_thousandths <= 10_000).then_some(Self { ten_thousandths })
    }

    /// The share in ten-thousandths.
    #[must_use]
    pub const fn ten_thousandths(self) -> u32 {
        self.ten_thousandths
    }

    /// The share as a percentage without needless zeros: `70%`, `33.33%`.
    #[must_use]
    pub fn percent(self) -> String {
        let (whole, rest) = (self.ten_thousandths / 100, self.ten_thousandths % 100);
        match rest {
            0 => format!("{whole}%"),
            rest if rest % 10 == 0 => format!("{whole}.{}%", rest / 10),
            rest => format!("{whole}.{rest:02}%"),
        }
    }
}

impl fmt::Display for Share {
    /// Four decimals, as in `0.7000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04}", self.ten_thousandths / 10_000, self.ten_thousandths % 10_000)
    }
}

/// An exact limit in 10⁻⁸ fen: a sum times one or two shares, never rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    fen_e8: i128,
}

impl Limit {
    const SCALE: i128 = 100_000_000;

    /// The limit that is exactly this sum.
    #[must_use]
    pub const fn exactly(sum: Money) -> Self {
        Self { fen_e8: sum.fen * Self::SCALE }
    }

    /// `share × sum`, exact.
    #[must_use]
    pub fn share_of(share: Share, sum: Money) -> Self {
        Self { fen_e8: sum.fen * i128::from(share.ten_thousandths) * 10_000 }
    }

    /// `base + share × (sum − base)`, exact where `base` has at most four digits below the fen.
    #[must_use]
    pub fn with_share_of_rest(self, share: Share, sum: Money) -> Self {
        let rest = sum.fen * Self::SCALE - self.fen_e8;
        Self { fen_e8: self.fen_e8 + rest / 10_000 * i128::from(share.ten_thousandths) }
    }

    /// Whether the sum keeps to the limit.
    #[must_use]
    pub fn admits(self, sum: Money) -> bool {
        sum.fen * Self::SCALE <= self.fen_e8
    }

    /// The limit in units of 10⁻¹⁰ yuan.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.fen_e8
    }

    /// The largest sum that keeps to the limit: cut down to the fen.
    #[must_use]
    pub const fn floor(self) -> Money {
        Money::from_fen(self.fen_e8.div_euclid(Self::SCALE))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_limit_is_cut_down_and_never_rounded_up() {
        let allocation = Money::from_fen(108_499_155);
        let first = Limit::share_of(Share { ten_thousandths: 7_000 }, allocation);
        assert_eq!(first.floor().to_string(), "759494.08", "70% is 759,494.085");
        assert!(first.admits(Money::from_fen(75_949_408)));
        assert!(!first.admits(Money::from_fen(75_949_409)));
    }

    #[test]
    fn grouping() {
        assert_eq!(Money::from_fen(-700_000_050).grouped(), "-7,000,000.50");
        assert_eq!(Money::from_fen(99_999).grouped(), "999.99");
        assert_eq!(Share { ten_thousandths: 3_333 }.percent(), "33.33%");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(fen in 0_i128..1_000_000_000_000_000) {
            let sum = Money::from_fen(fen);
            prop_assert_eq!(Money::parse(&sum.to_string()), Some(sum));
        }

        #[test]
        fn the_floor_is_the_largest_sum_admitted(fen in 0_i128..1_000_000_000_000_000, a in 0_u32..=10_000, b in 0_u32..=10_000) {
            let sum = Money::from_fen(fen);
            let limit = Limit::share_of(Share { ten_thousandths: a }, sum).with_share_of_rest(Share { ten_thousandths: b }, sum);
            prop_assert!(limit.admits(limit.floor()));
            prop_assert!(!limit.admits(limit.floor() + Money::from_fen(1)));
            prop_assert!(limit.admits(sum) == (a == 10_000 || b == 10_000 || fen == 0));
        }
    }
}
