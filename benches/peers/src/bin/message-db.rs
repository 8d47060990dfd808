//! message-db: an event store as functions in the database, each write under its stream's expected version.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value;
use tokio::sync::{Mutex, mpsc};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Statement};
use tranche_peers::{Answer, CONNECTIONS, Database, Failure, PILOTS, Payment, Peer, pilot};

/// Where `scripts/peers` puts the package.
const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/peers/node_modules/@eventide/message-db");

/// Its functions name its tables without their schema.
const SEARCH_PATH: &str = "SET search_path = message_store, public";

/// What makes the message store, in the order of the package's own `install.sh`; its role and grants are left out, for
/// they would be the whole server's.
const INSTALL: [&str; 19] = [
    "schema/message-store",
    "extensions/pgcrypto",
    "tables/messages",
    "types/message",
    "functions/message-store-version",
    "functions/hash-64",
    "functions/acquire-lock",
    "functions/category",
    "functions/is-category",
    "functions/id",
    "functions/cardinal-id",
    "functions/stream-version",
    "functions/write-message",
    "functions/get-stream-messages",
    "functions/get-category-messages",
    "functions/get-last-stream-message",
    "indexes/messages-id",
    "indexes/messages-stream",
    "indexes/messages-category",
];

/// A connection with what it has prepared.
struct Session {
    client: Client,
    write: Statement,
    version: Statement,
}

struct MessageDb {
    /// The sessions that nobody uses at the moment, and the way back to them.
    idle: Mutex<mpsc::Receiver<Session>>,
    back: mpsc::Sender<Session>,
    /// The version of each stream as last heard of, as an entity store keeps it beside its entities.
    versions: HashMap<String, AtomicI64>,
}

impl Session {
    async fn open(database: &Database) -> Result<Self, Failure> {
        let client = database.client().await?;
        client.batch_execute(SEARCH_PATH).await?;
        let write = "SELECT write_message($1::varchar, $2::varchar, 'PaymentRecorded', $3::jsonb, NULL, $4::bigint)";
        let write = client.prepare(write).await?;
        let version = client.prepare("SELECT coalesce(stream_version($1::varchar), -1)").await?;
        Ok(Self { client, write, version })
    }

    /// Writes a payment where its stream is still of the version last heard of; hears of its version where not.
    async fn write(&self, payment: &Payment, version: &AtomicI64) -> Result<Answer, Failure> {
        let (id, stream) = (payment.command_id.to_string(), format!("pilot-{}", payment.pilot));
        let (data, expected) = (serde_json::to_value(payment)?, version.load(Ordering::Acquire));
        match self.client.query_one(&self.write, &[&id, &stream, &data, &expected]).await {
            Ok(row) => {
                version.store(row.try_get(0)?, Ordering::Release);
                Ok(Answer::Recorded)
            }
            Err(error) if error.code() == Some(&SqlState::RAISE_EXCEPTION) => {
                let row = self.client.query_one(&self.version, &[&stream]).await?;
                version.store(row.try_get(0)?, Ordering::Release);
                Ok(Answer::Conflict)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Peer for MessageDb {
    const NAME: &'static str = "message-db";
    const DOES: &'static str = "SELECT write_message(…) with the stream's expected version; ten streams of one \
                                category, whose lock a write holds until its commit; a message's id is unique; no \
                                rules, no totals";
    const COUNT: &'static str = "SELECT count(*) FROM message_store.messages";

    fn version() -> Result<String, Failure> {
        let package: Value = serde_json::from_slice(&std::fs::read(Path::new(PACKAGE).join("package.json"))?)?;
        Ok(package.get("version").and_then(Value::as_str).ok_or("its package.json has no version")?.to_owned())
    }

    async fn open(database: &Database) -> Result<Self, Failure> {
        let client = database.client().await?;
        client.batch_execute(SEARCH_PATH).await?;
        for name in INSTALL {
            let path = Path::new(PACKAGE).join("database").join(name).with_extension("sql");
            let sql = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            client.batch_execute(&sql).await?;
        }
        let (back, idle) = mpsc::channel(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            back.send(Session::open(database).await?).await?;
        }
        let versions = (0..PILOTS).map(|number| (pilot(number), AtomicI64::new(-1))).collect();
        Ok(Self { idle: Mutex::new(idle), back, versions })
    }

    async fn record(&self, payment: &Payment) -> Result<Answer, Failure> {
        let version = self.versions.get(&payment.pilot).ok_or("there is no such pilot")?;
        let session = self.idle.lock().await.recv().await.ok_or("the connections are closed")?;
        let answer = session.write(payment, version).await;
        self.back.send(session).await.map_err(|_| "the connections are closed")?;
        answer
    }
}

fn main() -> ExitCode {
    tranche_peers::main::<MessageDb>()
}
