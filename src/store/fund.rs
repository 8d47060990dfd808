//! Fund positions as the database keeps them: read, and made again from the log.
//!
//! What it refuses: writing one. They move with the append alone.

use tokio_postgres::Row;

use super::connection::Store;
use super::{StoreError, sql};

/// One pilot's sums by the database's own adding-up. Amounts in fen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundPosition {
    /// The pilot.
    pub pilot: String,
    /// `national_zone`, `other` or `joint`.
    pub cap_kind: String,
    /// The calendar year of recognition.
    pub recognition_year: i32,
    /// `U`, as a decimal with four places.
    pub payout_ratio: String,
    /// The cap by which the allocation was last judged.
    pub cap_fen: i64,
    /// `A`.
    pub allocated_fen: i64,
    /// `R`.
    pub released_fen: i64,
    /// `Ry`.
    pub released_first_year_fen: i64,
    /// Assigned to projects.
    pub assigned_fen: i64,
    /// Paid, net of reversals.
    pub paid_fen: i64,
    /// Came back by clawbacks.
    pub returned_fen: i64,
    /// The part of it that was never spent.
    pub returned_unspent_fen: i64,
    /// Ordered back.
    pub clawback_ordered_fen: i64,
    /// `F` at the latest release in the year of recognition, an exact decimal of yuan; `None` before one.
    pub first_year_limit: Option<String>,
    /// `F + U·(A − F)` at the latest release, an exact decimal of yuan; `None` before one.
    pub release_limit: Option<String>,
    /// `A` at the latest release, an exact decimal of yuan; `None` before one.
    pub release_ceiling: Option<String>,
    /// The last version of the pilot's stream.
    pub version: i32,
}

impl Store {
    /// Every pilot's fund position, by pilot.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn fund_positions(&self, ledger: i64) -> Result<Vec<FundPosition>, StoreError> {
        let statement = self.prepared(sql::FUND_POSITIONS).await?;
        let rows = self.client.query(&statement, &[&ledger]).await?;
        Ok(rows.iter().map(position_of).collect::<Result<_, _>>()?)
    }

    /// Makes every fund position again from the log, in the database, which takes about 10 s a million
    /// entries. Appends to this ledger wait; reads go on with the old ones.
    ///
    /// # Errors
    /// Those of the connection; [`StoreError::Database`] where the log itself breaks the wall.
    pub async fn fund_position_rebuild(&self, ledger: i64) -> Result<(), StoreError> {
        let statement = self.prepared(sql::FUND_POSITION_REBUILD).await?;
        // Its length is the log's, which the limit for a statement does not know.
        self.client.batch_execute("SET statement_timeout = 0").await?;
        let rebuilt = self.client.execute(&statement, &[&ledger]).await;
        self.client.batch_execute("SET statement_timeout = '30s'").await?;
        rebuilt?;
        Ok(())
    }
}

fn position_of(row: &Row) -> Result<FundPosition, tokio_postgres::Error> {
    Ok(FundPosition {
        pilot: row.try_get(0)?,
        cap_kind: row.try_get(1)?,
        recognition_year: row.try_get(2)?,
        payout_ratio: row.try_get(3)?,
        cap_fen: row.try_get(4)?,
        allocated_fen: row.try_get(5)?,
        released_fen: row.try_get(6)?,
        released_first_year_fen: row.try_get(7)?,
        assigned_fen: row.try_get(8)?,
        paid_fen: row.try_get(9)?,
        returned_fen: row.try_get(10)?,
        returned_unspent_fen: row.try_get(11)?,
        clawback_ordered_fen: row.try_get(12)?,
        first_year_limit: row.try_get(13)?,
        release_limit: row.try_get(14)?,
        release_ceiling: row.try_get(15)?,
        version: row.try_get(16)?,
    })
}
