//! The limits: what a bare PostgreSQL does with the same rows in the same tables under the same indexes.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Instant;

use futures_util::{StreamExt as _, TryStreamExt as _};
use sha2::{Digest as _, Sha256};
use tokio_postgres::Row;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tranche::store::{Record, Store, Target};
use uuid::Uuid;

use super::table::{Table, median};
use super::{Failure, Plan, database};

/// How many rows the bulk cells move.
const BULK: usize = 20_000;
/// How many rows one multi-row INSERT has.
const MULTI: usize = 1_000;

const EVENT_TYPES: [Type; 10] = [
    Type::INT8,
    Type::INT8,
    Type::TIMESTAMPTZ,
    Type::INT4,
    Type::DATE,
    Type::TEXT,
    Type::TEXT,
    Type::BYTEA,
    Type::TEXT,
    Type::UUID,
];

/// Rows of a real ledger.
pub struct Rows {
    ledger: String,
    records: Arc<Vec<Record>>,
    items: Arc<Vec<Option<String>>>,
}

impl Rows {
    /// Takes the latest rows of a ledger.
    pub async fn take(target: &Target, ledger: &str) -> Result<Self, Failure> {
        let store = Store::connect(target).await?;
        let head = store.head(ledger).await?;
        let from = head.position - i64::try_from(BULK)? + 1;
        let records: Vec<Record> = store.event_read(head.ledger, from, head.position).try_collect().await?;
        let items = records.iter().map(|record| record.item.clone()).collect();
        Ok(Self { ledger: ledger.to_owned(), records: Arc::new(records), items: Arc::new(items) })
    }
}

/// Empty tables as the ledger's own, with all their constraints and indexes.
async fn fresh(target: &Target) -> Result<tokio_postgres::Client, Failure> {
    let client = database::client(target).await?;
    client
        .batch_execute(
            "DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench; \
             CREATE TABLE bench.event (LIKE tranche.event INCLUDING ALL)",
        )
        .await?;
    Ok(client)
}

/// Measures every limit once.
pub async fn measure(target: &Target, rows: &Rows, plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    for clients in [1, 8, 32, 256] {
        let (rate, p50) = single(target, rows, clients, plan).await?;
        let does = "one row, its own commit";
        table.note(&format!("insert, {clients} clients"), "rows/s", rate, does);
        if clients == 1 {
            table.note("insert, 1 client, p50", "ms", p50, does);
        }
    }
    let rate = multi(target, rows).await?;
    table.note("insert of 1,000 by unnest", "rows/s", rate, "1,000 rows a statement, one client");
    let rate = copy_in(target, rows, plan).await?;
    table.note("copy in", "rows/s", rate, format!("binary COPY, {BULK} rows a transaction"));
    let rate = copy_out(target, rows).await?;
    table.note("copy out", "rows/s", rate, "binary COPY of the ledger's rows, thrown away");
    let columns = "position, stream, version, type, business_date, recorded_at, entry";
    let rate = stream(target, rows, columns, |row| drop(std::hint::black_box(row))).await?;
    table.note("stream", "rows/s", rate, "the ledger's rows through tokio-postgres, not looked at");
    let hashed = |row: Row| drop(std::hint::black_box(row.try_get(0).map(|entry: &[u8]| Sha256::digest(entry))));
    let rate = stream(target, rows, "entry", hashed).await?;
    table.note("stream and sha-256", "rows/s", rate, "their entries alone through tokio-postgres, each hashed");
    let begun = Instant::now();
    for record in rows.records.iter() {
        std::hint::black_box(Sha256::digest(&record.entry));
    }
    let rate = per_second(rows.records.len(), begun);
    table.note("sha-256", "rows/s", rate, "of as many bytes, one thread");
    Ok(())
}

fn per_second(count: usize, begun: Instant) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / begun.elapsed().as_secs_f64()
}

/// Single rows, each committed by itself.
async fn single(target: &Target, rows: &Rows, clients: usize, plan: &Plan) -> Result<(f64, f64), Failure> {
    let _tables = fresh(target).await?;
    let (next, done) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = Vec::new();
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(database::client(target).await?);
    }
    let begun = Instant::now();
    for client in connections {
        let (records, items) = (Arc::clone(&rows.records), Arc::clone(&rows.items));
        let (next, done, span) = (Arc::clone(&next), Arc::clone(&done), plan.span);
        tasks.push(tokio::spawn(async move {
            let statement = client
                .prepare(
                    "INSERT INTO bench.event (ledger, position, recorded_at, version, business_date, stream, \
                     type, entry, item, command) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                )
                .await?;
            let mut took = Vec::new();
            while begun.elapsed() < span {
                let position = next.fetch_add(1, Ordering::Relaxed);
                let at = usize::try_from(position)? % records.len();
                let Some(record) = records.get(at) else { break };
                let item = items.get(at).cloned().flatten().map(|item| format!("{item}.{position}"));
                let (id, one) = (identifier(position), Instant::now());
                let version = i32::try_from(position)? + 1;
                client
                    .execute(
                        &statement,
                        &[
                            &1_i64,
                            &(position + 1),
                            &record.recorded_at,
                            &version,
                            &record.business_date,
                            &record.stream,
                            &record.kind,
                            &record.entry,
                            &item,
                            &id,
                        ],
                    )
                    .await?;
                took.push(one.elapsed().as_secs_f64() * 1_000.0);
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, Failure>(took)
        }));
    }
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await??);
    }
    Ok((per_second(done.load(Ordering::Relaxed), begun), median(&took)))
}

