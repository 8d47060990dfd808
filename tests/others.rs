//! Two implementations that are not ours on whole ledgers: entries by rfc8785, roots and proofs by pymerkle and tlog_tiles,
//! notes and cosignatures by cryptography and signed_note.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/office.rs"]
mod office;
#[path = "support/program.rs"]
mod program;
#[path = "support/python.rs"]
mod python;

use office::{Office, text};
use serde_json::{Value, json};
use tlog_tiles::tlog::{Hash, check_record, check_tree, record_hash};

const MIXED: &str = include_str!("scenarios/mixed.jsonl");

fn hash(value: &Value) -> Hash {
    let text = value.as_str().unwrap();
    let bytes: Vec<u8> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect();
    Hash(bytes.try_into().unwrap())
}

fn hashes(value: &Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(hash).collect()
}

/// Holds a ledger against the others: with checkpoints at its beginning, at places within, and at its end.
async fn agree(lines: &[&str], cuts: &[usize]) {
    let office = Office::with(0).await;
    let cosigner = office.new_key_with("cosigner", "audit.example/江西", &["--cosigner"]);
    let (mut from, mut checkpoints, mut notes) = (0, Vec::new(), Vec::new());
    for (number, cut) in cuts.iter().chain([&lines.len()]).enumerate() {
        if from < *cut {
            office.desk.apply(lines[from..*cut].join("\n"), &[]);
        }
        from = *cut;
        let path = office.signed(&format!("checkpoint-{number}"));
        let told = office.desk.call(&[
            "cosign",
            "--key",
            text(&office.path("cosigner")),
            "--log-key",
            &office.vkey,
            text(&path),
        ]);
        assert_eq!(told.code(), 0, "{}", told.err);
        // As the others read it.
        let note = signed_note::Note::from_bytes(told.out.as_bytes()).unwrap();
        let known = signed_note::StandardVerifier::new(&office.vkey).unwrap();
        let known = signed_note::VerifierList::new(vec![Box::new(known)]);
        assert_eq!(note.verify(&known).unwrap().0.len(), 1);
        let read = tlog_tiles::checkpoint::Checkpoint::from_bytes(note.text()).unwrap();
        notes.push(json!({"note": told.out, "keys": [office.vkey, cosigner]}));
        checkpoints.push((path, read.size(), Hash(read.hash().0)));
    }
    let entries: Vec<Vec<u8>> = office.entries().await;
    let (last, size, root) = checkpoints.last().unwrap();
    assert_eq!(entries.len() as u64, *size);

    let mut consistency = Vec::new();
    for (path, old, old_root) in &checkpoints {
        let told = office.desk.call(&["prove", "--since", text(path), "--checkpoint", text(last), "--format", "json"]);
        let proven = told.lines().remove(0);
        check_tree(&hashes(&proven["proof"]), *size, *root, *old, *old_root).unwrap();
        consistency.push(proven);
    }
    let mut inclusion = Vec::new();
    let mut chance = chance::Chance::new();
    for number in 0..12 {
        let (path, size, root) = &checkpoints[number % checkpoints.len()];
        let position = chance.below(*size) + 1;
        let told = office.desk.call(&["prove", &position.to_string(), "--checkpoint", text(path), "--format", "json"]);
        let proven = told.lines().remove(0);
        let leaf = record_hash(&entries[usize::try_from(position - 1).unwrap()]);
        check_record(&hashes(&proven["proof"]), *size, *root, position - 1, leaf).unwrap();
        inclusion.push(proven);
    }
    let entries: Vec<String> = entries.into_iter().map(|entry| String::from_utf8(entry).unwrap()).collect();
    let root = root.0.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let told = json!({
        "entries": entries, "root": root, "inclusion": inclusion, "consistency": consistency, "notes": notes,
    });
    let counts = python::run("others.py", &told.to_string());
    let expected = json!({
        "entries": entries.len(), "inclusion": 12, "consistency": cuts.len() + 1, "notes": 2 * (cuts.len() + 1),
    });
    assert_eq!(serde_json::from_str::<Value>(&counts).unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_agree_on_the_first_cohort() {
    let lines: Vec<&str> = program::FIRST_COHORT.lines().collect();
    agree(&lines, &[0, 1, 6, 7, 255, 256, 300]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn they_agree_on_the_mixed_scenario() {
    let lines: Vec<&str> = MIXED.lines().collect();
    agree(&lines, &[30, 1_000, 1_999]).await;
}

/// What is held against the others is held in earnest: each thing that differs stops them.
#[test]
fn the_others_do_not_take_what_is_wrong() {
    let entry = r#"{"a":"1"}"#;
    let leaf = record_hash(entry.as_bytes());
    let root = leaf.0.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let key = tranche::log::note::Signer::from_seed("log", &[1; 32]).unwrap();
    let note = |text: &str, signed: &str| {
        tranche::log::note::Note { text: text.to_owned(), signatures: vec![key.sign(signed)] }.to_string()
    };
    let right = json!({
        "entries": [entry], "root": root, "inclusion": [], "consistency": [],
        "notes": [{"note": note("a\n", "a\n"), "keys": [key.public()]}],
    });
    python::run("others.py", &right.to_string());
    let wrong = |name: &str, value: Value| {
        let mut told = right.clone();
        told[name] = value;
        python::fails("others.py", &told.to_string())
    };
    assert!(wrong("entries", json!(["{\"a\": \"1\"}"])).contains("another root"));
    assert!(wrong("root", json!("00")).contains("another root"));
    let proof = json!([{"index": 0, "size": 1, "root": root, "proof": [root]}]);
    assert!(wrong("inclusion", proof).contains("another path"));
    let forged = json!([{"note": note("a\n", "b\n"), "keys": [key.public()]}]);
    assert!(wrong("notes", forged).contains("InvalidSignature"));
}
