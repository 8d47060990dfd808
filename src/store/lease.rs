//! The lease on a ledger: an advisory lock that keeps one process at the head, so that two do not chase
//! each other.
//!
//! What it refuses: being what makes appends safe. That is the compare-and-swap; the lease saves work.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::connection::Store;
use super::{StoreError, sql};

impl Store {
    /// Takes the ledger's lease if nobody has it. It is this connection's and ends with it, or by
    /// [`Store::lease_release`]; taken twice, it is to be released twice.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn lease_try(&self, ledger: i64) -> Result<bool, StoreError> {
        let statement = self.prepared(sql::LEASE_TRY).await?;
        Ok(self.client.query_one(&statement, &[&ledger]).await?.try_get(0)?)
    }

    /// Waits in line for the ledger's lease, for no less than `patience`. Other statements of this
    /// connection wait behind it.
    ///
    /// # Errors
    /// [`StoreError::LeaseHeld`] where it did not come; those of the connection.
    pub async fn lease_wait(&self, ledger: i64, patience: Duration) -> Result<(), StoreError> {
        let statement = self.prepared(sql::LEASE_WAIT).await?;
        let begun = tokio::time::Instant::now();
        loop {
            match self.client.execute(&statement, &[&ledger]).await {
                Ok(_) => return Ok(()),
                // The connection's own limit for one wait.
                Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                    if begun.elapsed() >= patience {
                        return Err(StoreError::LeaseHeld);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether anybody waits in line for the ledger's lease.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn lease_wanted(&self, ledger: i64) -> Result<bool, StoreError> {
        let statement = self.prepared(sql::LEASE_WANTED).await?;
        Ok(self.client.query_one(&statement, &[&ledger]).await?.try_get(0)?)
    }

    /// Gives the lease up; answers whether this connection had it.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn lease_release(&self, ledger: i64) -> Result<bool, StoreError> {
        let statement = self.prepared(sql::LEASE_RELEASE).await?;
        Ok(self.client.query_one(&statement, &[&ledger]).await?.try_get(0)?)
    }
}
