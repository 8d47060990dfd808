//! Reports as workbooks, read by LibreOffice and openpyxl: what they see is what the paper says, and totals that they add up
//! themselves are ours.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/paper.rs"]
mod cohort;
#[path = "support/edges.rs"]
mod edges;
#[path = "workbooks/programs.rs"]
mod programs;
#[path = "support/python.rs"]
mod python;
#[path = "support/scenario.rs"]
mod scenario;

use std::fs;
use std::path::{Path, PathBuf};

use tranche::domain::figures::Figures;
use tranche::report::paper::Paper;
use tranche::report::paper::stamp::Kind;
use tranche::report::paper::table::Table;
use tranche::report::xlsx;

use programs::{opened, recomputed};

/// The first cohort's history.
const FIRST_COHORT: &str = include_str!("scenarios/first-cohort.jsonl");

/// When its figures are compared: before most was paid, in its midst, and after all.
const DATES: [&str; 3] = ["2025-12-31", "2026-12-31", "2028-03-05"];

/// Writes the paper as a file and gives its path.
fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn papers_at_the_edges() -> Vec<(&'static str, Paper)> {
    vec![
        ("nothing", edges::of_nothing()),
        ("payments", edges::of_payments(300)),
        ("names", edges::of_long_names()),
        ("awkward", edges::of_awkward_texts()),
    ]
}

/// The row in which a table's rows begin on its sheet, counted from 0.
fn first_row(table: &Table) -> usize {
    3 + usize::from(table.has_groups())
}

#[test]
fn workbooks_open_and_their_totals_add_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut papers = papers_at_the_edges();
    papers.push(("many", edges::of_payments(10_000)));
    let paths: Vec<PathBuf> = papers
        .iter()
        .map(|(name, paper)| written(folder.path(), &format!("{name}.xlsx"), &xlsx::bytes(paper).unwrap()))
        .collect();
    let (ours, theirs) = (opened(&paths), opened(&recomputed(folder.path(), &paths)));
    for ((name, paper), (ours, theirs)) in papers.iter().zip(ours.iter().zip(&theirs)) {
        assert_eq!(ours["keywords"], paper.stamp.line(), "{name}");
        assert_eq!(ours["sheets"].as_array().unwrap().len(), paper.tables().count() + 1, "{name}");
        for (table, at) in paper.tables().zip(1..) {
            programs::holds(&ours["sheets"][at], table, first_row(table));
            programs::holds(&theirs["sheets"][at], table, first_row(table));
            let sheet = &ours["sheets"][at];
            let formulas = sheet["formulas"].as_object().unwrap();
            let summed = table.columns.iter().filter(|column| column.summed).count();
            let expected = if table.rows.is_empty() || table.total.is_none() { 0 } else { summed };
            assert_eq!(formulas.len(), expected, "{name}: {formulas:?}");
            assert!(formulas.values().all(|formula| formula["formula"].as_str().unwrap().starts_with("=ROUND(SUM(")));
            assert_eq!(sheet["freeze"], format!("A{}", first_row(table) + 1), "{name}");
            assert_eq!(sheet["repeat"], format!("$3:${}", first_row(table)), "{name}");
            assert_eq!(sheet["filter"].is_null(), table.rows.is_empty(), "{name}");
            assert!(!sheet["area"].is_null(), "{name}");
        }
    }
}

/// What the totals of a table's columns come to together, as openpyxl reads them.
fn totals(book: &serde_json::Value, paper: &Paper, key: &str, columns: &[&str]) -> String {
    let (at, table) = (1..).zip(paper.tables()).find(|(_, table)| table.key == key).unwrap();
    let row = first_row(table) + table.rows.len().max(1);
    let total = |column: &&str| {
        let at_column = table.columns.iter().position(|found| found.key == *column).unwrap();
        book["sheets"][at]["rows"][row][at_column].as_f64().unwrap()
    };
    format!("{:.2}", columns.iter().map(total).sum::<f64>())
}

#[test]
fn the_first_cohorts_figures_are_in_its_workbooks() {
    let scenario = scenario::fold(FIRST_COHORT, &[]);
    let folder = tempfile::tempdir().unwrap();
    let mut reports: Vec<(Paper, Figures)> = Vec::new();
    for as_of in DATES {
        for (id, pilot) in &scenario.state.pilots {
            let figures = Figures::of_pilot(&scenario.state.programme, pilot, as_of.parse().unwrap());
            reports.push((cohort::paper(&scenario, Kind::Status, Some(id.as_str()), as_of), figures));
        }
    }
    assert_eq!(reports.len(), 30);
    let mut paths = Vec::new();
    for (at, (paper, _)) in reports.iter().enumerate() {
        paths.push(written(folder.path(), &format!("{at}.xlsx"), &xlsx::bytes(paper).unwrap()));
    }
    let (ours, theirs) = (opened(&paths), opened(&recomputed(folder.path(), &paths)));
    for ((paper, figures), books) in reports.iter().zip(ours.iter().zip(&theirs)) {
        for book in [books.0, books.1] {
            assert_eq!(totals(book, paper, "releases", &["amount", "reversed"]), figures.released.to_string());
            assert_eq!(totals(book, paper, "payments", &["amount", "reversed"]), figures.paid.to_string());
            for (at, table) in (1..).zip(paper.tables()) {
                programs::holds(&book["sheets"][at], table, first_row(table));
            }
        }
    }
}

#[test]
fn a_result_that_was_tampered_with_is_recomputed() {
    // Were results taken as they stand, the comparison above could not fail.
    let folder = tempfile::tempdir().unwrap();
    let paper = edges::of_payments(3);
    let path = written(folder.path(), "tampered.xlsx", &xlsx::bytes(&paper).unwrap());
    programs::spoil_results(&path);
    let table = paper.tables().next().unwrap();
    let total = first_row(table) + table.rows.len();
    let shown = |path: &Path| opened(&[path.to_owned()])[0]["sheets"][1]["rows"][total][4].as_f64().unwrap();
    assert!((shown(&path) - 1.0).abs() < 1e-9);
    let theirs = recomputed(folder.path(), &[path]);
    assert!((shown(&theirs[0]) - 459_259.26).abs() < 1e-9);
}

#[test]
fn the_same_paper_gives_the_same_bytes_with_its_stamp() {
    for (name, paper) in papers_at_the_edges() {
        let workbook = xlsx::bytes(&paper).unwrap();
        assert!(workbook == xlsx::bytes(&paper).unwrap(), "{name}");
        assert_eq!(xlsx::stamp(&workbook), Some(paper.stamp), "{name}");
    }
    assert_eq!(xlsx::stamp(b"PK\x03\x04 no workbook"), None);
}
