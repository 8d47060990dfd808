//! The reading subcommands as a user calls them, on the ledger that `demo` loads: what they print and how they exit.

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

use std::process::{Command, Stdio};

use futures_util::TryStreamExt as _;
use serde_json::Value;
use tokio_postgres::config::Host;
use tranche::domain::text::Id;
use tranche::report::explain::Figure;
use tranche::store::{Store, Target};

/// What a call printed and how it ended.
struct Ran {
    out: String,
    err: String,
    status: i32,
}

impl Ran {
    fn json(&self) -> Value {
        assert_eq!(self.status, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }
}

fn url(target: &Target) -> String {
    let config = target.config();
    let [Host::Unix(directory)] = config.get_hosts() else { panic!("the test's server listens on a socket") };
    format!("host={} user=postgres dbname={}", directory.display(), config.get_dbname().unwrap())
}

fn program(target: &Target, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tranche"));
    command.args(["--database", &url(target)]).args(arguments).env_remove("DATABASE_URL").stdin(Stdio::null());
    command
}

fn run(target: &Target, arguments: &[&str]) -> Ran {
    let output = program(target, arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { out: text(output.stdout), err: text(output.stderr), status: output.status.code().unwrap() }
}

/// The same on the demonstration's ledger.
fn demo(target: &Target, arguments: &[&str]) -> Ran {
    run(target, &[&["--ledger", "demo"], arguments].concat())
}

/// A database with the demonstration's ledger in it.
async fn loaded() -> Target {
    let target = cluster::database().await;
    let first = run(&target, &["demo"]);
    assert_eq!(first.status, 0, "{}", first.err);
    target
}

#[tokio::test]
async fn the_demonstration_makes_everything_and_shows_the_same_again() {
    let target = cluster::database_empty().await;
    let first = run(&target, &["demo"]);
    assert_eq!((first.status, first.err.as_str()), (0, ""));
    for shown in ["演练", "JX2025-05", "TR-02 四(一)", "524 条事件", "一致", "http://127.0.0.1:8080/"] {
        assert!(first.out.contains(shown), "{shown}: {}", first.out);
    }
    assert!(!first.out.contains('\u{1b}'), "no colour in a pipe");
    let again = run(&target, &["demo"]);
    let (_, first) = first.out.split_once('\n').unwrap();
    let (_, again) = again.out.split_once('\n').unwrap();
    assert_eq!(first, again, "nothing is appended the second time");
    let json = run(&target, &["demo", "--format", "json"]).json();
    assert_eq!(json["loaded"], 0);
    assert_eq!(json["refused"]["refusals"][0]["rule"], "TR-02");
    assert_eq!(json["verification"]["differences"], serde_json::json!([]));
}

#[tokio::test]
async fn the_demonstration_keeps_out_of_a_ledger_that_is_no_sandbox() {
    let target = cluster::database().await;
    assert_eq!(run(&target, &["init"]).status, 0);
    let refused = run(&target, &["demo", "--ledger", "jiangxi-2025"]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("正式台账"), "{}", refused.err);
    let status = run(&target, &["status", "--format", "json"]).json();
    assert_eq!((&status["position"], &status["pilots"]), (&1.into(), &serde_json::json!([])));
}

#[tokio::test]
async fn status_and_replay_say_the_same() {
    let target = loaded().await;
    let expected: Value = serde_json::from_str(include_str!("scenarios/first-cohort.expected.json")).unwrap();
    let status = demo(&target, &["status", "--format", "json", "--as-of", "2028-03-31"]).json();
    for pilot in status["pilots"].as_array().unwrap() {
        let sums = expected["pilots"][pilot["pilot"].as_str().unwrap()].as_object().unwrap();
        for (name, sum) in sums {
            assert_eq!(&pilot["funds"][name], sum, "{} {name}", pilot["pilot"]);
        }
    }
    let mut replayed = demo(&target, &["replay", "--format", "json", "--check", "--as-of", "2028-03-31"]).json();
    let extra = replayed.as_object_mut().unwrap();
    assert_eq!(extra.remove("events"), Some(524.into()));
    assert_eq!(extra.remove("differences"), Some(serde_json::json!([])));
    assert_eq!(extra.remove("root").unwrap().as_str().unwrap().len(), 64);
    assert_eq!(replayed, status);
}

#[tokio::test]
async fn a_projection_that_differs_is_named() {
    let target = loaded().await;
    let admin = cluster::connect(target.config()).await;
    let change = "UPDATE tranche.fund_position SET paid = paid - 1 WHERE pilot = 'JX2025-03'";
    assert_eq!(admin.execute(change, &[]).await.unwrap(), 1);
    let differs = demo(&target, &["replay", "--check", "--format", "json"]);
    assert_eq!(differs.status, 1);
    let json: Value = serde_json::from_str(&differs.out).unwrap();
    let [difference] = json["differences"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((&difference["subject"], &difference["field"]), (&"JX2025-03".into(), &"paid".into()));
    let text = demo(&target, &["replay", "--check"]);
    assert_eq!(text.status, 1);
    assert!(text.out.contains("不一致:1 处") && text.out.contains("试点合计 JX2025-03 的已支付为"), "{}", text.out);
}

#[tokio::test]
async fn the_log_is_printed_byte_for_byte() {
    let target = loaded().await;
    let store = Store::connect(&target).await.unwrap();
    let ledger = store.head("demo").await.unwrap().ledger;
    let entries: Vec<Vec<u8>> =
        store.event_read(ledger, 1, i64::MAX).map_ok(|record| record.entry).try_collect().await.unwrap();
    let printed = demo(&target, &["log", "--format", "json"]);
    let lines: Vec<&[u8]> = printed.out.lines().map(str::as_bytes).collect();
    assert_eq!(lines, entries);
    let text = demo(&target, &["log"]);
    assert_eq!(text.out.lines().count(), 2 + entries.len(), "the mark, the headings, a line an event");
    let some = demo(
        &target,
        &["log", "--pilot", "JX2025-09", "--type", "pay", "--from", "200", "--to", "300", "--format", "json"],
    );
    for line in some.out.lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&entry["type"], &entry["data"]["pilot"]), (&"PaymentRecorded".into(), &"JX2025-09".into()));
        assert!((200..=300).contains(&entry["position"].as_u64().unwrap()));
    }
    assert!(!some.out.is_empty());
    let by_type = demo(&target, &["log", "--type", "PilotRecognised", "--format", "json"]);
    assert_eq!(by_type.out.lines().count(), 10);
}

