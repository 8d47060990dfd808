//! Charts as SVG in the ink that `currentColor` has around them, with hatches and dashes in place of colours.
//!
//! Pages, PDFs and files of charts alone draw the same. Refused here: titles and texts beside a drawing, which are its
//! surroundings' to set.

mod legend;
mod steps;

use std::fmt::Write as _;

use maud::{Markup, html};

use self::legend::{Legend, shortened, width_of};
use crate::report::paper::chart::{BarRow, Chart, Fill, Part, Plot};
use crate::report::paper::code::Code;
use crate::report::paper::table::Unit;

/// How wide a drawing is, in units of its own.
pub(super) const WIDTH: i128 = 900;
/// The size of its letters.
const LETTER: i128 = 15;

/// A chart as drawn.
pub(super) struct Drawing {
    /// How high it is, in the units of [`WIDTH`].
    pub(super) height: i128,
    /// What stands in the `svg`.
    pub(super) drawn: Markup,
}

pub(super) fn of(chart: &Chart) -> Drawing {
    let (height, drawn) = match &chart.plot {
        Plot::Bar { parts } => bar(&chart.key, parts),
        Plot::Steps { from, to, lines } => steps::of(*from, *to, lines),
        Plot::Rows { legend, rows } => rows_of(&chart.key, legend, rows, most(rows)),
    };
    drawing(&chart.key, height, &drawn)
}

/// The same in drawings of at most so many rows each, to the same scale, for pages.
pub(super) fn in_parts(chart: &Chart, rows_most: usize) -> Vec<Drawing> {
    match &chart.plot {
        Plot::Rows { legend, rows } if rows.len() > rows_most => {
            let parts = rows.chunks(rows_most).map(|part| rows_of(&chart.key, legend, part, most(rows)));
            parts.map(|(height, drawn)| drawing(&chart.key, height, &drawn)).collect()
        }
        _ => vec![of(chart)],
    }
}

fn drawing(key: &str, height: i128, drawn: &Markup) -> Drawing {
    Drawing { height, drawn: html! { (patterns(key)) (drawn) } }
}

/// The largest sum of a chart of rows.
fn most(rows: &[BarRow]) -> i128 {
    rows.iter().flat_map(|row| &row.amounts).map(|sum| sum.fen()).max().unwrap_or(0)
}

/// The hatches, named after their chart so that names stay unique on the page.
fn patterns(key: &str) -> Markup {
    html! {
        defs {
            pattern id={ "hatched-" (key) } width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect width="2.4" height="7" fill="currentColor" {}
            }
            pattern id={ "dotted-" (key) } width="8" height="8" patternUnits="userSpaceOnUse" {
                circle cx="4" cy="4" r="1.4" fill="currentColor" {}
            }
        }
    }
}

fn paint(fill: Fill, key: &str) -> String {
    match fill {
        Fill::Solid | Fill::Half => "currentColor".to_owned(),
        Fill::Hatched => format!("url(#hatched-{key})"),
        Fill::Dotted => format!("url(#dotted-{key})"),
        Fill::Open => "none".to_owned(),
    }
}

/// A filled box with its outline.
fn block((x, y): (i128, i128), (width, height): (i128, i128), fill: Fill, key: &str) -> Markup {
    let opacity = if fill == Fill::Half { "0.45" } else { "1" };
    html! {
        rect x=(x) y=(y) width=(width) height=(height) fill=(paint(fill, key)) fill-opacity=(opacity) stroke="currentColor" stroke-width="1.2" {}
    }
}

/// Text beside a drawing; `anchor` is `start`, `middle` or `end`.
fn letters((x, y): (i128, i128), anchor: &str, text: &str) -> Markup {
    html! { text x=(x) y=(y) text-anchor=(anchor) font-size=(LETTER) fill="currentColor" { (text) } }
}

/// A part of a whole, as a length.
fn length(part: i128, whole: i128, of: i128) -> i128 {
    part.max(0) * of / whole.max(1)
}

/// One bar with a legend, a line a part.
fn bar(key: &str, parts: &[Part]) -> (i128, Markup) {
    let whole: i128 = parts.iter().map(|part| part.amount.fen()).sum();
    let (mut boxes, mut before) = (Vec::new(), 0);
    for part in parts {
        let (from, to) = (length(before, whole, WIDTH - 2), length(before + part.amount.fen(), whole, WIDTH - 2));
        // However small, a part is seen.
        boxes.push((from.min(WIDTH - 6) + 1, (to - from).max(3), part.fill));
        before += part.amount.fen();
    }
    let percent = |part: &Part| (part.amount.fen() * 20_000 + whole) / (2 * whole.max(1));
    let line = |at: usize| 66 + i128::try_from(at).unwrap_or(0) * 25;
    // Sums stand right of the longest label.
    let longest = parts.iter().map(|part| width_of(&shortened(&part.label))).max().unwrap_or(0);
    let sums = (36 + longest + 160).max(330);
    let drawn = html! {
        @for (x, width, fill) in &boxes { (block((*x, 2), (*width, 38), *fill, key)) }
        @for (at, part) in parts.iter().enumerate() {
            (block((1, line(at) - 13), (26, 15), part.fill, key))
            (letters((36, line(at)), "start", &shortened(&part.label)))
            (letters((sums, line(at)), "end", &format!("{} 元", part.amount.grouped())))
            (letters((sums + 90, line(at)), "end", &format!("{}.{:02}%", percent(part) / 100, percent(part) % 100)))
        }
    };
    (line(parts.len()) - 12, drawn)
}

/// A bar a row: what is widest is an outline, what lies within it lies over it.
fn rows_of(key: &str, legend: &[(String, Fill)], rows: &[BarRow], most: i128) -> (i128, Markup) {
    let names = Legend::of(legend.iter().map(|(name, _)| name.as_str()), 36, WIDTH - 110);
    let top = |at: usize| 40 + names.height() + i128::try_from(at).unwrap_or(0) * 54;
    let drawn = html! {
        @for ((x, y, name), (_, fill)) in names.places.iter().zip(legend) {
            (block((x + 1, y + 4), (26, 15), *fill, key))
            (letters((x + 36, y + 17), "start", name))
        }
        (letters((WIDTH, 17), "end", "单位：万元"))
        @for (at, row) in rows.iter().enumerate() {
            (letters((0, top(at) + 15), "start", &shortened(&row.label)))
            @let told: Vec<String> = row.amounts.iter().map(|sum| Unit::TenThousand.show(*sum)).collect();
            (letters((WIDTH, top(at) + 15), "end", &told.join(" / ")))
            @for (place, (sum, (_, fill))) in row.amounts.iter().zip(legend).enumerate() {
                @let inset = i128::try_from(place).unwrap_or(0) * 4;
                @let width = length(sum.fen(), most, WIDTH - 2);
                @if width > 0 { (block((1, top(at) + 22 + inset), (width, 22 - 2 * inset), *fill, key)) }
            }
        }
    };
    (top(rows.len()), drawn)
}

/// How many units each side of a QR code has, with its quiet zone.
pub(super) fn code_side(code: &Code) -> usize {
    code.size + 8
}

/// A QR code on white, a unit a module.
pub(super) fn code(code: &Code) -> Markup {
    let side = code_side(code);
    let mut path = String::new();
    for (row, column, length) in code.runs() {
        // Writing to a string cannot fail.
        let _ = write!(path, "M{} {}h{length}v1h-{length}z", column + 4, row + 4);
    }
    html! {
        rect width=(side) height=(side) fill="#fff" {}
        path d=(path) fill="#000" {}
    }
}
