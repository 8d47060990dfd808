//! Questions as a user asks them: of two times, of differences, saved and asked again; and what has no answer.

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
#[path = "support/program.rs"]
mod program;

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use program::{Desk, FIRST_COHORT, Told, file};

/// Lines of the first cohort that are in the ledger when questions are first asked.
const EARLY: usize = 330;

fn lines() -> Vec<&'static str> {
    FIRST_COHORT.lines().collect()
}

async fn desk(lines: &[&'static str]) -> Desk {
    let desk = Desk::sandbox().await;
    desk.accepted(lines.iter().copied());
    desk
}

fn json(told: &Told) -> Value {
    assert_eq!(told.code(), 0, "{}", told.err);
    serde_json::from_str(&told.out).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A sum's fen.
fn fen(value: &Value) -> i128 {
    value.as_str().unwrap_or("0.00").replace('.', "").parse().unwrap()
}

#[tokio::test]
async fn lists_are_asked_of_a_date_and_a_time() {
    let desk = desk(&lines()).await;
    let whole = desk.call(&["log", "--format", "json"]).lines();
    let asked = [["--as-of", "2026-03-31"], ["--known-at", "2026-03-15T12:00:00+08:00"]].concat();
    for pilot in [&[][..], &["--pilot", "JX2025-09"]] {
        let told = desk.call(&[&["log", "--format", "json"], &asked[..], pilot].concat());
        let own = |entry: &&Value| pilot.is_empty() || entry["stream"] == "pilot-JX2025-09";
        let known = |entry: &&Value| entry["recorded_at"].as_str().unwrap() <= "2026-03-15T04:00:00.000000Z";
        let dated = |entry: &&Value| entry["on"].as_str().unwrap() <= "2026-03-31";
        let due: Vec<&Value> = whole.iter().filter(own).filter(known).filter(dated).collect();
        assert_eq!(told.lines().iter().collect::<Vec<_>>(), due);
        assert!(due.len() > 5);
        let exported = desk.call(&[&["export", "--format", "jsonl"], &asked[..], pilot].concat());
        assert_eq!(exported.out, told.out, "an export of the same question has the same entries");
    }
    // The opening is known at every time, though a sandbox's was recorded at a real one.
    let known = desk.call(&["log", "--known-at", "2025-10-20", "--format", "json"]).lines();
    assert_eq!(
        (known[0]["type"].as_str(), known[1]["type"].as_str()),
        (Some("ProgrammeOpened"), Some("ApplicationSubmitted"))
    );
    let books = desk.call(&["export", "--format", "csv", "--known-at", "2025-12-31"]);
    assert_eq!(books.code(), 0, "{}", books.err);
    assert!(books.out.contains(",下达资金,") && !books.out.contains(",支付,"), "{}", books.out);
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_and_says_what_there_is() {
    let desk = desk(&lines()).await;
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let calls: &[(&[&str], &str)] = &[
        (&["log", "--known-at", "2025-10-19"], "2025-10-20"),
        (&["export", "--format", "csv", "--known-at", "2025-10-19"], "2025-10-20"),
        (&["explain", "JX2025-01", "paid", "--known-at", "2025-10-19"], "2025-10-20"),
        (&["diff", "--known", "2025-10-19"], "2025-10-20"),
        (&["ask", "--known-at", "2025-10-19"], "2025-10-20"),
        (&["status", "--as-of", "2025-10-01"], "2025-10-20"),
        (&["replay", "--as-of", "2025-10-01"], "2025-10-20"),
        (&["ask", "--as-of", "2025-10-01"], "2025-10-20"),
        (&["explain", "JX2025-01", "paid", "--known-at", "2025-11-01"], "2025-11-01 23:59:59"),
        (&["log", "--to", "525"], "524"),
        (&["log", "--from", "525"], "524"),
        (&["export", "--format", "csv", "--to", "525"], "524"),
        (&["export", "--format", "csv", "--as-of", "2025-01-01", "-o", text(&out)], "524"),
        (&["log", "--type", "Foo"], "TrancheReleased"),
        (&["log", "--known-at", "yesterday"], "2026-12-31"),
        (&["diff", "JX2025-01"], "--known"),
        (&["diff", "--as-of", "2026-01-01"], "--known"),
        (&["diff", "--as-of", "2026-02-01", "--as-of", "2026-01-01"], "2026-02-01"),
        (&["diff", "--known", "2026-02-01", "--known", "2026-02-01"], "2026-02-01"),
        (&["diff", "--as-of", "2026-01-01", "--as-of", "2026-01-02", "--as-of", "2026-01-03"], "--as-of"),
        (&["diff", "JX2025-99", "--known", "2026-01-01"], "JX2025-01"),
        (&["diff", "JX2025-01", "--as-of", "2025-10-01", "--as-of", "2025-11-01"], "2025-11-24"),
        (&["diff", "--as-of", "2025-09-01", "--as-of", "2025-10-01"], "2025-10-20"),
        (&["ask", "JX2025-01", "profit"], "release_limit"),
        (&["ask", "JX2025-99"], "JX2025-01"),
        (&["ask", "JX2025-01", "paid", "--again", "q.json"], "--again"),
    ];
    for (arguments, named) in calls {
        let told = desk.call(arguments);
        told.failed(2, named);
        assert_eq!(told.out, "", "{arguments:?}");
    }
    assert!(folder.path().read_dir().unwrap().next().is_none(), "nothing is left where nothing was exported");
    let begun = desk.beside("begun").await;
    begun.call(&["status", "--as-of", "1999-12-31"]).failed(2, "尚无任何事项");
    // A ledger without pilots has nothing to add up, and says so; so does a whole one of the time before it had any.
    assert!(begun.call(&["status"]).out.contains("尚无认定的试点"));
    for early in [["status", "--as-of"], ["status", "--known-at"]] {
        let told = desk.call(&[&early[..], &["2025-11-01"]].concat());
        assert!(told.code() == 0 && told.out.contains("尚无认定的试点"), "{} {}", told.out, told.err);
    }
    let none = desk.call(&["log", "--type", "PilotClosed", "--to", "300"]);
    assert_eq!((none.code(), none.out.as_str()), (0, ""));
    assert!(none.err.contains("没有符合条件的记录"), "{}", none.err);
    let future = desk.call(&["status", "--known-at", "2099-01-01", "--format", "json"]);
    assert!(future.code() == 0 && future.err.contains("尚未到来"), "{}", future.err);
}

#[tokio::test]
async fn a_difference_is_what_its_events_come_to() {
    let desk = desk(&lines()).await;
    let between = ["--as-of", "2027-12-31", "--known", "2026-12-01", "--known", "2027-06-30"];
    let at = |known: &str| {
        json(&desk.call(&["status", "JX2025-09", "--as-of", "2027-12-31", "--known-at", known, "--format", "json"]))
    };
    let (then, now) = (at("2026-12-01"), at("2027-06-30"));
    let found = json(&desk.call(&[&["diff", "JX2025-09", "--format", "json"], &between[..]].concat()));
    assert_eq!((&found["then"]["position"], &found["now"]["position"]), (&then["position"], &now["position"]));
    let mut differing = 0;
    for figure in found["figures"].as_array().unwrap() {
        let name = figure["figure"].as_str().unwrap();
        assert_eq!((&figure["then"]["value"], &figure["now"]["value"]), (&then["funds"][name], &now["funds"][name]));
        if ["execution_rate", "payout_ratio"].contains(&name) {
            continue;
        }
        let effects = found["events"].as_array().unwrap().iter().map(|event| fen(&event["effects"][name]));
        assert_eq!(effects.sum::<i128>(), fen(&now["funds"][name]) - fen(&then["funds"][name]), "{name}");
        differing += i32::from(!figure["difference"].is_null());
    }
    assert!(differing >= 6, "{differing}");
    let event = &found["events"][0];
    assert!(event["by"]["person"].is_string() && event["recorded_at"].is_string() && event["document"].is_string());
    let all = json(&desk.call(&[&["diff", "--format", "json"], &between[..]].concat()));
    let own = all["pilots"].as_array().unwrap().iter().find(|pilot| pilot["pilot"] == "JX2025-09").unwrap();
    assert_eq!(own, &found);
    for (at, total) in
        all["figures"].as_array().unwrap().iter().enumerate().filter(|(_, total)| total["figure"] != "execution_rate")
    {
        let own = |pilot: &Value| {
            let figures = pilot["figures"].as_array().unwrap();
            fen(&figures.iter().find(|figure| figure["figure"] == total["figure"]).unwrap()["difference"])
        };
        let sum: i128 = all["pilots"].as_array().unwrap().iter().map(own).sum();
        assert_eq!(sum, fen(&total["difference"]), "{at} {}", total["figure"]);
    }
    let text = desk.call(&[&["diff", "JX2025-09"], &between[..]].concat());
    assert!(text.out.contains("核对:每个差额都等于所列影响之和"), "{}", text.out);
    let dates = json(&desk.call(&[
        "diff",
        "JX2025-09",
        "--as-of",
        "2026-01-31",
        "--as-of",
        "2026-03-31",
        "--known-at",
        "2026-12-01",
        "--format",
        "json",
    ]));
    assert!(
        dates["events"]
            .as_array()
            .unwrap()
            .iter()
            .all(|event| ("2026-01-31".."2026-04-01").contains(&event["on"].as_str().unwrap()))
    );
    assert_eq!(dates["then"]["position"], dates["now"]["position"]);
}

#[tokio::test]
async fn an_explanation_goes_down_to_the_entries() {
    let desk = desk(&lines()).await;
    let log = desk.call(&["log", "--format", "json"]);
    for figure in ["clawback_outstanding", "release_limit", "cap"] {
        for known in ["2027-06-30", "2028-03-05"] {
            let call = ["explain", "JX2025-09", figure, "--as-of", "2028-03-05", "--known-at", known];
            let told = desk.call(&[&call[..], &["--format", "json"]].concat());
            let found = json(&told);
            let entries = found["entries"].as_array().unwrap();
            let positions: Vec<&Value> = entries.iter().map(|entry| &entry["position"]).collect();
            let mut parts: Vec<&Value> =
                found["events"].as_array().unwrap().iter().map(|part| &part["position"]).collect();
            parts.dedup();
            assert_eq!(positions, parts, "{figure}");
            let (_, raw) = told.out.split_once("\"entries\":[").unwrap();
            let text = desk.call(&[&call[..], &["--entries"]].concat());
            for entry in entries {
                let line =
                    log.out.lines().nth(usize::try_from(entry["position"].as_u64().unwrap()).unwrap() - 1).unwrap();
                assert!(raw.contains(line) && text.out.lines().any(|own| own == line), "byte for byte");
            }
        }
    }
    let found = json(&desk.call(&["explain", "JX2025-09", "clawback_ordered", "--format", "json"]));
    let (part, finding) = (&found["events"][0], &found["findings"][0]);
    assert_eq!((&part["basis"], &finding["finding"]), (&"F-2027-01".into(), &"F-2027-01".into()));
    assert_eq!((&part["by"]["body"], part["approvals"].as_array().unwrap().len()), (&"province_finance".into(), 1));
    assert!(found["rules"][0]["clause"].is_string());
}

#[tokio::test]
async fn findings_show_in_status_and_history() {
    let desk = desk(&lines()).await;
    let before = json(&desk.call(&["status", "JX2025-09", "--as-of", "2027-05-17", "--format", "json"]));
    assert_eq!(before["findings"], serde_json::json!([]));
    let status = json(&desk.call(&["status", "JX2025-09", "--as-of", "2027-06-30", "--format", "json"]));
    let finding = &status["findings"][0];
    assert_eq!(
        (&finding["finding"], &finding["kind"], &finding["on"]),
        (&"F-2027-01".into(), &"fraud".into(), &"2027-05-18".into())
    );
    assert_eq!(
        (&status["sanctions"][0]["basis"], &status["sanctions"][0]["finding"]),
        (&finding["finding"], &finding["kind"])
    );
    let description = finding["description"].as_str().unwrap();
    for call in [&["status", "JX2025-09"][..], &["log", "--pilot", "JX2025-09", "--type", "record_finding"]] {
        let told = desk.call(call);
        assert!(told.out.contains("弄虚作假") && told.out.contains(description), "{}", told.out);
    }
}

/// Saves three questions: of a figure as then known, of a figure, of the programme.
fn saved(desk: &Desk, folder: &Path) -> [String; 3] {
    let names = ["known", "figure", "all"].map(|name| text(&folder.join(name)).to_owned());
    let questions: [&[&str]; 3] = [
        &["JX2025-09", "paid", "--as-of", "2027-12-31", "--known-at", "2026-05-31"],
        &["JX2025-09", "balance", "--as-of", "2027-12-31"],
        &["--as-of", "2027-12-31"],
    ];
    for (name, question) in names.iter().zip(questions) {
        let told = desk.call(&[&["ask", "-o", name], question].concat());
        assert_eq!(told.code(), 0, "{}", told.err);
    }
    names
}

#[tokio::test]
async fn a_saved_question_has_the_same_answer_or_the_events_that_changed_it() {
    let desk = desk(&lines()[..EARLY]).await;
    let folder = TempDir::new().unwrap();
    let names = saved(&desk, folder.path());
    let again = |names: &[&str], more: &[&str]| desk.call(&[&["ask", "--again"], names, more].concat());
    let every: Vec<&str> = names.iter().map(String::as_str).collect();
    let told = again(&every, &[]);
    assert_eq!((told.code(), told.out.matches("相同").count()), (0, 3), "{}{}", told.out, told.err);
    again(&every, &["-o", text(&folder.path().join("more"))]).failed(2, "--again");
    desk.call(&["ask", "-o", every[0]]).failed(2, "已存在");
    let total = json(&desk.call(&["ask", "paid", "--as-of", "2027-12-31"]));
    let status = json(&desk.call(&["status", "--as-of", "2027-12-31", "--format", "json"]));
    assert_eq!(total["answer"]["programme"], serde_json::json!({"paid": status["funds"]["paid"]}));
    desk.accepted(lines()[EARLY..].iter().copied());
    let told = again(&every, &["--format", "json"]);
    assert_eq!(told.code(), 1, "{}", told.err);
    let found = told.lines();
    let outcomes: Vec<&Value> = found.iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["same", "differs", "differs"]);
    let difference = &found[1]["difference"];
    let balance =
        difference["figures"].as_array().unwrap().iter().find(|figure| figure["figure"] == "balance").unwrap();
    let effects: i128 =
        difference["events"].as_array().unwrap().iter().map(|event| fen(&event["effects"]["balance"])).sum();
    assert_eq!(effects, fen(&balance["difference"]));
    let then = u64::try_from(EARLY).unwrap() + 1;
    assert!(difference["events"].as_array().unwrap().iter().all(|event| event["position"].as_u64().unwrap() > then));
    assert_eq!(found[1]["question"]["answer"]["pilots"]["JX2025-09"]["balance"], balance["then"]["value"]);
    assert!(found[2]["pilots"].as_array().unwrap().len() > 5);
    assert_eq!(again(&every[..1], &[]).code(), 0, "as it was known then it stays");
    let told = again(&every[1..2], &[]);
    assert_eq!(told.code(), 1);
    assert!(told.out.contains("不同") && told.out.contains("由来"), "{}", told.out);
}

#[tokio::test]
async fn a_ledger_that_is_no_longer_the_one_asked_does_not_verify() {
    let desk = desk(&lines()[..EARLY]).await;
    let folder = TempDir::new().unwrap();
    let names = saved(&desk, folder.path());
    let again = |desk: &Desk| desk.call(&["ask", "--again", &names[1]]);
    let copy = desk.copied().await;
    let owner = cluster::connect(copy.target.config()).await;
    owner.batch_execute("ALTER TABLE tranche.event DISABLE TRIGGER USER").await.unwrap();
    let change = "UPDATE tranche.event SET entry = convert_to(replace(convert_from(entry, 'UTF8'), '李敏', '李明'), 'UTF8') \
                  WHERE position = 84";
    assert_eq!(owner.execute(change, &[]).await.unwrap(), 1);
    copy.accepted(lines()[EARLY..=EARLY].iter().copied());
    again(&copy).failed(3, "不再是提问时的");
    again(&self::desk(&lines()[..EARLY - 10]).await).failed(3, "变短了");
    again(&self::desk(&lines()[..EARLY + 10]).await).failed(3, "不再是提问时的");
    again(&desk.beside("other").await).failed(2, "other");
    assert_eq!(again(&desk).code(), 0);
}

#[tokio::test]
async fn a_file_that_is_no_question_is_told_from_one_that_is() {
    let desk = desk(&lines()[..EARLY]).await;
    let folder = TempDir::new().unwrap();
    let names = saved(&desk, folder.path());
    let question = std::fs::read_to_string(&names[1]).unwrap();
    let again = |content: &[u8]| {
        let file = file(content);
        desk.call(&["ask", "--again", text(file.path())])
    };
    let answer = serde_json::from_str::<Value>(&question).unwrap()["answer"]["pilots"]["JX2025-09"]["balance"].clone();
    again(question.replace(answer.as_str().unwrap(), "1.00").as_bytes()).failed(3, "文件中的答案");
    let form = question.replace("\"tranche_question\": 1", "\"tranche_question\": 2");
    again(form.as_bytes()).failed(2, "第 2 版");
    again(question.replace("\"balance\"", "\"profit\"").as_bytes()).failed(2, "figure");
    again(&question.as_bytes()[..question.len() / 2]).failed(2, "不是保存的问题");
    for rubbish in [&b""[..], b"{}", b"[1]", b"\xff\xfe", b"{\"tranche_question\":1}"] {
        again(rubbish).failed(2, "不是保存的问题");
    }
    desk.call(&["ask", "--again", text(&folder.path().join("none"))]).failed(2, "无法读取");
    desk.call(&["ask", "--again", text(folder.path())]).failed(2, "无法读取");
    let (first, rubbish) = (names[1].as_str(), file(b"{}"));
    let told = desk.call(&["ask", "--again", text(rubbish.path()), first]);
    told.failed(2, "不是保存的问题");
    assert!(told.out.contains("相同"), "the others are asked all the same: {}", told.out);
}
