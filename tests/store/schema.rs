//! The schema: made once whoever runs it, told apart by version, and true to the statements.

use tokio_postgres::NoTls;
use tranche::store::migrate::SCHEMA_VERSION;
use tranche::store::{STATEMENTS, Store, StoreError, Target, catalog, migrate};

use crate::cluster;

#[tokio::test]
async fn every_statement_is_prepared_by_the_application() {
    let target = cluster::database().await;
    let client = cluster::connect(target.config()).await;
    client.batch_execute("SET ROLE tranche_app").await.unwrap();
    for (name, text) in STATEMENTS {
        let prepared = client.prepare(text).await;
        assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
    }
}

/// Two databases of one cluster, four processes each: the roles are made by one, the tables once in each.
#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_at_once() {
    let targets = [cluster::database_empty().await, cluster::database_empty().await];
    let tasks: Vec<_> = (0..8)
        .map(|number: usize| {
            let target = targets[number % 2].clone();
            tokio::spawn(async move { migrate(&target).await.unwrap() })
        })
        .collect();
    let mut ran = 0;
    for task in tasks {
        ran += task.await.unwrap();
    }
    assert_eq!(ran, 2 * std::fs::read_dir("schema").unwrap().count());
    for target in &targets {
        Store::connect(target).await.unwrap();
    }
}

#[tokio::test]
async fn another_version_is_told() {
    let target = cluster::database_empty().await;
    let told = Store::connect(&target).await.unwrap_err();
    assert!(matches!(told, StoreError::NotMigrated), "{told:?}");
    assert!(told.to_string().contains("tranche init") && told.zh().contains("tranche init"));

    migrate(&target).await.unwrap();
    let client = cluster::connect(target.config()).await;
    let own = *SCHEMA_VERSION;
    let history = "tranche.refinery_schema_history";
    client.batch_execute(&format!("UPDATE {history} SET version = {own} + 1 WHERE version = {own}")).await.unwrap();
    for told in [Store::connect(&target).await.unwrap_err(), migrate(&target).await.unwrap_err()] {
        assert!(matches!(told, StoreError::SchemaNewer { found, known } if (found, known) == (own + 1, own)));
    }
    client.batch_execute(&format!("DELETE FROM {history} WHERE version >= {own}")).await.unwrap();
    let told = Store::connect(&target).await.unwrap_err();
    assert!(matches!(told, StoreError::SchemaOlder { found, wanted } if (found, wanted) == (own - 1, own)));
}

/// A login of the application's own, with no rights but the membership.
#[tokio::test]
async fn a_member_of_the_application_is_enough_and_no_less_will_do() {
    let target = cluster::database().await;
    let admin = cluster::connect(target.config()).await;
    admin
        .batch_execute("CREATE ROLE clerk LOGIN; CREATE ROLE passer_by LOGIN; GRANT tranche_app TO clerk")
        .await
        .unwrap();
    let of = |user: &str| {
        let mut config = target.config().clone();
        config.user(user);
        Target::from_config(config)
    };
    let store = Store::connect(&of("clerk")).await.unwrap();
    store.ledger_create("clerk").await.unwrap();
    let told = Store::connect(&of("passer_by")).await.unwrap_err();
    assert!(matches!(told, StoreError::Role { .. }), "{told:?}");
    // Nothing to migrate needs no right to.
    assert_eq!(migrate(&target).await.unwrap(), 0);
}

/// A database's owner who is no superuser can migrate, with the right to make roles.
#[tokio::test]
async fn an_owner_without_superuser_can_migrate() {
    let target = cluster::database_empty().await;
    let admin = cluster::connect(target.config()).await;
    let name = target.config().get_dbname().unwrap();
    admin
        .batch_execute(&format!("CREATE ROLE keeper LOGIN CREATEROLE; ALTER DATABASE {name} OWNER TO keeper"))
        .await
        .unwrap();
    let mut config = target.config().clone();
    config.user("keeper");
    let keeper = Target::from_config(config);
    migrate(&keeper).await.unwrap();
    let store = Store::connect(&keeper).await.unwrap();
    store.ledger_create("kept").await.unwrap();
    assert_eq!(catalog::changed(&store.catalog().await.unwrap()), [], "the schema is the same whoever migrates it");
}

