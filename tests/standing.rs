//! What `tranche verify` says of the server's roles and of a ledger's beginning: memberships that no migration made,
//! rights that the roles were given, an opening that was dated anew.
//!
//! Roles belong to the whole server, so what is done to them is done in one test, one after the other.

#![cfg(test)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/program.rs"]
mod program;

use program::{Desk, FIRST_COHORT};
use tokio_postgres::Client;
use tranche::store::{Store, Target, catalog, migrate};

/// Does something as the superuser, verifies, and takes it back; both languages must say it, and nothing else.
async fn told(desk: &Desk, owner: &Client, (done, undone): (&str, &str), words: &[(&str, &str)]) {
    owner.batch_execute(done).await.unwrap();
    for (language, place) in [("zh", 0), ("en", 1)] {
        let verified = desk.call(&["verify", "--lang", language]);
        assert_eq!(verified.code(), 3, "{done}: {}", verified.out);
        assert_eq!(verified.out.lines().count(), 1 + words.len(), "{done}: {}", verified.out);
        for word in words.iter().map(|pair| [pair.0, pair.1][place]) {
            assert!(verified.out.contains(word), "{done}: {word}: {}", verified.out);
        }
    }
    owner.batch_execute(undone).await.unwrap();
    clean(desk);
}

fn clean(desk: &Desk) {
    let verified = desk.call(&["verify"]);
    assert_eq!(verified.code(), 0, "{}{}", verified.out, verified.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_beside_the_log_is_told() {
    the_opening_is_dated_anew().await;
    what_the_servers_roles_may().await;
}

async fn what_the_servers_roles_may() {
    let desk = Desk::sandbox().await;
    desk.accepted(FIRST_COHORT.lines().take(20));
    let owner = cluster::connect(desk.target.config()).await;
    // A clerk and a superuser are members as they may be.
    owner
        .batch_execute(
            "CREATE ROLE clerk LOGIN; GRANT tranche_app TO clerk; CREATE ROLE mallory LOGIN; CREATE ROLE team;
             CREATE ROLE root2 SUPERUSER; GRANT tranche_owner TO root2",
        )
        .await
        .unwrap();
    clean(&desk);
    let mallory = ("mallory 可代行 tranche_owner", "mallory may act as tranche_owner");
    told(&desk, &owner, ("GRANT tranche_owner TO mallory", "REVOKE tranche_owner FROM mallory"), &[mallory]).await;
    let writer = ("mallory 可代行 tranche_writer", "mallory may act as tranche_writer");
    told(&desk, &owner, ("GRANT tranche_writer TO mallory", "REVOKE tranche_writer FROM mallory"), &[writer]).await;
    let through = ("GRANT tranche_owner TO team; GRANT team TO mallory", "REVOKE tranche_owner FROM team");
    told(&desk, &owner, through, &[mallory, ("team 可代行", "team may act as")]).await;
    let everything = ("mallory 可代行 pg_write_all_data", "mallory may act as pg_write_all_data");
    told(&desk, &owner, ("GRANT pg_write_all_data TO mallory", "REVOKE pg_write_all_data FROM mallory"), &[everything])
        .await;
    for (right, role) in [("SUPERUSER", "tranche_owner"), ("CREATEROLE", "tranche_writer"), ("LOGIN", "tranche_owner")]
    {
        let (done, undone) = (format!("ALTER ROLE {role} {right}"), format!("ALTER ROLE {role} NO{right}"));
        let lower = right.to_lowercase();
        told(&desk, &owner, (&done, &undone), &[(&lower, &lower)]).await;
    }

    // The application's own role, without a right that it was migrated with.
    owner.batch_execute("REVOKE SELECT ON tranche.event FROM tranche_app").await.unwrap();
    desk.call(&["verify"]).failed(4, "tranche_app 缺少应有的权限");
    desk.call(&["verify", "--lang", "en"]).failed(4, "tranche_app lacks a right");
    owner.batch_execute("GRANT SELECT ON tranche.event TO tranche_app").await.unwrap();
    clean(&desk);

    // Whoever owns a database and may make roles migrates it, and is a member then as a migration makes it.
    let target = cluster::database_empty().await;
    let name = target.config().get_dbname().unwrap();
    let made = format!("CREATE ROLE keeper LOGIN CREATEROLE; ALTER DATABASE {name} OWNER TO keeper");
    owner.batch_execute(&made).await.unwrap();
    let mut config = target.config().clone();
    config.user("keeper");
    let keeper = Target::from_config(config);
    migrate(&keeper).await.unwrap();
    let store = Store::connect(&keeper).await.unwrap();
    assert_eq!(catalog::changed(&store.catalog().await.unwrap()), []);
    // In the other database of that server it can do what its owner can, unless it cannot come in.
    let name = desk.target.config().get_dbname().unwrap();
    let shut = format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC");
    owner.batch_execute(&format!("GRANT tranche_owner TO keeper; {shut}")).await.unwrap();
    clean(&desk);
}

/// Told, and it answers no question: how long before its opening a ledger was made no entry says, and nothing rests on it; after it is never.
async fn the_opening_is_dated_anew() {
    let desk = Desk::sandbox().await;
    desk.accepted(FIRST_COHORT.lines().take(20));
    let owner = cluster::connect(desk.target.config()).await;
    let dated = async |by: &str| {
        let update = format!("UPDATE tranche.ledger SET opened_at = opened_at + interval '{by}'");
        owner
            .batch_execute(&format!(
                "ALTER TABLE tranche.ledger DISABLE TRIGGER USER; {update};
                 ALTER TABLE tranche.ledger ENABLE ALWAYS TRIGGER ledger_head_rises;
                 ALTER TABLE tranche.ledger ENABLE ALWAYS TRIGGER ledger_head_stays;
                 ALTER TABLE tranche.ledger ENABLE ALWAYS TRIGGER ledger_name_stays;
                 ALTER TABLE tranche.ledger ENABLE ALWAYS TRIGGER ledger_named"
            ))
            .await
            .unwrap();
    };
    dated("-20 years").await;
    let before = ["status", "--as-of", "2020-01-01", "--known-at", "2020-01-01"];
    desk.call(&before).failed(2, "尚无任何记录");
    clean(&desk);
    dated("20 years 2 hours").await;
    let verified = desk.call(&["verify"]);
    assert_eq!(verified.code(), 3, "{}", verified.out);
    assert!(verified.out.contains("开设时间") && verified.out.contains('≤'), "{}", verified.out);
}
