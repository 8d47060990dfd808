//! Sums by date as lines of steps, between axes of dates and of 万元.

use std::fmt::Write as _;

use chrono::{Datelike as _, Months};
use maud::{Markup, html};

use super::legend::Legend;
use super::{WIDTH, letters};
use crate::domain::Date;
use crate::domain::money::Money;
use crate::report::paper::chart::{Line, Stroke};
use crate::report::paper::table::Unit;

/// The plot's edges: left, right, top, bottom.
const LEFT: i128 = 84;
const RIGHT: i128 = WIDTH - 12;
const TOP: i128 = 36;
const BOTTOM: i128 = 300;

/// What maps dates and sums to places.
struct Scale {
    from: Date,
    days: i128,
    most: i128,
}

impl Scale {
    fn x(&self, date: Date) -> i128 {
        LEFT + i128::from((date - self.from).num_days()).max(0) * (RIGHT - LEFT) / self.days
    }

    fn y(&self, sum: Money) -> i128 {
        BOTTOM - sum.fen().max(0) * (BOTTOM - TOP) / self.most
    }
}

/// A round number of fen a few of which reach the most there is: 1, 2 or 5 times a power of ten.
fn step(most: i128) -> i128 {
    let mut power = 100;
    loop {
        for round in [1, 2, 5] {
            if most <= round * power * 5 {
                return round * power;
            }
        }
        power *= 10;
    }
}

/// The first days of months to mark, at most seven or so of them.
fn ticks(from: Date, to: Date) -> Vec<Date> {
    let months = (to.year() - from.year()) * 12 + i32::try_from(to.month()).unwrap_or(1)
        - i32::try_from(from.month()).unwrap_or(1);
    let apart = [1, 2, 3, 6, 12, 24, 60].into_iter().find(|apart| months / apart <= 6).unwrap_or(120);
    let first = from.with_day(1).unwrap_or(from);
    let all = (0..=u32::try_from(months).unwrap_or(0)).filter_map(|month| first.checked_add_months(Months::new(month)));
    let round = |date: &Date| {
        let month = date.year() * 12 + i32::try_from(date.month0()).unwrap_or(0);
        month % apart == 0
    };
    all.filter(|date| *date >= from && *date <= to).filter(round).collect()
}

fn dashes(stroke: Stroke) -> (&'static str, &'static str) {
    match stroke {
        Stroke::Thick => ("none", "3.6"),
        Stroke::Thin => ("none", "1.5"),
        Stroke::Dashed => ("11 6", "1.8"),
        Stroke::Dotted => ("2 5", "2"),
    }
}

pub(super) fn of(from: Date, to: Date, lines: &[Line]) -> (i128, Markup) {
    let highest = lines.iter().flat_map(|line| &line.points).map(|(_, sum)| sum.fen()).max().unwrap_or(0).max(1);
    let step = step(highest);
    let steps = (highest + step - 1) / step;
    let scale = Scale { from, days: i128::from((to - from).num_days()).max(1), most: steps * step };
    let names = Legend::of(lines.iter().map(|line| line.label.as_str()), 52, RIGHT - LEFT);
    let drawn = html! {
        @for at in 0..=steps {
            @let sum = Money::from_fen(at * step);
            line x1=(LEFT) x2=(RIGHT) y1=(scale.y(sum)) y2=(scale.y(sum)) stroke="currentColor" stroke-opacity=(if at == 0 { "1" } else { "0.25" }) stroke-width="1" {}
            (letters((LEFT - 8, scale.y(sum) + 5), "end", Unit::TenThousand.show(sum).trim_end_matches(".00")))
        }
        @for date in ticks(from, to) {
            line x1=(scale.x(date)) x2=(scale.x(date)) y1=(BOTTOM) y2=(BOTTOM + 6) stroke="currentColor" {}
            (letters((scale.x(date), BOTTOM + 22), "middle", &date.format("%Y-%m").to_string()))
        }
        @for line in lines {
            @let (dash, width) = dashes(line.stroke);
            path d=(path(line, &scale, to)) fill="none" stroke="currentColor" stroke-width=(width) stroke-dasharray=(dash) {}
        }
        @for ((x, y, name), line) in names.places.iter().zip(lines) {
            @let (dash, width) = dashes(line.stroke);
            @let (x, y) = (LEFT + x, BOTTOM + 43 + y);
            line x1=(x) x2=(x + 44) y1=(y) y2=(y) stroke="currentColor" stroke-width=(width) stroke-dasharray=(dash) {}
            (letters((x + 52, y + 5), "start", name))
        }
        (letters((LEFT - 8, 15), "end", "万元"))
    };
    (BOTTOM + 58 + names.height(), drawn)
}

/// A line from its first date to the last, level between its steps.
fn path(line: &Line, scale: &Scale, to: Date) -> String {
    let mut path = String::new();
    let mut level = scale.y(Money::ZERO);
    for (at, (date, sum)) in line.points.iter().enumerate() {
        let (x, y) = (scale.x(*date), scale.y(*sum));
        // Writing to a string cannot fail.
        let _ = if at == 0 { write!(path, "M{x} {level}V{y}") } else { write!(path, "H{x}V{y}") };
        level = y;
    }
    if !path.is_empty() {
        let _ = write!(path, "H{}", scale.x(to));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_have_few_round_marks() {
        assert_eq!(step(1_500_000_000), 500_000_000);
        assert_eq!(step(1), 100);
        let date = |text: &str| text.parse::<Date>().unwrap();
        let marks = ticks(date("2025-12-05"), date("2028-03-31"));
        assert_eq!(marks.first(), Some(&date("2026-01-01")));
        assert!((3..=7).contains(&marks.len()), "{marks:?}");
        assert!(ticks(date("2025-12-05"), date("2025-12-20")).is_empty());
    }
}