#[tokio::test]
async fn what_is_not_there_is_said_and_never_an_empty_total() {
    let target = loaded().await;
    let calls: &[(&[&str], &str)] = &[
        (&["status", "JX2025-99"], "JX2025-01"),
        (&["status", "南昌"], "JX2025-01"),
        (&["status", "JX2025-01", "--as-of", "2025-11-23"], "2025-11-24"),
        (&["status", "--known-at", "2025-10-19"], "2025-10-20"),
        (&["replay", "--known-at", "2025-10-19"], "2025-10-20"),
        (&["status", "JX2025-01", "--known-at", "2025-11-01"], "尚无认定的试点"),
        (&["status", "--as-of", "2026-02-30"], "2026-12-31"),
        (&["log", "--pilot", "JX2025-99"], "JX2025-01"),
        (&["log", "--type", "Release"], "TrancheReleased"),
        (&["log", "--from", "9", "--to", "3"], "--from 9"),
        (&["explain", "JX2025-01", "profit"], "release_limit"),
        (&["explain", "JX2025-99", "paid"], "JX2025-01"),
        (&["replay", "--to", "525"], "524"),
    ];
    for (arguments, named) in calls {
        let ran = demo(&target, arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(named), "{arguments:?}: {}", ran.err);
    }
    let unopened = run(&target, &["status", "--ledger", "nowhere"]);
    assert_eq!((unopened.status, unopened.out.as_str()), (2, ""));
}

#[tokio::test]
async fn every_figure_is_explained_to_the_fen() {
    let target = loaded().await;
    for figure in Figure::ALL {
        let found = demo(&target, &["explain", "JX2025-09", figure.key(), "--format", "json"]).json();
        assert_eq!(found["total"], found["stated"], "{figure:?}");
        let by_name = demo(&target, &["explain", "JX2025-09", figure.zh(), "--format", "json"]).json();
        assert_eq!(by_name, found);
    }
    let earlier = ["--as-of", "2026-12-31", "--known-at", "2026-06-30"];
    let call = [&["explain", "JX2025-09", "paid", "--format", "json"], &earlier[..]].concat();
    let status = demo(&target, &[&["status", "JX2025-09", "--format", "json"], &earlier[..]].concat()).json();
    assert_eq!(demo(&target, &call).json()["total"], status["funds"]["paid"]);
    assert_eq!(status["known_at"], "2026-06-30T15:59:59.999999Z");
    assert!(Id::parse(status["pilot"].as_str().unwrap()).is_some());
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_the_call_quietly() {
    let target = loaded().await;
    let mut child = program(&target, &["--ledger", "demo", "log", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
