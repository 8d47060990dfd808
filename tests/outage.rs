//! The database goes away under the real program, or has no room: lines are recorded once or not at all, and the file
//! can be applied to its end. These tests take the server away, so they have one to themselves and run in turn.

#![cfg(test)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use program::{Desk, Running};
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// Held by the test that has the server.
static SERVER: Mutex<()> = Mutex::const_new(());

fn line(number: usize) -> String {
    json!({"command": "register_area", "id": format!("0199f0c2-7d5e-4c1a-9b1e-{number:012}"), "on": "2026-01-05",
        "by": {"body": "province_drc", "person": "周涛"}, "area": format!("X{number}"), "name": "示例县", "kind": "county",
        "city": "南昌市", "document": "批1"})
    .to_string()
        + "\n"
}

/// The time the server is away; it is started again whatever becomes of the test.
struct Outage;

impl Outage {
    fn begin() -> Self {
        cluster::tell("stop");
        Self
    }
}

impl Drop for Outage {
    fn drop(&mut self) {
        cluster::tell("start");
    }
}

/// The length of the list.
const COUNT: usize = 5_000;

/// How many lines are sent before the answers to earlier ones are awaited.
const AHEAD: usize = 400;

/// Pipes so many lines into one `apply` and, at some of them, stops the server, sends more lines, and starts it again.
/// Gives the answers.
fn piped(desk: &Desk, count: usize, stops: &[usize]) -> Vec<Value> {
    let mut running = Running::start(desk.command(&["apply", "--format", "json", "-"]).stdin(Stdio::piped()));
    let mut input = running.child().stdin.take().unwrap();
    let coming = running.answers();
    let mut answers = Vec::new();
    let mut outage = None;
    for number in 1..=count {
        if stops.contains(&number) {
            outage = Some(Outage::begin());
        }
        input.write_all(line(number).as_bytes()).unwrap();
        if stops.contains(&(number.saturating_sub(AHEAD / 4))) {
            outage = None;
        }
        while outage.is_none() && number - answers.len() > AHEAD {
            answers.push(coming.recv_timeout(program::LIMIT).unwrap());
        }
    }
    drop(input);
    answers.extend(coming.iter());
    let told = running.finish();
    assert_eq!((told.code(), told.err.as_str()), (0, ""));
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_comes_back_is_waited_for() {
    let _mine = SERVER.lock().await;
    let desk = Desk::sandbox().await;
    let answers = piped(&desk, COUNT, &[900, 2_300, 2_900, 4_100]);
    assert_eq!(answers.len(), COUNT);
    for (number, answer) in (1..).zip(&answers) {
        assert_eq!((answer["line"].as_u64(), answer["outcome"].as_str()), (Some(number), Some("accepted")), "{answer}");
        assert_eq!(answer["events"][0]["position"].as_u64(), Some(number + 1));
    }
    let log = desk.log().await;
    let ids: BTreeSet<_> = log.iter().map(|entry| entry["command_id"].as_str().unwrap()).collect();
    assert_eq!((log.len(), ids.len()), (COUNT + 1, COUNT + 1), "every line once");
    desk.sound().await;
    // Known lines are looked up, which meets the outage elsewhere.
    let again = piped(&desk, COUNT, &[700, 1_900, 3_100]);
    assert_eq!(again.len(), COUNT);
    assert!(again.iter().all(|answer| answer["outcome"] == "repeated"));
    assert_eq!(desk.position().await, i64::try_from(COUNT).unwrap() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_that_the_database_went_away() {
    let _mine = SERVER.lock().await;
    let desk = Desk::sandbox().await;
    let arguments = ["apply", "--dry-run", "--format", "json", "-"];
    let mut running = Running::start(desk.command(&arguments).stdin(Stdio::piped()));
    let mut input = running.child().stdin.take().unwrap();
    input.write_all(line(1).as_bytes()).unwrap();
    let answers = running.answers();
    assert_eq!(answers.recv_timeout(program::LIMIT).unwrap()["outcome"], "would_accept");
    let outage = Outage::begin();
    input.write_all(line(2).as_bytes()).unwrap();
    let told = running.finish();
    drop(outage);
    told.failed(4, "错误:");
    assert_eq!(desk.position().await, 1);
}

/// A server whose files can grow no more; the limit is lifted whatever becomes of the test.
struct Full;

impl Full {
    fn at(bytes: u64) -> Self {
        cluster::tell(&format!("limit {}", bytes / 512));
        Self
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        cluster::tell("limit unlimited");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_what_was_recorded_stands() {
    let _mine = SERVER.lock().await;
    let desk = Desk::sandbox().await;
    let lines: Vec<String> = (1..=4_000).map(line).collect();
    desk.accepted(lines[..3_000].iter().map(|line| line.trim()));
    let owner = cluster::connect(desk.target.config()).await;
    let size: i64 = owner.query_one("SELECT pg_relation_size('tranche.event')", &[]).await.unwrap().get(0);
    assert!(size > 1 << 20, "larger than a segment of the server's own log: {size}");
    // Half a page is written, and no more: what a server sees of a full disk.
    let full = Full::at(u64::try_from(size).unwrap() + 2 * 8_192 + 4_096);
    for flags in [&[][..], &["--atomic"]] {
        let before = desk.position().await;
        let told = desk.apply(lines.concat(), flags);
        told.failed(4, "could not extend file");
        // A few may find room in the last page; they are told, and no others are there.
        let accepted = told.outcomes().iter().filter(|outcome| *outcome == "accepted").count();
        assert_eq!(desk.position().await, before + i64::try_from(accepted).unwrap(), "{flags:?}");
        assert!(accepted < if flags.is_empty() { 100 } else { 1 }, "{accepted}");
    }
    desk.sound().await;
    drop(full);
    let told = desk.apply(lines.concat(), &[]);
    assert_eq!(told.code(), 0, "{}", told.err);
    assert_eq!(desk.position().await, 4_001);
    desk.sound().await;
}
