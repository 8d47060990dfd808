//! A paper as the template reads it: texts, and where they stand. The template lays out; what stands in a cell is decided here.

mod grid;
mod part;

use serde::Serialize;

use self::grid::Grid;
pub(super) use self::part::Place;
use super::letters::{Letters, breakable};
use crate::domain::money::Money;
use crate::report::paper::stamp::Stamp;
use crate::report::paper::table::{Unit, Value};
use crate::report::paper::{Basis, Block, Facts, Paper, Prose, Section, SignOff};

/// How wide the text of a page is, upright and across, in hundredths of a point.
const ROOM: u64 = 49_300;
const ROOM_ACROSS: u64 = 75_600;

/// The widest word outside of tables that is set on one line, in hundredths of its letters' height.
const WORD: u64 = 1_200;

/// How many events' positions are told of a basis.
const TOLD: usize = 120;

/// A paper for the template, which it is given in [parts](part).
pub(super) struct Sheet {
    form: Form,
    sections: Vec<Chapter>,
    bases: Vec<Ground>,
}

/// What a paper is, whichever part of it is set.
#[derive(Serialize)]
struct Form {
    title: String,
    subtitle: String,
    as_of: String,
    date: [i32; 3],
    place: String,
    sandbox: bool,
    wide: bool,
    /// The stamp's line, for the file's keywords.
    stamp: String,
    /// The stamp for people.
    facts: Vec<[String; 2]>,
}

/// A section for the template.
struct Chapter {
    opens: bool,
    heading: String,
    blocks: Vec<Piece>,
}

#[derive(Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
enum Piece {
    Facts {
        facts: Vec<[String; 2]>,
    },
    /// Given in [stretches](grid::Stretch).
    #[serde(skip)]
    Table(Grid),
    Chart {
        files: Vec<String>,
        title: String,
        alt: String,
    },
    Prose {
        sentences: Vec<Told>,
        numbered: bool,
    },
    SignOff {
        amount: Option<[String; 3]>,
        parties: Vec<Party>,
    },
}

#[derive(Serialize)]
struct Told {
    text: String,
    strong: bool,
}

#[derive(Serialize)]
struct Party {
    body: String,
    roles: Vec<String>,
}

#[derive(Serialize)]
struct Ground {
    label: String,
    formula: Option<String>,
    events: String,
}

/// Sets texts as fonts can.
struct Scribe<'l> {
    letters: &'l Letters,
    room: u64,
    /// How many files each chart has, of those to come, and how many there were before.
    parts: std::slice::Iter<'l, usize>,
    charts: usize,
}

/// The name of the file with a chart.
pub(super) fn chart_file(at: usize) -> String {
    format!("chart-{at}.svg")
}

impl Sheet {
    /// The paper for the template, with the stamp that its file is to carry, its charts drawn in so many files each.
    pub(super) fn of(paper: &Paper, stamp: &Stamp, letters: &Letters, parts: &[usize]) -> Self {
        let wide = paper.is_wide();
        let mut scribe =
            Scribe { letters, room: if wide { ROOM_ACROSS } else { ROOM }, parts: parts.iter(), charts: 0 };
        let sections = paper.sections.iter().zip(1..).map(|(section, at)| scribe.section(section, at)).collect();
        let form = Form {
            title: letters.text(&paper.title),
            subtitle: scribe.text(&paper.subtitle),
            as_of: stamp.as_of.format("%Y年%-m月%-d日").to_string(),
            date: super::date(stamp),
            place: letters.text(&format!("台账 {} 第 {} 条", stamp.ledger, stamp.position)),
            sandbox: stamp.sandbox,
            wide,
            stamp: stamp.line(),
            facts: stamp
                .facts()
                .iter()
                .map(|fact| [fact.label.clone(), letters.cell(&fact.cell, Unit::Yuan)])
                .collect(),
        };
        Self {
            form,
            sections,
            bases: paper.bases.iter().filter(|basis| !basis.of_a_row).map(|basis| scribe.basis(basis)).collect(),
        }
    }
}

