//! disintegrate: a decision upon the state that a query of the events gives, appended where that has not changed.

use std::process::ExitCode;

use disintegrate::serde::json::Json;
use disintegrate::{Decision, DecisionError, Event, StateMutate, StateQuery, WithSnapshot};
use disintegrate_postgres::{Error, PgDecisionMaker, PgEventStore, PgSnapshotter, WithPgSnapshot, decision_maker};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;
use tranche_peers::{ASSIGNED_FEN, Answer, CONNECTIONS, Database, Failure, Payment, Peer};
use uuid::Uuid;

/// After how many events of a pilot its state is stored again.
const SNAPSHOT_EVERY: u64 = 20;

/// What version 4.0.1 does not get made on PostgreSQL 15, which does not know the `0xFFFFFFFF` in one of its functions:
/// that function, and the columns of an event's identifiers, which would come after it.
const ON_POSTGRESQL_15: &str = "
    CREATE FUNCTION event_store_begin_epoch() RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        last bigint := (SELECT last_value FROM seq_event_event_id);
        here integer := (SELECT oid FROM pg_database WHERE datname = current_database());
    BEGIN
        PERFORM pg_try_advisory_xact_lock_shared(here, 0),
            pg_try_advisory_xact_lock_shared(1, last::bit(32)::integer),
            pg_try_advisory_xact_lock_shared(2, (last >> 32)::integer);
    END $$;
    ALTER TABLE event ADD COLUMN pilot text, ADD COLUMN command_id uuid;
    CREATE INDEX ON event (pilot) WHERE pilot IS NOT NULL;
    CREATE INDEX ON event (command_id) WHERE command_id IS NOT NULL";

#[derive(Clone, Debug, Event, Serialize, Deserialize)]
enum Recorded {
    PaymentRecorded {
        #[id]
        pilot: String,
        #[id]
        command_id: Uuid,
        payment: Payment,
    },
}

/// What has been paid for a pilot.
#[derive(Clone, Serialize, Deserialize, StateQuery)]
#[state_query(Recorded)]
struct Paid {
    #[id]
    pilot: String,
    paid_fen: i64,
}

impl StateMutate for Paid {
    fn mutate(&mut self, event: Recorded) {
        let Recorded::PaymentRecorded { payment, .. } = event;
        self.paid_fen += payment.amount_fen;
    }
}

struct Pay(Payment);

impl Decision for Pay {
    type Event = Recorded;
    type StateQuery = Paid;
    type Error = &'static str;

    fn state_query(&self) -> Paid {
        Paid { pilot: self.0.pilot.clone(), paid_fen: 0 }
    }

    fn process(&self, state: &Paid) -> Result<Vec<Recorded>, &'static str> {
        if state.paid_fen + self.0.amount_fen > ASSIGNED_FEN {
            return Err("more than was assigned");
        }
        let (pilot, command_id) = (self.0.pilot.clone(), self.0.command_id);
        Ok(vec![Recorded::PaymentRecorded { pilot, command_id, payment: self.0.clone() }])
    }
}

struct Disintegrate(PgDecisionMaker<Recorded, Json<Recorded>, WithPgSnapshot>);

impl Peer for Disintegrate {
    const NAME: &'static str = "disintegrate-postgres";
    const DOES: &'static str = "make one decision on one of ten pilots: its snapshot and the events since are read, \
                                the sum checked, the event appended in a serializable transaction unless its query has \
                                new ones; a command's id is an indexed column, and one that comes twice is recorded \
                                twice; on PostgreSQL 15 one of its functions is replaced, which only 16 can read";
    const COUNT: &'static str = "SELECT count(*) FROM event";

    async fn open(database: &Database) -> Result<Self, Failure> {
        let connections = u32::try_from(CONNECTIONS)?;
        let options = PgPoolOptions::new().min_connections(connections).max_connections(connections);
        let pool = options.connect(database.url()).await?;
        let snapshots = PgSnapshotter::try_new(pool.clone(), SNAPSHOT_EVERY).await?;
        let store = match PgEventStore::try_new(pool.clone(), Json::default()).await {
            Err(_) if is_old(database).await? => {
                database.client().await?.batch_execute(ON_POSTGRESQL_15).await?;
                PgEventStore::new_uninitialized(pool, Json::default())
            }
            made => made?,
        };
        Ok(Self(decision_maker(store, WithSnapshot::new(snapshots))))
    }

    async fn record(&self, payment: &Payment) -> Result<Answer, Failure> {
        match self.0.make(Pay(payment.clone())).await {
            Ok(_) => Ok(Answer::Recorded),
            Err(DecisionError::StateStore(error)) if is_conflict(error.downcast_ref()) => Ok(Answer::Conflict),
            Err(error) => Err(error.to_string().into()),
        }
    }
}

/// Whether the server is older than PostgreSQL 16.
async fn is_old(database: &Database) -> Result<bool, Failure> {
    let query = "SELECT current_setting('server_version_num')::integer < 160000";
    Ok(database.client().await?.query_one(query, &[]).await?.try_get(0)?)
}

/// Whether somebody else was faster; the server tells so at any statement of a serializable transaction.
fn is_conflict(error: Option<&Error>) -> bool {
    match error {
        Some(Error::Concurrency) => true,
        Some(Error::Database(sqlx::Error::Database(error))) => error.code().as_deref() == Some("40001"),
        _ => false,
    }
}

fn main() -> ExitCode {
    tranche_peers::main::<Disintegrate>()
}
