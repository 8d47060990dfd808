//! Texts as our fonts can set them: a letter that none of them has becomes 〓, as printers have done for a missing type.

use std::collections::HashSet;

use crate::report::paper::table::{Cell, Unit, Value};

/// What stands for a letter that no font has.
pub(super) const MISSING: char = '〓';

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
}
