//! Entries: an event as canonical JSON (RFC 8785) and back.
//!
//! Amounts are strings and the few integers are small, so every reader of JSON sees the same entry in the same
//! bytes. What no longer reads as an event is an error, never a guess.

use std::borrow::Cow;
use std::convert::Infallible;

use chrono::{DateTime, SecondsFormat};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::domain::act::{Act, ActKind, Decode};
use crate::domain::command::{Command, Party};
use crate::domain::event::{Event, Reason};
use crate::domain::form::date_parse;
use crate::domain::json::read_text;
use crate::domain::text::Note;
use crate::domain::{Date, Timestamp};
use crate::log::canonical;

/// The most bytes an entry may have (C2SP tlog-tiles entry bundles give an entry's length in 16 bits).
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// An entry cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The event cannot be written as canonical JSON.
    #[error("the event cannot be written as canonical JSON")]
    Unwritable(#[source] serde_json::Error),
    /// The bytes are no entry.
    #[error("the bytes are no entry of a ledger")]
    Unreadable(#[source] serde_json::Error),
    /// The entry's type is not known to this program.
    #[error("the entry's type {0} is not known to this program; a newer one wrote it")]
    UnknownType(String),
}

/// An entry as it is written, its keys in the order that the canonical form has them.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    approvals: &'a [Party],
    by: &'a Party,
    command_id: Uuid,
    data: &'a Act,
    ledger: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a Note>,
    on: Date,
    position: u64,
    recorded_at: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    simulated: bool,
    stream: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    version: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [Reason],
}

/// An entry as it is read, with its data as they stand or as those of an act.
#[derive(Deserialize)]
struct Read<'a, T> {
    position: u64,
    stream: String,
    version: u64,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(deserialize_with = "read_date")]
    on: Date,
    #[serde(deserialize_with = "read_moment")]
    recorded_at: Timestamp,
    #[serde(default)]
    simulated: bool,
    command_id: Uuid,
    by: Party,
    #[serde(default)]
    approvals: Vec<Party>,
    note: Option<Note>,
    #[serde(default)]
    warnings: Vec<Reason>,
    data: T,
}

impl<T> Read<'_, T> {
    fn into_event(self, act: impl FnOnce(T) -> Act) -> Event {
        Event {
            position: self.position,
            stream: self.stream,
            version: self.version,
            on: self.on,
            recorded_at: self.recorded_at,
            simulated: self.simulated,
            command_id: self.command_id,
            by: self.by,
            approvals: self.approvals,
            note: self.note,
            warnings: self.warnings,
            act: act(self.data),
        }
    }
}

/// Reads an entry of the type that it seems to be of; none where it is not.
struct Whole<'a>(&'a str, ActKind);

impl Decode for Whole<'_> {
    type Decoded = Option<Event>;
    type Error = Infallible;

    fn decode<T: DeserializeOwned>(self, act: fn(T) -> Act) -> Result<Option<Event>, Infallible> {
        let Self(entry, kind) = self;
        let read = canonical::plain::<Read<T>>(entry).filter(|read| read.kind == kind.event());
        Ok(read.map(|read| read.into_event(act)))
    }
}

/// The type that an entry seems to be of: it stands behind the data, near the end.
fn seeming_kind(entry: &str) -> Option<ActKind> {
    const BEFORE: &[u8] = br#","type":""#;
    let at = entry.as_bytes().windows(BEFORE.len()).rposition(|window| window == BEFORE)?;
    ActKind::of_event(entry.get(at + BEFORE.len()..)?.split_once('"')?.0)
}

fn read_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    read_text(deserializer, date_parse, "a date")
}

fn read_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    read_text(deserializer, |text| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc()), "a moment")
}

/// A moment as entries have it: UTC with six decimals, so that the order of texts is the order of times.
#[must_use]
pub fn moment_text(moment: Timestamp) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Writes an event as an entry of a ledger.
///
/// # Errors
///
/// [`EntryError::Unwritable`], which no event met so far.
pub fn write(ledger: &str, event: &Event) -> Result<Vec<u8>, EntryError> {
    let written = Written {
        approvals: &event.approvals,
        by: &event.by,
        command_id: event.command_id,
        data: &event.act,
        ledger,
        note: event.note.as_ref(),
        on: event.on,
        position: event.position,
        recorded_at: moment_text(event.recorded_at),
        simulated: event.simulated,
        stream: &event.stream,
        kind: event.act.kind().event(),
        version: event.version,
        warnings: &event.warnings,
    };
    canonical::to_vec(&written).map_err(EntryError::Unwritable)
}

