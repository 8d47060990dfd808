//! OCDS 1.1 (Open Contracting Data Standard): a release package with a release an event, and a process (`ocid`) a pilot.
//!
//! | here | there |
//! |---|---|
//! | the programme's money for the pilot | `planning/budget` |
//! | application, review, publicity, recognition | `tender` |
//! | allocation | award and contract `allocation`, whose transactions are releases |
//! | project and what it is promised | award and contract `project:…`, whose transactions are payments |
//! | order to give money back | contract `clawback:…`, whose transactions are receipts |
//! | reversal | a transaction with a negative sum |
//! | evaluation, payout decision, sanction | milestones of the contract `allocation` |
//!
//! The pilot's fund is a party of its own: what it was paid less what it paid is the balance. Unspent money comes back
//! from the fund, other money from the lead area. No extension of the standard is needed. Merged by `ocdsmerge`, the
//! releases of a pilot come to its figures. Events that change nothing in these terms leave no release; nor is there a
//! prefix registered for us, so publishers put theirs before the `ocid`.
//!
//! A package is one JSON document with a release a line, so that it can be read in bounded memory too.

mod fund;
mod release;
mod state;

use std::io;

use serde_json::{Value, json};

use super::Subject;
use super::cloudevents::segment;
use crate::domain::code::Body;
use crate::domain::event::Event;
use crate::domain::text::Id;
use crate::log::entry::moment_text;

use self::release::Release;
use self::state::State;

/// A package under way.
pub struct Package {
    ledger: String,
    only: Option<Id>,
    state: State,
    releases: u64,
    last: Option<String>,
}

impl Package {
    /// Begins a package.
    #[must_use]
    pub fn new(subject: &Subject, out: &mut Vec<u8>) -> Self {
        let province = Body::ProvinceFinance.zh();
        let publisher =
            if subject.sandbox { format!("{province}(演练台账,数据为模拟)") } else { province.to_owned() };
        let uri = format!("urn:tranche:{}", segment(&subject.ledger));
        let head = json!({"publisher": {"name": publisher}, "uri": uri, "version": "1.1"}).to_string();
        // The date of publication is that of the last event, and so closes the document.
        out.extend_from_slice(head.strip_suffix('}').unwrap_or_default().as_bytes());
        out.extend_from_slice(b",\"releases\":[\n");
        let (ledger, only) = (subject.ledger.clone(), subject.pilot.clone());
        Self { ledger, only, state: State::new(&subject.reversed), releases: 0, last: None }
    }

    /// Adds the release of an event, where it has one.
    ///
    /// # Errors
    ///
    /// Where the release cannot be written as JSON, which no event met so far.
    pub fn take(&mut self, event: &Event, out: &mut Vec<u8>) -> io::Result<()> {
        let date = moment_text(event.recorded_at);
        self.last = Some(date.clone());
        let Some((pilot, release)) = self.state.release(event) else { return Ok(()) };
        if self.only.as_ref().is_some_and(|only| *only != pilot) {
            return Ok(());
        }
        let ocid = format!("tranche-{}-{pilot}", self.ledger);
        let id = format!("{ocid}-{}", event.position);
        let release = Release { ocid, id, date, initiation_type: "tender", language: "zh", ..release };
        if self.releases > 0 {
            out.extend_from_slice(b",\n");
        }
        self.releases += 1;
        serde_json::to_writer(out, &release)?;
        Ok(())
    }

    /// Ends the package.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written.
    pub fn finish(self, out: &mut dyn io::Write) -> io::Result<()> {
        let published = Value::from(self.last.unwrap_or_default());
        writeln!(out, "\n],\"publishedDate\":{published}}}")
    }
}
