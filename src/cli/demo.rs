//! `tranche demo`.

use clap::Args;

use super::{Context, Failure};

/// Options of `demo`.
#[derive(Args)]
pub struct Demo {}

impl Demo {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
