//! The names beside a drawing's fills and strokes, as many on a line as there is room for.

use unicode_width::UnicodeWidthChar as _;

use super::LETTER;

/// How high a line of a legend is.
const LINE: i128 = 25;
/// What lies between a name and the next sign.
const GAP: i128 = 26;
/// How far apart signs are at least.
const APART: i128 = 170;

/// Names with their places.
pub(super) struct Legend {
    /// From where and how far down each stands, below the first line, and its name.
    pub(super) places: Vec<(i128, i128, String)>,
}

impl Legend {
    /// The names behind signs of this width, within so much room.
    pub(super) fn of<'n>(names: impl Iterator<Item = &'n str>, sign: i128, room: i128) -> Self {
        let (mut places, mut x, mut y) = (Vec::new(), 0, 0);
        for name in names {
            let name = shortened(name);
            let width = sign + width_of(&name);
            if x > 0 && x + width > room {
                (x, y) = (0, y + LINE);
            }
            places.push((x, y, name));
            x += (width + GAP).max(APART);
        }
        Self { places }
    }

    /// How much it is higher than one line.
    pub(super) fn height(&self) -> i128 {
        self.places.last().map_or(0, |(_, y, _)| *y)
    }
}

/// About how wide a text is drawn.
pub(super) fn width_of(text: &str) -> i128 {
    text.chars().map(|letter| if letter.width() == Some(2) { LETTER } else { LETTER * 3 / 5 }).sum()
}

/// A label that leaves room for the sums beside it; the text alternative and the tables have it whole.
pub(super) fn shortened(label: &str) -> String {
    const ROOM: i128 = 36 * LETTER;
    let mut left = ROOM;
    let fits = |letter: &char| {
        left -= width_of(letter.encode_utf8(&mut [0; 4]));
        left >= 0
    };
    let cut: String = label.chars().take_while(fits).collect();
    if cut.len() < label.len() { format!("{cut}…") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_run_into_each_other() {
        let long = "江西省数字产业集群".repeat(7);
        let legend = Legend::of(["核定定额", &long, "已支付", "已下达"].into_iter(), 36, 790);
        let places: Vec<(i128, i128)> = legend.places.iter().map(|(x, y, _)| (*x, *y)).collect();
        assert_eq!(places, [(0, 0), (APART, 0), (0, LINE), (APART, LINE)]);
        assert_eq!(legend.height(), LINE);
        assert!(width_of(&legend.places[1].2) <= 37 * LETTER && legend.places[1].2.ends_with('…'));
    }
}
