//! Both scenarios through the pure core alone: every outcome, rule, warning, event and figure as expected.
#![cfg(test)]

use std::collections::HashMap;

use serde_json::Value;
use tranche::domain::act::{Act, OpenProgramme};
use tranche::domain::area;
use tranche::domain::code::Body;
use tranche::domain::command::{Command, Party};
use tranche::domain::decide::{Decision, decide};
use tranche::domain::event::events_of;
use tranche::domain::evolve::evolve;
use tranche::domain::figures::Figures;
use tranche::domain::ledger::Ledger;
use tranche::domain::text::{Id, Person, Text};
use tranche::domain::{Date, Timestamp};
use uuid::Uuid;

/// A ledger in memory, with the idempotency the log would give.
struct Memory {
    ledger: Ledger,
    now: Timestamp,
    seen: HashMap<Uuid, (Value, Vec<String>)>,
}

impl Memory {
    fn open() -> Self {
        let rules: Value = serde_json::from_str(include_str!("../src/domain/programmes/jiangxi-2025.json")).unwrap();
        let open = OpenProgramme {
            programme: Text::parse("试点").unwrap(),
            rules: serde_json::from_value(rules["rules"].clone()).unwrap(),
            areas: area::jiangxi().unwrap(),
            sandbox: true,
        };
        let now: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        let mut memory = Self { ledger: Ledger::default(), now, seen: HashMap::new() };
        let by = Party {
            body: Body::ProvinceFinance,
            person: Person::parse("系统").unwrap(),
            city: None,
            area: None,
            document: None,
        };
        let command = Command {
            id: None,
            on: "2026-11-23".parse().unwrap(),
            by,
            approvals: vec![],
            note: None,
            recorded_at: None,
            act: Act::OpenProgramme(open),
        };
        let act = command.act.clone();
        memory.append(&command, vec![("programme".into(), act)], &[]);
        memory
    }

    fn append(
        &mut self,
        command: &Command,
        acts: Vec<(String, Act)>,
        warnings: &[tranche::domain::event::Reason],
    ) -> Vec<String> {
        let moment = self.ledger.moment(command, self.now);
        let mut types = Vec::new();
        let id = command.id.unwrap_or_default();
        for event in events_of(&self.ledger, command, id, (acts, warnings), moment) {
            types.push(event.act.kind().event().to_owned());
            evolve(&mut self.ledger, &event);
        }
        types
    }

    /// Outcome, rules, warnings, events.
    fn apply(&mut self, line: &str) -> (String, Vec<String>, Vec<String>, Vec<String>) {
        let Ok(command) = Command::parse(line.as_bytes()) else {
            return ("refused".into(), vec!["FORM-01".into()], vec![], vec![]);
        };
        let mut content: Value = serde_json::from_str(line).unwrap();
        for key in ["id", "recorded_at"] {
            content.as_object_mut().unwrap().remove(key);
        }
        let id = command.id.unwrap();
        if let Some((seen, events)) = self.seen.get(&id) {
            return if *seen == content {
                // The scenario lists what a line appends: a repeated one appends nothing.
                assert!(!events.is_empty());
                ("repeated".into(), vec![], vec![], vec![])
            } else {
                ("refused".into(), vec!["IDEM-01".into()], vec![], vec![])
            };
        }
        match decide(&self.ledger, &command, self.now) {
            Decision::Refused(reasons) => {
                let mut rules: Vec<String> = reasons.iter().map(|reason| reason.rule.to_string()).collect();
                rules.sort();
                ("refused".into(), rules, vec![], vec![])
            }
            Decision::Accepted { acts, warnings } => {
                let mut strained: Vec<String> = warnings.iter().map(|reason| reason.rule.to_string()).collect();
                strained.sort();
                let events = self.append(&command, acts, &warnings);
                self.seen.insert(id, (content, events.clone()));
                ("accepted".into(), vec![], strained, events)
            }
        }
    }
}

fn figures(memory: &Memory, expected: &Value) {
    let date: Date = expected["as_of"].as_str().unwrap().parse().unwrap();
    for (id, sums) in expected["pilots"].as_object().unwrap() {
        let pilot = &memory.ledger.pilots[&Id::parse(id).unwrap()];
        let found = serde_json::to_value(Figures::of_pilot(&memory.ledger.programme, pilot, date)).unwrap();
        for (name, sum) in sums.as_object().unwrap() {
            assert_eq!(&found[name], sum, "{id} {name}");
        }
    }
    assert_eq!(memory.ledger.pilots.len(), expected["pilots"].as_object().unwrap().len());
}

#[test]
fn the_first_cohort_is_accepted_whole() {
    let mut memory = Memory::open();
    for (number, line) in include_str!("scenarios/first-cohort.jsonl").lines().enumerate() {
        let (outcome, rules, ..) = memory.apply(line);
        assert_eq!(outcome, "accepted", "line {}: {rules:?}", number + 1);
    }
    let expected: Value = serde_json::from_str(include_str!("scenarios/first-cohort.expected.json")).unwrap();
    figures(&memory, &expected);
    assert_eq!(memory.ledger.programme.position, 524);
}

#[test]
fn the_mixed_scenario_is_judged_as_expected() {
    let mut memory = Memory::open();
    let strings = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
    let mut wrong = Vec::new();
    let expected = include_str!("scenarios/mixed.expected.jsonl").lines();
    for (line, expected) in include_str!("scenarios/mixed.jsonl").lines().zip(expected) {
        let expected: Value = serde_json::from_str(expected).unwrap();
        let want = (
            expected["outcome"].as_str().unwrap().to_owned(),
            strings(&expected["rules"]),
            strings(&expected["warnings"]),
            strings(&expected["events"]),
        );
        let found = memory.apply(line);
        if found != want {
            wrong.push(format!("line {}: found {found:?}, expected {want:?}", expected["line"]));
        }
    }
    assert!(wrong.is_empty(), "{} lines differ:\n{}", wrong.len(), wrong.join("\n"));
    let expected: Value = serde_json::from_str(include_str!("scenarios/mixed.figures.json")).unwrap();
    figures(&memory, &expected);
}
