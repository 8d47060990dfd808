//! The grants and triggers: statements that the application's role, the owner and the public may not send.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tranche::store::StoreError;

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
        for statement in [
            "UPDATE tranche.event SET ledger = ledger",
            "DELETE FROM tranche.event",
            "DELETE FROM tranche.event WHERE false",
            "TRUNCATE tranche.event",
        ] {
            assert_eq!(refused(&client, statement).await.code(), "LG005", "{sitting}: {statement}");
        }
    }
    let left: i64 = client.query_one("SELECT count(*) FROM tranche.event", &[]).await.unwrap().get(0);
    assert_eq!(left, 1);
}

#[tokio::test]
async fn the_head_rises_and_stays_to_its_owner_too() {
    let mut fixture = Fixture::new().await;
    fixture.done(&[plain("pilot-A"), plain("pilot-A")]).await;
    let client = fixture.admin().await;
    for sitting in ["SET ROLE tranche_owner", "RESET ROLE", "SET session_replication_role = replica"] {
        client.batch_execute(sitting).await.unwrap();
        for statement in [
            "DELETE FROM tranche.ledger",
            "TRUNCATE tranche.ledger CASCADE",
            "UPDATE tranche.ledger SET position = position - 1, peaks = substring(peaks || peaks FOR 32)",
            "UPDATE tranche.ledger SET root = sha256('')",
            "UPDATE tranche.ledger SET recorded_at = NULL",
            "UPDATE tranche.ledger SET position = 3, peaks = peaks || peaks, opened_at = now() + interval '1 day'",
            "UPDATE tranche.ledger SET position = 3, peaks = peaks || peaks, name = 'x', id = tranche.ledger_id('x')",
        ] {
            assert_eq!(refused(&client, statement).await.code(), "LG005", "{sitting}: {statement}");
        }
    }
    client.batch_execute("RESET ROLE; SET session_replication_role = origin").await.unwrap();
    fixture.done(&[plain("pilot-A")]).await;
    fixture.store.fund_position_rebuild(fixture.ledger).await.unwrap();
}

/// Whoever can alter the table can take the head away; no new history begins over the old one then.
#[tokio::test]
async fn a_head_that_is_gone_is_not_made_anew() {
    let mut fixture = Fixture::new().await;
    fixture.done(&[plain("pilot-A")]).await;
    let client = fixture.admin().await;
    client.batch_execute("ALTER TABLE tranche.ledger DISABLE TRIGGER USER; DELETE FROM tranche.ledger").await.unwrap();
    let gone = fixture.store.ledger_create("test").await.unwrap_err();
    assert!(matches!(&gone, StoreError::HeadGone { name } if name == "test"), "{gone}");
    assert!(gone.to_string().contains("from a backup") && gone.zh().contains("从备份恢复"), "{gone}");
    assert_eq!(client.query_one("SELECT count(*) FROM tranche.ledger", &[]).await.unwrap().get::<_, i64>(0), 0);
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
