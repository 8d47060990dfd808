//! A ledger and whoever signs for it: a folder with keys and records outside the database, and the database's owner.

#![allow(dead_code, reason = "shared by several test programs, none of which needs all of it")]

use std::path::{Path, PathBuf};

use futures_util::TryStreamExt as _;
use tempfile::TempDir;

use crate::cluster;
use crate::program::{Desk, FIRST_COHORT, Told};

/// What its checkpoints are of.
pub const ORIGIN: &str = "tranche.example/test";

/// A sandbox ledger with a part of the first cohort's history, and a folder with a key.
pub struct Office {
    pub desk: Desk,
    pub folder: TempDir,
    /// The public half of the key `key`.
    pub vkey: String,
}

impl Office {
    pub async fn with(entries: usize) -> Self {
        let (desk, folder) = (Desk::sandbox().await, TempDir::new().unwrap());
        if entries > 0 {
            desk.accepted(FIRST_COHORT.lines().take(entries));
        }
        let mut office = Self { desk, folder, vkey: String::new() };
        office.vkey = office.new_key("key", ORIGIN);
        office
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Makes a log's key of this name, and gives its public half.
    pub fn new_key(&self, file: &str, origin: &str) -> String {
        self.new_key_with(file, origin, &[])
    }

    pub fn new_key_with(&self, file: &str, origin: &str, flags: &[&str]) -> String {
        let file = self.path(file);
        let arguments = [&["key", "new", "--name", origin, "-o", text(&file)], flags].concat();
        let told = self.desk.call(&arguments);
        assert_eq!(told.code(), 0, "{}", told.err);
        told.out.trim_end().to_owned()
    }

    pub fn append(&self, from: usize, to: usize) {
        self.desk.accepted(FIRST_COHORT.lines().skip(from).take(to - from));
    }

    pub fn checkpoint(&self) -> Told {
        self.desk.call(&["checkpoint", "--key", text(&self.path("key"))])
    }

    /// Signs, and keeps the note in a file.
    pub fn signed(&self, file: &str) -> PathBuf {
        let told = self.checkpoint();
        assert_eq!(told.code(), 0, "{}", told.err);
        let path = self.path(file);
        std::fs::write(&path, told.out).unwrap();
        path
    }

    pub async fn entries(&self) -> Vec<Vec<u8>> {
        let (store, head) = self.desk.head().await;
        let records: Vec<_> = store.event_read(head.ledger, 1, i64::MAX).try_collect().await.unwrap();
        records.into_iter().map(|record| record.entry).collect()
    }

    /// Does something to the database as its superuser, who can put every trigger aside.
    pub async fn behind(&self, sql: &str) {
        let owner = cluster::connect(self.desk.target.config()).await;
        for table in ["event", "ledger"] {
            owner.batch_execute(&format!("ALTER TABLE tranche.{table} DISABLE TRIGGER USER")).await.unwrap();
        }
        owner.batch_execute(sql).await.unwrap();
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
