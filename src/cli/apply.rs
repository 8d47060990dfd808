//! `tranche apply`.

use clap::Args;

use super::{Context, Failure};

/// Options of `apply`.
#[derive(Args)]
pub struct Apply {}

impl Apply {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
