//! The full tiles that the database keeps: filled from the entries by the database itself, and read.
//!
//! What it refuses: storing a hash that a program made.

use super::connection::Store;
use super::{StoreError, sql};

/// A full tile as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTile {
    /// Its number within its level.
    pub index: i64,
    /// Its 256 hashes, one after another.
    pub hashes: Vec<u8>,
}

impl Store {
    /// Has the database store the tiles that the head has filled, at most so many of level 0 and those above them;
    /// answers how many of level 0 are still to come.
    ///
    /// # Errors
    /// Those of the connection; [`StoreError::Database`] where entries that the head counts are not there.
    pub async fn tile_fill(&self, ledger: i64, most: i32) -> Result<i64, StoreError> {
        let statement = self.prepared(sql::TILE_FILL).await?;
        Ok(self.client.query_one(&statement, &[&ledger, &most]).await?.try_get(0)?)
    }

    /// The tiles of a level between two indexes, both included, in order.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn tiles_read(
        &self,
        ledger: i64,
        level: u8,
        (from, to): (i64, i64),
    ) -> Result<Vec<StoredTile>, StoreError> {
        let statement = self.prepared(sql::TILES_READ).await?;
        let rows = self.client.query(&statement, &[&ledger, &i16::from(level), &from, &to]).await?;
        rows.iter().map(|row| Ok(StoredTile { index: row.try_get(0)?, hashes: row.try_get(1)? })).collect()
    }
}
