//! `tranche log`.

use clap::Args;

use super::{Context, Failure};

/// Options of `log`.
#[derive(Args)]
pub struct Log {}

impl Log {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
