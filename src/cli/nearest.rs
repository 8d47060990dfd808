//! The known name that is nearest to one that is not known, for messages.
//!
//! Refused here: taking it for what was meant.

/// The name that takes the fewest letters added, taken out or changed; an empty text where there is none.
pub(super) fn of<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> &'a str {
    names.min_by_key(|name| distance(wanted, name)).unwrap_or_default()
}

/// How many letters must be added, taken out or changed, whatever their case (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for (line, letter) in to.to_lowercase().chars().enumerate() {
        let mut next = vec![line + 1];
        for ((known, diagonal), above) in from.iter().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(*known != letter)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let names = || ["TR-01", "TR-02", "CAP-01", "release", "TrancheReleased"].into_iter();
        for (wanted, near) in
            [("TR01", "TR-01"), ("cap-1", "CAP-01"), ("relaese", "release"), ("TrancheRelease", "TrancheReleased")]
        {
            assert_eq!(of(wanted, names()), near);
        }
        assert_eq!(of("x", std::iter::empty()), "");
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "数据"), 2);
    }
}
