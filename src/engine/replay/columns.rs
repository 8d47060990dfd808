//! The columns beside an entry: they repeat what it says, and must repeat it truly.

use uuid::Uuid;

use super::Differences;
use crate::domain::event::Event;
use crate::engine::payment;
use crate::log::entry;
use crate::store::Record;

/// Compares the columns of a record with its entry, but for the command's.
pub(in crate::engine) fn compare<T: AsRef<str>, B>(
    record: &Record<T, B>,
    event: &Event,
    differences: &mut Differences,
) {
    let mut note = |field: &str, found: String, expected: String| {
        differences.note(("event", &record.position.to_string(), field), found, expected);
    };
    let (stream, kind) = (record.stream.as_ref(), record.kind.as_ref());
    if stream != event.stream {
        note("stream", stream.to_owned(), event.stream.clone());
    }
    if u64::try_from(record.version) != Ok(event.version) {
        note("version", record.version.to_string(), event.version.to_string());
    }
    let kind_due = event.act.kind().event();
    if kind != kind_due {
        note("type", kind.to_owned(), kind_due.to_owned());
    }
    if record.business_date != event.on {
        note("business_date", record.business_date.to_string(), event.on.to_string());
    }
    let item = record.item.as_ref().map(AsRef::as_ref);
    if !payment::is_item(item, &event.act) {
        note("item", item.unwrap_or_default().to_owned(), payment::item_of(&event.act).unwrap_or_default());
    }
    if record.recorded_at != event.recorded_at {
        note("recorded_at", entry::moment_text(record.recorded_at), entry::moment_text(event.recorded_at));
    }
}

/// Compares the column that a command is found by: its id stands in its first event alone. `before` is the command of
/// the entry in front, where that is known.
pub(in crate::engine) fn compare_command(
    found: Option<Uuid>,
    event: &Event,
    before: Option<Uuid>,
    differences: &mut Differences,
) {
    let due = match before {
        Some(before) => (before != event.command_id).then_some(event.command_id),
        None => found.map(|_| event.command_id),
    };
    if found != due {
        let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        differences.note(("event", &event.position.to_string(), "command"), text(found), text(due));
    }
}