impl Scribe<'_> {
    fn text(&self, text: &str) -> String {
        breakable(self.letters.text(text), WORD)
    }

    fn section(&mut self, section: &Section, at: usize) -> Chapter {
        let heading = format!("{}、{}", crate::report::paper::ordinal(at), self.text(&section.heading));
        Chapter {
            opens: section.opens,
            heading,
            blocks: section.blocks.iter().map(|block| self.block(block)).collect(),
        }
    }

    fn block(&mut self, block: &Block) -> Piece {
        match block {
            Block::Facts(facts) => self.facts(facts),
            Block::Table(table) => Piece::Table(Grid::of(table, self.letters, self.room)),
            Block::Chart(chart) => {
                let (title, alt) = (self.text(&chart.title), self.text(&chart.alt));
                let parts = self.parts.next().copied().unwrap_or(0);
                let files = (self.charts..self.charts + parts).map(chart_file).collect();
                self.charts += parts;
                Piece::Chart { files, title, alt }
            }
            Block::Prose(prose) => self.prose(prose),
            Block::SignOff(sign_off) => self.sign_off(sign_off),
        }
    }

    fn facts(&self, facts: &Facts) -> Piece {
        let value = |cell| breakable(self.letters.cell(cell, Unit::Yuan), WORD);
        let shown = facts.facts.iter().map(|fact| {
            let unit = if matches!(fact.cell.value, Value::Money(_)) { " 元" } else { "" };
            [self.text(&fact.label), format!("{}{unit}", value(&fact.cell))]
        });
        Piece::Facts { facts: shown.collect() }
    }

    fn prose(&self, prose: &Prose) -> Piece {
        let told = |text: &str, strong| Told { text: self.text(text), strong };
        let sentences = prose.sentences.iter().map(|one| told(&one.text, one.strong)).collect();
        Piece::Prose { sentences, numbered: prose.numbered }
    }

    fn sign_off(&self, sign_off: &SignOff) -> Piece {
        let amount = sign_off.amount.as_ref().map(|amount| {
            let in_ten_thousands = Unit::TenThousand.show(amount.amount);
            let small = format!("¥{}（{in_ten_thousands} 万元）", Money::grouped(amount.amount));
            [self.text(&amount.label), small, amount.capital.clone()]
        });
        let party = |body: &str, roles: &[String]| Party {
            body: self.text(body),
            roles: roles.iter().map(|role| self.text(role)).collect(),
        };
        let parties = sign_off.parties.iter().map(|one| party(&one.body, &one.roles)).collect();
        Piece::SignOff { amount, parties }
    }

    fn basis(&self, basis: &Basis) -> Ground {
        let formula = basis.formula.as_deref().map(|formula| self.text(formula));
        Ground { label: self.text(&basis.label), formula, events: positions(basis) }
    }
}

/// The positions of a basis, neighbours drawn together: 第 17、20–23 条.
fn positions(basis: &Basis) -> String {
    if basis.count == 0 {
        return "没有记录。".to_owned();
    }
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for position in &basis.positions {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *position => *last = *position,
            _ => runs.push((*position, *position)),
        }
    }
    let run = |(first, last): &(u64, u64)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    if runs.is_empty() {
        let last = basis.last.map_or_else(String::new, |last| format!("，最后为第 {last} 条"));
        return format!("共 {} 条记录{last}。", basis.count);
    }
    let told: Vec<String> = runs.iter().take(TOLD).map(run).collect();
    let cut = runs.len() > TOLD || basis.count > basis.positions.len() as u64;
    let rest = match basis.last {
        Some(last) if cut => format!(" 条等，最后为第 {last} 条"),
        _ => " 条".to_owned(),
    };
    format!("共 {} 条记录：第 {}{rest}。", basis.count, told.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_drawn_together() {
        let basis = |positions: Vec<u64>| Basis {
            key: "paid".to_owned(),
            label: "已支付".to_owned(),
            formula: None,
            count: positions.len() as u64,
            last: positions.last().copied(),
            positions,
            parts: Vec::new(),
            of_a_row: false,
        };
        assert_eq!(positions(&basis(vec![17, 20, 21, 22])), "共 4 条记录：第 17、20–22 条。");
        let many = positions(&basis((1..=300).map(|at| at * 2).collect()));
        assert!(
            many.starts_with("共 300 条记录：第 2、4、") && many.ends_with("240 条等，最后为第 600 条。"),
            "{many}"
        );
        assert_eq!(positions(&basis(Vec::new())), "没有记录。");
        let counted = Basis { count: 21, last: Some(467), ..basis(Vec::new()) };
        assert_eq!(positions(&counted), "共 21 条记录，最后为第 467 条。");
    }
}
