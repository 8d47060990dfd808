//! What each figure of a pilot is made of: its formula with its numbers, and the events it counts.

use super::{Draft, PilotMaterial};
use crate::domain::event::Event;
use crate::domain::figures::Figures;
use crate::report::explain::{Explainer, Explanation, Figure, Value};
use crate::report::history::{facts, shanghai};
use crate::report::paper::table::{self, Cell, Link};
use crate::report::paper::{Basis, EventLine, Fact};
use crate::report::status::View;

/// An event in the appendix.
pub(super) fn line(event: &Event) -> EventLine {
    let kind = event.act.kind();
    let facts = facts(&event.act);
    EventLine {
        position: event.position,
        on: event.on,
        recorded: shanghai(event.recorded_at),
        kind: kind.event(),
        name: kind.zh(),
        item: if facts.item.is_empty() { facts.subject } else { facts.item },
        document: facts.document,
        amount: facts.amount,
        by: format!("{}：{}", event.by.body.zh(), event.by.person),
    }
}

/// A basis of events, in the order of the log.
pub(super) fn basis(key: impl Into<String>, label: impl Into<String>, positions: impl Iterator<Item = u64>) -> Basis {
    let mut positions: Vec<u64> = positions.collect();
    positions.sort_unstable();
    let (count, last) = (positions.len() as u64, positions.last().copied());
    positions.truncate(Basis::POSITIONS_MAX);
    let (key, label) = (key.into(), label.into());
    Basis { key, label, formula: None, positions, count, last, parts: Vec::new(), of_a_row: false }
}

/// The explanation of a figure, from the events.
fn explain(view: View, of: PilotMaterial, figure: Figure) -> Explanation {
    explain_known(view, of, figure, |_| true)
}

/// The explanation of a figure, from those of the events that were known.
pub(super) fn explain_known(
    view: View,
    of: PilotMaterial,
    figure: Figure,
    known: impl Fn(&Event) -> bool,
) -> Explanation {
    let mut explainer = Explainer::new(view, of.id, of.pilot, figure);
    let programme = of.programme.iter().filter(|_| figure.rests_on_parameters());
    let mut events: Vec<&Event> = programme.chain(of.events).filter(|event| known(event)).collect();
    events.sort_by_key(|event| event.position);
    for event in events {
        explainer.take(event);
    }
    explainer.finish()
}

/// The formula of a figure, and with its numbers, for people who read Chinese: a parameter or a standing under its own name.
pub(super) fn worked(explanation: &Explanation, between: &str) -> String {
    let Explanation { formula, arithmetic, inputs, .. } = explanation;
    if let Some(closed) = formula.strip_prefix("0 (").and_then(|standing| standing.split_once(' ')) {
        return format!("因{}，为 {arithmetic}", closed.1.trim_end_matches(')'));
    }
    if arithmetic.starts_with(&format!("{formula} = ")) {
        let parameter = inputs.iter().find(|input| input.symbol == input.name);
        return parameter.map_or_else(|| arithmetic.clone(), |input| arithmetic.replace(input.name, input.zh));
    }
    format!("{formula}{between}{arithmetic}")
}

/// The figures of a pilot, each with where its basis stands among those of the paper.
pub(super) struct Grounds {
    figures: Figures,
    explanations: Vec<Explanation>,
}

impl Grounds {
    /// Explains every figure, and puts their bases and events in the draft.
    pub(super) fn lay(view: View, of: PilotMaterial, draft: &mut Draft) -> Self {
        let figures = Figures::of_pilot(&view.state.programme, of.pilot, view.as_of);
        let explanations: Vec<_> = Figure::ALL.iter().map(|figure| explain(view, of, *figure)).collect();
        for explanation in &explanations {
            draft.bases.push(Basis {
                formula: (explanation.formula != "Σ").then(|| worked(explanation, "：")),
                ..basis(
                    explanation.figure.key(),
                    explanation.zh,
                    explanation.events.iter().map(|part| part.event.position),
                )
            });
        }
        let of_programme = of.programme.iter().filter(|event| {
            explanations
                .iter()
                .any(|explanation| explanation.events.iter().any(|part| part.event.position == event.position))
        });
        draft.events.extend(of_programme.chain(of.events_on(view.as_of)).map(line));
        draft.events.sort_by_key(|event| event.position);
        Self { figures, explanations }
    }

    /// The link of a figure.
    pub(super) fn link(figure: Figure) -> Option<Link> {
        Figure::ALL.iter().position(|known| *known == figure).map(Link::Basis)
    }

    /// The value of a figure, on its basis.
    pub(super) fn cell(&self, figure: Figure) -> Cell {
        cell_of(figure, &self.figures).on(Self::link(figure))
    }

    /// A figure with its name.
    pub(super) fn fact(&self, figure: Figure) -> Fact {
        Fact::new(figure.key(), figure.zh(), self.cell(figure))
    }

    /// All figures.
    pub(super) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// The explanation of a figure.
    pub(super) fn explanation(&self, figure: Figure) -> Option<&Explanation> {
        self.explanations.iter().find(|explanation| explanation.figure == figure)
    }
}

/// The value of a figure.
pub(super) fn cell_of(figure: Figure, figures: &Figures) -> Cell {
    shown(figure.of(figures))
}

/// A value as a cell.
pub(super) fn shown(value: Value) -> Cell {
    match value {
        Value::Sum(sum) => sum.into(),
        Value::Share(share) => share.into(),
        Value::Rate(Some(rate)) => table::Value::Ratio(rate).into(),
        Value::Rate(None) => Cell::none(),
    }
}
