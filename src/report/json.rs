//! A paper as JSON, for programs; `paper.schema.json` says what stands in it.

use serde::Serialize;

use super::paper::Paper;

/// The schema of a paper in JSON (2020-12).
const SCHEMA: &str = include_str!("json/paper.schema.json");

/// A paper with its stamp as one word.
#[derive(Serialize)]
struct Whole<'a> {
    line: String,
    #[serde(flatten)]
    paper: &'a Paper,
}

/// The paper as the bytes of a JSON file.
///
/// # Errors
///
/// Where it cannot be written as JSON, which is a fault of the program.
pub fn bytes(paper: &Paper) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(&Whole { line: paper.stamp.line(), paper })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The JSON Schema of a report.
#[must_use]
pub fn schema() -> serde_json::Value {
    serde_json::from_str(SCHEMA).unwrap_or_default()
}
