//! `tranche rules`.

use clap::Args;

use super::{Context, Failure};

/// Options of `rules`.
#[derive(Args)]
pub struct Rules {}

impl Rules {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
