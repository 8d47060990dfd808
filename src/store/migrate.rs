//! The schema's versions: bringing a database to the program's own, and telling when it is not.
//!
//! What it refuses: a schema newer than the program, and going back.

use std::sync::LazyLock;

use super::connection::open;
use super::{StoreError, Target};

/// Which migrations ran. In our own schema, so that a database shared with others stays tidy.
pub(super) const HISTORY: &str = "tranche.refinery_schema_history";

/// Processes that migrate one database at once take turns on this lock; it ends with the connection,
/// however that ends.
const LOCK: &str = "SET statement_timeout = 0; SET lock_timeout = 0; \
    SELECT pg_advisory_lock(hashtextextended('tranche migrate', 0))";

mod files {
    #![allow(missing_docs, clippy::unwrap_used, reason = "written by the macro")]
    refinery::embed_migrations!("schema");
}

/// The version of the schema that this program was written for: its latest migration.
pub static SCHEMA_VERSION: LazyLock<i32> = LazyLock::new(|| {
    let runner = files::migrations::runner();
    runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or(0)
});

/// Brings the database to [`SCHEMA_VERSION`] in the role that signs in, and answers how many migrations
/// that took. Safe to run in many processes at once, and again.
///
/// # Errors
/// Those of connecting; [`StoreError::SchemaNewer`]; [`StoreError::Migration`].
pub async fn migrate(target: &Target) -> Result<usize, StoreError> {
    let (mut client, _signals) = open(target).await?;
    client.batch_execute(LOCK).await?;
    // Looked at first: nothing to do needs no right to create.
    let exists: bool = client.query_one("SELECT to_regclass($1::text) IS NOT NULL", &[&HISTORY]).await?.get(0);
    if exists {
        let latest = format!("SELECT coalesce(max(version), 0) FROM {HISTORY}");
        let found: i32 = client.query_one(&latest, &[]).await?.get(0);
        match version_check(found) {
            Ok(()) => return Ok(0),
            Err(newer @ StoreError::SchemaNewer { .. }) => return Err(newer),
            Err(_) => {}
        }
    }
    client.batch_execute("CREATE SCHEMA IF NOT EXISTS tranche").await?;
    // One transaction for all: a schema is of one version or the other, never between.
    let mut runner = files::migrations::runner().set_grouped(true);
    let report = runner
        .set_migration_table_name(HISTORY)
        .run_async(&mut client)
        .await
        .map_err(|source| StoreError::Migration { reason: reason(&source), source: Box::new(source) })?;
    Ok(report.applied_migrations().len())
}

/// Whether a schema of version `found` is the program's own; 0 is one that has none.
pub(super) fn version_check(found: i32) -> Result<(), StoreError> {
    let own = *SCHEMA_VERSION;
    match found {
        0 => Err(StoreError::NotMigrated),
        found if found < own => Err(StoreError::SchemaOlder { found, wanted: own }),
        found if found > own => Err(StoreError::SchemaNewer { found, known: own }),
        _ => Ok(()),
    }
}

/// The runner's words and, beneath them, the server's.
fn reason(error: &refinery::Error) -> String {
    let mut reason = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        reason = format!("{reason}: {error}");
        cause = error.source();
    }
    reason
}
