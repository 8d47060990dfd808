//! Reports as papers: their sums are the figures, their links lead somewhere, and each form reads as others read it.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/browser.rs"]
mod browser;
#[path = "support/paper.rs"]
mod papers;
#[path = "support/scenario.rs"]
mod scenario;

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tranche::domain::figures::Figures;
use tranche::domain::money::Money;
use tranche::domain::text::Id;
use tranche::report::form::{Form, stamp_in};
use tranche::report::json;
use tranche::report::paper::stamp::Kind;
use tranche::report::paper::table::{Cell, Link, Table, Value};
use tranche::report::paper::{Block, Paper};
use tranche::report::pdf::Fonts;

use papers::paper;
use scenario::{Scenario, fold};

const FIRST_COHORT: &str = include_str!("../src/cli/demo/first-cohort.jsonl");
const MIXED: &str = include_str!("scenarios/mixed.jsonl");

/// The dates at which every pilot of the first cohort is looked at.
const DATES: [&str; 3] = ["2025-12-31", "2026-12-31", "2028-03-31"];

/// The kinds that are of a pilot.
const OF_PILOTS: [Kind; 5] = [Kind::Status, Kind::Ledger, Kind::Projects, Kind::Evaluation, Kind::Alerts];

/// A paper in a form that needs no fonts.
fn bytes(paper: &Paper, form: Form) -> Vec<u8> {
    form.set(paper, &Fonts::within(Vec::new())).unwrap()
}

fn set(paper: &Paper, form: Form) -> String {
    String::from_utf8(bytes(paper, form)).unwrap()
}

/// The pilots recognised by a date.
fn pilots(scenario: &Scenario, date: &str) -> Vec<String> {
    let date = date.parse().unwrap();
    let recognised = scenario.state.pilots.iter().filter(|(_, pilot)| pilot.recognised_on <= date);
    recognised.map(|(id, _)| id.to_string()).collect()
}

/// Every paper of the first cohort at a date.
fn all(scenario: &Scenario, date: &str) -> Vec<Paper> {
    let of_pilots = pilots(scenario, date)
        .into_iter()
        .flat_map(|pilot| OF_PILOTS.map(|kind| paper(scenario, kind, Some(&pilot), date)));
    of_pilots.chain([Kind::Programme, Kind::Alerts].map(|kind| paper(scenario, kind, None, date))).collect()
}

fn cells(paper: &Paper) -> Vec<&Cell> {
    let mut cells = Vec::new();
    for block in paper.sections.iter().flat_map(|section| &section.blocks) {
        match block {
            Block::Facts(facts) => cells.extend(facts.facts.iter().map(|fact| &fact.cell)),
            Block::Table(table) => {
                cells.extend(table.rows.iter().flat_map(|row| &row.cells).chain(table.total.iter().flatten()));
            }
            _ => {}
        }
    }
    cells
}

fn table<'p>(paper: &'p Paper, key: &str) -> &'p Table {
    paper.tables().find(|table| table.key == key).unwrap_or_else(|| panic!("no table {key}"))
}

/// The total of a column.
fn total(table: &Table, column: &str) -> Value {
    let at = table.columns.iter().position(|known| known.key == column).unwrap();
    table.total.as_ref().unwrap()[at].value.clone()
}

#[test]
fn totals_are_the_figures_of_every_pilot() {
    let scenario = fold(FIRST_COHORT, &[]);
    for date in DATES {
        for paper in all(&scenario, date) {
            for table in paper.tables() {
                assert_eq!(table.check(), None, "{} {:?} {date}", paper.title, paper.stamp.pilot);
            }
        }
        for id in pilots(&scenario, date) {
            let pilot = &scenario.state.pilots[&Id::parse(&id).unwrap()];
            let figures = Figures::of_pilot(&scenario.state.programme, pilot, date.parse().unwrap());
            are_figures(&scenario, &id, date, &figures);
        }
        let figures = Figures::of_programme(&scenario.state, date.parse().unwrap());
        let programme = paper(&scenario, Kind::Programme, None, date);
        for key in ["pilots", "cohorts", "cities", "kinds"] {
            for (name, _, sum) in figures.sums() {
                if table(&programme, key).columns.iter().any(|column| column.key == name) {
                    assert_eq!(total(table(&programme, key), name), Value::Money(sum), "{key}.{name} {date}");
                }
            }
        }
    }
}

