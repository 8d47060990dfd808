//! What stands beside the log, of one moment: the head, the sums, where snapshots stand, the schema.
//!
//! What it refuses: holding that moment for as long as the log is read. The log up to the head of that moment does
//! not change; everything else is read at once and let go.

use super::catalog::Object;
use super::connection::Store;
use super::{FundPosition, Head, StoreError, sql};

/// What stands beside the log at one moment.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The head.
    pub head: Head,
    /// Each pilot's sums.
    pub funds: Vec<FundPosition>,
    /// The parameters that the second wall judges by.
    pub wall: (Option<String>, Option<String>),
    /// The positions of the snapshots in the asked format, in order.
    pub snapshots: Vec<i64>,
    /// The tiles of each level: level, the last one's index, how many there are.
    pub tiles: Vec<(i16, i64, i64)>,
    /// What stands in the schema.
    pub objects: Vec<Object>,
}

/// One moment for all statements, and names in full.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog; \
    SET LOCAL statement_timeout = 0";

impl Store {
    /// What stands beside the log of this ledger now.
    ///
    /// # Errors
    /// [`StoreError::LedgerMissing`]; those of the connection.
    pub async fn standing(&self, name: &str, format: &str) -> Result<Standing, StoreError> {
        self.client.batch_execute(BEGIN).await?;
        let head = self.head(name).await?;
        let statement = self.prepared(sql::TILES_LAST).await?;
        let rows = self.client.query(&statement, &[&head.ledger]).await?;
        let tile = |row: &tokio_postgres::Row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        let standing = Standing {
            funds: self.fund_positions(head.ledger).await?,
            wall: self.wall(head.ledger).await?,
            snapshots: self.snapshot_positions(head.ledger, format).await?,
            tiles: rows.iter().map(tile).collect::<Result<_, tokio_postgres::Error>>()?,
            objects: self.catalog().await?,
            head,
        };
        self.client.batch_execute("COMMIT").await?;
        Ok(standing)
    }
}
