//! `tranche explain`.

use clap::Args;

use super::{Context, Failure};

/// Options of `explain`.
#[derive(Args)]
pub struct Explain {}

impl Explain {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
