//! The columns beside an entry, and the commands: both repeat what entries say, and must repeat it truly.

use uuid::Uuid;

use super::Differences;
use crate::domain::event::Event;
use crate::engine::{EngineError, payment};
use crate::log::entry;
use crate::store::{Record, Store};

/// How many commands are looked up at once.
const PAGE: usize = 2_000;

/// Compares the columns of a record with its entry.
pub(in crate::engine) fn compare(record: &Record, event: &Event, differences: &mut Differences) {
    let position = record.position.to_string();
    let mut note = |field: &str, found: String, expected: String| {
        differences.note(("event", &position, field), found, expected);
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
    let item = payment::item_of(&event.act);
    if record.item != item {
        note("item", record.item.clone().unwrap_or_default(), item.unwrap_or_default());
    }
    if record.recorded_at != event.recorded_at {
        note("recorded_at", entry::moment_text(record.recorded_at), entry::moment_text(event.recorded_at));
    }
}

/// A command as its events tell it.
struct Told {
    id: Uuid,
    request: Option<[u8; 32]>,
    first_position: u64,
    events: i32,
}

/// The commands of the events read, compared a page at a time.
#[derive(Default)]
pub(super) struct Commands {
    page: Vec<Told>,
    count: i64,
}

impl Commands {
    /// Takes an event's command; says whether a page is full.
    pub(super) fn add(&mut self, event: &Event) -> Result<bool, EngineError> {
        if let Some(last) = self.page.last_mut().filter(|last| last.id == event.command_id) {
            last.events += 1;
            return Ok(false);
        }
        // A full page waits for the next command, for the last one's events may not all be here yet.
        let full = self.page.len() >= PAGE;
        self.count += 1;
        self.page.push(Told {
            id: event.command_id,
            request: request_of(event)?,
            first_position: event.position,
            events: 1,
        });
        Ok(full)
    }

    /// Looks the page up, but for its last command where more may come, and begins the next.
    pub(super) async fn compare(
        &mut self,
        store: &Store,
        ledger: i64,
        differences: &mut Differences,
    ) -> Result<(), EngineError> {
        let keep = if self.page.len() > PAGE { self.page.pop() } else { None };
        let ids: Vec<Uuid> = self.page.iter().map(|told| told.id).collect();
        let found = store.commands_find(ledger, &ids).await?;
        let found: std::collections::HashMap<Uuid, _> = found.into_iter().map(|found| (found.id, found)).collect();
        for told in self.page.drain(..) {
            let id = told.id.to_string();
            let Some(found) = found.get(&told.id) else {
                differences.note(("command", &id, "row"), "none".to_owned(), "one".to_owned());
                continue;
            };
            let mut note = |field: &str, found: String, expected: String| {
                differences.note(("command", &id, field), found, expected);
            };
            note("first_position", found.first_position.to_string(), told.first_position.to_string());
            note("events", found.events.to_string(), told.events.to_string());
            if let Some(request) = told.request {
                note("request", super::hex(&found.request), super::hex(&request));
            }
        }
        self.page.extend(keep);
        Ok(())
    }

    /// There are no commands but those that events tell of.
    pub(super) async fn compare_count(
        &self,
        store: &Store,
        ledger: i64,
        differences: &mut Differences,
    ) -> Result<(), EngineError> {
        let found = store.commands_count(ledger).await?;
        differences.note(("command", "all", "count"), found.to_string(), self.count.to_string());
        Ok(())
    }
}

/// The hash of the content of the command that led to an event; the opening was no command.
fn request_of(event: &Event) -> Result<Option<[u8; 32]>, EngineError> {
    if event.position == 1 {
        return Ok(None);
    }
    let position = i64::try_from(event.position).unwrap_or(i64::MAX);
    // Of whichever ledger: the request does not say.
    let written = entry::write_with_request("", event).map_err(|source| EngineError::Entry { position, source })?;
    Ok(Some(written.1))
}
