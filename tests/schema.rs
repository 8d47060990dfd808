//! The JSON Schemas against what they describe: the commands of both scenarios, and the log they lead to.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

use jsonschema::Validator;
use serde_json::{Value, json};
use tranche::domain::act::{Act, ActKind, OpenProgramme};
use tranche::domain::code::Body;
use tranche::domain::command::{Command, Party};
use tranche::domain::decide::{Decision, decide};
use tranche::domain::event::{Event, Reason};
use tranche::domain::evolve::evolve;
use tranche::domain::form::{Fault, Field as _};
use tranche::domain::ledger::Ledger;
use tranche::domain::text::{Person, Ratio, ReviewScore};
use tranche::domain::{Date, Timestamp};
use tranche::engine::opening::{JIANGXI_2025, read_rules};
use tranche::log::entry;
use tranche::report::schema;

const FIRST_COHORT: &str = include_str!("scenarios/first-cohort.jsonl");
const MIXED: &str = include_str!("scenarios/mixed.jsonl");

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}

/// The schemas of all commands and events, each by its name.
struct Schemas {
    commands: Vec<(ActKind, Validator)>,
    events: Vec<(ActKind, Validator)>,
}

impl Schemas {
    fn new() -> Self {
        let commands = schema::commands().map(|kind| (kind, validator(&schema::of_command(kind)))).collect();
        let events = ActKind::ALL.iter().map(|kind| (*kind, validator(&schema::of_event(*kind)))).collect();
        Self { commands, events }
    }

    /// Whether a value is what its own name says it is; `None` where that is no name.
    fn admits(&self, value: &Value) -> Option<bool> {
        let (list, kind) = match value["type"].as_str() {
            Some(name) => (&self.events, ActKind::of_event(name)?),
            None => (&self.commands, ActKind::of_command(value["command"].as_str()?)?),
        };
        list.iter().find(|(known, _)| *known == kind).map(|(_, validator)| validator.is_valid(value))
    }
}

/// The entries that a scenario leads to, from the opening on.
fn entries(lines: &str) -> Vec<Value> {
    let mut ledger = Ledger::default();
    let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    let person = Person::parse("tranche init").unwrap();
    let opening: OpenProgramme = read_rules(JIANGXI_2025.as_bytes(), true).unwrap();
    let mut opening = Command {
        id: None,
        on: "2025-10-16".parse::<Date>().unwrap(),
        by: Party { body: Body::ProvinceFinance, person, city: None, area: None, document: None },
        approvals: vec![],
        note: None,
        recorded_at: None,
        act: Act::OpenProgramme(opening),
    };
    opening.id = Some("0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01".parse().unwrap());
    let mut entries = Vec::new();
    let mut append = |ledger: &mut Ledger, command: &Command, acts: Vec<(String, Act)>, warnings: &[Reason]| {
        let moment = ledger.moment(command, now);
        for (stream, act) in acts {
            let event = Event {
                position: ledger.programme.position + 1,
                version: ledger.programme.streams.get(&stream).copied().unwrap_or(0) + 1,
                stream,
                on: command.on,
                recorded_at: moment.recorded_at,
                simulated: moment.simulated,
                command_id: command.id.unwrap(),
                by: command.by.clone(),
                approvals: command.approvals.clone(),
                note: command.note.clone(),
                warnings: warnings.to_vec(),
                act,
            };
            evolve(ledger, &event);
            entries.push(serde_json::from_slice(&entry::write("jiangxi-2025", &event).unwrap()).unwrap());
        }
    };
    let act = opening.act.clone();
    append(&mut ledger, &opening, vec![("programme".into(), act)], &[]);
    for line in lines.lines() {
        let Ok(command) = Command::parse(line.as_bytes()) else { continue };
        if let Decision::Accepted { acts, warnings } = decide(&ledger, &command, now) {
            append(&mut ledger, &command, acts, &warnings);
        }
    }
    entries
}

#[test]
fn every_command_of_right_form_is_admitted_and_no_other() {
    let schemas = Schemas::new();
    let (mut admitted, mut turned_away) = (0, 0);
    for line in FIRST_COHORT.lines().chain(MIXED.lines()) {
        let Ok(value) = serde_json::from_str::<Value>(line) else { continue };
        match (Command::parse(line.as_bytes()), schemas.admits(&value)) {
            (Ok(_), admits) => {
                assert_eq!(admits, Some(true), "{line}");
                admitted += 1;
            }
            (Err(faults), Some(admits)) => {
                // What concerns several fields at once, and what a parameter may be, no schema says.
                let beyond = |fault: &Fault| {
                    matches!(fault.field.as_str(), "to" | "pilot" | "through") || fault.field.starts_with("changes.")
                };
                assert!(!admits || faults.iter().all(beyond), "{faults:?}\n{line}");
                turned_away += 1;
            }
            (Err(_), None) => {}
        }
    }
    assert!(admitted > 2_000 && turned_away > 50, "{admitted} {turned_away}");
}

