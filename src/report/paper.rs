//! A paper: a report as data, before it has a form.
//!
//! Six [kinds](stamp::Kind) build one and six forms set it. What a kind knows (which sums, in which order, why) is all in
//! the paper; what a form knows (pages, cells, markup) never is. So a kind that is added comes in every form, and a form
//! that is added sets every kind. To add a block: a variant of [`Block`], and an arm in each form, which the compiler
//! asks for.
//!
//! A paper of a sandbox ([`stamp::Stamp::sandbox`]) is watermarked 演练 on every page by whoever sets it. Every text in a
//! paper is text: a form escapes it as its own syntax asks.

mod bind;
pub mod capital;
pub mod chart;
pub mod code;
pub mod stamp;
pub mod table;

use serde::Serialize;

use self::capital::capital;
use self::chart::Chart;
use self::code::Code;
use self::stamp::Stamp;
use self::table::{Cell, Table};
use crate::domain::Date;
use crate::domain::money::Money;

/// A report as data.
#[derive(Clone, Debug, Serialize)]
pub struct Paper {
    /// What it is of: ledger, position, root, dates, versions. Every form carries [`Stamp::line`] where machines find it
    /// and [`Stamp::facts`] where people do.
    pub stamp: Stamp,
    /// The ledger's position and whole root as a QR code.
    #[serde(skip)]
    pub code: Code,
    /// The name of the kind of report: 试点资金情况报告.
    pub title: String,
    /// What it is of: a pilot with its name, or the programme.
    pub subtitle: String,
    /// The parts under a heading, in order.
    pub sections: Vec<Section>,
    /// What figures are made of: a [`table::Link::Basis`] is an index of this list.
    pub bases: Vec<Basis>,
    /// The events that cells and bases refer to, by position: an appendix at the end of the paper.
    pub events: Vec<EventLine>,
}

/// A part of a paper under a heading.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// A short name for programs, unique in its paper: `payments`.
    pub key: String,
    /// The heading, without a number: forms number headings 一、二、三、 or not.
    pub heading: String,
    /// What stands under it, in order.
    pub blocks: Vec<Block>,
    /// Whether it begins on a page of its own: the first of a paper that is bound with others.
    #[serde(skip)]
    pub opens: bool,
}

/// A block of a section.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// Labels and values.
    Facts(Facts),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// Sentences.
    Prose(Prose),
    /// Where people sign and seal.
    SignOff(SignOff),
}

/// Labels and values, set in two columns of pairs where there is room.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// The pairs, in order.
    pub facts: Vec<Fact>,
}

/// A label and a value.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// A short name for programs.
    pub key: &'static str,
    /// The label.
    pub label: String,
    /// The value; a sum is in 元 here.
    pub cell: Cell,
}

/// Sentences that belong together.
#[derive(Clone, Debug, Serialize)]
pub struct Prose {
    /// The sentences. Each stands on a line of its own.
    pub sentences: Vec<Sentence>,
    /// Whether they are an enumeration, whose members are numbered from 1.
    pub numbered: bool,
}

/// A sentence.
#[derive(Clone, Debug, Serialize)]
pub struct Sentence {
    /// What it says.
    pub text: String,
    /// Whether it warns or forbids, and is set to be seen.
    pub strong: bool,
}

/// Where people sign and seal, after a sum in words where one is signed for.
#[derive(Clone, Debug, Serialize)]
pub struct SignOff {
    /// What the sum is of, and the sum, in figures and in words.
    pub amount: Option<SignedAmount>,
    /// Who signs, in order: each gets a box with lines for seal, signature and date.
    pub parties: Vec<Signatory>,
}

/// A sum that is signed for.
#[derive(Clone, Debug, Serialize)]
pub struct SignedAmount {
    /// What it is of.
    pub label: String,
    /// In yuan.
    pub amount: Money,
    /// The same in capital characters: 人民币壹佰元整.
    pub capital: String,
}

/// Who signs.
#[derive(Clone, Debug, Serialize)]
pub struct Signatory {
    /// The body: 设区市财政部门.
    pub body: String,
    /// The roles whose names stand there, each with a line to sign on: 负责人, 经办人. A seal (公章) and a date always have
    /// a place of their own.
    pub roles: Vec<String>,
}

