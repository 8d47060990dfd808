//! `record`, `rules`, `schema`, `completions` and `man` as a user calls them: the program itself, on a database.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

use std::io::Read as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tokio_postgres::config::Host;
use tranche::domain::act::ActKind;
use tranche::domain::rulebook::Rule;

#[path = "support/cluster.rs"]
#[allow(dead_code, reason = "each test program needs a part of it")]
mod cluster;

/// A database of a test's own with a sandbox ledger opened in it.
struct Desk {
    database: String,
}

impl Desk {
    async fn new() -> Self {
        let target = cluster::database().await;
        let Some(Host::Unix(directory)) = target.config().get_hosts().first() else { panic!("a socket") };
        let name = target.config().get_dbname().unwrap();
        let desk = Self { database: format!("host={} user=postgres dbname={name}", directory.display()) };
        assert_eq!(desk.run("init --sandbox").status.code(), Some(0));
        desk
    }

    /// Runs the program with words that have no blanks in them.
    fn run(&self, words: &str) -> Output {
        program(&words.split_whitespace().collect::<Vec<_>>()).env("DATABASE_URL", &self.database).output().unwrap()
    }

    /// What it prints as JSON, and its status.
    fn json(&self, words: &str) -> (Value, Option<i32>) {
        let output = self.run(&format!("--format json {words}"));
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}{}", String::from_utf8_lossy(&output.stderr));
        (serde_json::from_str(&text).unwrap(), output.status.code())
    }

    fn text(&self, words: &str) -> (String, Option<i32>) {
        let output = self.run(words);
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    }

    /// Brings a pilot with an allocation of ten million into being.
    fn pilot(&self) {
        let sequence = include_str!("scenarios/first-cohort.jsonl").lines().take(120);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), sequence.collect::<Vec<_>>().join("\n")).unwrap();
        let (told, status) = self.text(&format!("apply {}", file.path().display()));
        assert_eq!(status, Some(0), "{told}");
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tranche"));
    command.args(arguments).env_remove("DATABASE_URL").env("TRANCHE_HOME", "/nonexistent/tranche").env("NO_COLOR", "1");
    command
}

