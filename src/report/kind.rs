//! The six kinds of report, each a paper built of a state and the events behind it.
//!
//! Refused here: queries, and sums of their own. A sum is a figure of the domain, or one of the events' own; where a table
//! adds a column up, the total stands there as the figure it has to be. To add a kind: a variant of
//! [`Kind`], a file under `kind/`, an arm of [`build`].

mod alerts;
mod bases;
mod changes;
mod evaluation;
mod ledger;
mod programme;
mod projects;
mod status;
mod tally;
mod words;

pub use tally::Tally;

use super::paper::code::Code;
use super::paper::stamp::{Kind, Stamp};
use super::paper::table::Link;
use super::paper::{Basis, EventLine, Paper, Section};
use super::status::View;
use crate::domain::Date;
use crate::domain::event::Event;
use crate::domain::ledger::{Ledger, Pilot};
use crate::domain::text::Id;

/// What a report is built of: everything up to the stamp's position, and nothing later.
pub struct Material<'a> {
    /// What the report is of.
    pub stamp: Stamp,
    /// The state at the stamp's position.
    pub state: &'a Ledger,
    /// The state at the position since which changes are told, where they are told since a position.
    pub before: Option<&'a Ledger>,
    /// Where the report is of a pilot: it and its events.
    pub pilot: Option<PilotMaterial<'a>>,
    /// What the events of all the pilots that the report is of come to, where it lists no single ones.
    pub tally: Tally,
}

/// A pilot and its events.
#[derive(Clone, Copy)]
pub struct PilotMaterial<'a> {
    /// Its identifier.
    pub id: &'a Id,
    /// Its state.
    pub pilot: &'a Pilot,
    /// The events of its stream, in the order of the log.
    pub events: &'a [Event],
    /// The events of the programme's stream, which set the cap.
    pub programme: &'a [Event],
}

/// What a kind gives: the sections, and the appendix that its links point into.
#[derive(Default)]
struct Draft {
    subtitle: String,
    sections: Vec<Section>,
    bases: Vec<Basis>,
    events: Vec<EventLine>,
}

impl Draft {
    /// Adds what a cell of a row is made of; its link, where there is anything.
    fn ground(&mut self, key: String, label: String, positions: &[u64]) -> Option<Link> {
        let basis = Basis { of_a_row: true, ..bases::basis(key, label, positions.iter().copied()) };
        (basis.count > 0).then(|| self.link_to(basis))
    }

    /// Adds a basis; its link.
    fn link_to(&mut self, basis: Basis) -> Link {
        self.bases.push(basis);
        Link::Basis(self.bases.len() - 1)
    }
}

/// Builds the report that the stamp is of.
#[must_use]
pub fn build(material: &Material) -> Paper {
    let draft = match (material.stamp.kind, material.pilot) {
        (Kind::Status, Some(of)) => status::build(material, of),
        (Kind::Ledger, Some(of)) => ledger::build(material, of),
        (Kind::Projects, Some(of)) => projects::build(material, of),
        (Kind::Evaluation, Some(of)) => evaluation::build(material, of),
        (Kind::Alerts, _) => alerts::build(material),
        (Kind::Programme, _) => programme::build(material),
        // The cover that the pilots' own papers are bound under.
        (Kind::Status | Kind::Ledger | Kind::Projects | Kind::Evaluation, None) => {
            Draft { subtitle: words::programme(material.state), ..Draft::default() }
        }
    };
    let mut stamp = material.stamp.clone();
    if let (Kind::Evaluation, Some(of)) = (stamp.kind, material.pilot) {
        // As it is of this one, so it is made again, whatever came later.
        stamp.evaluation = Some(evaluation::named(material, of));
    }
    let Draft { subtitle, sections, bases, events } = draft;
    Paper {
        code: Code::of(&stamp.code_text()),
        title: stamp.kind.title().to_owned(),
        stamp,
        subtitle,
        sections,
        bases,
        events,
    }
}

impl Material<'_> {
    fn as_of(&self) -> Date {
        self.stamp.as_of
    }

    fn view(&self) -> View<'_> {
        View { ledger: &self.stamp.ledger, state: self.state, as_of: self.as_of(), known_at: None }
    }
}

impl<'a> PilotMaterial<'a> {
    /// Its events that are dated no later.
    fn events_on(self, date: Date) -> impl Iterator<Item = &'a Event> {
        self.events.iter().filter(move |event| event.on <= date)
    }

    /// Its name with its identifier.
    fn subtitle(self) -> String {
        format!("{}（{}）", self.pilot.name, self.id)
    }
}