fn are_figures(scenario: &Scenario, id: &str, date: &str, figures: &Figures) {
    let is = |table: &Table, column: &str, sum: Money| {
        assert_eq!(total(table, column), Value::Money(sum), "{id} {date} {}.{column}", table.key);
    };
    let status = paper(scenario, Kind::Status, Some(id), date);
    for (key, _, sum) in figures.sums() {
        let facts = status.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Facts(facts) => facts.facts.iter().find(|fact| fact.key == key),
            _ => None,
        });
        for fact in facts {
            assert_eq!(fact.cell.value, Value::Money(sum), "{id} {date} {key}");
        }
    }
    is(table(&status, "projects"), "assigned", figures.assigned);
    is(table(&status, "projects"), "paid", figures.paid);
    is(table(&status, "sanctions"), "outstanding", figures.clawback_outstanding);
    let ledger = paper(scenario, Kind::Ledger, Some(id), date);
    let cash = table(&ledger, "cash");
    for (column, sum) in [("released", figures.released), ("paid", figures.paid), ("balance", figures.balance)] {
        is(cash, column, sum);
    }
    // The running balance comes to the figure, and is never below nought at the end of a day.
    let balance = cash.columns.iter().position(|column| column.key == "balance").unwrap();
    let last = cash.rows.last().map_or(Value::Money(Money::ZERO), |row| row.cells[balance].value.clone());
    assert_eq!(last, Value::Money(figures.balance), "{id} {date}");
    let budget = table(&ledger, "budget");
    is(budget, "allocated", figures.allocated);
    is(budget, "assigned", figures.assigned);
    is(budget, "unassigned", figures.unassigned);
    is(table(&ledger, "clawbacks"), "ordered", figures.clawback_ordered);
    let projects = paper(scenario, Kind::Projects, Some(id), date);
    is(table(&projects, "project_funds"), "paid", figures.paid);
    is(table(&projects, "direction_funds"), "assigned", figures.assigned);
}

#[test]
fn totals_hold_where_much_is_reversed_and_back_dated() {
    let scenario = fold(MIXED, &[]);
    for date in ["2026-06-30", "2027-12-31", "2030-01-01"] {
        for paper in all(&scenario, date) {
            for table in paper.tables() {
                assert_eq!(table.check(), None, "{} {:?} {date}", paper.title, paper.stamp.pilot);
            }
        }
    }
}

#[test]
fn the_arithmetic_told_comes_to_the_figures() {
    let scenario = fold(FIRST_COHORT, &[]);
    for date in DATES {
        for id in pilots(&scenario, date) {
            let pilot = &scenario.state.pilots[&Id::parse(&id).unwrap()];
            let figures = Figures::of_pilot(&scenario.state.programme, pilot, date.parse().unwrap());
            let paper = paper(&scenario, Kind::Status, Some(&id), date);
            for (key, _, sum) in figures.sums() {
                let Some(basis) = paper.bases.iter().find(|basis| basis.key == key) else { continue };
                // The last word of a formula is what it comes to.
                let comes_to = |formula: &String| formula.rsplit([' ', '：']).next() == Some(sum.grouped().as_str());
                assert!(basis.formula.iter().all(comes_to), "{id} {date} {key}: {basis:?}");
            }
        }
    }
}

#[test]
fn no_paper_knows_of_a_plan_before_it_was_approved() {
    let scenario = fold(FIRST_COHORT, &[]);
    for (date, known) in [("2025-11-30", false), ("2025-12-31", true)] {
        for kind in [Kind::Status, Kind::Evaluation] {
            let paper = paper(&scenario, kind, Some("JX2025-02"), date);
            let blocks = paper.sections.iter().flat_map(|section| &section.blocks);
            let mut facts =
                blocks.filter_map(|block| if let Block::Facts(facts) = block { Some(&facts.facts) } else { None });
            let plan = facts.find_map(|facts| facts.iter().find(|fact| fact.key == "plan")).unwrap();
            assert_eq!(plan.cell.value != Value::None, known, "{} {date}", paper.title);
        }
    }
}