/// What a figure is made of.
#[derive(Clone, Debug, Serialize)]
pub struct Basis {
    /// A short name for programs, unique in its paper: `released`, or `released-JX2025-01`.
    pub key: String,
    /// The figure's name, and whose where the paper has several pilots.
    pub label: String,
    /// Its formula with its numbers, where it has one: `F + U·(A − F) = …`.
    pub formula: Option<String>,
    /// The positions of its events, at most [`Basis::POSITIONS_MAX`]: of more, the first.
    pub positions: Vec<u64>,
    /// How many events there are.
    pub count: u64,
    /// The last of them, where there is any.
    pub last: Option<u64>,
    /// Where it is a sum of other bases: their indices.
    #[serde(skip)]
    pub parts: Vec<usize>,
    /// Whether only a cell of a row rests on it: pages of paper leave it out.
    #[serde(skip)]
    pub of_a_row: bool,
}

impl Basis {
    /// How many positions a basis lists.
    pub const POSITIONS_MAX: usize = 20_000;
}

/// An event in the appendix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventLine {
    /// Its position in the ledger; the anchor of [`table::Link::Event`].
    pub position: u64,
    /// Its business date.
    pub on: Date,
    /// When it was recorded, in Asia/Shanghai, to the second.
    pub recorded: String,
    /// Its type: `TrancheReleased`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its name: 下达资金.
    pub name: &'static str,
    /// What it is about: a release, a project, a payment.
    pub item: String,
    /// Its document or voucher.
    pub document: Option<String>,
    /// Its sum, in yuan.
    pub amount: Option<Money>,
    /// Who recorded it: the body and the person.
    pub by: String,
}

impl Section {
    /// A section without blocks as yet.
    #[must_use]
    pub fn new(key: &str, heading: impl Into<String>) -> Self {
        Self { key: key.to_owned(), heading: heading.into(), blocks: Vec::new(), opens: false }
    }

    /// The section with a block more.
    #[must_use]
    pub fn with(mut self, block: impl Into<Block>) -> Self {
        self.blocks.push(block.into());
        self
    }
}

impl SignOff {
    /// Boxes for these bodies, each with a head and a clerk, under a sum where one is signed for.
    #[must_use]
    pub fn of(amount: Option<(&str, Money)>, bodies: &[&str]) -> Self {
        let words =
            |(label, amount): (&str, Money)| SignedAmount { label: label.to_owned(), amount, capital: capital(amount) };
        let roles = || ["负责人", "经办人"].map(str::to_owned).to_vec();
        let parties = bodies.iter().map(|body| Signatory { body: (*body).to_owned(), roles: roles() }).collect();
        Self { amount: amount.map(words), parties }
    }
}

impl Prose {
    /// Sentences that are no enumeration.
    #[must_use]
    pub fn of(sentences: impl IntoIterator<Item = Sentence>) -> Self {
        Self { sentences: sentences.into_iter().collect(), numbered: false }
    }
}

impl Sentence {
    /// A plain sentence.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), strong: false }
    }

    /// A sentence that warns or forbids.
    #[must_use]
    pub fn strong(text: impl Into<String>) -> Self {
        Self { text: text.into(), strong: true }
    }
}

impl Fact {
    /// A label and its value.
    #[must_use]
    pub fn new(key: &'static str, label: impl Into<String>, cell: impl Into<Cell>) -> Self {
        Self { key, label: label.into(), cell: cell.into() }
    }
}

impl From<Facts> for Block {
    fn from(facts: Facts) -> Self {
        Self::Facts(facts)
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl From<Chart> for Block {
    fn from(chart: Chart) -> Self {
        Self::Chart(chart)
    }
}

impl From<Prose> for Block {
    fn from(prose: Prose) -> Self {
        Self::Prose(prose)
    }
}

impl From<SignOff> for Block {
    fn from(sign_off: SignOff) -> Self {
        Self::SignOff(sign_off)
    }
}

impl Paper {
    /// The tables of the paper, in order.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    /// Whether a table has so many columns that the paper is set across the long side of its pages.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.tables().any(|table| table.columns.len() > Table::NARROW_MAX)
    }
}

/// The number of a heading in Chinese: 一 to 九十九; from there on in digits.
pub(super) fn ordinal(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |digit: usize| DIGITS.get(digit % 10).copied().unwrap_or_default();
    match number {
        0 | 100.. => number.to_string(),
        1..=9 => digit(number).to_owned(),
        10..=19 => format!("十{}", digit(number)),
        _ => format!("{}十{}", digit(number / 10), digit(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_numbered_in_chinese() {
        let numbers: Vec<String> = [1, 9, 10, 11, 20, 21, 99].map(ordinal).into();
        assert_eq!(numbers, ["一", "九", "十", "十一", "二十", "二十一", "九十九"]);
    }
}