const RELEASE: &str =
    "record release --pilot JX2025-03 --document 赣财建指〔2026〕9号 --budget-year 2026 --by 省财政厅:李敏";

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_recorded_once_and_what_is_left_is_shown() {
    let desk = Desk::new().await;
    desk.pilot();
    let id = "0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01";
    let release = format!("{RELEASE} --release R9 --amount 1万 --id {id}");

    let (tried, status) = desk.json(&format!("{release} --dry-run"));
    assert_eq!((&tried["outcome"], status), (&json!("would_accept"), Some(0)));
    assert_eq!(tried["events"], json!([{"type": "TrancheReleased"}]));
    assert_eq!(tried["funds"]["released"], "7810000.00");

    let (done, status) = desk.json(&release);
    assert_eq!(
        (&done["outcome"], &done["line"], &done["id"], status),
        (&json!("accepted"), &json!(1), &json!(id), Some(0))
    );
    assert_eq!(done["events"], json!([{"position": 123, "type": "TrancheReleased"}]));
    assert_eq!(done["funds"], tried["funds"]);

    let (again, status) = desk.json(&release);
    assert_eq!((&again["outcome"], &again["events"], status), (&json!("repeated"), &done["events"], Some(0)));

    let (text, _) = desk.text(&release);
    insta::assert_snapshot!(text, @r"
    此前已记入  release  #123 TrancheReleased

    【演练】JX2025-03 九江经济技术开发区  截至 2026-01-29(元)
         核定定额        已下达    当前可下达        已确定  已支付          余额
    13,000,000.00  7,810,000.00  1,290,000.00  3,087,500.00    0.00  7,810,000.00
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_why_and_what_is_left() {
    let desk = Desk::new().await;
    desk.pilot();
    let (refused, status) = desk.json(&format!("{RELEASE} --release R9 --amount 700万"));
    assert_eq!(status, Some(1));
    let rules: Vec<&str> =
        refused["refusals"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["TR-02", "TR-03", "TR-04"]);
    let (text, status) = desk.text(&format!("--lang en {RELEASE} --release R9 --amount 1300000.01"));
    assert_eq!(status, Some(1));
    insta::assert_snapshot!(text, @r"
    refused  release
      TR-02 四(一)  released 7,800,000.00, now 1,300,000.01, together 9,100,000.01: more than the limit 9,100,000.00 (9,100,000.00 first + 0% of the remaining 3,900,000.00); there is no payout decision
      TR-03 四(一)、五(五)  together 9,100,000.01, beyond the first 9,100,000.00: it must name the province's evaluation it rests on

    [SANDBOX] JX2025-03 九江经济技术开发区  as of 2026-01-29 (yuan)
        Allocated      Released    Releasable      Assigned  Paid       Balance
    13,000,000.00  7,800,000.00  1,300,000.00  3,087,500.00  0.00  7,800,000.00
    ");
}

#[test]
fn faults_of_form_need_no_database() {
    let output = program(&["record", "release", "--amount", "7,00", "--by", "nobody"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r"
    拒绝  release
      FORM-01 (ledger)
        --by.body:须为下列之一:province_finance、province_drc、city_digital、city_finance、local_finance、applicant、auditor
        --by.person:缺少此字段
        --pilot:缺少此字段
        --release:缺少此字段
        --amount:千分位逗号须每三位一个,例如 7,000,000;此数有歧义
        --document:缺少此字段
        --budget-year:缺少此字段
    ");
    let output = program(&["--format", "json", "record", "release", "--amount", "7,00"]).output().unwrap();
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&line["line"], &line["outcome"]), (&json!(1), &json!("refused")));
    assert_eq!(line["refusals"][0]["faults"][2]["field"], "release");
    for wrong in [vec!["record", "relaese"], vec!["record", "release", "--amonut", "1"], vec!["record"]] {
        let output = program(&wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty(), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_has_the_parameters_in_force() {
    let desk = Desk::new().await;
    let (before, _) = desk.json("rules QTY-01");
    assert_eq!(
        (&before["parameters"]["cohort_quota"], &before["ledger"]),
        (&json!({"2025": 10}), &json!("jiangxi-2025"))
    );
    let amend = r#"record amend_programme --document 赣发改数〔2026〕1号 --changes {"cohort_quota.2026":15}
        --by province_finance:李敏 --approve province_drc:周涛"#;
    let (amended, status) = desk.json(amend);
    assert_eq!(status, Some(0), "{amended}");
    assert_eq!(amended.get("funds"), None);
    let (after, _) = desk.json("rules qty-01");
    assert_eq!(after["parameters"]["cohort_quota"], json!({"2025": 10, "2026": 15}));
    let (all, _) = desk.json("rules");
    assert_eq!(all.as_array().unwrap().len(), Rule::ALL.len());
}

#[test]
fn the_rulebook_needs_no_database_and_makes_none() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().join("none");
    let output = program(&["rules", "TR-01"]).env("TRANCHE_HOME", &home).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty() && !home.exists());
    assert!(String::from_utf8(output.stdout).unwrap().contains("默认参数"));

    let output = program(&["rules", "TR-01", "--database", "postgres://nobody@127.0.0.1:1/x"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("注意:"));

    let output = program(&["--lang", "en", "rules", "TR1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("did you mean TR-01?"));
}

#[test]
fn schemas_completions_and_pages_come_from_the_definition() {
    let printed = |arguments: &[&str]| {
        let output = program(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let whole: Value = serde_json::from_str(&printed(&["schema"])).unwrap();
    let release: Value = serde_json::from_str(&printed(&["--format", "json", "schema", "release"])).unwrap();
    assert_eq!(release["properties"]["amount"]["format"], "money");
    assert_eq!(whole["$defs"]["release"]["properties"], release["properties"]);
    assert_eq!(whole["oneOf"].as_array().unwrap().len(), 2 * ActKind::ALL.len() - 1);
    assert_eq!(program(&["schema", "relase"]).output().unwrap().status.code(), Some(2));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(printed(&["completions", shell]).contains("budget-year"), "{shell}");
    }
    assert!(printed(&["man"]).contains("试点资金台账"));
    assert!(printed(&["man", "record", "release"]).contains(r"budget\-year"));
    let pages = tempfile::tempdir().unwrap();
    printed(&["man", "--into", pages.path().to_str().unwrap()]);
    assert!(pages.path().join("tranche-record-release.1").exists());
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child = program(&["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((child.wait().unwrap().code(), told.as_str()), (Some(0), ""));
}
