//! A ledger to be tampered with, and put back as it was; the checkpoints that were signed over it.

use futures_util::TryStreamExt as _;
use tokio_postgres::Client;
use tranche::engine::verify::{self, Claim, Report};
use tranche::log::checkpoint::Checkpoint;
use tranche::log::merkle::{Frontier, leaf_hash};
use tranche::store::Record;

use crate::cluster;
use crate::program::{Desk, FIRST_COHORT};

/// More than a tile of leaves, and a tail behind it.
const LINES: usize = 330;

/// Tables that a try may change.
const TABLES: [&str; 5] = ["event", "ledger", "fund_position", "snapshot", "tile"];

pub struct Bench {
    pub desk: Desk,
    pub owner: Client,
    /// The entries as they were.
    pub records: Vec<Record>,
}

impl Bench {
    pub async fn new() -> Self {
        let desk = Desk::sandbox().await;
        desk.accepted(FIRST_COHORT.lines().take(LINES));
        let (store, head) = desk.head().await;
        assert_eq!(store.tile_fill(head.ledger, 10).await.unwrap(), 0);
        let records = store.event_read(head.ledger, 1, head.position).try_collect().await.unwrap();
        let owner = cluster::connect(desk.target.config()).await;
        owner.batch_execute("CREATE SCHEMA kept").await.unwrap();
        for table in TABLES {
            owner.batch_execute(&format!("CREATE TABLE kept.{table} AS TABLE tranche.{table}")).await.unwrap();
        }
        let bench = Self { desk, owner, records };
        bench.clean().await;
        bench
    }

    pub fn size(&self) -> u64 {
        self.records.len() as u64
    }

    /// The record at a position.
    pub fn record(&self, position: u64) -> &Record {
        &self.records[usize::try_from(position - 1).unwrap()]
    }

    /// A checkpoint over the first entries as they were.
    pub fn claim(&self, size: u64) -> Claim {
        let mut edge = Frontier::new();
        self.records.iter().take(usize::try_from(size).unwrap()).for_each(|one| edge.push(leaf_hash(&one.entry)));
        let checkpoint = Checkpoint { origin: "test".into(), size, root: edge.root(), extensions: Vec::new() };
        Claim { named: format!("checkpoint of {size}"), checkpoint, note: None, own: false }
    }

    /// Does something with the triggers out of the way, and puts them back as they were.
    pub async fn tamper(&self, sql: &str) {
        self.aside("DISABLE").await;
        self.owner.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        self.aside("ENABLE ALWAYS").await;
    }

    pub async fn aside(&self, how: &str) {
        let triggers = [
            ("event", "event_append_only"),
            ("ledger", "ledger_head_stays"),
            ("ledger", "ledger_head_rises"),
            ("ledger", "ledger_name_stays"),
            ("tile", "tile_append_only"),
        ];
        let one = |(table, name)| format!("ALTER TABLE tranche.{table} {how} TRIGGER {name}");
        self.owner.batch_execute(&triggers.map(one).join(";")).await.unwrap();
    }

    /// Writes an entry's bytes over those at a position.
    pub async fn write(&self, position: u64, entry: &[u8]) {
        let position = i64::try_from(position).unwrap();
        self.aside("DISABLE").await;
        let update = "UPDATE tranche.event SET entry = $2 WHERE position = $1";
        assert_eq!(self.owner.execute(update, &[&position, &entry]).await.unwrap(), 1);
        self.aside("ENABLE ALWAYS").await;
    }

    /// Puts everything back.
    pub async fn restore(&self) {
        let refill: String = ["event", "tile", "snapshot", "fund_position", "ledger"]
            .iter()
            .map(|table| format!("DELETE FROM tranche.{table};"))
            .chain(TABLES.iter().rev().map(|table| match *table {
                "ledger" | "fund_position" | "snapshot" => String::new(),
                table => format!("INSERT INTO tranche.{table} SELECT * FROM kept.{table};"),
            }))
            .chain(
                ["ledger", "fund_position", "snapshot"]
                    .map(|table| format!("INSERT INTO tranche.{table} SELECT * FROM kept.{table};")),
            )
            .collect();
        self.tamper(&format!("BEGIN; {refill} COMMIT")).await;
    }

    pub async fn verify(&self, claims: &[Claim]) -> Report {
        verify::verify(&self.desk.target, &self.desk.ledger, claims, |_| {}).await.unwrap()
    }

    /// Nothing is wrong with the ledger, with every checkpoint that can be.
    pub async fn clean(&self) {
        let claims = [0, 1, 100, 256, 257, self.size()].map(|size| self.claim(size));
        assert_eq!(self.verify(&claims).await.findings, []);
    }
}
