//! Input that is meant to fill the memory: none of it does.

use std::fs;
use std::io::Write as _;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use flate2::Compression;
use serde_json::Value;

use crate::gzip::gzip;
use crate::line;
use crate::program::{self, Desk, Running};

/// No call may take more.
const MEMORY_MAX_KIB: u64 = 300 << 10;

/// The most memory a process has had so far; none where it has ended.
fn peak_kib(running: &Running) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", running.pid().as_raw_pid())).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// The program reading from a pipe.
fn reading(desk: &Desk, flags: &[&str]) -> (Running, ChildStdin) {
    let arguments = [&["apply", "--format", "json", "-"], flags].concat();
    let mut running = Running::start(desk.command(&arguments).stdin(Stdio::piped()));
    let input = running.child().stdin.take().unwrap();
    (running, input)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_100_megabytes_is_passed_over() {
    let desk = Desk::sandbox().await;
    let (mut running, mut input) = reading(&desk, &[]);
    let answers = running.answers();
    writeln!(input, "{}", line(1)).unwrap();
    input.write_all(b"{\"command\": \"release\", \"note\": \"").unwrap();
    let megabyte = vec![b'7'; 1 << 20];
    for _ in 0..100 {
        input.write_all(&megabyte).unwrap();
    }
    write!(input, "\"}}\n{}\n", line(2)).unwrap();
    let answers: Vec<Value> = (0..3).map(|_| answers.recv_timeout(program::LIMIT).unwrap()).collect();
    // It waits for more input, so its peak can be read.
    let peak = peak_kib(&running).unwrap();
    assert!(peak < MEMORY_MAX_KIB, "{peak} KiB");
    let outcomes: Vec<_> = answers.iter().map(|answer| answer["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["accepted", "refused", "accepted"]);
    let words = answers[1]["refusals"][0]["zh"].as_str().unwrap();
    assert!(words.contains("过长"), "{words}");
    drop(input);
    assert_eq!(running.finish().code(), 1);
    assert_eq!(desk.position().await, 3);
}

/// Sends this, asserts that it is told to be bad and that nothing is recorded; holds the memory it took to the limit.
async fn survives(desk: &Desk, bomb: &[u8], flags: &[&str], words: &str) {
    let (mut running, mut input) = reading(desk, flags);
    let answers = running.answers();
    let peak = std::thread::scope(|scope| {
        // It stops reading when it knows.
        scope.spawn(move || _ = input.write_all(bomb));
        let mut peak = 0;
        // Looked at again and again until its output ends.
        while answers.recv_timeout(Duration::from_millis(5)) != Err(RecvTimeoutError::Disconnected) {
            peak = peak.max(peak_kib(&running).unwrap_or_default());
        }
        peak
    });
    running.finish().failed(2, words);
    assert!(peak > 0 && peak < MEMORY_MAX_KIB, "{peak} KiB");
    assert_eq!(desk.position().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gzip_bomb_is_told_and_does_not_go_off() {
    let desk = Desk::sandbox().await;
    // Two gigabytes in two megabytes: one line without end.
    let bomb = gzip(&vec![b' '; 16 << 20], Compression::best()).repeat(128);
    assert!(bomb.len() < 4 << 20);
    for flags in [&[][..], &["--atomic"], &["--dry-run"]] {
        survives(&desk, &bomb, flags, "压缩炸弹").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn millions_of_empty_lines_are_no_atomic_file() {
    let desk = Desk::sandbox().await;
    let bomb = gzip(&vec![b'\n'; 16 << 20], Compression::best());
    survives(&desk, &bomb, &["--atomic"], "至多 100000 行").await;
}
