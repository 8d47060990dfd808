//! Several papers bound into one: the sections of each under the name of what it is of.
//!
//! Keys get the name of their paper before them, so that they stay unique; links go on pointing at what they pointed at.

use super::table::{Cell, Link, Table};
use super::{Basis, Block, EventLine, Paper, Section};

/// The parts of a paper that are bound, under a name.
struct Leaf {
    name: String,
    subtitle: String,
    sections: Vec<Section>,
    bases: Vec<Basis>,
    events: Vec<EventLine>,
}

impl Paper {
    /// Adds the sections, bases and events of other papers, each by the name of its pilot.
    #[must_use]
    pub fn bind(mut self, papers: Vec<Self>) -> Self {
        for paper in papers {
            let Self { stamp, subtitle, sections, bases, events, .. } = paper;
            let name = stamp.pilot.unwrap_or_default();
            self.add(Leaf { name, subtitle, sections, bases, events });
        }
        self.events.sort_by_key(|event| event.position);
        self.events.dedup_by_key(|event| event.position);
        self
    }

    fn add(&mut self, leaf: Leaf) {
        let Leaf { name, subtitle, sections, bases, events } = leaf;
        let first = self.bases.len();
        // What stands before it has a page of its own, unless it is the title alone.
        let mut opens = !self.sections.is_empty();
        for mut section in sections {
            section.opens = std::mem::take(&mut opens);
            section.key = format!("{name}-{}", section.key);
            section.heading = format!("{subtitle}：{}", section.heading);
            for block in &mut section.blocks {
                rename(block, &name, first);
            }
            self.sections.push(section);
        }
        self.bases.extend(bases.into_iter().map(|basis| Basis {
            key: format!("{name}-{}", basis.key),
            label: format!("{name} {}", basis.label),
            parts: basis.parts.iter().map(|part| part + first).collect(),
            ..basis
        }));
        self.events.extend(events);
    }
}

/// Gives a block's names the paper's before them, and its links the place where the paper's bases now begin.
fn rename(block: &mut Block, name: &str, first: usize) {
    let key = |key: &str| format!("{name}-{key}");
    match block {
        Block::Table(table) => {
            table.key = key(&table.key);
            cells(table).for_each(|cell| shift(cell, first));
        }
        Block::Facts(facts) => facts.facts.iter_mut().for_each(|fact| shift(&mut fact.cell, first)),
        Block::Chart(chart) => chart.key = key(&chart.key),
        Block::Prose(_) | Block::SignOff(_) => {}
    }
}

fn cells(table: &mut Table) -> impl Iterator<Item = &mut Cell> {
    table.rows.iter_mut().flat_map(|row| &mut row.cells).chain(table.total.iter_mut().flatten())
}

fn shift(cell: &mut Cell, first: usize) {
    if let Some(Link::Basis(index)) = &mut cell.link {
        *index += first;
    }
}
