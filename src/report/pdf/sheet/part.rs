//! A sheet in parts that are set one after another, so that a long one takes little more memory than a short one.
//!
//! What is set takes about five kilobytes for each cell of a table while its pages and their tags are made. So a part is of
//! some thousands of cells: it stops between two rows of a long table, or before a section that begins on a page of its own.

use serde::Serialize;

use super::grid::Stretch;
use super::{Chapter, Form, Ground, Piece, Sheet};

/// How many cells a part has, about.
const CELLS: usize = 4_000;

/// How many rows of a table are set together at least where it is divided: they fill more than two pages.
const ROWS: usize = 200;

/// A place in a sheet at which setting it stops and goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Place {
    section: usize,
    block: usize,
    /// The row of the table that this block is; 0 before the section.
    pub(in super::super) row: usize,
}

/// What is set together of a sheet.
#[derive(Serialize)]
pub(in super::super) struct Part<'s> {
    #[serde(flatten)]
    form: &'s Form,
    /// Whether it is the sheet's first part, and its last.
    begins: bool,
    ends: bool,
    sections: Vec<Passage<'s>>,
    bases: &'s [Ground],
}

/// What is set together of a section.
#[derive(Serialize)]
struct Passage<'s> {
    opens: bool,
    /// Its heading, unless it stands in a part before.
    heading: Option<&'s str>,
    blocks: Vec<Set<'s>>,
    /// Whether its last block is among these.
    closes: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Set<'s> {
    Whole(&'s Piece),
    Table(Stretch<'s>),
}

impl Sheet {
    /// Where a part that begins here is to stop; nowhere before the end where what is left is little.
    pub(in super::super) fn stop(&self, from: Place) -> Option<Place> {
        let mut cells = 0;
        for (section, chapter) in self.sections.iter().enumerate().skip(from.section) {
            if chapter.opens && cells >= CELLS {
                return Some(Place { section, block: 0, row: 0 });
            }
            for (block, piece) in chapter.blocks.iter().enumerate() {
                let place = Place { section, block, row: 0 };
                let Piece::Table(table) = piece else { continue };
                let Some(begin) = from.row_in(place) else { continue };
                let (rows, columns) = table.size();
                let least = begin + ROWS.max(CELLS.saturating_sub(cells) / columns.max(1));
                if let Some(row) = table.stop(least).filter(|row| row + ROWS <= rows) {
                    return Some(Place { row, ..place });
                }
                cells += (rows - begin) * columns;
            }
        }
        None
    }

    /// The row of a table before which a part stops, given as it was counted in the part, with the rows of the head, which
    /// are none to stop before.
    pub(in super::super) fn stop_at(&self, from: Place, stop: Place, counted: usize) -> Option<Place> {
        let Piece::Table(table) = self.sections.get(stop.section)?.blocks.get(stop.block)? else { return None };
        let begin = from.row_in(stop)?;
        let row = begin + counted.checked_sub(table.heads())?;
        (row > begin && row < stop.row).then_some(Place { row, ..stop })
    }

    /// What stands from here on, up to there or the end.
    pub(in super::super) fn part(&self, from: Place, to: Option<Place>) -> Part<'_> {
        let sections =
            self.sections.iter().enumerate().filter_map(|(at, chapter)| chapter.within(at, from, to)).collect();
        Part {
            form: &self.form,
            begins: from == Place::default(),
            ends: to.is_none(),
            sections,
            bases: if to.is_none() { &self.bases } else { &[] },
        }
    }
}

impl Place {
    /// Whether it is between two rows.
    pub(in super::super) const fn is_in_table(self) -> bool {
        self.row > 0
    }

    /// From which row on a table at that place is set in a part that begins here; from none where it stands before.
    fn row_in(self, table: Self) -> Option<usize> {
        let (begin, own) = ((self.section, self.block), (table.section, table.block));
        if own < begin { None } else { Some(if own == begin { self.row } else { 0 }) }
    }

    /// Up to which row a table at that place is set in a part that stops here, where it is not set to its end.
    fn stops_in(self, table: Self) -> Option<usize> {
        ((self.section, self.block) == (table.section, table.block) && self.is_in_table()).then_some(self.row)
    }
}

impl Chapter {
    /// What of this section stands between two places.
    fn within(&self, section: usize, from: Place, to: Option<Place>) -> Option<Passage<'_>> {
        let first = if section == from.section { from.block } else { 0 };
        let end = match to {
            Some(to) if section == to.section => to.block + usize::from(to.is_in_table()),
            Some(to) if section > to.section => 0,
            _ => self.blocks.len(),
        };
        if section < from.section || to.is_some_and(|to| section >= to.section && end == 0) {
            return None;
        }
        let blocks = self.blocks.iter().enumerate().take(end).skip(first).map(|(block, piece)| match piece {
            Piece::Table(table) => {
                let place = Place { section, block, row: 0 };
                Set::Table(table.stretch(from.row_in(place).unwrap_or(0), to.and_then(|to| to.stops_in(place))))
            }
            whole => Set::Whole(whole),
        });
        Some(Passage {
            opens: self.opens,
            heading: (section > from.section || !from.is_in_table()).then_some(self.heading.as_str()),
            blocks: blocks.collect(),
            closes: end == self.blocks.len(),
        })
    }
}
