//! `tranche completions` and `tranche man`.

use clap::Args;

use super::{Context, Failure};

/// Options of `completions`.
#[derive(Args)]
pub struct Completions {}

impl Completions {
    pub(super) fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}

/// Options of `man`.
#[derive(Args)]
pub struct Man {}

impl Man {
    pub(super) fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
