//! `tranche replay`.

use clap::Args;

use super::{Context, Failure};

/// Options of `replay`.
#[derive(Args)]
pub struct Replay {}

impl Replay {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
