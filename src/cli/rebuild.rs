//! `tranche rebuild`.

use clap::Args;

use super::{Context, Failure};

/// Options of `rebuild`.
#[derive(Args)]
pub struct Rebuild {}

impl Rebuild {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
