//! Texts as our fonts can set them: a letter that none of them has becomes 〓, as printers have done for a missing type, and
//! a word that is wider than its place may be broken anywhere.

use std::collections::HashSet;

use super::widths::length;
use crate::report::paper::table::{Cell, Unit, Value};

/// What stands for a letter that no font has.
pub(super) const MISSING: char = '〓';

/// Where a word may be broken: a space without width.
const BREAK: char = '\u{200b}';

/// A text whose words, where they are wider than this, may be broken between any two letters.
pub(super) fn breakable(text: String, width: u64) -> String {
    if length(&text) <= width {
        return text;
    }
    let is_wide = |word: &str| length(word) > width;
    let mut broken = String::with_capacity(text.len() * 2);
    for word in text.split_inclusive(|letter: char| letter == ' ' || !letter.is_ascii()) {
        let wide = is_wide(word);
        for letter in word.chars() {
            broken.push(letter);
            if wide {
                broken.push(BREAK);
            }
        }
    }
    broken
}

/// The letters that fonts have.
#[derive(Debug, Default)]
pub(super) struct Letters {
    known: HashSet<u32>,
}

impl Letters {
    /// The letters of these code points.
    pub(super) fn of(points: impl Iterator<Item = u32>) -> Self {
        Self { known: points.collect() }
    }

    /// A text with what can be set of it.
    pub(super) fn text(&self, text: &str) -> String {
        text.chars()
            .filter(|letter| !letter.is_control())
            .map(|letter| if letter.is_ascii() || self.known.contains(&u32::from(letter)) { letter } else { MISSING })
            .collect()
    }

    /// What stands in a cell: nothing where a text is missing.
    pub(super) fn cell(&self, cell: &Cell, unit: Unit) -> String {
        match &cell.value {
            Value::Text(text) => self.text(text),
            value => value.show(unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_font_has_is_seen_to_be_missing() {
        let letters = Letters::of("试点".chars().map(u32::from));
        assert_eq!(letters.text("试点 A😀"), "试点 A〓");
    }

    #[test]
    fn only_words_wider_than_their_place_are_broken() {
        let shown = |text: &str, width| breakable(text.to_owned(), width).replace(BREAK, "|");
        assert_eq!(shown("资金下达文件 2025-01-R1", 700), "资金下达文件 2025-01-R1");
        assert_eq!(shown("abc abcdefgh", 300), "abc a|b|c|d|e|f|g|h|");
    }
}
