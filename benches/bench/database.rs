//! What the database is, and what it takes on disk.

use serde_json::{Value, json};
use tokio_postgres::{Client, NoTls};
use tranche::store::Target;

use super::Failure;
use super::table::Table;

/// A connection as the role that signed in.
pub async fn client(target: &Target) -> Result<Client, Failure> {
    let (client, connection) = target.config().connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The machine, the server, and the settings that durability rests on.
pub async fn conditions(target: &Target) -> Result<Value, Failure> {
    let client = client(target).await?;
    let mut settings = serde_json::Map::new();
    for name in
        ["server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_compression", "shared_buffers"]
    {
        let value: String = client.query_one("SELECT current_setting($1)", &[&name]).await?.try_get(0)?;
        settings.insert(name.to_owned(), value.into());
    }
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|line| line.starts_with("model name")).unwrap_or("unknown").to_owned();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    Ok(json!({"cpu": model, "cores": cores, "load at the start": load.trim(), "server": settings,
        "client and server on": "the same machine"}))
}

/// What the large ledger's events take on disk, indexes included, beside their canonical entries. The
/// tables may hold other ledgers' events too; all count, on both sides.
pub async fn sizes(target: &Target, ledger: &str, table: &mut Table) -> Result<(), Failure> {
    let client = client(target).await?;
    client.batch_execute("VACUUM ANALYZE tranche.event, tranche.snapshot").await?;
    let row = client
        .query_one(
            "SELECT count(*)::float8, avg(octet_length(entry))::float8, \
                    pg_total_relation_size('tranche.event')::float8, \
                    pg_total_relation_size('tranche.snapshot')::float8 FROM tranche.event",
            &[],
        )
        .await?;
    let (events, entry, disk, snapshot): (f64, f64, f64, f64) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    table.note("entry bytes an event", "bytes", entry, format!("canonical JSON, over all ledgers with {ledger}"));
    table.note("disk bytes an event", "bytes", disk / events, "the event table with all its indexes");
    table.note("snapshot bytes an event", "bytes", snapshot / events, "the stored state, which can be dropped");
    Ok(())
}
