//! Programs that are not ours, reading what we wrote: they have to be there, and to be content.

#![allow(dead_code, reason = "shared by several test programs, none of which needs all of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What packages of others carry as data, by `scripts/python-tools`.
pub fn data(path: &str) -> PathBuf {
    let path = project("target/python-tools/data").join(path);
    assert!(path.exists(), "{} is missing; run scripts/python-tools", path.display());
    path
}

/// What a command did.
pub fn output(command: &mut Command) -> Output {
    command.env("LC_ALL", "C.UTF-8").env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap_or_else(|error| {
        panic!("{command:?}: run scripts/install-missing --tests and scripts/python-tools: {error}")
    })
}

/// What it prints.
pub fn ran(command: &mut Command) -> String {
    let output = output(command);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {told}{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

/// Python with the packages of the tests, on a script of `tests/tools`.
pub fn python(script: &str) -> Command {
    let mut command = Command::new(project("target/python-tools/bin/python"));
    command.arg(project("tests/tools").join(script));
    command
}
