//! The bench: a sandbox ledger in memory, cases as data, and what a command's verdict is held against.
//!
//! A [`Case`] is given (commands that must be accepted), when (one command) and then: the exact set of rules it
//! breaks, or the exact set it strains. To add one: a line in a family's `CASES`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tranche::domain::act::{Act, OpenProgramme};
use tranche::domain::alerts::{self, Alert};
use tranche::domain::area;
use tranche::domain::code::Body;
use tranche::domain::command::{Command, Party};
use tranche::domain::decide::{Decision, decide};
use tranche::domain::event::{Reason, events_of};
use tranche::domain::evolve::evolve;
use tranche::domain::figures::Figures;
use tranche::domain::ledger::Ledger;
use tranche::domain::rulebook::Rule;
use tranche::domain::text::{Id, Person, Text};
use tranche::domain::{Date, Timestamp};

/// The real time of every bench: long after all that is told, so that only what tests «today» meets it.
const NOW: &str = "2032-06-30T04:00:00Z";

/// The date of [`NOW`] in Asia/Shanghai.
pub const TODAY: &str = "2032-06-30";

/// A set of rules, by id.
pub type Rules = BTreeSet<&'static str>;

/// The ids of rules, as a set.
pub fn ids(rules: &[Rule]) -> Rules {
    rules.iter().map(|rule| rule.id()).collect()
}

/// What became of a command: its reasons, as they stand in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Appended, with these warnings.
    Accepted(Vec<Reason>),
    /// Not appended, for these reasons.
    Refused(Vec<Reason>),
}

impl Outcome {
    /// The rules alone.
    pub fn rules(&self) -> Rules {
        let (Self::Accepted(reasons) | Self::Refused(reasons)) = self;
        reasons.iter().map(|reason| reason.rule.id()).collect()
    }

