//! One ledger under test: builds batches on its head and keeps that head as they are appended.
//!
//! Roots are made up: the store takes them as bytes, and trees are tested with the log.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tokio_postgres::Client;
use tranche::store::{Appended, Batch, Store, StoreError, Target};
use uuid::Uuid;

use crate::cluster;

static IDS: AtomicU64 = AtomicU64::new(1);

/// A command id that no other test uses.
pub fn id() -> Uuid {
    Uuid::from_u128(u128::from(IDS.fetch_add(1, Ordering::Relaxed)))
}

/// When every entry is recorded.
pub const RECORDED_AT: &str = "2026-01-05T01:02:03.000000Z";

/// An act to append: stream, type, date, data.
pub type Act<'a> = (&'a str, &'a str, &'a str, Value);

/// A payment's stand-in on a stream of one's choice.
pub fn plain(stream: &str) -> Act<'_> {
    (stream, "MonitoringRecorded", "2026-01-05", json!({}))
}

/// A ledger, and its head as this process knows it.
pub struct Fixture {
    pub target: Target,
    pub store: Store,
    pub ledger: i64,
    pub position: i64,
    pub root: [u8; 32],
    versions: HashMap<String, i32>,
}

impl Fixture {
    /// An empty ledger in a database of its own.
    pub async fn new() -> Self {
        Self::named(&cluster::database().await, "test").await
    }

    /// An empty ledger in a given database.
    pub async fn named(target: &Target, name: &str) -> Self {
        let store = Store::connect(target).await.unwrap();
        let ledger = store.ledger_create(name).await.unwrap();
        let head = store.head(name).await.unwrap();
        Self {
            target: target.clone(),
            store,
            ledger,
            position: head.position,
            root: head.root.try_into().unwrap(),
            versions: HashMap::new(),
        }
    }

    /// A batch of one command on the head that this process knows.
    pub fn batch(&self, acts: &[Act<'_>]) -> Batch {
        let mut versions = self.versions.clone();
        let command = id();
        let entries: Vec<Vec<u8>> = (self.position + 1..)
            .zip(acts)
            .map(|(position, (stream, kind, on, data))| {
                let version = versions.entry((*stream).to_owned()).or_default();
                *version += 1;
                let entry = json!({"position": position, "type": kind, "on": on, "stream": stream,
                    "version": version, "recorded_at": RECORDED_AT, "command_id": command, "data": data});
                serde_json::to_vec(&entry).unwrap()
            })
            .collect();
        let end = self.position + i64::try_from(entries.len()).unwrap();
        Batch {
            ledger: self.ledger,
            expected_position: self.position,
            expected_root: self.root,
            root: root(end, command),
            peaks: vec![7; 32 * end.count_ones() as usize],
            entries,
            commands: vec![command],
            ..Batch::default()
        }
    }

    /// Appends, and moves on to the new head where it was done.
    pub async fn append(&mut self, batch: &Batch) -> Result<Appended, StoreError> {
        let appended = self.store.append(batch).await;
        if let Ok(Appended::Done(position)) = appended {
            self.position = position;
            self.root = batch.root;
            for entry in &batch.entries {
                let entry: Value = serde_json::from_slice(entry).unwrap();
                let version = entry["version"].as_i64().unwrap();
                self.versions.insert(entry["stream"].as_str().unwrap().to_owned(), i32::try_from(version).unwrap());
            }
        }
        appended
    }

    /// Appends acts that must go in.
    pub async fn done(&mut self, acts: &[Act<'_>]) {
        let batch = self.batch(acts);
        let expected = self.position + i64::try_from(acts.len()).unwrap();
        assert_eq!(self.append(&batch).await.unwrap(), Appended::Done(expected));
    }

    /// Catches up with the head that others moved.
    pub async fn refresh(&mut self, name: &str) {
        let head = self.store.head(name).await.unwrap();
        self.position = head.position;
        self.root = head.root.try_into().unwrap();
    }

    /// What the next version of a stream is taken to be.
    pub fn version_next(&mut self, stream: &str, next: i32) {
        self.versions.insert(stream.to_owned(), next - 1);
    }

    /// A superuser's connection to the same database.
    pub async fn admin(&self) -> Client {
        cluster::connect(self.target.config()).await
    }
}

/// Changes an entry of a batch.
pub fn edit(batch: &mut Batch, number: usize, change: impl FnOnce(&mut Value)) {
    let mut entry: Value = serde_json::from_slice(&batch.entries[number]).unwrap();
    change(&mut entry);
    batch.entries[number] = serde_json::to_vec(&entry).unwrap();
}

fn root(position: i64, command: Uuid) -> [u8; 32] {
    let mut root = [0; 32];
    root[..8].copy_from_slice(&position.to_be_bytes());
    root[16..].copy_from_slice(command.as_bytes());
    root
}
