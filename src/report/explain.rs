//! Explanations: the events and the rule that make up one figure, to the fen.
//!
//! A figure is worked out here a second time, from the pilot's events one by one and not from the state, by the formula of
//! the rule; [`Explanation::stated`] keeps what the state says, and [`Explanation::agrees`] whether both are the same.

mod figure;
pub(in crate::report) mod formula;
pub(in crate::report) mod quantity;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};

pub use figure::Figure;
use formula::{Formula, Terms};
use quantity::{Moves, Quantity};

use crate::domain::event::Event;
use crate::domain::figures::{Figures, rate_text};
use crate::domain::ledger::{Finding, Pilot};
use crate::domain::money::{Money, Share};
use crate::domain::rulebook::Rule;
use crate::domain::text::Id;
use crate::domain::{Date, Timestamp};
use crate::report::citation::Citation;
use crate::report::status::{FindingLine, View, moment};

/// The value of a figure or of a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A sum in yuan.
    Sum(Money),
    /// A share.
    Share(Share),
    /// A rate in ten-thousandths; none where there is nothing to divide by.
    Rate(Option<i128>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Sum(sum) => serializer.collect_str(sum),
            Self::Share(share) => serializer.collect_str(share),
            Self::Rate(Some(rate)) => serializer.serialize_str(&rate_text(*rate)),
            Self::Rate(None) => serializer.serialize_none(),
        }
    }
}

/// An event that a figure is made of.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// The event.
    #[serde(flatten)]
    pub event: Citation,
    /// Which quantity it moves: the figure itself, or one that its formula reads.
    pub of: &'static str,
    /// The quantity's sign in formulas.
    #[serde(skip)]
    symbol: &'static str,
    /// By how much, signed; none where it moves no sum.
    pub amount: Option<Value>,
    /// What the quantity comes to with it.
    pub sum: Option<Value>,
}

/// A quantity that a formula reads.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    /// Its sign in the formula.
    pub symbol: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its name in Chinese.
    pub zh: &'static str,
    /// Its value.
    pub value: Value,
}

/// A rule behind a figure.
#[derive(Clone, Debug, Serialize)]
pub struct Ground {
    /// The rule.
    pub rule: Rule,
    /// Its clause.
    pub clause: &'static str,
    /// What it demands, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// What makes up one figure of a pilot.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The ledger.
    pub ledger: String,
    /// Whether it is a sandbox.
    pub sandbox: bool,
    /// The pilot.
    pub pilot: String,
    /// Its name.
    pub name: String,
    /// Which figure.
    pub figure: Figure,
    /// Its name in Chinese.
    pub zh: &'static str,
    /// The date asked for.
    pub as_of: Date,
    /// The time asked for.
    #[serde(serialize_with = "moment")]
    pub known_at: Option<Timestamp>,
    /// The position of the state.
    pub position: u64,
    /// What the events and the formula come to.
    pub total: Value,
    /// What the state says; the same, or something is wrong with one of them.
    pub stated: Value,
    /// The formula in symbols.
    pub formula: String,
    /// The formula with its numbers.
    pub arithmetic: String,
    /// What it reads.
    pub inputs: Vec<Input>,
    /// The events, by position.
    pub events: Vec<Part>,
    /// The findings that those of them rest on.
    pub findings: Vec<FindingLine>,
    /// The rules.
    pub rules: Vec<Ground>,
}

impl Explanation {
    /// Where the events stand in the log.
    #[must_use]
    pub fn positions(&self) -> BTreeSet<u64> {
        self.events.iter().map(|part| part.event.position).collect()
    }

    /// Whether the parts come to what the state says.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.total == self.stated
    }
}

/// A figure being explained: events go in one after the other.
pub struct Explainer<'a> {
    view: View<'a>,
    id: &'a Id,
    pilot: &'a Pilot,
    figure: Figure,
    shown: Vec<Quantity>,
    moves: Moves,
    parts: Vec<(Quantity, Part)>,
}

impl<'a> Explainer<'a> {
    /// Begins to explain a figure of a pilot.
    #[must_use]
    pub fn new(view: View<'a>, id: &'a Id, pilot: &'a Pilot, figure: Figure) -> Self {
        let parameters = view.state.programme.parameters_on(view.as_of);
        let shown = figure.reads(&parameters, pilot, view.as_of);
        Self { view, id, pilot, figure, shown, moves: Moves::new(pilot, view.as_of), parts: Vec::new() }
    }

    /// Takes the next event, in the order of the log: of the pilot's stream, and of the programme's for a figure that rests
    /// on its parameters. Events the state does not know or that are dated later count for nothing.
    pub fn take(&mut self, event: &Event) {
        if event.position > self.view.state.programme.position {
            return;
        }
        let mut seen = None;
        for (quantity, moved) in self.moves.of(event) {
            let (of, symbol, _) = quantity.words();
            // Revocation ends a suspension, which is one change of standing.
            if !self.shown.contains(&quantity) || seen == Some(of) {
                continue;
            }
            seen = Some(of);
            let amount = quantity.shown(moved, self.moves.sums.of(quantity));
            self.parts.push((quantity, Part { event: Citation::of(event), of, symbol, amount, sum: None }));
        }
    }

    /// What the events taken come to.
    #[must_use]
    pub fn finish(self) -> Explanation {
        let Self { view, id, pilot, figure, moves, parts, .. } = self;
        let terms = Terms::of(pilot, view.as_of);
        let Formula { total, signs, arithmetic, inputs } = formula::work_out(figure, &moves.sums, terms);
        let events = running(figure, parts);
        let rests =
            |finding: &&Finding| events.iter().any(|part| part.event.basis.as_deref() == Some(finding.id.as_str()));
        let findings = pilot.findings.iter().filter(rests).map(FindingLine::from).collect();
        let ground = |rule: Rule| {
            let entry = rule.entry();
            Ground { rule, clause: entry.clause, zh: entry.zh, en: entry.en }
        };
        Explanation {
            ledger: view.ledger.to_owned(),
            sandbox: view.state.programme.sandbox,
            pilot: id.to_string(),
            name: pilot.name.clone(),
            figure,
            zh: figure.zh(),
            as_of: view.as_of,
            known_at: view.known_at,
            position: view.state.programme.position,
            total,
            stated: figure.of(&Figures::of_pilot(&view.state.programme, pilot, view.as_of)),
            formula: signs,
            arithmetic,
            inputs,
            events,
            findings,
            rules: figure.rules(pilot).into_iter().map(ground).collect(),
        }
    }
}

/// Gives each part the sum its quantity comes to with it; a figure that is a plain sum has one over all its parts.
fn running(figure: Figure, parts: Vec<(Quantity, Part)>) -> Vec<Part> {
    let mut sums = BTreeMap::<Option<Quantity>, Money>::new();
    let mut out = Vec::with_capacity(parts.len());
    for (quantity, mut part) in parts {
        let sign = figure.sign(quantity);
        part.sum = match part.amount {
            Some(Value::Sum(amount)) => {
                let signed = if sign == Some(-1) { -amount } else { amount };
                part.amount = Some(Value::Sum(signed));
                let sum = sums.entry(if sign.is_some() { None } else { Some(quantity) }).or_default();
                *sum += signed;
                Some(Value::Sum(*sum))
            }
            // A decision replaces the one before it.
            other => other,
        };
        if sign.is_some() {
            part.of = figure.key();
        }
        out.push(part);
    }
    out
}
