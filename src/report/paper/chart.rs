//! Charts as data: what is drawn, with its text alternative. Every chart reads in black and white: its parts are told
//! apart by [`Fill`] and [`Stroke`], never by colour alone.
//!
//! Refused here: drawing. `report/drawing` sets a chart as SVG, which every form that draws uses.

use serde::Serialize;

use crate::domain::Date;
use crate::domain::money::Money;

/// A chart.
#[derive(Clone, Debug, Serialize)]
pub struct Chart {
    /// A short name for programs, unique in its paper.
    pub key: String,
    /// The title.
    pub title: String,
    /// What it shows, in words, for those who do not see it.
    pub alt: String,
    /// What is drawn.
    pub plot: Plot,
}

/// What is drawn.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "plot", rename_all = "snake_case")]
pub enum Plot {
    /// One bar, a whole that falls into parts, with a legend that names each and its sum.
    Bar {
        /// The parts, from the left; they come to the whole.
        parts: Vec<Part>,
    },
    /// Sums by date, each a line of steps.
    Steps {
        /// The first date.
        from: Date,
        /// The last date.
        to: Date,
        /// The lines.
        lines: Vec<Line>,
    },
    /// A bar a row, each with parts that overlap: of a pilot its allocation, within it what was released, within that
    /// what was paid.
    Rows {
        /// What the parts are, the widest first.
        legend: Vec<(String, Fill)>,
        /// The rows.
        rows: Vec<BarRow>,
    },
}

/// A part of a bar.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// What it is.
    pub label: String,
    /// In yuan, never negative.
    pub amount: Money,
    /// How it is filled.
    pub fill: Fill,
}

/// How an area is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// Full.
    Solid,
    /// Half as dark.
    Half,
    /// Hatched.
    Hatched,
    /// Dotted.
    Dotted,
    /// An outline only.
    Open,
}

/// A line.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// What it is.
    pub label: String,
    /// How it is drawn.
    pub stroke: Stroke,
    /// From which date on it is how much, by date, in yuan; nought before the first.
    pub points: Vec<(Date, Money)>,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stroke {
    /// Thick and unbroken.
    Thick,
    /// Thin and unbroken.
    Thin,
    /// Dashed.
    Dashed,
    /// Dotted.
    Dotted,
}

/// A row of a chart of rows.
#[derive(Clone, Debug, Serialize)]
pub struct BarRow {
    /// What it is of.
    pub label: String,
    /// Its sums, one a part of the legend, in yuan.
    pub amounts: Vec<Money>,
}
