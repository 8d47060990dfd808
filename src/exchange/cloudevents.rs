//! CloudEvents 1.0, structured JSON: an envelope around each entry, which stands in it byte for byte.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::value::RawValue;

use super::Subject;
use crate::domain::event::Event;
use crate::log::entry::moment_text;

#[derive(Serialize)]
struct Envelope<'a> {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: &'a str,
    time: String,
    datacontenttype: &'static str,
    data: &'a RawValue,
}

/// A text as one segment of a URI reference.
pub(super) fn segment(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Adds an event's line.
///
/// # Errors
///
/// Where the entry is no JSON.
pub fn write(subject: &Subject, event: &Event, entry: &[u8], out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let envelope = Envelope {
        specversion: "1.0",
        id: format!("{}/{}", subject.ledger, event.position),
        source: format!("/ledgers/{}", segment(&subject.ledger)),
        kind: format!("tranche.{}", event.act.kind().event()),
        subject: &event.stream,
        time: moment_text(event.recorded_at),
        datacontenttype: "application/json",
        data: serde_json::from_slice(entry)?,
    };
    serde_json::to_writer(&mut *out, &envelope)?;
    out.push(b'\n');
    Ok(())
}
