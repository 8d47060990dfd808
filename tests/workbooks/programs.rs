//! Programs that are not ours, reading what we wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};
use tranche::report::paper::table::{Table, Unit, Value};

use crate::python::tool;

/// Has LibreOffice compute every formula again when it opens a workbook, whatever result stands there.
const ALWAYS_RECOMPUTE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"#;

fn ran(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {} {told}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// The workbooks as LibreOffice writes them after it opened them and computed them again.
pub fn recomputed(folder: &Path, paths: &[PathBuf]) -> Vec<PathBuf> {
    let (profile, out) = (folder.join("profile"), folder.join("recomputed"));
    fs::create_dir_all(profile.join("user")).unwrap();
    fs::write(profile.join("user/registrymodifications.xcu"), ALWAYS_RECOMPUTE).unwrap();
    let mut command = Command::new("soffice");
    command.arg(format!("-env:UserInstallation=file://{}", profile.display()));
    command.args(["--headless", "--convert-to", "xlsx", "--outdir"]).arg(&out).args(paths);
    ran(&mut command);
    paths.iter().map(|path| out.join(path.file_name().unwrap())).collect()
}

/// What stands in workbooks, as openpyxl reads them.
pub fn opened(paths: &[PathBuf]) -> Vec<Json> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks/reader.py");
    let told = ran(tool("python").arg(script).args(paths));
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Writes 1 in place of every result of a formula.
pub fn spoil_results(path: &Path) {
    let script = r#"
import re, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as book:
    parts = [(info, book.read(info)) for info in book.infolist()]
with zipfile.ZipFile(sys.argv[1], "w") as book:
    for info, part in parts:
        book.writestr(info, re.sub(rb"</f><v>[^<]*</v>", b"</f><v>1</v>", part))
"#;
    ran(tool("python").args(["-c", script]).arg(path));
}

/// Asserts that a sheet has a table's rows and totals from a row on: numbers as numbers, dates as dates, texts as texts.
pub fn holds(sheet: &Json, table: &Table, first: usize) {
    let rows = table.rows.iter().map(|row| &row.cells).chain(&table.total);
    for (at, cells) in (first..).zip(rows) {
        // An empty table has a line in place of its rows.
        let at = if table.rows.is_empty() { at + 1 } else { at };
        for (column, cell) in cells.iter().enumerate() {
            let found = &sheet["rows"][at][column];
            let same = match &cell.value {
                Value::None => found.is_null(),
                // A cell without letters is blank to a spreadsheet.
                Value::Text(text) => found.as_str().unwrap_or_default() == text,
                Value::Date(date) => *found == json!({"date": date.to_string()}),
                value => is_number(found, value, table.sums_in()),
            };
            assert!(same, "{} row {at} column {column}: {found} where {:?} was to be", sheet["name"], cell.value);
        }
    }
}

/// Whether a number is the value to its last decimal.
fn is_number(found: &Json, value: &Value, unit: Unit) -> bool {
    let wanted = match value {
        Value::Ratio(ratio) => format!("{:.4}", f64::from(i32::try_from(*ratio).unwrap()) / 10_000.0),
        value => value.show(unit).replace(',', ""),
    };
    let decimals = wanted.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    found.as_f64().is_some_and(|found| format!("{found:.decimals$}") == wanted)
}
