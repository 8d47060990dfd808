//! Amounts as people read them: thousands grouped, every digit kept.
//!
//! Refused here: arithmetic and rounding. The input is the exact decimal text the ledger keeps.

/// A decimal text with its thousands set off by commas: `7000000.00` becomes `7,000,000.00`.
///
/// A text that is not a plain decimal (an optional `-`, digits, optionally a point and more digits)
/// is given back as it is, so that a column may hold `—` or a word beside its amounts.
///
/// ```
/// # use tranche::report::amount::grouped;
/// assert_eq!(grouped("7000000.00"), "7,000,000.00");
/// assert_eq!(grouped("-1234.50"), "-1,234.50");
/// assert_eq!(grouped("—"), "—");
/// ```
#[must_use]
pub fn grouped(decimal: &str) -> String {
    let unsigned = decimal.strip_prefix('-').unwrap_or(decimal);
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(whole, rest)| (whole, Some(rest)));
    if !is_digits(whole) || !fraction.is_none_or(is_digits) {
        return decimal.to_owned();
    }
    let mut text = String::with_capacity(decimal.len() + whole.len() / 3);
    if unsigned.len() < decimal.len() {
        text.push('-');
    }
    for (digit, after) in whole.chars().zip((0..whole.len()).rev()) {
        text.push(digit);
        if after > 0 && after % 3 == 0 {
            text.push(',');
        }
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thousands_are_set_off() {
        for (decimal, text) in [
            ("0.00", "0.00"),
            ("999.99", "999.99"),
            ("1000.00", "1,000.00"),
            ("15000000.00", "15,000,000.00"),
            ("9999999999999.99", "9,999,999,999,999.99"),
            ("-100.00", "-100.00"),
            ("-100000", "-100,000"),
            ("1.123456", "1.123456"),
        ] {
            assert_eq!(grouped(decimal), text);
        }
    }

    #[test]
    fn what_is_no_decimal_stays_as_it_is() {
        for text in ["", "-", ".", "1.", ".5", "--1000", "+1000", "1e9000", "1,000.00", "南昌市", "١٢٣٤"] {
            assert_eq!(grouped(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_digit_is_lost(decimal in "-?[0-9]{1,20}(\\.[0-9]{1,4})?") {
            let text = grouped(&decimal);
            prop_assert_eq!(text.replace(',', ""), decimal.clone());
            let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default().to_owned();
            let groups: Vec<&str> = whole.split(',').collect();
            prop_assert!((1..=3).contains(&groups[0].len()));
            prop_assert!(groups[1..].iter().all(|group| group.len() == 3));
        }
    }
}