#[tokio::test]
async fn what_is_not_there_is_said_in_both_languages() {
    let target = cluster::database().await;
    let mut elsewhere = target.config().clone();
    elsewhere.dbname("no_such_database");
    let told = Store::connect(&Target::from_config(elsewhere)).await.unwrap_err();
    assert!(matches!(told, StoreError::DatabaseMissing { .. }), "{told:?}");

    let nobody = Target::from_url("postgres://u@127.0.0.1:1/d?connect_timeout=1").unwrap();
    let told = Store::connect(&nobody).await.unwrap_err();
    assert!(matches!(told, StoreError::Unreachable { .. }), "{told:?}");
    assert!(told.to_string().contains("check that PostgreSQL runs"));
    assert!(told.zh().contains("PostgreSQL 已启动"));

    let mut stranger = target.config().clone();
    stranger.user("no_such_user");
    let told = Store::connect(&Target::from_config(stranger)).await.unwrap_err();
    assert!(matches!(told, StoreError::SignIn { .. }), "{told:?}");
}

/// After a new migration: `cp target/as-migrated.txt src/store/catalog/`, and look at what changed.
#[tokio::test]
async fn the_schema_is_described_as_it_is_migrated() {
    let store = Store::connect(&cluster::database().await).await.unwrap();
    let mut objects = store.catalog().await.unwrap();
    // Roles are the whole server's, and another test migrates as somebody else.
    objects.retain(|object| !object.name.starts_with("member of "));
    let lines: String = objects.iter().map(|object| object.line() + "\n").collect();
    if !catalog::changed(&objects).is_empty() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/target/as-migrated.txt"), &lines).unwrap();
    }
    assert_eq!(catalog::changed(&objects), []);
    assert!(objects.len() > 100, "{lines}");
}

/// A rule of the second wall that stands with a column's type is missed as one of a table is.
#[tokio::test]
async fn a_constraint_that_is_gone_is_told() {
    let target = cluster::database().await;
    let store = Store::connect(&target).await.unwrap();
    let owner = cluster::connect(target.config()).await;
    for (drop, told) in [
        ("ALTER DOMAIN tranche.payout_ratio DROP CONSTRAINT \"TR-07\"", "constraint of domain payout_ratio TR-07"),
        ("ALTER TABLE tranche.fund_position DROP CONSTRAINT \"TR-01\"", "constraint fund_position TR-01"),
    ] {
        let before = catalog::changed(&store.catalog().await.unwrap());
        owner.batch_execute(drop).await.unwrap();
        let mut changed = catalog::changed(&store.catalog().await.unwrap());
        changed.retain(|one| !before.contains(one));
        assert_eq!(changed.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), [told]);
    }
}

/// The log and its indexes stay within 1.6 bytes on disk for a byte of entry.
#[tokio::test]
async fn the_log_is_not_much_larger_than_its_entries() {
    let mut fixture = crate::fixture::Fixture::named(&cluster::database().await, "size").await;
    for _ in 0..4 {
        let acts: Vec<_> = (0..1_000)
            .map(|number| {
                let stream = ["pilot-JX2025-01", "pilot-JX2025-02", "pilot-JX2025-03"][number % 3];
                let data = serde_json::json!({"note": "x".repeat(450), "pilot": stream});
                (stream, "MonitoringRecorded", "2026-01-05", data)
            })
            .collect();
        fixture.done(&acts).await;
    }
    let (client, connection) = fixture.target.config().connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    let row = client
        .query_one(
            "SELECT pg_total_relation_size('tranche.event')::float8 / sum(octet_length(entry))::float8,
                    avg(octet_length(entry))::float8 FROM tranche.event",
            &[],
        )
        .await
        .unwrap();
    let (ratio, mean): (f64, f64) = (row.get(0), row.get(1));
    assert!((650.0..760.0).contains(&mean), "{mean}");
    assert!(ratio <= 1.6, "{ratio}");
}
