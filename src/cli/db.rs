//! `tranche db`.

use clap::Args;

use super::{Context, Failure};

/// Options of `db`.
#[derive(Args)]
pub struct Db {}

impl Db {
    pub(super) async fn run(self, _context: &mut Context) -> Result<(), Failure> {
        Err(Failure::Refused)
    }
}
