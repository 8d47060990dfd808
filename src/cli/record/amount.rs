//! Amounts as people write them: `700万`, `1.5亿`, `7,000,000`, `¥7,000,000.00`; exact, or refused.
//!
//! Refused here: full-width digits, groups that are not of three, and any fraction of a fen. Nothing is a float and
//! nothing is rounded: what could be read two ways is not read.

use crate::domain::money::Money;

/// What is wrong with an amount, in Chinese and English.
pub(super) type Wrong = (&'static str, &'static str);

const SHAPE: Wrong = (
    "金额须用半角数字,例如 7000000.00、7,000,000、700万、1.5亿,不带符号和前导零",
    "an amount is written in plain digits, as in 7000000.00, 7,000,000, 700万 or 1.5亿, without sign or leading zero",
);
const GROUPS: Wrong = (
    "千分位逗号须每三位一个,例如 7,000,000;此数有歧义",
    "commas stand between groups of three digits, as in 7,000,000; this can be read two ways",
);
const DECIMALS: Wrong =
    ("金额至多两位小数(精确到分)", "an amount has at most two decimals: it is a whole number of fen");
const FEN: Wrong = ("金额须为整分,不能有不足一分的零头", "an amount is a whole number of fen, and this is not");
const LARGE: Wrong = ("金额小数点前至多 13 位", "an amount has at most 13 digits before the point");

/// More digits than any amount needs.
const DIGITS_MAX: usize = 24;

/// The amount in yuan with two decimals, as commands have it.
pub(super) fn read(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    let text = text.strip_prefix(['¥', '\u{ffe5}']).unwrap_or(text);
    let text = text.strip_suffix('元').unwrap_or(text);
    let (text, unit) = match (text.strip_suffix('万'), text.strip_suffix('亿')) {
        (Some(text), _) => (text, 4),
        (None, Some(text)) => (text, 8),
        (None, None) => (text, 0),
    };
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let whole = ungrouped(whole)?;
    if !fraction.is_none_or(is_digits) {
        return Err(SHAPE);
    }
    let fraction = fraction.unwrap_or_default();
    // Without a unit a third decimal is a slip, or a point that was meant to group thousands.
    if unit == 0 && fraction.len() > 2 {
        return Err(DECIMALS);
    }
    fen(&whole, fraction, unit + 2)
}

/// The digits before the point without their commas.
fn ungrouped(whole: &str) -> Result<String, Wrong> {
    let digits = whole.replace(',', "");
    if !is_digits(&digits) || (digits.len() > 1 && digits.starts_with('0')) {
        return Err(SHAPE);
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    if grouped && (!(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3)) {
        return Err(GROUPS);
    }
    Ok(digits)
}

/// The sum whose decimal point stands `places` digits further right in fen.
fn fen(whole: &str, fraction: &str, places: usize) -> Result<String, Wrong> {
    let significant = fraction.trim_end_matches('0');
    if significant.len() > places {
        return Err(FEN);
    }
    let digits = format!("{whole}{significant}{}", "0".repeat(places - significant.len()));
    if digits.len() > DIGITS_MAX {
        return Err(LARGE);
    }
    let sum = Money::from_fen(digits.parse().map_err(|_| LARGE)?).to_string();
    if Money::parse(&sum).is_some() { Ok(sum) } else { Err(LARGE) }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, sum) in [
            ("7000000.00", "7000000.00"),
            ("7000000", "7000000.00"),
            ("7000000.5", "7000000.50"),
            ("7,000,000", "7000000.00"),
            ("7,000,000.05", "7000000.05"),
            ("¥7,000,000.00", "7000000.00"),
            ("\u{ffe5}700万元", "7000000.00"),
            ("700元", "700.00"),
            ("700万", "7000000.00"),
            ("1,500万", "15000000.00"),
            ("0.5万", "5000.00"),
            ("123.456789万", "1234567.89"),
            ("1.5亿", "150000000.00"),
            ("1.50000000亿", "150000000.00"),
            ("0.0000000001亿", "0.01"),
            ("9999999999999.99", "9999999999999.99"),
            ("0", "0.00"),
            (" 12 ", "12.00"),
        ] {
            assert_eq!(read(text), Ok(sum.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_ambiguous_or_no_sum_is_refused() {
        for (wrong, why) in [
            ("7,00", GROUPS),
            ("1,0000", GROUPS),
            ("1,0000,0000", GROUPS),
            ("7000,000", GROUPS),
            (",700", GROUPS),
            ("700,", GROUPS),
            ("1,,000", GROUPS),
            ("0,700", SHAPE),
            ("0700", SHAPE),
            ("\u{ff17}\u{ff10}\u{ff10}", SHAPE),
            ("7\u{ff0c}000", SHAPE),
            ("-7", SHAPE),
            ("+7", SHAPE),
            ("1e6", SHAPE),
            ("7.", SHAPE),
            (".5", SHAPE),
            ("1.2.3", SHAPE),
            ("7.000,00", SHAPE),
            ("七百万", SHAPE),
            ("700 万", SHAPE),
            ("7 000", SHAPE),
            ("1亿5000万", SHAPE),
            ("万", SHAPE),
            ("", SHAPE),
            ("¥", SHAPE),
            ("$7", SHAPE),
            ("7.000", DECIMALS),
            ("0.001", DECIMALS),
            ("1.0000001万", FEN),
            ("0.00000000001亿", FEN),
            ("10000000000000", LARGE),
            ("100000亿", LARGE),
            ("99999999999999999999999999999999999999999", LARGE),
        ] {
            assert_eq!(read(wrong), Err(why), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn every_sum_is_read_in_every_way_it_is_written(fen in 0_i128..1_000_000_000_000_000) {
            let sum = Money::from_fen(fen);
            for text in [sum.to_string(), sum.grouped(), format!("¥{}元", sum.grouped())] {
                prop_assert_eq!(read(&text), Ok(sum.to_string()));
            }
            let million = 1_000_000;
            prop_assert_eq!(read(&format!("{}.{:06}万", fen / million, fen % million)), Ok(sum.to_string()));
        }

        #[test]
        fn nothing_but_an_amount_is_read(text in "[0-9,.万亿元¥ -]{0,12}") {
            if let Ok(sum) = read(&text) {
                prop_assert!(Money::parse(&sum).is_some());
            }
        }
    }
}
