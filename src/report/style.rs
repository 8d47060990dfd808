//! The few colours of terminal text, each for what it says and not for how it looks.
//!
//! Text is always painted; whether the colour reaches the reader is decided at the edge, where
//! `anstream` takes the codes out again for a file, a pipe, `NO_COLOR` or a terminal without colour.
//! Only the terminal's own sixteen colours are used, so they suit a dark screen and a light one.
//!
//! Refused here: looking at the environment, and colour as the only sign of anything.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};

/// Accepted, verified, in order.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// A warning or an alert: done, but to be looked at.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Refused, or not in agreement.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// What stands aside: identifiers, clauses, times.
pub const DIM: Style = Style::new().dimmed();
/// Headings of sections and columns.
pub const HEADING: Style = Style::new().bold();
/// Text as it is.
pub const PLAIN: Style = Style::new();

/// `text` between the codes that turn `style` on and off; nothing is added for [`PLAIN`].
///
/// ```
/// # use tranche::report::style::{GOOD, PLAIN, paint};
/// assert_eq!(paint(GOOD, "通过").to_string(), "\u{1b}[32m通过\u{1b}[0m");
/// assert_eq!(paint(PLAIN, "通过").to_string(), "通过");
/// ```
pub fn paint<T: Display>(style: Style, text: T) -> impl Display {
    Painted { style, text }
}

/// A text and its style.
struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.style.render(), self.text, self.style.render_reset())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_undone_after_its_text() {
        let painted = [GOOD, WARN, BAD, DIM, HEADING, PLAIN].map(|style| paint(style, "拒绝").to_string());
        insta::assert_debug_snapshot!(painted, @r#"
        [
            "\u{1b}[32m拒绝\u{1b}[0m",
            "\u{1b}[33m拒绝\u{1b}[0m",
            "\u{1b}[1m\u{1b}[31m拒绝\u{1b}[0m",
            "\u{1b}[2m拒绝\u{1b}[0m",
            "\u{1b}[1m拒绝\u{1b}[0m",
            "拒绝",
        ]
        "#);
    }

    #[test]
    fn anstream_takes_the_colour_out() {
        let text = format!("{} {}", paint(BAD, "拒绝"), paint(DIM, "TR-01"));
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), "拒绝 TR-01");
    }
}
