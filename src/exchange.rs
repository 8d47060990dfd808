//! Third-party formats out: the ledger in forms that programs of others read and check.
//!
//! Refused here: queries, and deciding anything. Events come one after the other in the order of the log, and leave as
//! bytes; what has to wait for the last of them is said at each format.

pub mod cloudevents;
pub mod csv;
pub mod journal;
pub mod movement;
pub mod ocds;
pub mod pack;
pub mod spool;

use std::collections::HashSet;
use std::io;

use crate::domain::event::Event;
use crate::domain::text::Id;

use self::csv::Table;
use self::journal::{Beancount, Hledger};
use self::movement::Movements;
use self::ocds::Package;

/// What an export is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The ledger's name.
    pub ledger: String,
    /// Whether it is a sandbox, which every export for people says.
    pub sandbox: bool,
    /// The one pilot it is of, where it is not of all.
    pub pilot: Option<Id>,
    /// The payments that are reversed by some event of it: of those alone the sums have to be remembered.
    pub reversed: HashSet<Id>,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The entries as they were hashed, one a line.
    Jsonl,
    /// CloudEvents 1.0 in structured JSON, one a line.
    CloudEvents,
    /// A Beancount ledger.
    Beancount,
    /// An hledger journal.
    Hledger,
    /// A release package of the Open Contracting Data Standard.
    Ocds,
    /// A table of what moved money.
    Csv,
}

enum Writer {
    Jsonl,
    CloudEvents,
    Beancount(Beancount),
    Hledger(Hledger),
    Ocds(Box<Package>),
    Csv(Table),
}

/// An export under way.
pub struct Exporter {
    subject: Subject,
    movements: Movements,
    writer: Writer,
}

impl Exporter {
    /// Begins an export, whose first bytes are added to `out`.
    ///
    /// # Errors
    ///
    /// Where a form that needs a temporary file gets none.
    pub fn new(form: Form, subject: Subject, out: &mut Vec<u8>) -> io::Result<Self> {
        let writer = match form {
            Form::Jsonl => Writer::Jsonl,
            Form::CloudEvents => Writer::CloudEvents,
            Form::Beancount => Writer::Beancount(Beancount::new(&subject, out)),
            Form::Hledger => Writer::Hledger(Hledger::new(&subject, out)?),
            Form::Ocds => Writer::Ocds(Box::new(Package::new(&subject, out))),
            Form::Csv => Writer::Csv(Table::new(&subject, out)),
        };
        let movements = Movements::new(subject.reversed.clone());
        Ok(Self { subject, movements, writer })
    }

    /// Takes the next event with its entry, and adds to `out` what can be said by now.
    ///
    /// # Errors
    ///
    /// Where the entry is no JSON, or a temporary file cannot be written.
    pub fn take(&mut self, event: &Event, entry: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        match &mut self.writer {
            Writer::Jsonl => {
                out.extend_from_slice(entry);
                out.push(b'\n');
            }
            Writer::CloudEvents => cloudevents::write(&self.subject, event, entry, out)?,
            Writer::Ocds(package) => package.take(event, out)?,
            Writer::Beancount(ledger) => {
                if let Some(movement) = self.movements.of(event) {
                    ledger.take(event, &movement, out);
                }
            }
            Writer::Hledger(journal) => {
                if let Some(movement) = self.movements.of(event) {
                    journal.take(event, &movement)?;
                }
            }
            Writer::Csv(table) => {
                if let Some(movement) = self.movements.of(event) {
                    table.take(event, &movement, out);
                }
            }
        }
        Ok(())
    }

    /// Adds what had to wait for the last event.
    ///
    /// # Errors
    ///
    /// Where `out` cannot be written, or a temporary file not read.
    pub fn finish(self, out: &mut dyn io::Write) -> io::Result<()> {
        match self.writer {
            Writer::Hledger(journal) => journal.finish(out),
            Writer::Ocds(package) => package.finish(out),
            Writer::Jsonl | Writer::CloudEvents | Writer::Beancount(_) | Writer::Csv(_) => Ok(()),
        }
    }
}
