//! Reports from outside: made, filed, made again; all at once; and what is said where one cannot be made.

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

use std::fs;
use std::path::Path;

use program::{Desk, FIRST_COHORT, Running};

/// The forms that a report has.
const FORMS: [&str; 5] = ["html", "csv", "json", "xlsx", "pdf"];

/// How many commands of the first cohort come before the reports are made; ten more come after.
const BEFORE: usize = 500;

/// A sandbox with the first cohort up to there, and the ten commands that come next.
async fn desk() -> (Desk, Vec<&'static str>) {
    let desk = Desk::sandbox().await;
    let lines: Vec<&str> = FIRST_COHORT.lines().collect();
    desk.accepted(lines[..BEFORE].iter().copied());
    (desk, lines[BEFORE..BEFORE + 10].to_vec())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Makes a report into a file.
fn made(desk: &Desk, arguments: &[&str], file: &Path) {
    let told = desk.call(&[&["report"], arguments, &["-o", file.to_str().unwrap()]].concat());
    assert_eq!(told.code(), 0, "{}", told.err);
}

#[tokio::test]
async fn a_filed_report_is_made_again_after_the_ledger_went_on() {
    let (desk, more) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let date = "2027-12-31";
    let mut filed = Vec::new();
    for form in FORMS {
        for (kind, pilot) in [("status", Some("JX2025-01")), ("programme", None), ("alerts", None)] {
            let file = folder.path().join(format!("{kind}.{form}"));
            made(&desk, &[&[kind, "--as-of", date, "--format", form][..], pilot.as_slice()].concat(), &file);
            filed.push(file);
        }
    }
    for (kind, pilot) in [("status", Some("JX2025-01")), ("programme", None)] {
        let file = folder.path().join(format!("{kind}.svg"));
        made(&desk, &[&[kind, "--as-of", date][..], pilot.as_slice()].concat(), &file);
        filed.push(file);
    }
    let again = |file: &Path| desk.call(&["report", "--again", file.to_str().unwrap()]);
    for file in &filed {
        let told = again(file);
        assert_eq!((told.code(), told.out.contains("一致:")), (0, true), "{file:?} {}{}", told.out, told.err);
    }
    desk.accepted(more.iter().copied());
    for file in &filed {
        let told = again(file);
        assert_eq!((told.code(), told.out.contains("又有")), (0, true), "{file:?} {}{}", told.out, told.err);
    }
    let told = desk.call(&["report", "--again", filed[0].to_str().unwrap(), "--as-of", "2028-12-31"]);
    assert_eq!(told.code(), 1, "{}{}", told.out, told.err);
    assert!(told.out.contains("原表:一致") && told.out.contains(" → "), "{}", told.out);
    let json = desk.call(&["report", "--again", filed[0].to_str().unwrap(), "--format", "json"]);
    assert_eq!(json.lines()[0]["identical"], true);
}

#[tokio::test]
async fn a_file_that_was_altered_or_is_of_another_log_is_found() {
    let (desk, _) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.csv");
    made(&desk, &["ledger", "JX2025-02", "--as-of", "2027-12-31"], &file);
    let again = |desk: &Desk| desk.call(&["report", "--again", file.to_str().unwrap()]);
    assert_eq!(again(&desk).code(), 0);
    let text = fs::read_to_string(&file).unwrap();
    let altered = text.replacen("资金收支明细账", "资金收支明细帐", 1);
    fs::write(&file, altered).unwrap();
    let told = again(&desk);
    assert_eq!(told.code(), 1);
    assert!(told.out.contains("不一致") && told.out.contains("明细帐"), "{}", told.out);
    fs::write(&file, text).unwrap();
    // A ledger of the same name with fewer entries, then one with others at that position.
    let other = Desk::sandbox().await;
    again(&other).failed(3, "记录被删除");
    let lines: Vec<&str> = FIRST_COHORT.lines().collect();
    other.accepted(lines[..BEFORE + 5].iter().copied());
    again(&other).failed(3, "根已不是报告所载");
}

#[tokio::test]
async fn a_report_as_known_at_a_time_is_that_of_the_ledger_then() {
    let (desk, more) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let (then, later) = (folder.path().join("then.json"), folder.path().join("later.json"));
    let last = desk.log().await.last().unwrap()["recorded_at"].as_str().unwrap().to_owned();
    let asked = ["status", "JX2025-03", "--as-of", "2027-12-31", "--known-at", &last];
    made(&desk, &asked, &then);
    desk.accepted(more.iter().copied());
    made(&desk, &asked, &later);
    let read = |path: &Path| -> serde_json::Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    // Commands of the same moment as the last may have come after it.
    if read(&then)["stamp"]["position"] == read(&later)["stamp"]["position"] {
        assert_eq!(fs::read(&then).unwrap(), fs::read(&later).unwrap());
    }
    let told = desk.call(&["report", "--again", then.to_str().unwrap()]);
    assert_eq!(told.code(), 0, "{}{}", told.out, told.err);
}

#[tokio::test]
async fn all_of_them_are_each_what_it_is_alone() {
    let (desk, _) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("reports");
    made(&desk, &["projects", "--all", "--as-of", "2027-12-31", "--format", "html"], &into);
    let found = names(&into);
    assert_eq!(found.len(), 11, "{found:?}");
    let one = folder.path().join("one.html");
    made(&desk, &["projects", "JX2025-04", "--as-of", "2027-12-31"], &one);
    assert_eq!(fs::read(into.join("projects-JX2025-04.html")).unwrap(), fs::read(&one).unwrap());
    let told = desk.call(&["report", "--again", into.join("projects.html").to_str().unwrap()]);
    assert_eq!(told.code(), 0, "{}{}", told.out, told.err);
    desk.call(&["report", "programme", "--all", "--format", "html", "-o", into.to_str().unwrap()]).failed(2, "--all");
}

#[tokio::test]
async fn killed_half_way_it_leaves_whole_files_and_nothing_in_the_way() {
    let (desk, _) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().to_str().unwrap();
    let arguments = ["report", "projects", "--all", "--as-of", "2027-12-31", "--format", "pdf", "-o", into];
    let whole = |name: &String| Path::new(name).extension().is_some_and(|ending| ending == "pdf");
    let finished = || names(folder.path()).into_iter().filter(whole).collect::<Vec<_>>();
    let mut running = Running::start(&mut desk.command(&arguments));
    while finished().len() < 2 {
        assert!(running.child().try_wait().unwrap().is_none(), "it ended before it was killed");
        std::thread::yield_now();
    }
    running.kill();
    for name in finished() {
        let told = desk.call(&["report", "--again", folder.path().join(&name).to_str().unwrap()]);
        assert_eq!(told.code(), 0, "{name} {}{}", told.out, told.err);
    }
    fs::write(folder.path().join("projects-JX2025-04.pdf.4194301.part"), "half").unwrap();
    assert_eq!(desk.call(&arguments).code(), 0);
    assert!(names(folder.path()).iter().all(whole), "{:?}", names(folder.path()));
    assert_eq!(finished().len(), 11);
}

#[tokio::test]
async fn before_the_first_recognition_the_programmes_sums_are_over_none() {
    let (desk, _) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    for form in FORMS {
        for kind in ["programme", "alerts"] {
            let file = folder.path().join(format!("{kind}.{form}"));
            made(&desk, &[kind, "--as-of", "2025-11-01", "--format", form], &file);
            let told = desk.call(&["report", "--again", file.to_str().unwrap()]);
            assert_eq!(told.code(), 0, "{}{}", told.out, told.err);
        }
    }
    let programme = fs::read_to_string(folder.path().join("programme.csv")).unwrap();
    assert!(programme.contains("0.00") && !programme.contains("JX2025-01"), "{programme}");
}

#[tokio::test]
async fn what_cannot_be_made_is_said_and_leaves_nothing() {
    let (desk, _) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let into = file.to_str().unwrap();
    for (arguments, words) in [
        (&["status", "JX9999-01"][..], "JX2025-01"),
        (&["status", "JX2025-01", "--as-of", "2020-01-01"], "认定"),
        (&["programme", "--as-of", "2020-01-01"], "尚无任何事项"),
        (&["alerts", "--all", "--as-of", "2020-01-01", "--format", "csv"], "尚无任何事项"),
        (&["status", "--all", "--as-of", "2025-11-01", "--format", "csv"], "尚无认定的试点"),
        (&["status"], "写明试点编号"),
        (&["status", "JX2025-01", "--since", "#999999"], "超出"),
        (&["status", "JX2025-01", "--as-of", "2026-12-31", "--since", "2027-05-01"], "晚于"),
        (&["status", "JX2025-01", "--known-at", "2001-01-01"], "尚无任何记录"),
        (&["status", "JX2025-01", "--format", "beancount"], "没有 beancount 格式"),
        (&["status", "JX2025-01", "--format", "csv"], "请使两者一致"),
        (&["status", "JX2025-01", "--evaluation", "overall"], "只用于项目支出绩效自评表"),
        (&["evaluation", "JX2025-01", "--evaluation", "20x6"], "年度如 2026"),
        (&["evaluation", "JX2025-01", "--evaluation", "2024"], "自评年度应为 2025 至"),
    ] {
        desk.call(&[&["report"], arguments, &["-o", into]].concat()).failed(2, words);
        assert_eq!(names(folder.path()), Vec::<String>::new(), "{arguments:?}");
    }
    let drawing = folder.path().join("ledger.svg");
    desk.call(&["report", "ledger", "JX2025-01", "-o", drawing.to_str().unwrap()]).failed(2, "没有图");
    let nowhere = folder.path().join("none/report.html");
    let asked = ["report", "status", "JX2025-01", "-o", nowhere.to_str().unwrap()];
    desk.call(&asked).failed(2, "无法写入");
    let fonts = folder.path().to_str().unwrap();
    let (paper, all) = (folder.path().join("report.pdf"), folder.path().join("all"));
    for arguments in
        [&["status", "JX2025-01", "-o", paper.to_str().unwrap()][..], &["status", "--all", "-o", all.to_str().unwrap()]]
    {
        let mut command = desk.command(&[&["report"], arguments, &["--format", "pdf"]].concat());
        let told = Running::start(command.env("TRANCHE_FONTS", fonts)).finish();
        told.failed(2, "缺少字体 Noto Serif CJK SC");
        assert!(told.err.contains(fonts), "{}", told.err);
        assert_eq!(names(folder.path()), Vec::<String>::new(), "{arguments:?}");
    }
    desk.call(&["report", "nonsense", "-o", into]).failed(2, "nonsense");
    fs::write(&file, "not a report").unwrap();
    desk.call(&["report", "--again", into]).failed(2, "没有报告戳");
    desk.call(&["report", "--again", nowhere.to_str().unwrap()]).failed(2, "无法读取");
}

#[tokio::test]
async fn an_alert_that_the_date_alone_brings_is_named() {
    let desk = Desk::sandbox().await;
    desk.accepted(FIRST_COHORT.lines());
    let folder = tempfile::tempdir().unwrap();
    for kind in ["status", "alerts"] {
        let file = folder.path().join(format!("{kind}.csv"));
        made(&desk, &[kind, "JX2025-05", "--as-of", "2027-03-31"], &file);
        let told = desk.call(&["report", "--again", file.to_str().unwrap(), "--as-of", "2027-04-02"]);
        assert_eq!(told.code(), 1, "{}{}", told.out, told.err);
        let names = |line: &str| ["新列入", "整改逾期", "SAN-02"].iter().all(|word| line.contains(word));
        assert!(told.out.lines().any(names), "{}", told.out);
    }
    let file = folder.path().join("programme.csv");
    made(&desk, &["programme", "--as-of", "2027-03-31"], &file);
    let told = desk.call(&["report", "--again", file.to_str().unwrap(), "--as-of", "2027-04-02"]);
    assert!(told.out.contains("·项数:6 → 5") && told.out.contains("tranche diff"), "counts are figures: {}", told.out);
}

#[tokio::test]
async fn a_form_is_of_the_self_evaluation_asked_for() {
    let desk = Desk::sandbox().await;
    desk.accepted(FIRST_COHORT.lines());
    let folder = tempfile::tempdir().unwrap();
    let form = |name: &str, date: &str, asked: &[&str]| {
        let file = folder.path().join(name);
        made(&desk, &[&["evaluation", "JX2025-01", "--as-of", date][..], asked].concat(), &file);
        (fs::read_to_string(&file).unwrap(), file.to_str().unwrap().to_owned())
    };
    let (of_year, filed) = form("2026.csv", "2027-12-31", &["--evaluation", "2026"]);
    assert!(of_year.contains("2026年度") && of_year.contains("95.5") && of_year.contains("年初预算数"), "{of_year}");
    let (latest, _) = form("latest.csv", "2028-03-05", &[]);
    let (overall, _) = form("overall.csv", "2028-03-05", &["--evaluation", "overall"]);
    assert!(overall.contains("整体自评（试点期）") && overall.contains("累计执行数"), "{overall}");
    assert_eq!(latest, overall, "the stamp says which one it is of");
    assert!(overall.contains("总分,,,,,100,90,"), "{overall}");
    // What came later is no matter of a year that was over.
    let again = desk.call(&["report", "--again", &filed, "--as-of", "2028-03-05"]);
    assert_eq!(again.code(), 0, "{}{}", again.out, again.err);
    assert!(again.out.contains("没有变动"), "{}", again.out);
    let before = desk.call(&["report", "--again", &filed, "--as-of", "2026-06-30"]);
    assert_eq!(before.code(), 1, "{}{}", before.out, before.err);
    assert!(before.out.contains("年度资金总额·全年执行数"), "{}", before.out);
}
