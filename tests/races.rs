//! Many processes of the real program at once against one pilot's last million: never a fen over, nothing lost,
//! nothing twice.

#![cfg(test)]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/program.rs"]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;

use chance::Chance;
use program::{Desk, FIRST_COHORT, Running};
use serde_json::{Value, json};
use tranche::domain::money::Money;

const PROCESSES: u64 = 8;
const COMMANDS: u64 = 200;
const PILOT: &str = "JX2025-07";
const PROJECT: &str = "2510-367424-04-05-503337";
/// What is left when the race begins.
const LAST_FEN: i128 = 100_000_000;
/// The largest sum; half of it is the mean, so that all commands together ask for more than there is.
const SUM_FEN: u64 = 200_000;

/// Everything up to the allocations: ten pilots, ten million for this one, seven of them in the first year.
fn allocated() -> Vec<&'static str> {
    FIRST_COHORT.lines().take_while(|line| !line.contains(r#""command": "release""#)).collect()
}

fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn fen(value: &Value) -> i128 {
    Money::parse(value.as_str().unwrap()).unwrap().fen()
}

fn release(name: &str, amount: &str) -> Value {
    json!({"command": "release", "on": "2025-12-18", "by": {"body": "province_finance", "person": "李敏"},
        "pilot": PILOT, "release": name, "amount": amount, "document": format!("赣财建指〔2025〕{name}号"), "budget_year": 2025})
}

fn payment(name: &str, amount: &str) -> Value {
    json!({"command": "pay", "on": "2026-02-12", "by": {"body": "local_finance", "person": "县财政丙", "area": "360602"},
        "pilot": PILOT, "project": PROJECT, "payment": name, "amount": amount, "voucher": "记-1",
        "payee": {"name": "示例承包单位(虚构)", "uscc": "91366220MA30CF21H4"}, "purpose": "INFRASTRUCTURE"})
}

/// One process's lines, each with its own identifiers and a random sum.
fn lines(process: u64, make: fn(&str, &str) -> Value, chance: &mut Chance) -> Vec<Value> {
    let line = |number| {
        let sum = yuan(1 + chance.below(SUM_FEN));
        let mut line = make(&format!("P{process}-{number}"), &sum);
        line["id"] = json!(format!("{process:08x}-0000-4000-8000-{number:012x}"));
        line
    };
    (0..COMMANDS).map(line).collect()
}

/// Runs a process for each list of lines, all at once, and gives each one's answers. Every other process has its lines
/// in a file and sends them as one batch; the others get a few at a time and so meet each other at the head often.
fn race<'l>(desk: &'l Desk, lists: &'l [Vec<Value>], chance: &mut Chance) -> Vec<Vec<Value>> {
    std::thread::scope(|scope| {
        let run = |(number, list): (usize, &'l Vec<Value>)| {
            let chance = chance.fork();
            scope.spawn(move || if number % 2 == 0 { from_file(desk, list) } else { in_steps(desk, list, chance) })
        };
        let running: Vec<_> = lists.iter().enumerate().map(run).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn from_file(desk: &Desk, list: &[Value]) -> Vec<Value> {
    let told = desk.apply(text(list), &[]);
    assert!(told.err.is_empty(), "{}", told.err);
    told.lines()
}

fn in_steps(desk: &Desk, list: &[Value], mut chance: Chance) -> Vec<Value> {
    let mut command = desk.command(&["apply", "--format", "json", "-"]);
    let mut running = Running::start(command.stdin(Stdio::piped()));
    let mut input = running.child().stdin.take().unwrap();
    let coming = running.answers();
    let mut answers = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let (step, later) = rest.split_at(rest.len().min(1 + usize::try_from(chance.below(10)).unwrap()));
        input.write_all(text(step).as_bytes()).unwrap();
        answers.extend(step.iter().map(|_| coming.recv_timeout(program::LIMIT).unwrap()));
        rest = later;
    }
    drop(input);
    let told = running.finish();
    assert!(told.err.is_empty(), "{}", told.err);
    answers
}

/// Holds what the processes were told against the log; gives the accepted sum in fen.
async fn settled(desk: &Desk, lists: &[Vec<Value>], told: &[Vec<Value>], rule: &str) -> i128 {
    let log = desk.log().await;
    let mut places: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (number, entry) in (1..).zip(&log) {
        assert_eq!(entry["position"], number, "no position is skipped or used twice");
        places.entry(entry["command_id"].as_str().unwrap()).or_default().push(number);
    }
    let mut sum = 0;
    let mut refused = 0;
    for (list, answers) in lists.iter().zip(told) {
        assert_eq!(answers.len(), list.len());
        for (line, answer) in list.iter().zip(answers) {
            assert_eq!(line["id"], answer["id"]);
            let found = places.get(line["id"].as_str().unwrap()).cloned().unwrap_or_default();
            if answer["outcome"] == "accepted" {
                let position = answer["events"][0]["position"].as_u64().unwrap();
                assert_eq!(found, [position], "an acknowledged command is in the log, once: {answer}");
                sum += fen(&line["amount"]);
            } else {
                assert_eq!(answer["outcome"], "refused");
                assert!(found.is_empty(), "a refused command is not in the log: {answer}");
                let rules: BTreeSet<&str> =
                    answer["refusals"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
                assert!(rules.contains(rule), "{answer}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "the limit was never met");
    // Sums of at most SUM_FEN were tried to the end by somebody, so no more than that can be left over.
    assert!(sum <= LAST_FEN && sum > LAST_FEN - i128::from(SUM_FEN), "{sum}");
    desk.sound().await;
    sum
}

#[tokio::test(flavor = "multi_thread")]
async fn releases_never_pass_the_last_million() {
    let desk = Desk::sandbox().await;
    let mut first = release("R0", "6000000.00");
    first["recorded_at"] = json!("2025-12-18T09:00:00+08:00");
    let first = first.to_string();
    desk.accepted(allocated().into_iter().chain([first.as_str()]));
    let mut chance = Chance::new();
    let lists: Vec<_> = (1..=PROCESSES).map(|process| lines(process, release, &mut chance)).collect();
    let told = race(&desk, &lists, &mut chance);
    let sum = settled(&desk, &lists, &told, "TR-01").await;
    let figures = desk.figures(PILOT, "2025-12-31").await;
    assert_eq!(fen(&figures["released"]), 600_000_000 + sum);
    assert_eq!(fen(&figures["releasable"]), LAST_FEN - sum);
    assert_eq!(figures["release_limit"], "7000000.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_never_pass_the_last_balance() {
    let desk = Desk::sandbox().await;
    let mut only = release("R0", "1000000.00");
    only["recorded_at"] = json!("2025-12-18T09:00:00+08:00");
    let only = only.to_string();
    let assign = FIRST_COHORT.lines().find(|line| line.contains("assign_project") && line.contains(PROJECT)).unwrap();
    let mut assign: Value = serde_json::from_str(assign).unwrap();
    assign["amount"] = json!("2000000.00");
    assign["recorded_at"] = json!("2026-02-12T09:00:00+08:00");
    let assign = assign.to_string();
    desk.accepted(allocated().into_iter().chain([only.as_str(), assign.as_str()]));
    let mut chance = Chance::new();
    let lists: Vec<_> = (1..=PROCESSES).map(|process| lines(process, payment, &mut chance)).collect();
    let told = race(&desk, &lists, &mut chance);
    let sum = settled(&desk, &lists, &told, "USE-05").await;
    let figures = desk.figures(PILOT, "2026-02-28").await;
    assert_eq!(fen(&figures["paid"]), sum);
    assert_eq!(fen(&figures["balance"]), LAST_FEN - sum);
}

/// Commands as a file of them.
fn text(commands: &[Value]) -> String {
    let lines: Vec<String> = commands.iter().map(Value::to_string).collect();
    lines.join("\n") + "\n"
}
