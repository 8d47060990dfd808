//! Sums in capital characters (人民币大写), as the People's Bank's 《支付结算办法》 (1997), annex 1, has them written.
//!
//! * 人民币 stands before the sum. What ends at 元 is closed by 整; what ends at 角 or 分 is not.
//! * One or more noughts between two digits of the yuan give one 零; so does a nought at 角 before 分.
//! * A nought at 元 before 角 may be written or not, by the rule; it is not written here.

use crate::domain::money::Money;

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const PLACES: [&str; 4] = ["仟", "佰", "拾", ""];

/// The sum in capital characters.
///
/// ```
/// use tranche::domain::money::Money;
/// use tranche::report::paper::capital::capital;
/// assert_eq!(capital(Money::from_fen(600_714)), "人民币陆仟零柒元壹角肆分");
/// ```
#[must_use]
pub fn capital(sum: Money) -> String {
    let fen = sum.fen().unsigned_abs();
    let (yuan, jiao, cent) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut text = String::from(if sum.fen() < 0 { "人民币负" } else { "人民币" });
    if yuan > 0 || fen == 0 {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    match (jiao, cent) {
        (0, 0) => text.push('整'),
        (0, cent) => {
            if yuan > 0 {
                text.push('零');
            }
            text.push_str(digit(cent));
            text.push('分');
        }
        (jiao, cent) => {
            text.push_str(digit(jiao));
            text.push('角');
            if cent > 0 {
                text.push_str(digit(cent));
                text.push('分');
            }
        }
    }
    text
}

fn digit(digit: u128) -> &'static str {
    usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or_default()
}

/// A whole number.
fn whole(number: u128) -> String {
    for (size, name) in [(100_000_000, '亿'), (10_000, '万')] {
        if number >= size {
            let (upper, lower) = (number / size, number % size);
            let mut text = whole(upper);
            text.push(name);
            if lower > 0 {
                // A nought on either side of the name lies between two digits.
                if lower < size / 10 || upper % 10 == 0 {
                    text.push('零');
                }
                text.push_str(&whole(lower));
            }
            return text;
        }
    }
    below_ten_thousand(number)
}

fn below_ten_thousand(number: u128) -> String {
    if number == 0 {
        return DIGITS[0].to_owned();
    }
    let (mut text, mut nought) = (String::new(), false);
    for (place, size) in PLACES.iter().zip([1_000, 100, 10, 1]) {
        match number / size % 10 {
            0 => nought = !text.is_empty(),
            found => {
                if nought {
                    text.push('零');
                    nought = false;
                }
                text.push_str(digit(found));
                text.push_str(place);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_the_rule_writes_them() {
        for (sum, written) in [
            // The rule's own examples.
            ("1409.50", "壹仟肆佰零玖元伍角"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
            ("107000.53", "壹拾万零柒仟元伍角叁分"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            // Nothing, and less than a yuan.
            ("0.00", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角"),
            ("0.55", "伍角伍分"),
            // Every place, and tens, which keep their one.
            ("10.00", "壹拾元整"),
            ("15.00", "壹拾伍元整"),
            ("100.00", "壹佰元整"),
            ("1000.00", "壹仟元整"),
            ("1001.00", "壹仟零壹元整"),
            ("1010.00", "壹仟零壹拾元整"),
            ("1100.10", "壹仟壹佰元壹角"),
            ("10000.00", "壹万元整"),
            ("10001.00", "壹万零壹元整"),
            ("10010.01", "壹万零壹拾元零壹分"),
            ("11000.00", "壹万壹仟元整"),
            ("100000.00", "壹拾万元整"),
            ("101000.00", "壹拾万零壹仟元整"),
            ("1000000.00", "壹佰万元整"),
            ("10500000.00", "壹仟零伍拾万元整"),
            ("15000000.00", "壹仟伍佰万元整"),
            ("14249999.00", "壹仟肆佰贰拾肆万玖仟玖佰玖拾玖元整"),
            ("100000000.00", "壹亿元整"),
            ("100000001.00", "壹亿零壹元整"),
            ("100010000.00", "壹亿零壹万元整"),
            ("110000000.00", "壹亿壹仟万元整"),
            ("1000000000.00", "壹拾亿元整"),
            ("1010000000.00", "壹拾亿零壹仟万元整"),
            ("1000000000000.00", "壹万亿元整"),
            ("1000100000000.00", "壹万零壹亿元整"),
            ("1000000010000.00", "壹万亿零壹万元整"),
            ("9999999999999.99", "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ] {
            assert_eq!(capital(Money::parse(sum).unwrap()), format!("人民币{written}"), "{sum}");
        }
        assert_eq!(capital(Money::from_fen(-150)), "人民币负壹元伍角");
    }

    /// Reads capital characters by place values alone, as a clerk would who checks them.
    fn read(text: &str) -> i128 {
        let text = text.strip_prefix("人民币").unwrap();
        let (mut total, mut section, mut digit) = (0_i128, 0_i128, 0_i128);
        for character in text.chars() {
            if let Some(found) = DIGITS.iter().position(|known| known.starts_with(character)) {
                digit = i128::try_from(found).unwrap();
                continue;
            }
            match character {
                '仟' => section += digit * 1_000,
                '佰' => section += digit * 100,
                '拾' => section += digit * 10,
                '万' => total += (section + digit) * 10_000,
                // All before it is in hundreds of millions.
                '亿' => total = (total + section + digit) * 100_000_000,
                '元' => total = (total + section + digit) * 100,
                '角' => total += digit * 10,
                '分' => total += digit,
                '整' => {}
                other => panic!("{other}"),
            }
            if matches!(character, '万' | '亿' | '元') {
                section = 0;
            }
            digit = 0;
        }
        total
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(fen in 0_i128..1_000_000_000_000_000) {
            let text = capital(Money::from_fen(fen));
            prop_assert_eq!(read(&text), fen, "{}", text);
            prop_assert!(!text.contains("零零") && !text.contains("零元") || fen < 100, "{}", text);
            prop_assert!(text.ends_with('整') == (fen % 100 == 0), "{}", text);
        }
    }
}
