//! What the sequencer has at hand of the ledger: the programme whole, and of pilots and payments what commands name.
//!
//! A pilot is loaded when a command first names it and stays; a payment that is looked up, or made, stays until the
//! batch lands, for until then the database does not know what became of it. Refused here: deciding.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::Sequencer;
use crate::domain::act::Act;
use crate::domain::decide::{application_of, pilot_of};
use crate::domain::text::Id;
use crate::engine::{EngineError, Job, Known, known, payment, state};
use crate::store::Store;

impl Sequencer {
    /// Loads the pilots that the next commands name.
    pub(super) async fn bring_pilots(&mut self, waiting: &mut VecDeque<Job>, count: usize) -> Result<(), EngineError> {
        loop {
            let pilots = self.pilots_missing(waiting.iter().take(count).map(|job| &job.command.act));
            if self.load_pilots(&pilots).await? {
                break;
            }
            // Another process appended since: nothing of that moment is to be mixed with what is older.
            while let Some(flight) = self.flights.pop_front() {
                self.land_boxed(flight, waiting).await?;
            }
            self.take_head().await?;
        }
        self.named = payment::named(waiting.iter().take(count).map(|job| &job.command.act));
        Ok(())
    }

    /// Brings in the payments that commands cancel. With `all`, also those they record, and says which of the commands
    /// the log has already, each with its content's hash and its events; otherwise all are taken for new, and the append
    /// tells where one is not.
    pub(super) async fn look_up(
        &mut self,
        jobs: impl Iterator<Item = &Job> + Clone,
        all: bool,
    ) -> Result<Option<Known>, EngineError> {
        let ids: Vec<_> = jobs.clone().filter(|job| all && job.given).map(|job| job.id).collect();
        let acts = jobs.map(|job| &job.command.act).filter(|act| all || matches!(act, Act::ReversePayment(_)));
        let missing = payment::missing(&self.state, acts);
        let payments: Vec<&Id> = missing.iter().collect();
        if !ids.is_empty() || !payments.is_empty() {
            let store = self.unoccupied().await;
            let known = known(&store, self.ledger, &ids);
            let (known, found) =
                futures_util::future::try_join(known, payment::find(&store, self.ledger, &payments)).await?;
            payment::bring(&mut self.state, &found);
            return Ok(all.then_some(known));
        }
        Ok(all.then(Known::new))
    }

    /// A connection on which no append is under way, if there is one, for what is asked there is answered behind it. What
    /// is in flight need not be seen: its commands and payments are at hand.
    pub(super) async fn unoccupied(&mut self) -> Arc<Store> {
        match self.flights.back().map(|flight| Arc::clone(&flight.store)) {
            Some(occupied) => self.other(&occupied).await,
            None => Arc::clone(&self.store),
        }
    }

    /// Of the two connections the other one.
    pub(super) async fn other(&mut self, than: &Arc<Store>) -> Arc<Store> {
        if !Arc::ptr_eq(than, &self.store) {
            return Arc::clone(&self.store);
        }
        // Where there is none to be had, it only takes longer.
        self.pool.connection(self.seat + 1, Duration::ZERO).await.unwrap_or_else(|_| Arc::clone(&self.store))
    }

    /// The pilots that acts name, and that are recognised but not at hand.
    fn pilots_missing<'a>(&self, acts: impl Iterator<Item = &'a Act>) -> BTreeSet<Id> {
        let programme = &self.state.programme;
        let of_application = |act| programme.applications.get(application_of(act)?)?.pilot.as_ref();
        let named = acts.flat_map(|act| [pilot_of(act), of_application(act)]).flatten();
        let mut missing: BTreeSet<Id> = named.filter(|id| !self.state.pilots.contains_key(*id)).cloned().collect();
        if !missing.is_empty() {
            let recognised: HashSet<&Id> =
                programme.applications.values().filter_map(|application| application.pilot.as_ref()).collect();
            missing.retain(|id| recognised.contains(id));
        }
        missing
    }

    /// Loads pilots as they are committed; what is in flight does not touch them, or they would be at hand. Says
    /// whether they are of the state's own moment, and so were taken.
    pub(super) async fn load_pilots(&mut self, pilots: &BTreeSet<Id>) -> Result<bool, EngineError> {
        if pilots.is_empty() {
            return Ok(true);
        }
        let pilots: Vec<Id> = pilots.iter().cloned().collect();
        let (loaded, _) = state::load_pilots(&self.store, self.ledger, &pilots).await?;
        if loaded.programme.position > self.state.programme.position {
            return Ok(false);
        }
        for (id, pilot) in loaded.pilots {
            let stream = format!("pilot-{id}");
            if let Some(version) = loaded.programme.streams.get(&stream) {
                self.state.programme.streams.insert(stream, *version);
            }
            self.state.pilots.insert(id, pilot);
        }
        Ok(true)
    }

    /// Lets payments go that no batch in flight names.
    pub(super) fn forget(&mut self, payments: HashSet<Id>) {
        for id in payments {
            if !self.flights.iter().any(|flight| flight.payments.contains(&id)) {
                self.state.payments.remove(&id);
            }
        }
    }
}
