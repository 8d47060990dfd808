//! Files: what cannot be read, what programs on Windows make of a text, several at once, and standard input.

use std::io::Write as _;
use std::process::Stdio;

use crate::program::{self, Desk, Running};
use crate::{line, lines};

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_told_before_anything_is_done() {
    let desk = Desk::sandbox().await;
    let good = program::file(lines(3).as_bytes());
    let good = good.path().to_str().unwrap();
    let (empty, folder) = (program::file(b""), tempfile::tempdir().unwrap());
    let utf16: Vec<u8> = format!("\u{feff}{}", line(1)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_big: Vec<u8> = format!("\u{feff}{}", line(1)).encode_utf16().flat_map(u16::to_be_bytes).collect();
    let (utf16, utf16_big) = (program::file(&utf16), program::file(&utf16_big));
    let missing = folder.path().join("没有.jsonl");
    let bad = [
        (empty.path(), "是空的"),
        (folder.path(), "是目录"),
        (missing.as_path(), "无法读取文件"),
        (utf16.path(), "UTF-16"),
        (utf16_big.path(), "UTF-16"),
    ];
    for (path, words) in bad {
        let path = path.to_str().unwrap();
        for flags in [vec!["apply", good, path], vec!["apply", path, "--atomic"], vec!["apply", path, "--dry-run"]] {
            let told = desk.call(&flags);
            told.failed(2, words);
            assert!(told.err.contains(path) && told.out.is_empty(), "{}", told.err);
        }
        let told = desk.call(&["apply", path, "--lang", "en"]);
        assert!(told.code() == 2 && told.err.starts_with("error: ") && !told.err.contains(words) || words == "UTF-16");
        assert_eq!(desk.position().await, 1);
    }
    desk.call(&["apply", "-"]).failed(2, "是空的");
    desk.call(&["apply"]).failed(2, "FILE");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_windows_makes_of_a_text_is_accepted() {
    let desk = Desk::sandbox().await;
    let text = format!("\u{feff}{}\r\n{}\r\n", line(1), line(2));
    let told = desk.apply(text, &[]);
    assert_eq!((told.code(), told.outcomes()), (0, vec!["accepted".to_owned(); 2]), "{}", told.out);
    // A mark in the middle is no beginning of a file.
    let told = desk.apply(format!("{}\n\u{feff}{}\n", line(3), line(4)), &[]);
    assert_eq!(told.outcomes(), ["accepted", "refused"]);
    assert_eq!(desk.position().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_are_one_list() {
    let desk = Desk::sandbox().await;
    let marked = format!("\u{feff}{}", line(2));
    let files = [line(1), marked, format!("{}\n{}\n", line(1), line(3))];
    let files: Vec<_> = files.iter().map(|text| program::file(text.as_bytes())).collect();
    let mut arguments = vec!["apply", "--format", "json"];
    arguments.extend(files.iter().map(|file| file.path().to_str().unwrap()));
    let told = desk.call(&arguments);
    assert_eq!(told.code(), 0, "{}{}", told.err, told.out);
    assert_eq!(told.outcomes(), ["accepted", "accepted", "repeated", "accepted"]);
    let numbers: Vec<_> = told.lines().iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(desk.position().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_is_answered_as_it_comes() {
    let desk = Desk::sandbox().await;
    let mut running = Running::start(desk.command(&["apply", "--format", "json", "-"]).stdin(Stdio::piped()));
    let mut input = running.child().stdin.take().unwrap();
    let answers = running.answers();
    for number in 1..=3 {
        writeln!(input, "{}", line(number)).unwrap();
        let answer = answers.recv_timeout(program::LIMIT).unwrap();
        assert_eq!((answer["line"].as_u64(), answer["outcome"].as_str()), (Some(number.into()), Some("accepted")));
        assert_eq!(desk.position().await, i64::from(number) + 1, "answered after its commit");
    }
    drop(input);
    assert_eq!(running.finish().code(), 0);
}
