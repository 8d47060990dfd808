//! One connection: made, held to the application's role, watched for warnings and notifications.
//!
//! What it refuses: work on a schema of another version, and work as any role but `tranche_app`, whoever
//! signed in.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_postgres::{AsyncMessage, Client, NoTls, SimpleQueryMessage, Statement};

use super::migrate::{self, HISTORY};
use super::{StoreError, Target};

/// What a connection becomes before it does anything else, in one round trip with the version's read.
///
/// - The role: a superuser's connection, too, is held to SELECT and EXECUTE.
/// - `lock_timeout` under `statement_timeout`: an append that waits for another's head says so rather than
///   seeming slow; both far above any lawful wait (a batch takes milliseconds).
/// - Appends rest on READ COMMITTED (the head's row is read anew after a wait), whatever the server's default.
/// - Plans are made while tables may be empty and kept while they grow: by index, always; and no JIT, which
///   takes longer than any of these statements. None is made for the values at hand: of a ledger younger than the
///   last ANALYZE the planner believes that it has no rows, and reads all of it, or sorts it, where it should look one up.
/// - A commit that is answered is on disk. Stricter settings of the server stay.
const ENTER: &str = "SET ROLE tranche_app; \
    SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '60s'; \
    SET default_transaction_isolation = 'read committed'; \
    SET enable_seqscan = off; SET enable_sort = off; SET jit = off; SET plan_cache_mode = force_generic_plan; \
    SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') = 'off'; ";

/// The first wait between attempts to connect, and the longest.
const BACKOFF_FIRST: Duration = Duration::from_millis(50);
const BACKOFF_LONGEST: Duration = Duration::from_secs(2);

/// What the connection's driver tells those who use the connection.
#[derive(Debug)]
pub(super) struct Signals {
    /// How many warnings (class 01) the server has sent. A statement during which it moved is not a
    /// plain success.
    warnings: AtomicU64,
    /// Moves with every notification, and when the connection ends.
    notified: watch::Sender<u64>,
}

impl Signals {
    pub(super) fn warnings(&self) -> u64 {
        self.warnings.load(Ordering::Acquire)
    }

    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.notified.subscribe()
    }
}

/// One connection to a migrated database, as the role `tranche_app`. Statements sent at once through one
/// `Store` are pipelined: the server takes them in the order they were sent.
#[derive(Debug)]
pub struct Store {
    pub(super) client: Client,
    pub(super) signals: Arc<Signals>,
    statements: Mutex<HashMap<&'static str, Statement>>,
}

impl Store {
    /// Connects, becomes `tranche_app`, and checks that the schema is the program's own version.
    ///
    /// # Errors
    /// Any of [`StoreError`]'s of connecting; [`StoreError::NotMigrated`], [`StoreError::SchemaOlder`],
    /// [`StoreError::SchemaNewer`], [`StoreError::Role`].
    pub async fn connect(target: &Target) -> Result<Self, StoreError> {
        let (client, signals) = open(target).await?;
        let enter = format!("{ENTER} SELECT coalesce(max(version), 0) FROM {HISTORY}");
        let answers = client.simple_query(&enter).await.map_err(StoreError::entering)?;
        let version = answers.iter().rev().find_map(|answer| match answer {
            SimpleQueryMessage::Row(row) => row.get(0)?.parse().ok(),
            _ => None,
        });
        migrate::version_check(version.unwrap_or(0))?;
        Ok(Self { client, signals, statements: Mutex::default() })
    }

    /// Connects as [`Store::connect`] does, again and again with growing waits while that may help, for no
    /// longer than `patience` (and one attempt).
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn connect_within(target: &Target, patience: Duration) -> Result<Self, StoreError> {
        let mut waited = Duration::ZERO;
        let mut wait = BACKOFF_FIRST;
        loop {
            match Self::connect(target).await {
                Err(error) if error.transient() && waited < patience => {
                    tracing::debug!(%error, ?wait, "connecting again");
                    tokio::time::sleep(wait).await;
                    waited += wait;
                    wait = (wait * 2).min(BACKOFF_LONGEST);
                }
                done => return done,
            }
        }
    }

    /// Whether the connection is gone; a new one is needed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// A statement of `sql`, prepared the first time it is asked for on this connection.
    pub(super) async fn prepared(
        &self,
        (name, text): super::sql::Statement,
    ) -> Result<Statement, tokio_postgres::Error> {
        let known = self.statements().get(name).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(text).await?;
        self.statements().insert(name, statement.clone());
        Ok(statement)
    }

    /// A thread that panicked with the lock left the map whole: it is only ever added to.
    fn statements(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects in the role that signed in, and sets the driver going.
pub(super) async fn open(target: &Target) -> Result<(Client, Arc<Signals>), StoreError> {
    let Some(tls) = target.tls()? else {
        let (client, connection) = target.plain().connect(NoTls).await.map_err(StoreError::connecting)?;
        return Ok((client, drive(connection)));
    };
    match target.config().connect(tls).await.map_err(StoreError::connecting) {
        Ok((client, connection)) => Ok((client, drive(connection))),
        Err(StoreError::Tls { reason }) if target.tls_optional() => {
            tracing::warn!(%reason, "no TLS with this server; sslmode=prefer goes on without");
            let (client, connection) = target.plain().connect(NoTls).await.map_err(StoreError::connecting)?;
            Ok((client, drive(connection)))
        }
        Err(error) => Err(error),
    }
}

/// Moves the connection's bytes in a task of its own until either side ends it. A message is counted
/// before those after it reach the client, so a warning is seen by the statement it came with.
fn drive<S, T>(mut connection: tokio_postgres::Connection<S, T>) -> Arc<Signals>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let signals = Arc::new(Signals { warnings: AtomicU64::new(0), notified: watch::Sender::new(0) });
    let told = Arc::clone(&signals);
    tokio::spawn(async move {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notice(notice))) => {
                    if notice.code().code().starts_with("01") {
                        told.warnings.fetch_add(1, Ordering::Release);
                        tracing::warn!(code = notice.code().code(), "{}", notice.message());
                    }
                }
                Some(Ok(AsyncMessage::Notification(_))) => {
                    told.notified.send_modify(|seen| *seen += 1);
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    tracing::debug!(%error, "the connection ended");
                    break;
                }
                None => break,
            }
        }
        told.notified.send_modify(|seen| *seen += 1);
    });
    signals
}