    /// Whether it was appended.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    /// The reasons as people read them, a line each.
    pub fn text(&self) -> String {
        let (Self::Accepted(reasons) | Self::Refused(reasons)) = self;
        let lines = reasons.iter().map(|it| format!("{} {}: {}\n{}", it.clause, it.rule, it.zh, it.en));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// A ledger in memory.
#[derive(Clone)]
pub struct Bench {
    /// Its state.
    pub ledger: Ledger,
    now: Timestamp,
    /// The types of the events the last accepted command led to.
    pub last_events: Vec<&'static str>,
}

/// The rules of Jiangxi's programme of 2025, with some of them replaced.
pub fn jiangxi_with(changes: &Value) -> BTreeMap<String, Value> {
    let file = include_str!("../../src/domain/programmes/jiangxi-2025.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let mut rules = file["rules"].as_object().unwrap().clone();
    rules.extend(changes.as_object().unwrap().clone());
    rules.into_iter().collect()
}

impl Bench {
    /// A sandbox under Jiangxi's rules.
    pub fn open() -> Self {
        Self::open_with(jiangxi_with(&json!({})), true)
    }

    /// A ledger under some rules.
    pub fn open_with(rules: BTreeMap<String, Value>, sandbox: bool) -> Self {
        let act = Act::OpenProgramme(OpenProgramme {
            programme: Text::parse("试点").unwrap(),
            rules,
            areas: area::jiangxi().unwrap(),
            sandbox,
        });
        let person = Person::parse("系统").unwrap();
        let by = Party { body: Body::ProvinceFinance, person, city: None, area: None, document: None };
        let on = "2025-10-16".parse().unwrap();
        let command = Command { id: None, on, by, approvals: vec![], note: None, recorded_at: None, act: act.clone() };
        let mut bench = Self { ledger: Ledger::default(), now: NOW.parse().unwrap(), last_events: vec![] };
        bench.append(&command, vec![("programme".to_owned(), act)], &[]);
        bench
    }

    /// A sandbox under Jiangxi's rules in which all this has been done.
    pub fn after(commands: Vec<Value>) -> Self {
        let mut bench = Self::open();
        bench.given(commands);
        bench
    }

    fn append(&mut self, command: &Command, acts: Vec<(String, Act)>, warnings: &[Reason]) {
        let moment = self.ledger.moment(command, self.now);
        self.last_events.clear();
        let id = command.id.unwrap_or_default();
        for event in events_of(&self.ledger, command, id, (acts, warnings), moment) {
            self.last_events.push(event.act.kind().event());
            evolve(&mut self.ledger, &event);
        }
    }

    fn judge(&self, command: &Value) -> Result<(Command, Decision), Outcome> {
        let command = Command::parse(command.to_string().as_bytes()).map_err(|faults| {
            assert!(!faults.is_empty(), "refused without a fault");
            let reason = |fault: tranche::domain::form::Fault| {
                let (zh, en) = (format!("{}:{}", fault.field, fault.zh), format!("{}: {}", fault.field, fault.en));
                Reason::new(Rule::Form01, zh, en)
            };
            Outcome::Refused(faults.into_iter().map(reason).collect())
        })?;
        let decision = decide(&self.ledger, &command, self.now);
        Ok((command, decision))
    }

    /// Judges a command without appending it.
    pub fn when(&self, command: &Value) -> Outcome {
        match self.judge(command) {
            Err(outcome) => outcome,
            Ok((_, Decision::Refused(reasons))) => Outcome::Refused(reasons),
            Ok((_, Decision::Accepted { warnings, .. })) => Outcome::Accepted(warnings),
        }
    }

    /// Appends commands, each of which must be lawful.
    pub fn given(&mut self, commands: Vec<Value>) {
        for command in commands {
            match self.judge(&command) {
                Ok((command, Decision::Accepted { acts, warnings })) => self.append(&command, acts, &warnings),
                Ok((_, Decision::Refused(reasons))) => panic!("given: {}\n{command}", Outcome::Refused(reasons).text()),
                Err(outcome) => panic!("given: {}\n{command}", outcome.text()),
            }
        }
    }

    /// The alerts as of a date, by name.
    pub fn alerts(&self, name: &str, date: &str) -> Vec<Alert> {
        let date: Date = date.parse().unwrap();
        alerts::of_programme(&self.ledger, date).into_iter().filter(|alert| alert.alert == name).collect()
    }

    /// The figures of a pilot as of a date, as JSON has them.
    pub fn figures(&self, pilot: &str, date: &str) -> Value {
        let pilot = &self.ledger.pilots[&Id::parse(pilot).unwrap()];
        serde_json::to_value(Figures::of_pilot(&self.ledger.programme, pilot, date.parse().unwrap())).unwrap()
    }
}

/// What a case is to show of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The command is refused by it.
    Breaks,
    /// The command is appended with a warning by it.
    Strains,
    /// The command is appended, and it is not among the warnings.
    Keeps,
}

/// A case: given, when, then.
pub struct Case {
    /// The rule it is about.
    pub rule: Rule,
    /// What it shows of it.
    pub shows: Shows,
    /// What sets it apart.
    pub name: &'static str,
    /// What was done before.
    pub given: fn() -> Vec<Value>,
    /// The command.
    pub when: fn() -> Value,
    /// The rules that always come with the one broken or strained; for one kept, the warnings there are.
    pub with: &'static [Rule],
    /// The parameters that are not Jiangxi's.
    pub rules: fn() -> Value,
}

impl Case {
    const fn new(rule: Rule, shows: Shows, name: &'static str, given: fn() -> Vec<Value>, when: fn() -> Value) -> Self {
        Self { rule, shows, name, given, when, with: &[], rules: || json!({}) }
    }

    /// The command breaks the rule and no other.
    pub const fn breaks(rule: Rule, name: &'static str, given: fn() -> Vec<Value>, when: fn() -> Value) -> Self {
        Self::new(rule, Shows::Breaks, name, given, when)
    }

    /// The command is appended with a warning by the rule and no other.
    pub const fn strains(rule: Rule, name: &'static str, given: fn() -> Vec<Value>, when: fn() -> Value) -> Self {
        Self::new(rule, Shows::Strains, name, given, when)
    }

    /// The command is appended without a warning.
    pub const fn keeps(rule: Rule, name: &'static str, given: fn() -> Vec<Value>, when: fn() -> Value) -> Self {
        Self::new(rule, Shows::Keeps, name, given, when)
    }

    /// The same, and these rules beside it.
    pub const fn with(mut self, rules: &'static [Rule]) -> Self {
        self.with = rules;
        self
    }

    /// The same in a programme with other rules.
    pub const fn under(mut self, rules: fn() -> Value) -> Self {
        self.rules = rules;
        self
    }

    /// What is wrong with the case, if anything is.
    pub fn fault(&self) -> Option<String> {
        let mut bench = Bench::open_with(jiangxi_with(&(self.rules)()), true);
        bench.given((self.given)());
        let outcome = bench.when(&(self.when)());
        let mut expected = ids(self.with);
        if self.shows != Shows::Keeps {
            expected.insert(self.rule.id());
        }
        let accepted = self.shows != Shows::Breaks;
        (outcome.is_accepted() != accepted || outcome.rules() != expected).then(|| {
            let verdict = if outcome.is_accepted() { "accepted" } else { "refused" };
            format!("{} {:?} «{}»: {verdict}\n{}", self.rule, self.shows, self.name, outcome.text())
        })
    }
}

/// Holds every case of a family, and names all that fail.
pub fn hold(cases: &[Case]) {
    let faults: Vec<String> = cases.iter().filter_map(Case::fault).collect();
    assert!(faults.is_empty(), "{} of {} cases fail:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
