//! The tranche bar: an allocation drawn as what of it is released, may be released now, and waits.
//!
//! Each part that is not nothing has a block of its own, however small; the figures beside it are what counts.

use std::fmt::Write as _;

use anstyle::Style;

use crate::domain::figures::Figures;
use crate::domain::money::Money;
use crate::report::lang::Lang;
use crate::report::style::{DIM, GOOD, PLAIN, WARN, paint};

/// How many blocks the whole allocation has.
const BLOCKS: usize = 50;

/// One part of the bar.
struct Part {
    sign: char,
    style: Style,
    name: &'static str,
    sum: Money,
}

/// What an allocation falls into: everything of it, once.
fn parts(funds: &Figures, lang: Lang) -> [Part; 4] {
    let part = |sign, style, (zh, en), sum: Money| Part { sign, style, name: lang.pick(zh, en), sum: sum.or_zero() };
    // What the limit allows but the year of recognition or the pilot's standing does not.
    let held = funds.allocated - funds.released - funds.releasable - funds.withheld;
    [
        part('▓', GOOD, ("已下达", "released"), funds.released),
        part('▒', WARN, ("当前可下达", "releasable"), funds.releasable),
        part('▪', PLAIN, ("暂不得下达", "held"), held),
        part('░', DIM, ("待评价部分", "withheld"), funds.withheld),
    ]
}

/// How many blocks each part has: in proportion, at least one where it is not nothing, `BLOCKS` in all.
fn blocks(parts: &[Part; 4]) -> [usize; 4] {
    let total: i128 = parts.iter().map(|part| part.sum.fen()).sum();
    let mut blocks = parts.each_ref().map(|part| {
        let share = part.sum.fen() * i128::try_from(BLOCKS).unwrap_or(1) / total.max(1);
        usize::try_from(share).unwrap_or(0).max(usize::from(part.sum.is_positive()))
    });
    // What rounding left over or took too much goes to the widest part, where it shows least.
    let others: usize = blocks.iter().sum();
    if let Some(widest) = blocks.iter_mut().max() {
        *widest = (*widest + BLOCKS).saturating_sub(others);
    }
    blocks
}

/// The bar and its legend, each on a line; a word where nothing is allocated yet.
pub(super) fn bar(funds: &Figures, lang: Lang) -> String {
    if !funds.allocated.is_positive() {
        return format!("{}\n", lang.pick("尚未核定定额", "nothing is allocated yet"));
    }
    let parts = parts(funds, lang);
    let mut text = format!("{} {}  ", lang.pick("定额", "allocation"), funds.allocated.grouped());
    for (part, blocks) in parts.iter().zip(blocks(&parts)) {
        let drawn: String = std::iter::repeat_n(part.sign, blocks).collect();
        let _ = write!(text, "{}", paint(part.style, drawn));
    }
    text.push('\n');
    let legend = parts.iter().filter(|part| part.sum.is_positive() || part.sign != '▪');
    let legend = legend.map(|part| {
        let share = percent(part.sum, funds.allocated);
        format!("{} {} {} ({share})", paint(part.style, part.sign), part.name, part.sum.grouped())
    });
    let _ = writeln!(text, "{}", legend.collect::<Vec<_>>().join("   "));
    text
}

/// A part of a whole in per cent with one decimal, half up: for the eye; the sum beside it is exact.
fn percent(part: Money, whole: Money) -> String {
    let tenths = (part.fen() * 2_000 + whole.fen()) / (2 * whole.fen().max(1));
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(released: i128, releasable: i128, withheld: i128, allocated: i128) -> String {
        let funds = Figures {
            allocated: Money::from_fen(allocated),
            released: Money::from_fen(released),
            releasable: Money::from_fen(releasable),
            withheld: Money::from_fen(withheld),
            ..Figures::default()
        };
        anstream::adapter::strip_str(&bar(&funds, Lang::Zh)).to_string()
    }

    #[test]
    fn every_part_has_its_blocks_and_all_are_fifty() {
        let cases = [(70, 0, 30, 100), (35, 35, 30, 100), (99_999, 0, 1, 100_000), (0, 0, 30, 100), (120, 0, -20, 100)];
        for (released, releasable, withheld, allocated) in cases {
            let text = drawn(released, releasable, withheld, allocated);
            let blocks = text.lines().next().unwrap().chars().filter(|sign| "▓▒▪░".contains(*sign)).count();
            assert_eq!(blocks, BLOCKS, "{text}");
        }
        assert!(drawn(99_999, 0, 1, 100_000).lines().next().unwrap().ends_with('░'), "one fen withheld is seen");
        assert!(drawn(0, 0, 30, 100).contains('▪'), "what the limit allows and the standing does not is seen");
        assert_eq!(drawn(0, 0, 0, 0), "尚未核定定额\n");
    }
}
