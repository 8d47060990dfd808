//! Whoever reads the output goes away: no panic, no complaint, and what was recorded is whole.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use crate::program::{self, Desk, Running};
use crate::{line, lines};

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_one_line_ends_it_quietly() {
    let desk = Desk::sandbox().await;
    let file = program::file(lines(3_000).as_bytes());
    for format in ["json", "text"] {
        // People's text says nothing of plain lines: refused ones fill it.
        let bad = program::file("{}\n".repeat(3_000).as_bytes());
        let path = if format == "json" { file.path() } else { bad.path() };
        let arguments = ["apply", "--format", format, path.to_str().unwrap()];
        let mut running = Running::start(&mut desk.command(&arguments));
        let mut first = String::new();
        BufReader::new(running.child().stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty());
        let told = running.finish();
        assert_eq!((told.code(), told.err.as_str()), (0, ""), "{format}");
    }
    // Some of the lines are in the log, from the first on; the file can be applied again.
    let before = desk.position().await;
    assert!((2..=3_001).contains(&before), "{before}");
    desk.sound().await;
    let told = desk.apply(lines(3_000), &[]);
    assert_eq!(told.code(), 0, "{}", told.err);
    let again = told.outcomes().iter().filter(|outcome| *outcome == "repeated").count();
    // What it had sent when it ended may have been recorded after the look at the head.
    assert!(i64::try_from(again).unwrap() + 1 >= before, "{again} {before}");
    assert_eq!(desk.position().await, 3_001);
    desk.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_not_wait_for_input_that_nobody_will_read_the_answer_to() {
    let desk = Desk::sandbox().await;
    let mut running = Running::start(desk.command(&["apply", "--format", "json", "-"]).stdin(Stdio::piped()));
    let mut input = running.child().stdin.take().unwrap();
    drop(running.child().stdout.take());
    writeln!(input, "{}", line(1)).unwrap();
    // Standard input stays open, and silent.
    let status = running.ended();
    assert!(status.success(), "{status}");
    drop(input);
    assert_eq!(desk.position().await, 2);
}
