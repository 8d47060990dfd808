//! Exports held against programs of others: Beancount and hledger have to accept the books and come to our figures.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/peer.rs"]
mod peer;
#[path = "support/program.rs"]
mod program;
#[path = "support/scenario.rs"]
mod scenario;

use std::collections::BTreeMap;
use std::process::Command;

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use tranche::domain::Date;
use tranche::domain::act::Act;
use tranche::domain::figures::Figures;
use tranche::domain::money::Money;
use tranche::domain::text::Id;
use tranche::exchange::{Exporter, Form, Subject};
use tranche::log::entry;

use program::{Desk, FIRST_COHORT, file};
use scenario::{Scenario, fold};

const MIXED: &str = include_str!("scenarios/mixed.jsonl");

/// What a scenario is exported to.
fn exported(scenario: &Scenario, form: Form) -> String {
    let mut out = Vec::new();
    let reversed = scenario.events.iter().filter_map(|event| match &event.act {
        Act::ReversePayment(act) => Some(act.payment.clone()),
        _ => None,
    });
    let subject = Subject { ledger: "演练 1".to_owned(), sandbox: true, pilot: None, reversed: reversed.collect() };
    let mut exporter = Exporter::new(form, subject, &mut out).unwrap();
    for event in &scenario.events {
        exporter.take(event, &entry::write("演练 1", event).unwrap(), &mut out).unwrap();
    }
    exporter.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What a program that is not ours prints; it has to be there and to be content.
fn ran(program: &str, arguments: &[&str]) -> String {
    peer::ran(Command::new(program).args(arguments))
}

/// The sums of accounts, from lines of an account and a sum.
type Balances = BTreeMap<String, Money>;

fn balances(table: &str) -> Balances {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| {
        let sum = row[1].trim().trim_end_matches("CNY").trim();
        let (sign, digits) = sum.strip_prefix('-').map_or((1, sum), |digits| (-1, digits));
        let digits = if digits == "0" { "0.00" } else { digits };
        let fen = Money::parse(digits).unwrap_or_else(|| panic!("{sum:?} in {table}")).fen();
        (row[0].trim().to_owned(), Money::from_fen(sign * fen))
    })
    .collect()
}

/// Asserts that the balances are the figures of every pilot, and those of nothing else.
fn are_figures(mut found: Balances, scenario: &Scenario, as_of: &str) {
    let as_of: Date = as_of.parse().unwrap();
    let mut compared = 0;
    for (id, pilot) in &scenario.state.pilots {
        let figures = Figures::of_pilot(&scenario.state.programme, pilot, as_of);
        let component = if id.as_str() == "jx_25.01" { "0号jx下25点01" } else { id.as_str() };
        let unspent = figures.released - figures.paid - figures.balance;
        for (account, expected) in [
            ("Equity:Budget:P:Allocated", -figures.allocated),
            ("Assets:Budget:P:Unassigned", figures.unassigned),
            ("Assets:Budget:P:Assigned", figures.assigned),
            ("Equity:Pilot:P:Released", -figures.released),
            ("Expenses:Pilot:P:Paid", figures.paid),
            ("Equity:Pilot:P:ReturnedUnspent", unspent),
            ("Assets:Pilot:P:Cash", figures.balance),
            ("Equity:Clawback:P:Ordered", -figures.clawback_ordered),
            ("Assets:Clawback:P:Outstanding", figures.clawback_outstanding),
            ("Assets:Clawback:P:Returned", figures.clawback_returned),
        ] {
            let account = account.replace(":P:", &format!(":{component}:"));
            assert_eq!(found.remove(&account).unwrap_or_default(), expected, "{account} as of {as_of}");
            compared += 1;
        }
    }
    assert_eq!(found, Balances::new(), "accounts of no pilot");
    assert!(compared >= 50, "only {compared} balances");
}

/// The dates on which the first cohort's books are compared, and the ends of all.
const DATES: [&str; 4] = ["2025-12-31", "2026-06-30", "2026-12-31", "2099-12-31"];

fn beancount_agrees(scenario: &Scenario, dates: &[&str]) {
    let book = file(exported(scenario, Form::Beancount).as_bytes());
    let path = book.path().to_str().unwrap();
    assert_eq!(ran("bean-check", &[path]), "");
    for date in dates {
        let query = format!("SELECT account, sum(number) WHERE date <= {date} GROUP BY account");
        are_figures(balances(&ran("bean-query", &["-q", "-m", "-f", "csv", path, &query])), scenario, date);
    }
}

fn hledger_agrees(scenario: &Scenario, dates: &[&str]) {
    let journal = file(exported(scenario, Form::Hledger).as_bytes());
    let path = journal.path().to_str().unwrap();
    ran("hledger", &["-f", path, "check", "-s", "ordereddates"]);
    for date in dates {
        let until = format!("date:..{}", date.parse::<Date>().unwrap().succ_opt().unwrap());
        let table = ran("hledger", &["-f", path, "balance", "--flat", "-E", "-N", "-O", "csv", &until]);
        are_figures(balances(&table), scenario, date);
    }
}