#[test]
fn every_sum_rests_on_events() {
    let scenario = fold(FIRST_COHORT, &[]);
    let is_sum = |cell: &Cell| match cell.value {
        Value::Money(sum) => sum != Money::ZERO,
        Value::Ratio(ratio) => ratio != 0,
        _ => false,
    };
    for paper in all(&scenario, "2028-03-31") {
        for block in paper.sections.iter().flat_map(|section| &section.blocks) {
            let rows: Vec<Vec<&Cell>> = match block {
                Block::Facts(facts) => facts.facts.iter().map(|fact| vec![&fact.cell]).collect(),
                Block::Table(table) => {
                    let rows = table.rows.iter().map(|row| &row.cells).chain(&table.total);
                    rows.map(|cells| cells.iter().collect()).collect()
                }
                _ => continue,
            };
            // The row of an event says by its link where all of it comes from.
            let of_an_event = |row: &Vec<&Cell>| row.iter().any(|cell| matches!(cell.link, Some(Link::Event(_))));
            for cell in rows.iter().filter(|row| !of_an_event(row)).flatten().filter(|cell| is_sum(cell)) {
                assert!(cell.link.is_some(), "{} {:?}: {cell:?}", paper.title, paper.stamp.pilot);
            }
        }
    }
}

#[test]
fn what_was_recorded_late_is_a_change_since_the_last_report() {
    // Payments of June 2026, all but one recorded in July.
    let scenario = fold(FIRST_COHORT, &[]);
    let date: tranche::domain::Date = "2026-06-30".parse().unwrap();
    let mut late = scenario;
    let is_late = |event: &&mut tranche::domain::event::Event| {
        event.stream == "pilot-JX2025-05" && event.on <= date && event.act.kind().event() == "PaymentRecorded"
    };
    let last = late.events.iter_mut().filter(is_late).max_by_key(|event| event.position).unwrap();
    last.recorded_at += chrono::TimeDelta::days(60);
    let Some(tranche::domain::act::Act::Pay(pay)) = Some(&last.act) else { panic!("a payment") };
    let amount = pay.amount;
    let mut paper = paper(&late, Kind::Status, Some("JX2025-05"), "2026-07-31");
    assert_eq!(paper.stamp.since, tranche::report::paper::stamp::Since::Date(date));
    let tables =
        paper.sections.iter_mut().filter(|section| section.key == "changes").flat_map(|section| &section.blocks);
    let tables: Vec<&Table> =
        tables.filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None }).collect();
    let paid = tables[0].rows.iter().find(|row| row.cells[0].value == Value::Text("已支付".to_owned())).unwrap();
    let sum = |cell: &Cell| if let Value::Money(sum) = cell.value { sum } else { Money::ZERO };
    let of_events = tables[1].rows.iter().filter(|row| row.cells[2].value == Value::Text("支付".to_owned()));
    let of_events: Money = of_events.map(|row| sum(&row.cells[5])).sum();
    assert!(tables[1].rows.iter().any(|row| row.cells[6].value == Value::Text("补记".to_owned())));
    assert!(of_events >= amount && sum(&paid.cells[3]) == of_events, "{paid:?}: {of_events}");
}

