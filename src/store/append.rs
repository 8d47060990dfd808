//! The append: one batch, one statement, one answer.
//!
//! What it refuses: guessing. An answer that was lost, or that came with a warning, is
//! [`StoreError::Unknown`]; sending the same batch again settles it.

use std::time::Duration;

use tokio_postgres::error::DbError;

use super::connection::Store;
use super::error::words;
use super::{Batch, StoreError, sql};

/// Longer than the server's own limit for a statement: what is not answered by then is a dead connection.
const ANSWER: Duration = Duration::from_secs(45);

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is in the log, whose head is now (or, sent again, was then) at this position.
    Done(i64),
    /// Another batch was there first: catch up and decide again. Nothing was appended.
    Stale,
    /// A command id, or a payment, is there already (or stands twice in the batch). Nothing was appended.
    Repeated,
    /// The second wall: the database's own sums would break this rule. Nothing was appended.
    Broken {
        /// The rule's constraint, such as `TR-01` or `USE-05 balance`.
        rule: String,
        /// The pilot.
        pilot: String,
    },
}

impl Store {
    /// Makes the head of an empty ledger and answers its id; made before: the same id.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] for a name that cannot be one; those of the connection.
    pub async fn ledger_create(&self, name: &str) -> Result<i64, StoreError> {
        let statement = self.prepared(sql::LEDGER_CREATE).await?;
        Ok(self.client.query_one(&statement, &[&name]).await?.try_get(0)?)
    }

    /// Appends a batch. Announce it ([`Store::announce`]) once it is done.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where it may or may not have taken: send the very same batch again, on a new
    /// connection if this one is closed. [`StoreError::Malformed`] where it is no batch.
    pub async fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        let warnings = self.signals.warnings();
        let answer = tokio::time::timeout(ANSWER, self.append_send(batch)).await;
        let answered = match answer {
            Err(_) => {
                return Err(StoreError::Unknown { reason: format!("no answer within {} s", ANSWER.as_secs()) });
            }
            Ok(Err(error)) => return outcome(error),
            Ok(Ok(answered)) => answered,
        };
        match answered {
            // A wait for a standby that was cut short ends in a success with a warning: durable here,
            // perhaps not there. Sent again, it waits again.
            Some(_) if self.signals.warnings() != warnings => {
                Err(StoreError::Unknown { reason: "the server answered with a warning".to_owned() })
            }
            Some(position) => Ok(Appended::Done(position)),
            None => Ok(Appended::Stale),
        }
    }

    /// Makes the next append one that is sent at once.
    ///
    /// # Errors
    /// Those of the connection, which the append will have too.
    pub async fn append_prepare(&self) -> Result<(), StoreError> {
        let prepared = tokio::time::timeout(ANSWER, self.prepared(sql::APPEND)).await;
        let slow = |_| StoreError::Unknown { reason: format!("no answer within {} s", ANSWER.as_secs()) };
        Ok(prepared.map_err(slow)?.map(|_| ())?)
    }

    async fn append_send(&self, batch: &Batch) -> Result<Option<i64>, tokio_postgres::Error> {
        let statement = self.prepared(sql::APPEND).await?;
        let row = self
            .client
            .query_one(
                &statement,
                &[
                    &batch.ledger,
                    &batch.expected_position,
                    &batch.expected_root.as_slice(),
                    &batch.root.as_slice(),
                    &batch.peaks,
                    &batch.entries,
                    &tokio_postgres::types::Json(&batch.funds),
                ],
            )
            .await?;
        row.try_get(0)
    }

    /// Wakes the subscribers of a ledger: once a batch, after its commit. A hint that may be lost, so its
    /// failure matters to nobody but the connection.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn announce(&self, ledger: i64, position: i64) -> Result<(), StoreError> {
        let statement = self.prepared(sql::NOTIFY).await?;
        let channel = channel(ledger);
        self.client.execute(&statement, &[&channel, &position.to_string()]).await?;
        Ok(())
    }
}

/// The channel on which a ledger's batches are announced.
pub(super) fn channel(ledger: i64) -> String {
    format!("tranche_{ledger}")
}

/// What an error says of the batch. Whatever is not a plain refusal of this statement leaves it open, for
/// sending the batch again is always safe, and taking it for lost is not.
fn outcome(error: tokio_postgres::Error) -> Result<Appended, StoreError> {
    let unknown = || StoreError::Unknown { reason: words(&error) };
    let Some(server) = error.as_db_error() else {
        return Err(unknown());
    };
    let detail = || server.detail().unwrap_or_default().to_owned();
    match server.code().code() {
        "LG001" => Ok(Appended::Broken { rule: server.message().to_owned(), pilot: detail() }),
        "LG002" => Ok(Appended::Repeated),
        "LG003" | "LG004" => Err(StoreError::Malformed { what: server.message().to_owned(), detail: detail() }),
        _ if refused(server) => Err(error.into()),
        _ => Err(unknown()),
    }
}

/// Whether the statement itself was wrong (its text, its values, the right to call it), or the server has no room for
/// it: on a full disk, sending it again for a minute only keeps the user waiting.
fn refused(server: &DbError) -> bool {
    ["22", "23", "42", "53"].iter().any(|class| server.code().code().starts_with(class))
}
