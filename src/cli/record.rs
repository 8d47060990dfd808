//! `tranche record`.

use clap::Args;

use super::{Context, Failure};

/// Options of `record`.
#[derive(Args)]
pub struct Record {}

impl Record {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}

/// Adds a subcommand with its flags for every command of the ledger.
pub(super) fn with_flags(record: clap::Command) -> clap::Command {
    record
}
