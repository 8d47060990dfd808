//! The pure core under thousands of random command sequences, beside books and an auditor of their own.
//!
//! Each sequence starts where `setup` leaves off and draws commands near the limits of the state it meets. After each
//! accepted command the books check the invariants; at the end the auditor, who knows the log as JSON and nothing else,
//! must agree on every figure. A failing sequence is shrunk, and its commands are printed.
//!
//! Half the sequences run in each of two tests, so that two threads share them.

#![cfg(test)]

#[path = "state_machine/auditor.rs"]
mod auditor;
#[path = "state_machine/books.rs"]
mod books;
#[path = "state_machine/dice.rs"]
mod dice;
#[path = "support/difference.rs"]
mod difference;
#[path = "state_machine/draw.rs"]
mod draw;
#[path = "state_machine/draw_funds.rs"]
mod draw_funds;
#[path = "state_machine/draw_pilot.rs"]
mod draw_pilot;
#[path = "state_machine/machine.rs"]
mod machine;
#[path = "state_machine/mutation.rs"]
mod mutation;
#[path = "state_machine/sequence.rs"]
mod sequence;
#[path = "state_machine/setup.rs"]
mod setup;

use std::cell::RefCell;
use std::sync::Mutex;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::Value;
use tranche::domain::command::Command;

use dice::Dice;
use draw::Step;
use sequence::{Sequence, Tally};

/// How many sequences each half has.
const SEQUENCES: u32 = 5_000;
/// The least share of commands that must be accepted, in percent, for the sequences to mean anything.
const ACCEPTED_PERCENT_MIN: u64 = 55;

/// Runs cases from a fixed seed; a failing one is shrunk and told with its journal.
fn check<S: Strategy>(
    seed: u8,
    cases: u32,
    strategy: &S,
    journal: &Mutex<Vec<String>>,
    property: impl Fn(S::Value) -> Result<(), String>,
) {
    let config = Config { cases, max_shrink_iters: 4_000, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    match runner.run(strategy, |case| property(case).map_err(TestCaseError::fail)) {
        Ok(()) => {}
        Err(TestError::Abort(reason)) => panic!("{reason}"),
        Err(TestError::Fail(reason, case)) => {
            // Once more, so that the journal is that of the smallest case.
            let again = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| property(case)));
            drop(again);
            let commands = journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner).join("\n");
            panic!("{reason}\n{commands}");
        }
    }
}

