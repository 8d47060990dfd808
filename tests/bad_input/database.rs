//! Databases and ledgers that are not there, not ready, or not this program's.

use std::net::TcpListener;

use crate::program::{self, Desk, Running, Told, program, url};
use crate::{cluster, line};

/// Applies a line in a database of this address.
fn apply(address: &str, ledger: &str) -> Told {
    let file = program::file(line(1).as_bytes());
    let arguments = ["apply", file.path().to_str().unwrap(), "--database", address, "--ledger", ledger];
    Running::start(program().args(arguments)).finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none() {
    for address in ["nonsense", "", "http://localhost/tranche", "postgres://", "postgres://h:port/d"] {
        apply(address, "test").failed(2, "postgres://");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    apply(&format!("postgres://postgres@127.0.0.1:{port}/x"), "test").failed(4, "请确认 PostgreSQL 已启动");
    apply("postgres://postgres@nowhere.invalid/x", "test").failed(4, "请确认 PostgreSQL 已启动");
    apply("postgres://postgres@%2Fnowhere/x", "test").failed(4, "请确认 PostgreSQL 已启动");
    // One that is no PostgreSQL: it hangs up.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let hanging_up = std::thread::spawn(move || drop(listener.accept().unwrap()));
    apply(&format!("postgres://postgres@127.0.0.1:{port}/x?sslmode=disable"), "test").failed(4, "错误:");
    hanging_up.join().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_not_let_in() {
    let desk = Desk::sandbox().await;
    let admin = cluster::connect(desk.target.config()).await;
    admin.batch_execute("CREATE ROLE locked LOGIN PASSWORD 'right'").await.unwrap();
    let address = |password: &str| url(&desk.target).replace("postgres@", &format!("locked{password}@"));
    let told = apply(&address(":wrong"), "test");
    told.failed(4, "用户");
    assert!(!told.err.contains("wrong"), "a password is not told: {}", told.err);
    apply(&address(""), "test").failed(4, "");
    // The right password, but no member of the application's role.
    apply(&address(":right"), "test").failed(4, "GRANT tranche_app");
    admin.batch_execute("GRANT tranche_app TO locked").await.unwrap();
    assert_eq!(apply(&address(":right"), "test").code(), 0);
    admin.batch_execute("DROP ROLE locked").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_ready() {
    let desk = Desk::sandbox().await;
    apply(&url(&desk.target).replace("/test_", "/no_test_"), "test").failed(4, "createdb");
    let empty = cluster::database_empty().await;
    apply(&url(&empty), "test").failed(4, "tranche init");
    let owner = cluster::connect(desk.target.config()).await;
    let newer = "INSERT INTO tranche.refinery_schema_history (version, name, applied_on, checksum)
        VALUES (999, 'from_the_future', now()::text, '0')";
    owner.batch_execute(newer).await.unwrap();
    apply(&url(&desk.target), "test").failed(4, "请使用新版程序");
    Running::start(&mut desk.command(&["init"])).finish().failed(4, "请使用新版程序");
    let older = "DELETE FROM tranche.refinery_schema_history
        WHERE version IN (SELECT version FROM tranche.refinery_schema_history ORDER BY version DESC LIMIT 2)";
    owner.batch_execute(older).await.unwrap();
    apply(&url(&desk.target), "test").failed(4, "请运行 `tranche init` 升级");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_not_there() {
    let desk = Desk::sandbox().await;
    let address = url(&desk.target);
    apply(&address, "elsewhere").failed(2, "tranche init --ledger elsewhere");
    apply(&address, "no such name!").failed(2, "no such name!");
    let (store, _) = desk.head().await;
    store.ledger_create("made").await.unwrap();
    let told = apply(&address, "made");
    told.failed(2, "尚未开设");
    assert!(told.err.contains("tranche init --ledger made"), "{}", told.err);
    for flag in ["--atomic", "--dry-run"] {
        let desk = Desk { target: desk.target.clone(), ledger: "made".to_owned() };
        desk.apply(line(1), &[flag]).failed(2, "尚未开设");
    }
    assert_eq!(desk.position().await, 1);
}
