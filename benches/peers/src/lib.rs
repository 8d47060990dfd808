//! Other event stores and ledgers on PostgreSQL, asked for the same work: a payment of money is recorded with its
//! command's id, durable when answered, under the peer's own concurrency control.
//!
//! Each peer is a program of its own that makes a database, measures, prints a JSON object a line, and drops the
//! database. To add one: a feature and a program in `Cargo.toml`, a file in `src/bin` with its [`Peer`], and its name
//! in `scripts/peers` and in `benches/bench/peers.rs`.
//!
//! Refused here: figures of a server that does not wait for the disk, and of payments that its tables do not have.

mod database;
mod measure;
mod payment;

use std::error::Error;
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

pub use database::{CONNECTIONS, Database};
pub use payment::{ASSIGNED_FEN, PILOTS, Payment, pilot};

/// Whatever went wrong; it is printed as the reason why there are no figures.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What a peer says to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is recorded.
    Recorded,
    /// Somebody else was faster: nothing is recorded, and the call may be made again.
    Conflict,
}

/// An event store or a ledger, with its tables made.
pub trait Peer: Sized + Send + Sync + 'static {
    /// The name of its package.
    const NAME: &'static str;
    /// What one call does.
    const DOES: &'static str;
    /// The query that counts the payments it has recorded.
    const COUNT: &'static str;

    /// The version of it that is measured.
    ///
    /// # Errors
    /// Where that cannot be told.
    fn version() -> Result<String, Failure> {
        locked_version(Self::NAME).ok_or_else(|| format!("Cargo.lock has no {}", Self::NAME).into())
    }

    /// Makes its tables in an empty database, and connects.
    fn open(database: &Database) -> impl Future<Output = Result<Self, Failure>>;

    /// Records a payment, as its users would.
    fn record(&self, payment: &Payment) -> impl Future<Output = Result<Answer, Failure>> + Send;
}

/// The version of a package that `Cargo.lock` holds.
fn locked_version(package: &str) -> Option<String> {
    let mut lines = include_str!("../Cargo.lock").lines();
    lines.find(|line| line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"')) == Some(package))?;
    Some(lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?.to_owned())
}

/// The whole of a peer's program: measures, prints, and fails where there are no figures.
#[must_use]
pub fn main<P: Peer>() -> ExitCode {
    match measured::<P>() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("{}", json!({"peer": P::NAME, "why": words(&*why)}));
            ExitCode::FAILURE
        }
    }
}

/// An error with what caused it, where it does not say so itself.
fn words(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(error.source(), |&cause| cause.source()).fold(error.to_string(), |words, cause| {
        let cause = cause.to_string();
        if words.contains(&cause) { words } else { format!("{words}: {cause}") }
    })
}

fn measured<P: Peer>() -> Result<(), Failure> {
    let span = span(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let database = Database::make(P::NAME).await?;
        let cells = measure::cells::<P>(&database, span).await;
        database.drop().await?;
        for cell in cells? {
            println!("{cell}");
        }
        Ok(())
    })
}

/// Reads the one option, `--seconds`.
fn span(mut arguments: impl Iterator<Item = String>) -> Result<Duration, Failure> {
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, ..) => Ok(Duration::from_secs(3)),
        (Some("--seconds"), Some(value), None) => Ok(Duration::from_secs(value.parse()?)),
        _ => Err("the one option is --seconds N".into()),
    }
}