/// Sequences of steps, mostly about one of the four pilots.
fn steps(length: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = (usize, Vec<Step>)> {
    (0..4_usize, prop::collection::vec((0..draw::weights(), any::<u64>()), length))
}

/// Runs one half of the sequences.
fn half(seed: u8) {
    let (journal, tally) = (Mutex::default(), RefCell::new(Tally::default()));
    check(seed, SEQUENCES, &steps(30..=60), &journal, |(main, steps)| {
        Sequence::new(main, &journal).run(&steps, &mut tally.borrow_mut())
    });
    let tally = tally.into_inner();
    let (drawn, accepted) = tally.total();
    println!(
        "accepted {accepted} of {drawn}: {:#?}\nrefused by {:#?}\nreached {:#?}",
        tally.by_command, tally.rules, tally.reached
    );
    assert!(accepted * 100 >= drawn * ACCEPTED_PERCENT_MIN, "only {accepted} of {drawn} commands were accepted");
    for (name, (drawn, accepted)) in &tally.by_command {
        assert!(*accepted >= 50, "{name} was accepted only {accepted} times of {drawn}");
    }
    assert!(tally.reached.values().all(|times| *times >= 3), "{:#?}", tally.reached);
    for rule in ["CAP-01", "CAP-02", "CAP-03", "CAP-04", "CAP-05", "TR-01", "TR-02", "TR-03", "TR-04", "TR-07", "TR-08"]
    {
        assert!(tally.rules.contains_key(rule), "{rule} refused nothing");
    }
    for rule in ["USE-05", "SAN-01", "SAN-03", "DATE-01", "DATE-02", "PER-01", "STATE-01", "FORM-01", "PARTY-01"] {
        assert!(tally.rules.contains_key(rule), "{rule} refused nothing");
    }
}

#[test]
fn sequences_keep_the_invariants_and_the_auditor_agrees() {
    half(1);
}

#[test]
fn more_sequences_keep_the_invariants_and_the_auditor_agrees() {
    half(2);
}

/// Spoilt commands meet every state of a sequence; those still lawful are appended and must keep the invariants too.
fn spoil(main: usize, steps: &[Step], journal: &Mutex<Vec<String>>) -> Result<(), String> {
    let mut sequence = Sequence::new(main, journal);
    for step in steps {
        let lawful = sequence.draw(*step);
        let mut dice = Dice(step.1.rotate_left(17));
        for _ in 0..6 {
            let mut spoilt = lawful.clone();
            for _ in 0..=dice.below(2) {
                mutation::mutate(&mut spoilt, &mut dice);
            }
            let mut line = serde_json::to_vec(&spoilt).unwrap();
            if dice.chance(20) {
                mutation::garble(&mut line, &mut dice);
            }
            journal.lock().unwrap().push(String::from_utf8_lossy(&line).into_owned());
            if let Ok(command) = Command::parse(&line) {
                sequence.machine.judge(&command)?;
            }
            journal.lock().unwrap().pop();
            // A time far ahead would leave nothing lawful after it.
            if spoilt.get("recorded_at") == lawful.get("recorded_at") && dice.chance(15) {
                sequence.send(&spoilt)?;
            }
        }
        sequence.send(&lawful)?;
    }
    sequence.finish(&mut Dice(main as u64))
}

#[test]
fn spoilt_commands_never_panic_and_never_break_an_invariant() {
    let journal = Mutex::default();
    check(3, 400, &steps(20..=40), &journal, |(main, steps)| spoil(main, &steps, &journal));
}

/// Any JSON, its keys often those of commands.
fn any_json() -> impl Strategy<Value = Value> {
    let keys = prop_oneof![
        prop::sample::select(vec!["command", "id", "on", "by", "approvals", "pilot", "amount", "changes", "members"]),
        prop::sample::select(vec!["body", "person", "projects", "application", "release", "recorded_at", "through"]),
    ];
    let texts = prop_oneof![
        any::<String>(),
        prop::sample::select(vec!["pay", "release", "amend_programme", "P1", "2026-01-20", "1.00", "province_drc"])
            .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 8, move |inner| {
        let key = prop_oneof![keys.clone().prop_map(str::to_owned), any::<String>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..8).prop_map(|object| object.into_iter().collect()),
        ]
    })
}

#[test]
fn arbitrary_bytes_and_json_never_panic() {
    let journal = Mutex::default();
    let machine = setup::start();
    let judge = |line: &[u8]| match Command::parse(line) {
        Ok(command) => machine.judge(&command).map(|_| ()),
        Err(faults) if faults.is_empty() => Err("malformed without a fault".to_owned()),
        Err(_) => Ok(()),
    };
    check(4, 4_000, &prop::collection::vec(any::<u8>(), 0..200), &journal, |bytes| judge(&bytes));
    check(5, 4_000, &any_json(), &journal, |value| judge(value.to_string().as_bytes()));
}

#[test]
fn every_command_but_the_opening_is_drawn_or_part_of_the_start() {
    use tranche::domain::act::ActKind;
    let mut sent: std::collections::BTreeSet<String> =
        setup::start().events.iter().map(|event| event.act.kind().command().to_owned()).collect();
    let journal = Mutex::default();
    let mut sequence = Sequence::new(0, &journal);
    for step in 0..10 * draw::weights() {
        let object = sequence.draw((step % draw::weights(), step as u64));
        sent.insert(object["command"].as_str().unwrap().to_owned());
        sequence.send(&object).unwrap();
    }
    let all: std::collections::BTreeSet<String> = ActKind::ALL.iter().map(|kind| kind.command().to_owned()).collect();
    assert_eq!(sent, all);
}
