//! Differences: what was believed of a pilot, what is believed, and which events make each fen of the difference.
//!
//! Two views of one log differ by date, by what was known, or by both. The pilot's events are counted under either; an event
//! that counts differently moves quantities, and what it moves is followed through every formula, event after event, so that
//! the effects on a figure add up to its difference with nothing left over. What the date alone changes (a recognition year
//! that is over) stands before the events. A quotient is no sum: the execution rate is explained by its inputs.

pub mod programme;
mod text;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::domain::event::Event;
use crate::domain::figures::Figures;
use crate::domain::ledger::Pilot;
use crate::domain::money::Money;
use crate::domain::text::Id;
use crate::domain::{Date, Timestamp};
use crate::report::citation::Citation;
use crate::report::explain::formula::{Formula, Terms, work_out};
use crate::report::explain::quantity::{Moves, Quantity, Sums};
use crate::report::explain::{Figure, Value};
use crate::report::status::{View, moment};

/// By how much a figure differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// In yuan.
    Sum(Money),
    /// In ten-thousandths.
    Ratio(i128),
}

impl Change {
    /// How one value differs from another; none where they are the same, or nothing to compare.
    #[must_use]
    pub fn between(then: Value, now: Value) -> Option<Self> {
        match (then, now) {
            (Value::Sum(then), Value::Sum(now)) => (then != now).then(|| Self::Sum(now - then)),
            (Value::Share(then), Value::Share(now)) => {
                let [then, now] = [then, now].map(|share| i128::from(share.ten_thousandths()));
                (then != now).then_some(Self::Ratio(now - then))
            }
            (Value::Rate(Some(then)), Value::Rate(Some(now))) => (then != now).then_some(Self::Ratio(now - then)),
            _ => None,
        }
    }

    /// It in fen, or in ten-thousandths.
    #[must_use]
    pub const fn units(self) -> i128 {
        match self {
            Self::Sum(sum) => sum.fen(),
            Self::Ratio(ratio) => ratio,
        }
    }

    /// It as people read it, with its sign.
    #[must_use]
    pub fn signed(self) -> String {
        let sign = if self.units() > 0 { "+" } else { "" };
        match self {
            Self::Sum(sum) => format!("{sign}{}", sum.grouped()),
            Self::Ratio(_) => format!("{sign}{self}"),
        }
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sum(sum) => sum.fmt(f),
            Self::Ratio(ratio) => {
                let (sign, size) = (if *ratio < 0 { "-" } else { "" }, ratio.unsigned_abs());
                write!(f, "{sign}{}.{:04}", size / 10_000, size % 10_000)
            }
        }
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One of the two views compared.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Side {
    /// The business date.
    pub as_of: Date,
    /// What was recorded no later, where that was asked.
    #[serde(serialize_with = "moment")]
    pub known_at: Option<Timestamp>,
    /// The position of its last entry.
    pub position: u64,
}

impl From<View<'_>> for Side {
    fn from(view: View<'_>) -> Self {
        Self { as_of: view.as_of, known_at: view.known_at, position: view.state.programme.position }
    }
}

/// A figure in both views.
#[derive(Clone, Debug, Serialize)]
pub struct FigureDifference {
    /// Which figure.
    pub figure: Figure,
    /// Its name in Chinese.
    pub zh: &'static str,
    /// What it was, and how that is worked out; none where there was no such pilot.
    pub then: Option<Formula>,
    /// What it is, and how that is worked out.
    pub now: Formula,
    /// By how much it differs; none where it does not, or where either is no number.
    pub difference: Option<Change>,
}

impl FigureDifference {
    /// Whether the figure is the same in both views.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let then = self.then.as_ref().map(|then| then.total);
        self.difference.is_none() && then.is_none_or(|then| then == self.now.total)
    }
}

/// What something does to the figures.
#[derive(Clone, Debug, Default)]
pub struct Effects(pub Vec<(Figure, Change)>);

impl Serialize for Effects {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

impl Effects {
    fn between(then: &[(Figure, Value)], now: &[(Figure, Value)]) -> Self {
        let pairs = then.iter().zip(now).filter(|((figure, _), _)| *figure != Figure::ExecutionRate);
        Self(pairs.filter_map(|((figure, then), (_, now))| Some((*figure, Change::between(*then, *now)?))).collect())
    }

    fn on(&self, figure: Figure) -> i128 {
        self.0.iter().filter(|(own, _)| *own == figure).map(|(_, change)| change.units()).sum()
    }
}

/// An event that counts differently in the two views.
#[derive(Clone, Debug, Serialize)]
pub struct EventDifference {
    /// The event.
    #[serde(flatten)]
    pub event: Citation,
    /// What it adds to each figure's difference.
    pub effects: Effects,
}

/// How a pilot differs between two views.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// The ledger.
    pub ledger: String,
    /// Whether it is a sandbox.
    pub sandbox: bool,
    /// The pilot.
    pub pilot: String,
    /// Its name.
    pub name: String,
    /// The view compared with.
    pub then: Side,
    /// The view compared.
    pub now: Side,
    /// Every figure.
    pub figures: Vec<FigureDifference>,
    /// What the date alone does.
    pub passage: Effects,
    /// The events that make the differences, in the order of the log.
    pub events: Vec<EventDifference>,
    /// Whether every figure is also what the states say, and its difference the sum of the effects.
    #[serde(skip)]
    pub agrees: bool,
}