#[test]
fn a_malformed_command_is_not_admitted() {
    let schemas = Schemas::new();
    let mut seen = Vec::new();
    for line in FIRST_COHORT.lines().chain(MIXED.lines()) {
        let Ok(command) = Command::parse(line.as_bytes()) else { continue };
        if seen.contains(&command.act.kind()) {
            continue;
        }
        seen.push(command.act.kind());
        let value: Value = serde_json::from_str(line).unwrap();
        let object = value.as_object().unwrap();
        let changed = |edit: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut changed = object.clone();
            edit(&mut changed);
            Value::Object(changed)
        };
        for field in object.keys().filter(|field| *field != "command") {
            let mut wrongs = vec![changed(&|object| _ = object.insert(field.clone(), json!(null)))];
            // Neither a text, nor a number, nor a list, nor an object, nor a flag is all of these.
            wrongs.extend(
                [json!(-1), json!(""), json!([[]]), json!([""]), json!({"zzz": 1})]
                    .into_iter()
                    .filter(|wrong| field != "changes" || !wrong.is_object())
                    .map(|wrong| changed(&|object| _ = object.insert(field.clone(), wrong.clone()))),
            );
            for wrong in wrongs {
                assert_eq!(schemas.admits(&wrong), Some(false), "{field} {wrong}");
            }
            let without = changed(&|object| _ = object.remove(field));
            let is_read = Command::parse(without.to_string().as_bytes()).is_ok();
            let either = matches!(field.as_str(), "pilot" | "application") && object.contains_key("finding");
            assert!(either || schemas.admits(&without) == Some(is_read), "{field} {without}");
        }
        assert_eq!(schemas.admits(&changed(&|object| _ = object.insert("zzz".into(), json!(1)))), Some(false));
    }
    assert!(seen.len() > 30, "{}", seen.len());
    for (name, known) in
        [("cap.joint", true), ("cohort_quota.2026", true), ("capXjoint", false), ("cohort_quota", false)]
    {
        let amendment = json!({"command": "amend_programme", "on": "2026-01-01", "document": "文",
            "by": {"body": "province_drc", "person": "甲"}, "changes": {name: 1}});
        assert_eq!(schemas.admits(&amendment), Some(known), "{name}");
    }
}

#[test]
fn the_pattern_of_a_decimal_is_what_is_read() {
    let patterned = |schema: Value| jsonschema::options().build(&schema).unwrap();
    let (score, ratio) = (patterned(ReviewScore::schema()), patterned(Ratio::schema()));
    for text in ["0", "00", "7.5", "99.99", "100", "100.0", "0100.00", "100.01", "101", "1000", "1", "1.0", "1.0000"]
        .into_iter()
        .chain(["1.0001", "0.7000", "0.70001", "2", "01", ".5", "1.", "-1", "1e2", "", "٣", "0.123", "10", "010"])
    {
        assert_eq!(score.is_valid(&json!(text)), ReviewScore::parse(text).is_some(), "a score {text}");
        assert_eq!(ratio.is_valid(&json!(text)), Ratio::parse(text).is_some(), "a ratio {text}");
    }
}

#[test]
fn every_entry_of_both_logs_is_admitted() {
    let schemas = Schemas::new();
    let all = validator(&schema::of_all());
    for (lines, least) in [(FIRST_COHORT, 524), (MIXED, 500)] {
        let entries = entries(lines);
        assert!(entries.len() >= least, "{}", entries.len());
        for (number, entry) in entries.iter().enumerate() {
            assert_eq!(schemas.admits(entry), Some(true), "{entry}");
            // The whole holds the same definitions; a part of the log shows that they are reached.
            assert!(number % 20 != 0 || all.is_valid(entry), "{entry}");
        }
    }
}

#[test]
fn a_malformed_entry_is_not_admitted() {
    let schemas = Schemas::new();
    let entry = entries(FIRST_COHORT).pop().unwrap();
    let changed = |edit: &dyn Fn(&mut Value)| {
        let mut entry = entry.clone();
        edit(&mut entry);
        schemas.admits(&entry)
    };
    assert_eq!(changed(&|_| ()), Some(true));
    assert_eq!(changed(&|entry| entry["position"] = json!(0)), Some(false));
    assert_eq!(changed(&|entry| entry["recorded_at"] = json!("2026-02-12T01:00:00Z")), Some(false));
    assert_eq!(changed(&|entry| entry["simulated"] = json!(false)), Some(false));
    assert_eq!(changed(&|entry| entry["stream"] = json!("elsewhere")), Some(false));
    assert_eq!(changed(&|entry| entry["data"]["zzz"] = json!(1)), Some(false));
    assert_eq!(changed(&|entry| entry["data"] = json!({})), Some(false));
    assert_eq!(changed(&|entry| entry["zzz"] = json!(1)), Some(false));
    assert_eq!(
        changed(&|entry| entry["warnings"] = json!([{"rule": "TR-99", "clause": "", "zh": "", "en": ""}])),
        Some(false)
    );
    for key in ["ledger", "version", "on", "command_id", "by"] {
        assert_eq!(changed(&|entry| _ = entry.as_object_mut().unwrap().remove(key)), Some(false), "{key}");
    }
}

#[test]
fn the_whole_admits_commands_and_nothing_else() {
    let all = validator(&schema::of_all());
    for line in FIRST_COHORT.lines().step_by(25) {
        assert!(all.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
    for wrong in [json!({}), json!({"command": "open_programme"}), json!({"type": "TrancheReleased"}), json!([])] {
        assert!(!all.is_valid(&wrong), "{wrong}");
    }
    assert!(jsonschema::meta::is_valid(&schema::of_all()));
}
