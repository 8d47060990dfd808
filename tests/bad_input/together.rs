//! All or none, and judging without recording.

use serde_json::json;

use crate::program::Desk;
use crate::{area, line, lines};

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_line_keeps_an_atomic_file_out() {
    let desk = Desk::sandbox().await;
    let mut future = area(2);
    future["on"] = json!("2099-01-01");
    for (bad, rule) in [(future.to_string(), "DATE-01"), ("{\"command\": 1}".to_owned(), "FORM-01")] {
        let told = desk.apply(format!("{}\n{bad}\n{}\n", line(1), line(3)), &["--atomic"]);
        assert_eq!(told.code(), 1, "{}", told.err);
        assert_eq!(told.outcomes(), ["would_accept", "refused", "would_accept"]);
        let answers = told.lines();
        assert_eq!(answers[1]["refusals"][0]["rule"], rule);
        assert!(!told.out.contains("position\""), "nothing has a position: {}", told.out);
        assert_eq!(desk.position().await, 1);
    }
    let told = desk.apply(lines(3), &["--atomic"]);
    assert_eq!((told.code(), told.outcomes()), (0, vec!["accepted".to_owned(); 3]));
    let told = desk.apply(lines(4), &["--atomic"]);
    assert_eq!(told.outcomes(), ["repeated", "repeated", "repeated", "accepted"]);
    assert_eq!(desk.position().await, 5);
    // In the text for people, the sum says that nothing was recorded.
    let file = crate::program::file(format!("{}\n{future}\n", line(9)).as_bytes());
    let told = desk.call(&["apply", "--atomic", file.path().to_str().unwrap()]);
    assert_eq!(told.code(), 1);
    assert!(told.out.contains("可记入(未记) 1 条,拒绝 1 条"), "{}", told.out);
    desk.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_records_nothing() {
    let desk = Desk::sandbox().await;
    // The second line builds on the first, which is in no log.
    let told = desk.apply(format!("{}\n{}\n{{}}\n", line(1), line(1)), &["--dry-run"]);
    assert_eq!(told.code(), 1);
    assert_eq!(told.outcomes(), ["would_accept", "repeated", "refused"], "{}", told.out);
    let told = desk.apply(lines(50), &["--dry-run"]);
    assert_eq!((told.code(), told.outcomes()), (0, vec!["would_accept".to_owned(); 50]));
    assert_eq!(desk.position().await, 1);
    desk.accepted(lines(50).lines());
}
