//! `tranche status`.

use clap::Args;

use super::{Context, Failure};

/// Options of `status`.
#[derive(Args)]
pub struct Status {}

impl Status {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
