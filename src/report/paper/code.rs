//! A QR code as its modules, for forms to draw.

use fast_qr::{ECL, QRBuilder};

/// A QR code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// How many modules each side has; the quiet zone of four around it is the form's to leave.
    pub size: usize,
    /// Whether a module is dark, row by row from the top left.
    pub dark: Vec<bool>,
}

impl Code {
    /// The code of a text; an empty one where the text is too long for any.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let Ok(code) = QRBuilder::new(text).ecl(ECL::M).build() else { return Self::default() };
        let size = code.size;
        let dark = code.data.iter().take(size * size).map(|module| module.value()).collect();
        Self { size, dark }
    }

    /// The dark modules as runs: row, first column, length.
    pub fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let rows = self.dark.chunks(self.size.max(1)).enumerate();
        rows.flat_map(|(row, modules)| {
            let mut runs = Vec::new();
            let mut start = None;
            for (column, dark) in modules.iter().copied().chain(std::iter::once(false)).enumerate() {
                match (start, dark) {
                    (None, true) => start = Some(column),
                    (Some(first), false) => {
                        runs.push((row, first, column - first));
                        start = None;
                    }
                    _ => {}
                }
            }
            runs
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finder_patterns_stand_in_three_corners() {
        let code = Code::of("tranche:jiangxi-2025:412:0123456789abcdef");
        assert_eq!(code.dark.len(), code.size * code.size);
        let dark = |row: usize, column: usize| code.dark[row * code.size + column];
        let last = code.size - 1;
        for (row, column) in [(0, 0), (0, last - 6), (last - 6, 0)] {
            assert!((0..7).all(|step| dark(row, column + step) && dark(row + step, column)), "{row} {column}");
        }
        assert!(code.runs().any(|run| run == (0, 0, 7)), "the first run is a finder's upper edge");
        let of_runs: usize = code.runs().map(|(_, _, length)| length).sum();
        assert_eq!(of_runs, code.dark.iter().filter(|dark| **dark).count());
    }
}