impl Difference {
    /// Whether nothing differs and no event counts differently.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.figures.iter().all(FigureDifference::is_same) && self.events.is_empty()
    }

    /// Whether a figure's difference is what the effects on it add up to.
    #[must_use]
    pub fn is_explained(&self, difference: &FigureDifference) -> bool {
        let figure = difference.figure;
        let effects = self.events.iter().map(|event| event.effects.on(figure)).sum::<i128>() + self.passage.on(figure);
        figure == Figure::ExecutionRate || effects == difference.difference.map_or(0, Change::units)
    }
}

/// Two views of a pilot being compared: its events go in one after the other.
pub struct Comparer<'a> {
    id: &'a Id,
    then: View<'a>,
    now: View<'a>,
    pilot: &'a Pilot,
    before: Option<(&'a Pilot, Moves)>,
    after: Moves,
    rows: Vec<(Citation, BTreeMap<Quantity, i128>)>,
}

impl<'a> Comparer<'a> {
    /// Begins to compare a pilot, which the later view has. The earlier may not have it yet.
    #[must_use]
    pub fn new(then: View<'a>, now: View<'a>, id: &'a Id, pilot: &'a Pilot) -> Self {
        let before = then.state.pilots.get(id).filter(|pilot| pilot.recognised_on <= then.as_of);
        let before = before.map(|pilot| (pilot, Moves::new(pilot, then.as_of)));
        Self { id, then, now, pilot, before, after: Moves::new(pilot, now.as_of), rows: Vec::new() }
    }

    /// Takes the next event of the programme's rules or of the pilot's stream, in the order of the log.
    pub fn take(&mut self, event: &Event) {
        let mut moved = BTreeMap::<Quantity, i128>::new();
        if event.position <= self.now.state.programme.position {
            for (quantity, by) in self.after.of(event) {
                *moved.entry(quantity).or_default() += by;
            }
        }
        if let Some((_, before)) = &mut self.before
            && event.position <= self.then.state.programme.position
        {
            for (quantity, by) in before.of(event) {
                *moved.entry(quantity).or_default() -= by;
            }
        }
        moved.retain(|_, by| *by != 0);
        if !moved.is_empty() {
            self.rows.push((Citation::of(event), moved));
        }
    }

    /// What the events taken come to.
    #[must_use]
    pub fn finish(self) -> Difference {
        let Self { id, then, now, pilot, before, after, rows } = self;
        let (terms_then, terms_now) = (Terms::of(pilot, then.as_of), Terms::of(pilot, now.as_of));
        let mut sums = before.as_ref().map(|(_, before)| before.sums.clone()).unwrap_or_default();
        let figures = differences(before.is_some().then_some((&sums, terms_then)), (&after.sums, terms_now));
        let mut agrees = states(now, pilot).eq(figures.iter().map(|figure| Some(figure.now.total)));
        if let Some((pilot, _)) = before {
            let reckoned = figures.iter().map(|figure| figure.then.as_ref().map(|then| then.total));
            agrees &= states(then, pilot).eq(reckoned);
        }
        let mut at = values(&sums, terms_now);
        let passage = Effects::between(&values(&sums, terms_then), &at);
        let mut events = Vec::with_capacity(rows.len());
        for (event, moved) in rows {
            for (quantity, by) in moved {
                sums.add(quantity, by);
            }
            let next = values(&sums, terms_now);
            events.push(EventDifference { event, effects: Effects::between(&at, &next) });
            at = next;
        }
        let mut difference = Difference {
            ledger: now.ledger.to_owned(),
            sandbox: now.state.programme.sandbox,
            pilot: id.to_string(),
            name: pilot.name.clone(),
            then: then.into(),
            now: now.into(),
            figures,
            passage,
            events,
            agrees,
        };
        difference.agrees &= difference.figures.iter().all(|figure| difference.is_explained(figure));
        difference
    }
}

/// Every figure at what the quantities come to.
fn values(sums: &Sums, terms: Terms) -> Vec<(Figure, Value)> {
    Figure::ALL.iter().map(|figure| (*figure, work_out(*figure, sums, terms).total)).collect()
}

/// Every figure as the state says.
fn states(view: View<'_>, pilot: &Pilot) -> impl Iterator<Item = Option<Value>> {
    let figures = Figures::of_pilot(&view.state.programme, pilot, view.as_of);
    Figure::ALL.iter().map(move |figure| Some(figure.of(&figures)))
}

fn differences(then: Option<(&Sums, Terms)>, (sums, terms): (&Sums, Terms)) -> Vec<FigureDifference> {
    let difference = |figure: Figure| {
        let (then, now) = (then.map(|(sums, terms)| work_out(figure, sums, terms)), work_out(figure, sums, terms));
        let nothing = work_out(figure, &Sums::default(), terms).total;
        let difference = Change::between(then.as_ref().map_or(nothing, |then| then.total), now.total);
        FigureDifference { figure, zh: figure.zh(), then, now, difference }
    };
    Figure::ALL.iter().copied().map(difference).collect()
}
