//! Rehearsal: judging commands one after the other without appending (`--dry-run`, and before an atomic file).

use std::collections::HashMap;

use uuid::Uuid;

use super::draft::{refused, repeated, request_of, too_long};
use super::{Clock, EngineError, Job, Outcome, Placed, payment, state};
use crate::domain::command::Command;
use crate::domain::decide::{Decision, decide};
use crate::domain::event::events_of;
use crate::domain::evolve::evolve;
use crate::domain::ledger::Ledger;
use crate::log::entry::{self, ENTRY_BYTES_MAX};
use crate::store::Store;

/// A copy of a ledger's state on which commands are tried out.
pub struct Rehearsal<'s> {
    store: &'s Store,
    ledger: i64,
    name: String,
    clock: Clock,
    state: Ledger,
    tried: HashMap<Uuid, ([u8; 32], Vec<Placed>)>,
}

impl<'s> Rehearsal<'s> {
    /// Takes a copy of the state as it is now.
    ///
    /// # Errors
    ///
    /// Where the database fails or an entry cannot be read.
    pub async fn open(store: &'s Store, name: &str, clock: Clock) -> Result<Self, EngineError> {
        let ledger = store.head(name).await?.ledger;
        let state = state::load(store, ledger).await?;
        Ok(Self { store, ledger, name: name.to_owned(), clock, state, tried: HashMap::new() })
    }

    /// The state as the commands tried so far would leave it.
    #[must_use]
    pub fn state(&self) -> &Ledger {
        &self.state
    }

    /// Tries a command on top of those before it; gives its identifier and what would become of it.
    ///
    /// # Errors
    ///
    /// Where the database fails.
    pub async fn attempt(&mut self, command: Command) -> Result<(Uuid, Outcome), EngineError> {
        let id = command.id.unwrap_or_else(self.clock.id);
        let given = command.id.is_some();
        let (answer, _nobody) = tokio::sync::oneshot::channel();
        let job = Job { id, command, given, answer };
        let now = (self.clock.now)();
        let named = payment::missing(&self.state, std::iter::once(&job.command.act));
        let found = payment::find(self.store, self.ledger, &named.iter().collect::<Vec<_>>()).await?;
        payment::bring(&mut self.state, &found);
        let refused = |reasons| refused(&self.state, &self.name, (&job, now), reasons);
        let ids = if given { &[id][..] } else { &[] };
        let known = match self.tried.get(&id) {
            Some((request, events)) => Some((*request, events.clone())),
            None => super::known(self.store, self.ledger, ids).await?.remove(&id),
        };
        if let Some((request, events)) = known {
            return Ok(match repeated(&job, &request, events) {
                Outcome::Refused(reasons) => (id, refused(reasons)),
                known => (id, known),
            });
        }
        let (acts, warnings) = match decide(&self.state, &job.command, now) {
            Decision::Refused(reasons) => return Ok((id, refused(reasons))),
            Decision::Accepted { acts, warnings } => (acts, warnings),
        };
        let moment = self.state.moment(&job.command, now);
        let events = events_of(&self.state, &job.command, job.id, (acts, &warnings), moment);
        for event in &events {
            let bytes = entry::write(&self.name, event).map_err(|source| super::draft::unwritable(event, source))?;
            if bytes.len() > ENTRY_BYTES_MAX {
                return Ok((id, Outcome::Refused(vec![too_long(bytes.len())])));
            }
        }
        let mut placed = Vec::new();
        for event in &events {
            evolve(&mut self.state, event);
            placed.push(Placed { position: None, kind: event.act.kind().event().into() });
        }
        self.tried.insert(id, (request_of(&job)?, placed.clone()));
        Ok((id, Outcome::Accepted { events: placed, warnings }))
    }
}