/// The first cohort with identifiers and texts that mean something to other programs.
fn awkward() -> String {
    let lines = FIRST_COHORT.lines().map(|line| {
        let mut command: Value = serde_json::from_str(&line.replace("JX2025-01\"", "jx_25.01\"")).unwrap();
        for field in ["voucher", "document"] {
            if let Some(text) = command[field].as_str() {
                command[field] = json!(format!("=\"1\\;2,3|4:{text}"));
            } else if let Some(object) = command.as_object_mut() {
                object.remove(field);
            }
        }
        command.to_string()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn beancount_comes_to_the_figures_of_the_first_cohort() {
    beancount_agrees(&fold(FIRST_COHORT, &[]), &DATES);
}

#[test]
fn hledger_comes_to_the_figures_of_the_first_cohort() {
    hledger_agrees(&fold(FIRST_COHORT, &[]), &DATES);
}

#[test]
fn both_come_to_the_figures_of_the_mixed_scenario() {
    let scenario = fold(MIXED, &[]);
    beancount_agrees(&scenario, &DATES[3..]);
    hledger_agrees(&scenario, &DATES[3..]);
}

#[test]
fn awkward_identifiers_and_texts_go_through() {
    let scenario = fold(&awkward(), &[]);
    assert!(scenario.state.pilots.contains_key("jx_25.01"));
    beancount_agrees(&scenario, &DATES[3..]);
    hledger_agrees(&scenario, &DATES[3..]);
    let table = exported(&scenario, Form::Csv);
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let texts = reader.records().flat_map(|row| [row.as_ref().unwrap()[8].to_owned(), row.unwrap()[9].to_owned()]);
    let given: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    assert!(given.len() > 100 && given.iter().all(|text| text.starts_with("'=\"1\\;2,3|4:")), "{given:?}");
}

#[test]
fn books_of_a_sandbox_say_so() {
    let scenario = fold(FIRST_COHORT, &[]);
    for form in [Form::Beancount, Form::Hledger, Form::Csv] {
        assert!(exported(&scenario, form).lines().take(2).any(|line| line.contains("演练台账")), "{form:?}");
    }
}

#[test]
fn the_last_balance_of_a_pilot_in_the_table_is_its_balance() {
    let scenario = fold(FIRST_COHORT, &[]);
    let table = exported(&scenario, Form::Csv);
    let body = table.strip_prefix('\u{feff}').expect("a mark, by which Excel knows UTF-8");
    let mut last = BTreeMap::new();
    for row in csv::Reader::from_reader(body.as_bytes()).records().map(Result::unwrap) {
        last.insert(row[4].to_owned(), row[19].to_owned());
    }
    let expected = scenario.state.pilots.iter().map(|(id, pilot)| (id.to_string(), pilot.balance.to_string()));
    assert_eq!(last, expected.collect());
}

#[test]
fn every_event_is_a_cloudevent_with_the_entry_in_it() {
    let scenario = fold(FIRST_COHORT, &[]);
    let lines = exported(&scenario, Form::CloudEvents);
    let schema = peer::data("cloudevents/dist/schema/v1.js");
    let told = peer::ran(peer::python("cloudevents.py").arg(file(lines.as_bytes()).path()).arg(schema));
    assert_eq!(told.trim(), scenario.events.len().to_string());
    let (mut ids, mut seen) = (std::collections::BTreeSet::new(), 0);
    for (line, event) in lines.lines().zip(&scenario.events) {
        let value: Value = serde_json::from_str(line).unwrap();
        let bytes = entry::write("演练 1", event).unwrap();
        assert!(line.contains(std::str::from_utf8(&bytes).unwrap()), "the entry byte for byte: {line}");
        assert_eq!(value["subject"], event.stream);
        ids.insert(value["id"].to_string());
        seen += 1;
    }
    assert_eq!((seen, ids.len()), (scenario.events.len(), scenario.events.len()));
}

/// Asserts that the standard's schemas find nothing, and that `ocdsmerge` comes to the figures of every pilot.
fn ocds_agrees(scenario: &Scenario) {
    let package = file(exported(scenario, Form::Ocds).as_bytes());
    let mut merge = peer::python("ocds.py");
    merge.arg(package.path()).arg(peer::data("ocdsmerge/tests/fixtures/release-schema-1__1__4.json"));
    let told = peer::ran(merge.arg(peer::data("ocdskit/tests/fixtures/release-package-schema.json")));
    let merged: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&told).unwrap();
    assert_eq!(merged.len(), scenario.state.pilots.len());
    for (id, pilot) in &scenario.state.pilots {
        let figures = Figures::of_pilot(&scenario.state.programme, pilot, "2099-12-31".parse().unwrap());
        let found = &merged[&format!("tranche-演练 1-{id}")];
        for (name, expected) in [
            ("allocated", figures.allocated),
            ("assigned", figures.assigned),
            ("released", figures.released),
            ("paid", figures.paid),
            ("balance", figures.balance),
            ("clawback_ordered", figures.clawback_ordered),
            ("clawback_returned", figures.clawback_returned),
        ] {
            let sum = found.get(name).map_or("0.00", String::as_str);
            assert_eq!(sum, expected.to_string(), "{name} of {id}");
        }
    }
}

#[test]
fn ocdsmerge_comes_to_the_figures() {
    ocds_agrees(&fold(FIRST_COHORT, &[]));
    ocds_agrees(&fold(MIXED, &[]));
    ocds_agrees(&fold(&awkward(), &[]));
}

/// A change dated before one that was recorded earlier: the books are right on the days between, and after.
#[test]
fn books_are_right_where_changes_are_dated_back() {
    let change = |on: &str, amount: &str| {
        json!({"command": "adjust_allocation", "on": on, "by": {"body": "province_finance", "person": "甲"},
            "approvals": [{"body": "province_drc", "person": "乙"}], "pilot": "JX2025-05", "new_amount": amount,
            "reason": "核减", "document": format!("赣财〔2028〕{on}号"), "recorded_at": "2028-06-01T00:00:00Z"})
    };
    let changes = [("2028-05-20", "8600000.00"), ("2028-05-10", "8800000.00"), ("2028-05-10", "8700000.00")];
    let lines: Vec<String> = changes.iter().map(|(on, amount)| change(on, amount).to_string()).collect();
    let scenario = fold(&format!("{}\n{}", FIRST_COHORT.trim_end(), lines.join("\n")), &[]);
    let dates = ["2028-05-09", "2028-05-10", "2028-05-15", "2028-05-20", "2028-05-31"];
    let pilot = &scenario.state.pilots[&Id::parse("JX2025-05").unwrap()];
    let allocated = |date: &str| pilot.allocation_on(date.parse().unwrap()).to_string();
    assert_eq!((allocated(dates[0]), allocated(dates[4])), ("9000000.00".to_owned(), "8700000.00".to_owned()));
    beancount_agrees(&scenario, &dates);
    hledger_agrees(&scenario, &dates);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_exports_what_the_log_has() {
    let desk = Desk::sandbox().await;
    desk.accepted(FIRST_COHORT.lines());
    let (store, head) = desk.head().await;
    let records: Vec<_> = store.event_read(head.ledger, 1, i64::MAX).try_collect().await.unwrap();
    let bytes = |to: usize| records[..to].iter().flat_map(|one| [&one.entry[..], b"\n"].concat()).collect::<Vec<_>>();
    let whole = desk.call(&["export", "--format", "jsonl"]);
    assert_eq!((whole.code(), whole.out.as_bytes()), (0, &bytes(records.len())[..]));
    assert_eq!(desk.call(&["export", "--format", "jsonl", "--to", "20"]).out.as_bytes(), &bytes(20)[..]);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("账.journal");
    let path = path.to_str().unwrap();
    std::fs::write(path, "old").unwrap();
    let told = desk.call(&["export", "--format", "hledger", "-o", path]);
    assert_eq!((told.code(), told.out.as_str()), (0, ""), "{}", told.err);
    assert_eq!(std::fs::read_to_string(path).unwrap(), desk.call(&["export", "--format", "hledger"]).out);
    are_figures(
        balances(&ran("hledger", &["-f", path, "balance", "--flat", "-E", "-N", "-O", "csv"])),
        &fold(FIRST_COHORT, &[]),
        "2099-12-31",
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");

    let one = desk.call(&["export", "--format", "beancount", "--pilot", "JX2025-05"]).out;
    assert!(one.contains("Assets:Pilot:JX2025-05:Cash") && !one.contains("JX2025-04"));
    desk.call(&["export", "--format", "csv", "--pilot", "JX2025-99"]).failed(2, "JX2025-99");
    desk.call(&["export", "--format", "csv", "--pilot", "JX2025-05", "--to", "2"]).failed(2, "JX2025-05");
    desk.call(&["export", "--format", "csv", "--to", "9999"]).failed(2, "9999");
    desk.call(&["export", "--format", "csv", "-o", "/nonexistent/x.csv"]).failed(2, "/nonexistent/x.csv");
    // A device would be replaced by a file.
    desk.call(&["export", "--format", "csv", "-o", "/dev/null"]).failed(2, "/dev/null");
    desk.call(&["export", "--format", "csv", "-o", folder.path().to_str().unwrap()]).failed(2, "-o");
    desk.call(&["export", "--format", "xlsx"]).failed(2, "cloudevents");
}
