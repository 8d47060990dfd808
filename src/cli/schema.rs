//! `tranche schema`.

use clap::Args;

use super::{Context, Failure};

/// Options of `schema`.
#[derive(Args)]
pub struct Schema {}

impl Schema {
    pub(super) fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
