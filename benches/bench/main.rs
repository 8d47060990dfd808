//! `scripts/bench`: what the ledger does beside what the PostgreSQL it runs on can do with the same rows.
//!
//! Every cell is measured once a round, rounds follow each other, and a ratio is taken within each round before its
//! median is, so that what else the machine does falls on both sides. Refused here: figures without what they are of.

mod database;
mod engine;
mod limits;
mod peers;
mod process;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use tranche::store::Target;
use tranche::store::embedded::{Cluster, home};

/// Whatever went wrong ends the run and is printed.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How much is done.
pub struct Plan {
    /// How often each cell is measured.
    rounds: usize,
    /// How long a cell that measures a rate goes on.
    span: Duration,
    /// How many entries the small ledger has.
    small: u64,
    /// How many entries the large ledger has, and its pilots.
    large: (u64, u64),
    /// How many ledgers one process writes at once.
    ledgers: usize,
    /// Where the programs are that measure peers, if they are to be measured.
    peers: Option<PathBuf>,
    /// The only groups of cells to measure, where not all are, between commas: `limits`, `engine`, `process`, `peers`.
    only: Option<String>,
    /// Where the figures are written as JSON.
    json: String,
}

impl Plan {
    /// Reads the arguments `--rounds`, `--seconds`, `--small`, `--large`, `--pilots`, `--ledgers`, `--peers`, `--only`,
    /// `--json`.
    fn read() -> Result<Self, Failure> {
        let mut plan = Self {
            rounds: 3,
            span: Duration::from_secs(3),
            small: 10_000,
            large: (200_000, 1_000),
            ledgers: 20,
            peers: None,
            only: None,
            json: "target/bench.json".to_owned(),
        };
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} has no value"))?;
            match name.as_str() {
                "--rounds" => plan.rounds = value.parse()?,
                "--seconds" => plan.span = Duration::from_secs(value.parse()?),
                "--small" => plan.small = value.parse()?,
                "--large" => plan.large.0 = value.parse()?,
                "--pilots" => plan.large.1 = value.parse()?,
                "--ledgers" => plan.ledgers = value.parse()?,
                "--peers" => plan.peers = Some(value.into()),
                "--only" => plan.only = Some(value),
                "--json" => plan.json = value,
                _ => return Err(format!("there is no option {name}").into()),
            }
        }
        Ok(plan)
    }

    fn measures(&self, group: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.split(',').any(|one| one == group))
    }
}

fn main() -> Result<(), Failure> {
    let plan = Plan::read()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&plan))
}

async fn run(plan: &Plan) -> Result<(), Failure> {
    let target = match std::env::var("DATABASE_URL") {
        Ok(url) => Target::from_url(&url)?,
        Err(_) => Target::from_config(Cluster::at(home()?)?.ensure(&|_| {}).await?),
    };
    tranche::store::migrate(&target).await?;
    let mut table = table::Table::new(database::conditions(&target).await?);
    table.print_conditions();
    let ledgers = process::Ledgers::make(plan)?;
    let rows = limits::Rows::take(&target, ledgers.large()).await?;
    // While these ledgers are all there are.
    database::sizes(&target, ledgers.large(), &mut table).await?;
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}", plan.rounds);
        if plan.measures("limits") {
            limits::measure(&target, &rows, plan, &mut table).await?;
        }
        if plan.measures("engine") {
            engine::measure(&target, plan, &mut table).await?;
        }
        if plan.measures("process") {
            process::measure(&target, &ledgers, plan, &mut table).await?;
        }
        if let Some(programs) = plan.peers.as_ref().filter(|_| plan.measures("peers")) {
            peers::measure(&target, programs, plan, &mut table)?;
        }
    }
    table.ratios();
    table.print();
    table.write(&plan.json)?;
    Ok(())
}
