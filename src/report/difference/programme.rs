//! How the programme's totals differ between two views; each pilot that differs is a [`Difference`] of its own.
//!
//! [`Difference`]: super::Difference

use std::fmt::Write as _;

use serde::Serialize;

use super::{Change, Side};
use crate::domain::figures::Figures;
use crate::report::explain::text::shown;
use crate::report::explain::{Figure, Value};
use crate::report::lang::Lang;
use crate::report::status::View;
use crate::report::status::text::{basis, watermark};
use crate::report::style::{HEADING, paint};
use crate::report::table::{Column, Table};

/// A total in both views.
#[derive(Clone, Debug, Serialize)]
pub struct TotalDifference {
    /// Which figure.
    pub figure: Figure,
    /// Its name in Chinese.
    pub zh: &'static str,
    /// What it was.
    pub then: Value,
    /// What it is.
    pub now: Value,
    /// By how much it differs; none where it does not, or where either is no number.
    pub difference: Option<Change>,
}

/// The programme in both views.
#[derive(Clone, Debug, Serialize)]
pub struct ProgrammeDifference {
    /// The ledger.
    pub ledger: String,
    /// Whether it is a sandbox.
    pub sandbox: bool,
    /// The programme's name.
    pub programme: String,
    /// The view compared with.
    pub then: Side,
    /// The view compared.
    pub now: Side,
    /// The totals over all pilots.
    pub figures: Vec<TotalDifference>,
}

impl ProgrammeDifference {
    /// Compares the totals of two views.
    #[must_use]
    pub fn between(then: View<'_>, now: View<'_>) -> Self {
        let totals = [then, now].map(|view| Figures::of_programme(view.state, view.as_of));
        // Each pilot has a ratio of its own.
        let figures = Figure::ALL.iter().copied().filter(|figure| *figure != Figure::PayoutRatio);
        let difference = |figure: Figure| {
            let [then, now] = totals.map(|totals| figure.of(&totals));
            TotalDifference { figure, zh: figure.zh(), then, now, difference: Change::between(then, now) }
        };
        Self {
            ledger: now.ledger.to_owned(),
            sandbox: now.state.programme.sandbox,
            programme: now.state.programme.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            then: then.into(),
            now: now.into(),
            figures: figures.map(difference).collect(),
        }
    }

    /// The totals for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        if self.sandbox {
            let _ = writeln!(text, "{}", watermark(lang));
        }
        let heading = lang.pick(format!("{} · 差异", self.programme), format!("{} · differences", self.programme));
        let _ = writeln!(text, "{}\n{}", paint(HEADING, heading), sides(&self.ledger, self.then, self.now, lang));
        let mut table = columns(lang);
        for total in &self.figures {
            table.row([
                name(total.figure, lang),
                shown(total.then),
                shown(total.now),
                total.difference.map(Change::signed).unwrap_or_default(),
            ]);
        }
        let _ = write!(text, "{table}");
        text
    }
}

/// What the two views are of.
pub(super) fn sides(ledger: &str, then: Side, now: Side, lang: Lang) -> String {
    let line =
        |name: &str, side: Side| format!("{name}  {}\n", basis(ledger, side.as_of, side.known_at, side.position, lang));
    line(lang.pick("原", "before"), then) + &line(lang.pick("现", "after "), now)
}

/// The columns of figures that differ.
pub(super) fn columns(lang: Lang) -> Table<4> {
    Table::new([
        Column::left(lang.pick("数字", "figure")),
        Column::right(lang.pick("原数", "before")),
        Column::right(lang.pick("现数", "after")),
        Column::right(lang.pick("差额", "difference")),
    ])
    .ruled()
}

/// A figure by its names.
pub(super) fn name(figure: Figure, lang: Lang) -> String {
    lang.pick(format!("{} {}", figure.zh(), figure.key()), figure.key().replace('_', " "))
}
