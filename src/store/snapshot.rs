//! Snapshots of the state, part by part, so that start-up does not grow with the log.
//!
//! What it refuses: knowing what is in them. A body is bytes, and a format that is not the reader's own is
//! no snapshot.

use super::connection::Store;
use super::read::{Head, head_of};
use super::{StoreError, sql};

/// One part of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name: `programme`, `pilot-…`.
    pub name: String,
    /// The position it was stored at. It did not change from there to the snapshot's position.
    pub position: i64,
    /// The state's bytes.
    pub body: Vec<u8>,
}

/// The stored parts, and the head at the same moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The head.
    pub head: Head,
    /// The parts, by name; none where there is no snapshot of the format.
    pub parts: Vec<Part>,
}

impl Snapshot {
    /// The position that all parts are true at: the greatest stored. Entries from the next on are to be
    /// folded onto them. It holds where all parts were loaded; 0 where there is none.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.parts.iter().map(|part| part.position).max().unwrap_or(0)
    }
}

impl Store {
    /// The latest of every part of a format up to a position, and the head, of one moment.
    ///
    /// # Errors
    /// [`StoreError::LedgerMissing`]; those of the connection.
    pub async fn snapshot_load(&self, ledger: i64, format: &str, to: i64) -> Result<Snapshot, StoreError> {
        let statement = self.prepared(sql::SNAPSHOT_LOAD).await?;
        let rows = self.client.query(&statement, &[&ledger, &format, &to]).await?;
        snapshot_of(ledger, &rows)
    }

    /// The same of the named parts.
    ///
    /// # Errors
    /// [`StoreError::LedgerMissing`]; those of the connection.
    pub async fn snapshot_load_parts(
        &self,
        ledger: i64,
        format: &str,
        to: i64,
        parts: &[&str],
    ) -> Result<Snapshot, StoreError> {
        let statement = self.prepared(sql::SNAPSHOT_LOAD_PARTS).await?;
        let rows = self.client.query(&statement, &[&ledger, &format, &to, &parts]).await?;
        snapshot_of(ledger, &rows)
    }

    /// The parts stored at this very position.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn snapshot_at(&self, ledger: i64, format: &str, position: i64) -> Result<Vec<Part>, StoreError> {
        let statement = self.prepared(sql::SNAPSHOT_AT).await?;
        let rows = self.client.query(&statement, &[&ledger, &format, &position]).await?;
        let part = |row: &tokio_postgres::Row| {
            Ok(Part { name: row.try_get(0)?, position: row.try_get(1)?, body: row.try_get(2)? })
        };
        rows.iter().map(part).collect()
    }

    /// The positions at which parts are stored, in order.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn snapshot_positions(&self, ledger: i64, format: &str) -> Result<Vec<i64>, StoreError> {
        let statement = self.prepared(sql::SNAPSHOT_POSITIONS).await?;
        let rows = self.client.query(&statement, &[&ledger, &format]).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// The position of the last entry recorded no later than a time.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn position_known(&self, ledger: i64, time: chrono::DateTime<chrono::Utc>) -> Result<i64, StoreError> {
        let statement = self.prepared(sql::POSITION_KNOWN).await?;
        Ok(self.client.query_one(&statement, &[&ledger, &time]).await?.try_get(0)?)
    }

    /// Stores parts (name and body) at a position, and answers at which there is a snapshot now. `before` is the one since
    /// which they changed (0: the first entry); without it they are all there are, and take the place of every other.
    /// Not taken where a later one is stored, where that one is gone, or beyond the head. A new format throws all of the old
    /// away.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn snapshot_put(
        &self,
        ledger: i64,
        format: &str,
        (before, position): (Option<i64>, i64),
        parts: &[(&str, &[u8])],
    ) -> Result<i64, StoreError> {
        let statement = self.prepared(sql::SNAPSHOT_PUT).await?;
        let (names, bodies): (Vec<&str>, Vec<&[u8]>) = parts.iter().copied().unzip();
        let row = self.client.query_one(&statement, &[&ledger, &format, &before, &position, &names, &bodies]).await?;
        Ok(row.try_get(0)?)
    }
}

fn snapshot_of(ledger: i64, rows: &[tokio_postgres::Row]) -> Result<Snapshot, StoreError> {
    let first = rows.first().ok_or_else(|| StoreError::LedgerMissing { name: ledger.to_string() })?;
    let mut parts = Vec::new();
    for row in rows {
        // The outer join's empty side: a head without parts.
        if let Some(name) = row.try_get(7)? {
            parts.push(Part { name, position: row.try_get(8)?, body: row.try_get(9)? });
        }
    }
    Ok(Snapshot { head: head_of(first)?, parts })
}