#[test]
fn no_text_is_a_number() {
    let scenario = fold(FIRST_COHORT, &[]);
    for paper in all(&scenario, "2028-03-31") {
        for cell in cells(&paper) {
            let Value::Text(text) = &cell.value else { continue };
            assert!(text.replace(',', "").parse::<f64>().is_err(), "{} {:?}: {text}", paper.title, paper.stamp.pilot);
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    let scenario = fold(FIRST_COHORT, &[]);
    for paper in all(&scenario, "2028-03-31") {
        let positions: BTreeSet<u64> = paper.events.iter().map(|event| event.position).collect();
        assert_eq!(positions.len(), paper.events.len());
        assert!(paper.events.is_sorted_by_key(|event| event.position));
        for cell in cells(&paper) {
            match cell.link {
                Some(Link::Event(position)) => assert!(positions.contains(&position), "{}: {position}", paper.title),
                Some(Link::Basis(index)) => assert!(index < paper.bases.len(), "{}: {index}", paper.title),
                None => {}
            }
        }
        let page = set(&paper, Form::Html);
        let after = |sign: &str| -> Vec<String> {
            page.split(sign).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
        };
        let ids = after(" id=\"");
        let unique: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{}: an id stands twice", paper.title);
        for target in after("href=\"#") {
            assert!(unique.contains(&target), "{}: #{target}", paper.title);
        }
        assert!(!page.contains("http"), "a page asks nothing of the network");
    }
}

#[test]
fn json_is_what_its_schema_says() {
    let scenario = fold(FIRST_COHORT, &[]);
    let validator = jsonschema::draft202012::new(&json::schema()).unwrap();
    let mut papers = all(&scenario, "2026-12-31");
    let cover = paper(&scenario, Kind::Status, None, "2026-12-31");
    papers.push(cover.bind(vec![
        paper(&scenario, Kind::Status, Some("JX2025-01"), "2026-12-31"),
        paper(&scenario, Kind::Status, Some("JX2025-02"), "2026-12-31"),
    ]));
    for paper in papers {
        let report: Json = serde_json::from_slice(&bytes(&paper, Form::Json)).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {}", paper.title, errors.join("\n"));
    }
    let mut spoilt: Json =
        serde_json::from_slice(&bytes(&paper(&scenario, Kind::Alerts, None, "2026-12-31"), Form::Json)).unwrap();
    spoilt["stamp"]["position"] = Json::from("412");
    assert!(!validator.is_valid(&spoilt));
}

#[test]
fn every_form_carries_the_stamp_and_is_known_by_its_bytes() {
    let scenario = fold(FIRST_COHORT, &[]);
    for paper in all(&scenario, "2026-12-31") {
        for form in [Form::Html, Form::Csv, Form::Json, Form::Xlsx] {
            let set = bytes(&paper, form);
            assert_eq!(set, bytes(&paper, form), "the same paper gives the same bytes");
            assert_eq!(Form::of(&set), Some(form));
            assert_eq!(stamp_in(&set).as_ref(), Some(&paper.stamp));
        }
    }
}

#[test]
fn texts_that_look_like_markup_or_formulas_are_texts() {
    let hostile = FIRST_COHORT
        .replace("示例承包单位(虚构)", "=HYPERLINK(1)<script>alert(1)</script>&amp;")
        .replace("记-2026", "@记-2026");
    let scenario = fold(&hostile, &[]);
    let paper = paper(&scenario, Kind::Status, Some("JX2025-07"), "2026-12-31");
    let page = set(&paper, Form::Html);
    assert!(!page.contains("<script"), "markup of a name is shown, not run");
    assert!(page.contains("=HYPERLINK(1)&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"));
    let table = set(&paper, Form::Csv);
    assert!(table.starts_with('\u{feff}') && table.contains("\r\n"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(table.as_bytes());
    let fields: Vec<String> =
        reader.records().flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
    assert!(fields.iter().any(|field| field.starts_with("'=HYPERLINK(1)")));
    assert!(fields.iter().any(|field| field.starts_with("'@记-2026")));
    let number = |field: &str| field.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    for field in fields.iter().filter(|field| field.starts_with(['=', '+', '-', '@', '\t', '\r'])) {
        assert!(number(field), "{field}");
    }
    assert!(fields.iter().any(|field| field.starts_with('-') && number(field)), "negative sums stay numbers");
}

#[test]
fn axe_finds_nothing_on_the_pages() {
    let scenario = fold(FIRST_COHORT, &[]);
    let mut pages: Vec<String> = OF_PILOTS
        .iter()
        .map(|kind| set(&paper(&scenario, *kind, Some("JX2025-09"), "2028-03-31"), Form::Html))
        .collect();
    pages.push(set(&paper(&scenario, Kind::Programme, None, "2026-12-31"), Form::Html));
    let dark: Vec<String> =
        pages[..2].iter().map(|page| page.replace("@media (prefers-color-scheme: dark)", "@media all")).collect();
    pages.extend(dark);
    let spoilt = pages[0].replace(" lang=\"zh-CN\"", "");
    assert!(!browser::axe(&spoilt).is_empty(), "a page without its language passes");
    for (at, page) in pages.iter().enumerate() {
        let found = browser::axe(page);
        assert!(found.is_empty(), "page {at}: {found:#?}");
    }
}
