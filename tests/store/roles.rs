//! The grants and triggers: statements that the application's role, the owner and the public may not send.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::fixture::{Fixture, plain};

async fn refused(client: &Client, statement: &str) -> SqlState {
    let error = client.batch_execute(statement).await.expect_err(statement);
    error.code().unwrap_or_else(|| panic!("{statement}: {error}")).clone()
}

#[tokio::test]
async fn the_application_reads_and_calls_and_nothing_else() {
    let mut fixture = Fixture::new().await;
    fixture.done(&[plain("pilot-A")]).await;
    let client = fixture.admin().await;
    for role in ["tranche_app", "tranche_writer"] {
        client.batch_execute(&format!("SET ROLE {role}")).await.unwrap();
        for statement in [
            "UPDATE tranche.event SET entry = '{}'",
            "DELETE FROM tranche.event",
            "TRUNCATE tranche.event",
            "UPDATE tranche.command SET events = 2",
            "DELETE FROM tranche.command",
            "TRUNCATE tranche.command",
            "UPDATE tranche.ledger SET name = 'x'",
            "DELETE FROM tranche.ledger",
            "TRUNCATE tranche.ledger CASCADE",
            "TRUNCATE tranche.fund_position",
            "ALTER TABLE tranche.event DISABLE TRIGGER ALL",
            "ALTER TABLE tranche.event DISABLE TRIGGER event_append_only",
            "ALTER TABLE tranche.fund_position DROP CONSTRAINT \"TR-01\"",
            "DROP TABLE tranche.event",
            "DROP FUNCTION tranche.append_only() CASCADE",
            "CREATE TABLE tranche.mine ()",
            "SET session_replication_role = replica",
        ] {
            assert_eq!(refused(&client, statement).await, SqlState::INSUFFICIENT_PRIVILEGE, "{role}: {statement}");
        }
        client.batch_execute("RESET ROLE").await.unwrap();
    }
    client.batch_execute("SET ROLE tranche_app").await.unwrap();
    for statement in [
        "INSERT INTO tranche.event SELECT * FROM tranche.event",
        "INSERT INTO tranche.command SELECT * FROM tranche.command",
        "INSERT INTO tranche.ledger SELECT * FROM tranche.ledger",
        "INSERT INTO tranche.fund_position SELECT * FROM tranche.fund_position",
        "INSERT INTO tranche.snapshot SELECT * FROM tranche.snapshot",
        "UPDATE tranche.ledger SET position = 0",
        "UPDATE tranche.fund_position SET cap = 0",
        "DELETE FROM tranche.fund_position",
        "DELETE FROM tranche.snapshot",
        "SELECT tranche.fund_move(1, 1, 'above_share', '{}')",
        "SELECT FROM tranche.event FOR UPDATE",
    ] {
        assert_eq!(refused(&client, statement).await, SqlState::INSUFFICIENT_PRIVILEGE, "{statement}");
    }
}

#[tokio::test]
async fn the_log_is_append_only_to_its_owner_too() {
    let mut fixture = Fixture::new().await;
    fixture.done(&[plain("pilot-A")]).await;
    let client = fixture.admin().await;
    for sitting in ["SET ROLE tranche_owner", "RESET ROLE", "SET session_replication_role = replica"] {
        client.batch_execute(sitting).await.unwrap();
        for table in ["event", "command"] {
            for statement in [
                format!("UPDATE tranche.{table} SET ledger = ledger"),
                format!("DELETE FROM tranche.{table}"),
                format!("DELETE FROM tranche.{table} WHERE false"),
                format!("TRUNCATE tranche.{table}"),
            ] {
                assert_eq!(refused(&client, &statement).await.code(), "LG005", "{sitting}: {statement}");
            }
        }
    }
    let left: i64 = client.query_one("SELECT count(*) FROM tranche.event", &[]).await.unwrap().get(0);
    assert_eq!(left, 1);
}

/// A stranger to the three roles sees nothing at all.
#[tokio::test]
async fn the_public_has_no_access() {
    let fixture = Fixture::new().await;
    let client = fixture.admin().await;
    client.batch_execute("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger; SET ROLE stranger").await.unwrap();
    for statement in ["SELECT FROM tranche.event", "SELECT tranche.ledger_create('x')"] {
        assert_eq!(refused(&client, statement).await, SqlState::INSUFFICIENT_PRIVILEGE, "{statement}");
    }
    client.batch_execute("RESET ROLE; DROP ROLE stranger").await.unwrap();
}
