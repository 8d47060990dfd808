//! The columns beside an entry: they repeat what it says, and must repeat it truly.

use uuid::Uuid;

use super::Differences;
use crate::domain::event::Event;
use crate::engine::payment;
use crate::log::entry;
use crate::store::Record;

/// Compares the columns of a record with its entry, but for the command's.
pub(in crate::engine) fn compare(record: &Record, event: &Event, differences: &mut Differences) {
    let mut note = |field: &str, found: String, expected: String| {
        differences.note(("event", &record.position.to_string(), field), found, expected);
    };
    if record.stream != event.stream {
        note("stream", record.stream.clone(), event.stream.clone());
    }
    if u64::try_from(record.version) != Ok(event.version) {
        note("version", record.version.to_string(), event.version.to_string());
    }
    let kind = event.act.kind().event();
    if record.kind != kind {
        note("type", record.kind.clone(), kind.to_owned());
    }
    if record.business_date != event.on {
        note("business_date", record.business_date.to_string(), event.on.to_string());
    }
    if !payment::is_item(record.item.as_deref(), &event.act) {
        let due = payment::item_of(&event.act).unwrap_or_default();
        note("item", record.item.clone().unwrap_or_default(), due);
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
