//! postgres-es with cqrs-es: an aggregate a pilot, whose state is stored beside its events.

use std::collections::HashMap;
use std::process::ExitCode;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, AggregateError, DomainEvent};
use postgres_es::{PostgresCqrs, postgres_aggregate_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;
use tranche_peers::{ASSIGNED_FEN, Answer, CONNECTIONS, Database, Failure, Payment, Peer};

/// The tables as the package's `db/init.sql` has them.
const TABLES: &str = "
    CREATE TABLE events (
        aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint CHECK (sequence >= 0) NOT NULL,
        event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence));
    CREATE TABLE snapshots (
        aggregate_type text NOT NULL, aggregate_id text NOT NULL,
        last_sequence bigint CHECK (last_sequence >= 0) NOT NULL,
        current_snapshot bigint CHECK (current_snapshot >= 0) NOT NULL, payload json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, last_sequence))";

/// What has been paid for a pilot.
#[derive(Default, Serialize, Deserialize)]
struct Pilot {
    paid_fen: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct PaymentRecorded(Payment);

// What `DomainEvent` asks for, and nothing here uses.
impl PartialEq for PaymentRecorded {
    fn eq(&self, other: &Self) -> bool {
        self.0.command_id == other.0.command_id
    }
}

impl DomainEvent for PaymentRecorded {
    fn event_type(&self) -> String {
        "PaymentRecorded".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

/// More than the pilot was assigned.
#[derive(Debug)]
struct TooMuch;

impl std::fmt::Display for TooMuch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("more than was assigned")
    }
}

impl std::error::Error for TooMuch {}

impl Aggregate for Pilot {
    const TYPE: &'static str = "pilot";
    type Command = Payment;
    type Event = PaymentRecorded;
    type Error = TooMuch;
    type Services = ();

    async fn handle(&mut self, command: Payment, (): &(), sink: &EventSink<Self>) -> Result<(), TooMuch> {
        if self.paid_fen + command.amount_fen > ASSIGNED_FEN {
            return Err(TooMuch);
        }
        sink.write(PaymentRecorded(command), self).await;
        Ok(())
    }

    fn apply(&mut self, event: PaymentRecorded) {
        self.paid_fen += event.0.amount_fen;
    }
}

struct PostgresEs(PostgresCqrs<Pilot>);

impl Peer for PostgresEs {
    const NAME: &'static str = "postgres-es";
    const DOES: &'static str = "execute one command on one of ten aggregates: its stored state is read, the sum \
                                checked, the event and the new state written in one transaction; a command's id is \
                                metadata, and one that comes twice is recorded twice";
    const COUNT: &'static str = "SELECT count(*) FROM events";

    async fn open(database: &Database) -> Result<Self, Failure> {
        database.client().await?.batch_execute(TABLES).await?;
        let connections = u32::try_from(CONNECTIONS)?;
        let options = PgPoolOptions::new().min_connections(connections).max_connections(connections);
        Ok(Self(postgres_aggregate_cqrs(options.connect(database.url()).await?, Vec::new(), ())))
    }

    async fn record(&self, payment: &Payment) -> Result<Answer, Failure> {
        let metadata = HashMap::from([("command_id".to_owned(), payment.command_id.to_string())]);
        match self.0.execute_with_metadata(&payment.pilot, payment.clone(), metadata).await {
            Ok(()) => Ok(Answer::Recorded),
            Err(AggregateError::AggregateConflict) => Ok(Answer::Conflict),
            Err(error) => Err(error.into()),
        }
    }
}

fn main() -> ExitCode {
    tranche_peers::main::<PostgresEs>()
}
