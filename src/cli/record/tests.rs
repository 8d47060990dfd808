//! Tests of `record`'s flags: what they give is what a line of JSON gives.

use clap::FromArgMatches as _;
use serde_json::Value;

use super::*;
use crate::cli::{Cli, Sub, definition};

/// The command that arguments of `record` stand for.
fn record(arguments: &[String]) -> Record {
    let arguments = ["tranche", "record"].map(str::to_owned).into_iter().chain(arguments.iter().cloned());
    let matches = definition().try_get_matches_from(arguments).unwrap_or_else(|error| panic!("{error}"));
    match Cli::from_arg_matches(&matches).unwrap().command {
        Sub::Record(record) => record,
        _ => panic!("not a record"),
    }
}

fn read(line: &str) -> Result<Command, Vec<Fault>> {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    record(&words).read()
}

fn faults(line: &str) -> Vec<(String, String)> {
    let faults = read(line).map(|_| ()).unwrap_err();
    faults.into_iter().map(|fault| (fault.field, fault.zh.into_owned())).collect()
}

/// A party as a flag has it.
fn party(party: &Value) -> String {
    let text = |key: &str| party[key].as_str();
    let place = text("city").or(text("area")).map(|place| format!("/{place}")).unwrap_or_default();
    let document = text("document").map(|document| format!(":{document}")).unwrap_or_default();
    format!("{}{place}:{}{document}", text("body").unwrap(), text("person").unwrap())
}

/// The flags that say what a command in JSON says.
fn flags(command: &Value) -> Vec<String> {
    let mut flags = vec![command["command"].as_str().unwrap().to_owned()];
    for (field, value) in command.as_object().unwrap() {
        let mut flag = |name: &str, text: String| flags.push(format!("--{}={text}", name.replace('_', "-")));
        match (field.as_str(), value) {
            ("command", _) => {}
            ("by", by) => flag("by", party(by)),
            ("approvals", Value::Array(list)) => list.iter().for_each(|one| flag("approve", party(one))),
            (field, Value::String(text)) => flag(field, text.clone()),
            (field, value) => flag(field, value.to_string()),
        }
    }
    flags
}

#[test]
fn the_definition_holds() {
    definition().debug_assert();
}

#[test]
fn every_command_of_the_scenarios_can_be_said_in_flags() {
    let lines = include_str!("../../../tests/scenarios/first-cohort.jsonl")
        .lines()
        .chain(include_str!("../../../tests/scenarios/mixed.jsonl").lines().step_by(10));
    let mut said = 0;
    for line in lines {
        let Ok(command) = Command::parse(line.as_bytes()) else { continue };
        let value: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record(&flags(&value)).read().as_ref(), Ok(&command), "{line}");
        said += 1;
    }
    assert!(said > 600, "{said}");
}

#[test]
fn a_sum_is_read_as_people_write_it() {
    let rest = "--pilot P --document D --by province_finance:李敏 --on 2025-12-05";
    let sums = ["700万", "7,000,000", "7000000", "¥7,000,000.00", "7000000.00"];
    let commands = sums.map(|sum| read(&format!("allocate --amount {sum} {rest}")).unwrap());
    assert!(commands.iter().all(|command| Some(command) == commands.first()));
    assert_eq!(faults(&format!("allocate --amount 0 {rest}")), [("amount".into(), "金额须大于零".into())]);
    let [(field, why)] = faults(&format!("allocate --amount 7,00 {rest}")).try_into().unwrap();
    assert!(field == "amount" && why.contains("千分位"), "{why}");
}

#[test]
fn every_fault_is_told_at_once_and_the_flag_explains_its_own() {
    let told = faults(
        "pay --amount -5 --payee {\"name\":\"甲\",\"name\":\"乙\"} --purpose service --by nobody:丙 --on 2026-02-30",
    );
    let fields: Vec<&str> = told.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["on", "by.body", "pilot", "project", "payment", "amount", "payee", "voucher", "purpose"]);
    assert!(told.iter().any(|(field, why)| field == "payee" && why.contains("duplicate key")), "{told:?}");
    assert!(told.iter().any(|(field, why)| field == "amount" && why.contains("700万")), "{told:?}");
}

#[test]
fn lists_are_json_or_one_item_at_a_time() {
    let rest = "--cohort 2025 --from 2025-11-01 --to 2025-11-07 --by province_drc:周涛 --on 2025-11-01";
    let one = read(&format!("publicise --applications A1 --applications [\"A2\",\"A3\"] {rest}"));
    assert_eq!(one, read(&format!("publicise --applications [\"A1\",\"A2\",\"A3\"] {rest}")));
    assert!(one.is_ok());
    assert_eq!(faults(&format!("publicise --applications [1 {rest}")).len(), 1);
    assert_eq!(faults(&format!("publicise --applications [1] {rest}")).len(), 1);
}

#[test]
fn numbers_and_flags_that_are_none_are_faults_of_form() {
    let rest = "--pilot P --release R --amount 1 --document D --by province_finance:李敏";
    assert_eq!(faults(&format!("release {rest} --budget-year 二〇二五"))[0].0, "budget_year");
    assert_eq!(faults(&format!("release {rest} --budget-year 2025.0"))[0].0, "budget_year");
    let other = faults("assign_project --other-provincial-funding 否");
    assert!(other.iter().any(|(field, why)| field == "other_provincial_funding" && why.contains("true")), "{other:?}");
}

#[test]
fn a_json_text_cannot_reach_out_of_its_field() {
    let told = faults("attach --by province_drc:周涛 --subject X --name n --media-type a/b --sha256 0 --size 1");
    assert_eq!(told.len(), 1);
    let told = faults("pay --payee {},\"x\":{}");
    assert!(told.iter().any(|(field, why)| field == "payee" && why.contains("JSON")), "{told:?}");
}