/// Reads an entry back into its event.
///
/// # Errors
///
/// [`EntryError::Unreadable`] or [`EntryError::UnknownType`].
pub fn read(entry: &[u8]) -> Result<Event, EntryError> {
    if let Ok(text) = str::from_utf8(entry)
        && let Some(kind) = seeming_kind(text)
        && let Ok(Some(event)) = kind.decode(Whole(text, kind))
    {
        return Ok(event);
    }
    // Otherwise, and to tell what is wrong: the type first, then the data.
    let read: Read<&RawValue> = serde_json::from_slice(entry).map_err(EntryError::Unreadable)?;
    let Some(kind) = ActKind::of_event(&read.kind) else { return Err(EntryError::UnknownType(read.kind.into_owned())) };
    let act = kind.decode(read.data.get()).map_err(EntryError::Unreadable)?;
    Ok(read.into_event(|_| act))
}

/// The content of a command by which a repeated one is known: everything but its id and simulated time.
#[derive(Serialize)]
struct Content<'a> {
    approvals: &'a [Party],
    by: &'a Party,
    command: &'static str,
    data: &'a Act,
    note: Option<&'a Note>,
    on: Date,
}

impl Content<'_> {
    fn hash(&self) -> Result<[u8; 32], EntryError> {
        Ok(Sha256::digest(canonical::to_vec(self).map_err(EntryError::Unwritable)?).into())
    }
}

/// The SHA-256 of a command's content (IDEM-01).
///
/// # Errors
///
/// [`EntryError::Unwritable`], which no command met so far.
pub fn request_hash(Command { on, by, approvals, note, act, .. }: &Command) -> Result<[u8; 32], EntryError> {
    Content { command: act.kind().command(), on: *on, by, approvals, note: note.as_ref(), data: act }.hash()
}

/// The same of the command that led to an event, if it is that command's first.
///
/// # Errors
///
/// Those of [`request_hash`].
pub fn request_hash_of(Event { on, by, approvals, note, act, .. }: &Event) -> Result<[u8; 32], EntryError> {
    Content { command: act.kind().command(), on: *on, by, approvals, note: note.as_ref(), data: act }.hash()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_canonical_and_reads_back() {
        let line = r#"{"command":"pay","id":"0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01","on":"2026-02-12","by":{"body":"local_finance","person":"丙","area":"360602"},
            "note":"备注 \"引号\"","pilot":"P","project":"2510-367424","payment":"Z1","amount":"1.00","payee":{"name":"甲"},"voucher":"记1","purpose":"SERVICE"}"#;
        let command = Command::parse(line.as_bytes()).unwrap();
        let event = Event {
            position: 7,
            stream: "pilot-P".into(),
            version: 3,
            on: command.on,
            recorded_at: "2026-02-12T01:00:00Z".parse().unwrap(),
            simulated: true,
            command_id: command.id.unwrap(),
            by: command.by.clone(),
            approvals: vec![],
            note: command.note.clone(),
            warnings: vec![],
            act: command.act.clone(),
        };
        let entry = write("演练-1", &event).unwrap();
        insta::assert_snapshot!(String::from_utf8(entry.clone()).unwrap(), @r#"{"by":{"area":"360602","body":"local_finance","person":"丙"},"command_id":"0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a01","data":{"amount":"1.00","payee":{"name":"甲"},"payment":"Z1","pilot":"P","project":"2510-367424","purpose":"SERVICE","voucher":"记1"},"ledger":"演练-1","note":"备注 \"引号\"","on":"2026-02-12","position":7,"recorded_at":"2026-02-12T01:00:00.000000Z","simulated":true,"stream":"pilot-P","type":"PaymentRecorded","version":3}"#);
        assert_eq!(read(&entry).unwrap(), event);
        assert_eq!(request_hash_of(&event).unwrap(), request_hash(&command).unwrap());
        let (by, approvals, note) = (event.by.clone(), vec![event.by.clone(), event.by.clone()], None);
        let event = Event { approvals: approvals.clone(), note: note.clone(), ..event };
        let command = Command { by, approvals, note, ..command };
        assert_eq!(request_hash_of(&event).unwrap(), request_hash(&command).unwrap());
        assert!(matches!(read(b"{}"), Err(EntryError::Unreadable(_))));
    }
}