fn identifier(position: i64) -> Uuid {
    Uuid::from_u128(u128::from(position.unsigned_abs()) << 64 | 0x8000_0000_0000_0000)
}

/// Many rows by one statement, as the append itself inserts them.
async fn multi(target: &Target, rows: &Rows) -> Result<f64, Failure> {
    let client = fresh(target).await?;
    let events = client
        .prepare(
            "INSERT INTO bench.event (ledger, position, recorded_at, version, business_date, stream, type, entry, item, \
             command) SELECT 1, * FROM unnest($1::bigint[], $2::timestamptz[], $3::integer[], $4::date[], $5::text[], $6::text[], \
             $7::bytea[], $8::text[], $9::uuid[])",
        )
        .await?;
    let begun = Instant::now();
    for (records, items) in rows.records.chunks(MULTI).zip(rows.items.chunks(MULTI)) {
        let positions: Vec<i64> = records.iter().map(|record| record.position).collect();
        let times: Vec<_> = records.iter().map(|record| record.recorded_at).collect();
        let versions: Vec<i32> = records.iter().map(|record| record.version).collect();
        let dates: Vec<_> = records.iter().map(|record| record.business_date).collect();
        let streams: Vec<&str> = records.iter().map(|record| record.stream.as_str()).collect();
        let kinds: Vec<&str> = records.iter().map(|record| record.kind.as_str()).collect();
        let entries: Vec<&[u8]> = records.iter().map(|record| record.entry.as_slice()).collect();
        let ids: Vec<Uuid> = positions.iter().copied().map(identifier).collect();
        client
            .execute(&events, &[&positions, &times, &versions, &dates, &streams, &kinds, &entries, &items, &ids])
            .await?;
    }
    Ok(per_second(rows.records.len(), begun))
}

/// The same rows by binary COPY, over and over for as long as callers of the engine get, into the same tables.
async fn copy_in(target: &Target, rows: &Rows, plan: &Plan) -> Result<f64, Failure> {
    let client = fresh(target).await?;
    let mut count = 0;
    let begun = Instant::now();
    while begun.elapsed() < plan.span {
        client.batch_execute("BEGIN").await?;
        let sink = client
            .copy_in(
                "COPY bench.event (ledger, position, recorded_at, version, business_date, stream, type, entry, item, \
                 command) FROM STDIN BINARY",
            )
            .await?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &EVENT_TYPES));
        for (record, item) in rows.records.iter().zip(rows.items.iter()) {
            count += 1;
            let position = i64::try_from(count)?;
            let row: [&(dyn ToSql + Sync); 10] = [
                &1_i64,
                &position,
                &record.recorded_at,
                &record.version,
                &record.business_date,
                &record.stream,
                &record.kind,
                &record.entry,
                &item.as_ref().map(|item| format!("{item}.{count}")),
                &identifier(position),
            ];
            writer.as_mut().write(&row).await?;
        }
        writer.finish().await?;
        client.batch_execute("COMMIT").await?;
    }
    Ok(per_second(count, begun))
}

/// The rows of the whole ledger out again.
async fn copy_out(target: &Target, rows: &Rows) -> Result<f64, Failure> {
    let client = database::client(target).await?;
    let count = count(&client, &rows.ledger).await?;
    let begun = Instant::now();
    let copy = format!(
        "COPY (SELECT * FROM tranche.event WHERE ledger = tranche.ledger_id('{}')) TO STDOUT BINARY",
        rows.ledger
    );
    let mut out = pin!(client.copy_out(&copy).await?);
    while let Some(bytes) = out.next().await {
        std::hint::black_box(bytes?);
    }
    Ok(per_second(count, begun))
}

/// The rows of the whole ledger through the driver, in the order of their positions.
async fn stream(target: &Target, rows: &Rows, columns: &str, each: impl Fn(Row)) -> Result<f64, Failure> {
    let client = database::client(target).await?;
    let count = count(&client, &rows.ledger).await?;
    let begun = Instant::now();
    let query = format!("SELECT {columns} FROM tranche.event WHERE ledger = tranche.ledger_id($1) ORDER BY position");
    let mut all = pin!(client.query_raw(&query, [&rows.ledger]).await?);
    while let Some(row) = all.next().await {
        each(row?);
    }
    Ok(per_second(count, begun))
}

async fn count(client: &tokio_postgres::Client, ledger: &str) -> Result<usize, Failure> {
    let row = client.query_one("SELECT position FROM tranche.ledger WHERE name = $1", &[&ledger]).await?;
    Ok(usize::try_from(row.try_get::<_, i64>(0)?)?)
}
