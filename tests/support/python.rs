//! Programs in Python that hold our results against implementations of others, in the environment of the tests.

#![allow(dead_code, reason = "shared by several test programs, none of which needs all of it")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A program of the environment that `scripts/python-tools` makes.
pub fn tool(name: &str) -> Command {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python-tools/bin").join(name);
    assert!(path.exists(), "{} is missing; run scripts/python-tools", path.display());
    Command::new(path)
}

fn output(script: &str, input: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support").join(script);
    let mut command = tool("python");
    command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// What a script of `tests/support` prints, given this input; it has to be content.
pub fn run(script: &str, input: &str) -> String {
    let output = output(script, input);
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What it complains of; it has to.
pub fn fails(script: &str, input: &str) -> String {
    let output = output(script, input);
    assert!(!output.status.success(), "{script} was content");
    String::from_utf8(output.stderr).unwrap()
}
