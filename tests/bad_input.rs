//! What people and programs get wrong, and what fails under them: each with its message and exit status, and nothing
//! half done.

#![cfg(test)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/program.rs"]
mod program;

#[path = "bad_input/database.rs"]
mod database;
#[path = "bad_input/file.rs"]
mod file;
#[path = "bad_input/gzip.rs"]
mod gzip;
#[path = "bad_input/line.rs"]
mod line;
#[path = "bad_input/memory.rs"]
mod memory;
#[path = "bad_input/reader.rs"]
mod reader;
#[path = "bad_input/together.rs"]
mod together;

use serde_json::{Value, json};

/// A command that is lawful on a new ledger.
fn area(number: u32) -> Value {
    json!({"command": "register_area", "id": format!("0199f0c2-7d5e-4c1a-9b1e-{number:012}"), "on": "2026-01-05",
        "by": {"body": "province_drc", "person": "周涛"}, "area": format!("X{number}"), "name": "示例县", "kind": "county",
        "city": "南昌市", "document": "批1"})
}

/// The text of such a command.
fn line(number: u32) -> String {
    area(number).to_string()
}

/// So many lines of such commands.
fn lines(count: u32) -> String {
    (1..=count).map(|number| line(number) + "\n").collect()
}
