//! KEY-01: the signer's key is handed on by a statement that the key in force and the new one both signed.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{Date02, Form01, Key01};
use tranche::log::note::{Cosigner, Note, Signer};

use super::acts::*;
use super::story::nothing;
use super::support::{Bench, Case, hold};

const ORIGIN: &str = "log.example/jx";

/// A first key was announced.
fn one() -> Vec<Value> {
    vec![announce_key("2026-01-10", None, 1)]
}

/// It was replaced.
fn two() -> Vec<Value> {
    vec![announce_key("2026-01-10", None, 1), announce_key("2026-01-20", Some(1), 2)]
}

/// The second key's announcement with another statement, signed by keys of these seeds.
fn second(signers: &[u8]) -> Value {
    let keys: Vec<Signer> = signers.iter().map(|seed| log_key(ORIGIN, *seed)).collect();
    let signers: Vec<&Signer> = keys.iter().collect();
    let stated = statement(Some(&log_key(ORIGIN, 1)), &log_key(ORIGIN, 2), &signers);
    announce_key("2026-01-20", Some(1), 2).with(json!({"statement": stated}))
}

/// An announcement by a key of another name.
fn renamed() -> Value {
    let (old, new) = (log_key(ORIGIN, 1), log_key("log.example/else", 2));
    let stated = statement(Some(&old), &new, &[&old, &new]);
    announce_key("2026-01-20", Some(1), 2).with(json!({"key": new.public(), "statement": stated}))
}

/// An announcement of a cosigner's key, whose statement its bytes signed as a log's key would.
fn of_a_cosigner() -> Value {
    let (old, new) = (log_key(ORIGIN, 1), Cosigner::from_seed(ORIGIN, &[2; 32]).unwrap());
    let text = tranche::domain::rule::key::statement_text(Some(old.public()), new.public());
    let signatures = vec![old.sign(&text), new.sign(&text, 1)];
    let stated = Note { text, signatures }.to_string();
    announce_key("2026-01-20", Some(1), 2).with(json!({"key": new.public(), "statement": stated}))
}

pub const CASES: &[Case] = &[
    Case::keeps(Key01, "the first key, signed by itself", nothing, || announce_key("2026-01-10", None, 1)),
    Case::keeps(Key01, "another key under the first", one, || announce_key("2026-01-20", Some(1), 2)),
    Case::keeps(Key01, "a third under the second", two, || announce_key("2026-01-20", Some(2), 3)),
    Case::breaks(Key01, "a previous key where there is none", nothing, || announce_key("2026-01-10", Some(1), 2)),
    Case::breaks(Key01, "a first key again", one, || announce_key("2026-01-20", None, 2)),
    Case::breaks(Key01, "a key under one that was replaced", two, || announce_key("2026-01-20", Some(1), 3)),
    Case::breaks(Key01, "a key under itself", one, || announce_key("2026-01-20", Some(1), 1)),
    Case::breaks(Key01, "a key that was replaced comes back", two, || announce_key("2026-01-20", Some(2), 1)),
    Case::breaks(Key01, "the key in force did not sign", one, || second(&[2])),
    Case::breaks(Key01, "the new key did not sign", one, || second(&[1])),
    Case::breaks(Key01, "others signed", one, || second(&[3, 4])),
    Case::keeps(Key01, "another signed as well", one, || second(&[1, 2, 3])),
    Case::breaks(Key01, "a statement of other keys", one, || {
        let stated = announce_key("2026-01-20", Some(1), 3)["statement"].clone();
        announce_key("2026-01-20", Some(1), 2).with(json!({"statement": stated}))
    }),
    Case::breaks(Key01, "a key of another name", one, renamed),
    Case::breaks(Key01, "a cosigner's key", one, of_a_cosigner),
    Case::breaks(Date02, "a key before the last one", one, || announce_key("2026-01-09", Some(1), 2)),
    Case::breaks(Form01, "a key that is none", one, || {
        announce_key("2026-01-20", Some(1), 2).with(json!({"key": "log.example/jx+00000000+AAAA"}))
    }),
    Case::breaks(Form01, "a statement that was cut off", one, || {
        let stated = announce_key("2026-01-20", Some(1), 2)["statement"].clone();
        let cut = stated.as_str().unwrap().trim_end().to_owned();
        announce_key("2026-01-20", Some(1), 2).with(json!({"statement": cut}))
    }),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

#[test]
fn the_last_key_announced_is_in_force() {
    let bench = Bench::after(two());
    let keys: Vec<_> = bench.ledger.programme.keys.iter().map(|announced| announced.key.clone()).collect();
    assert_eq!(keys, [1, 2].map(|seed| log_key(ORIGIN, seed).public().clone()));
    assert_eq!(bench.ledger.programme.keys[1].position, 3);
}
