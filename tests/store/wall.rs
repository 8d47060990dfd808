//! The second wall alone: batches that the program would never send, sent as the application's role, and
//! statements that nobody may send. Each cap is tried one fen under, at, and one fen over.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tranche::store::{Appended, FundMove, FundOpening, Target, Wall};

use crate::cluster;
use crate::fixture::{Fixture, plain};

const MILLION: i64 = 100_000_000;

fn allocate(fen: i64) -> FundMove {
    FundMove { allocated_fen: fen, ..FundMove::default() }
}

/// A release dated in the year of recognition.
fn release_in_year(fen: i64) -> FundMove {
    FundMove { released_fen: fen, released_first_year_fen: fen, ..FundMove::default() }
}

fn release_later(fen: i64) -> FundMove {
    FundMove { released_fen: fen, ..FundMove::default() }
}

fn payout(ratio: &str) -> FundMove {
    FundMove { payout_ratio: Some(ratio.to_owned()), ..FundMove::default() }
}

fn assign(fen: i64) -> FundMove {
    FundMove { assigned_fen: fen, ..FundMove::default() }
}

fn pay(fen: i64) -> FundMove {
    FundMove { paid_fen: fen, ..FundMove::default() }
}

fn order(fen: i64) -> FundMove {
    FundMove { clawback_ordered_fen: fen, ..FundMove::default() }
}

fn give_back(fen: i64) -> FundMove {
    FundMove { returned_fen: fen, returned_unspent_fen: fen, ..FundMove::default() }
}

/// One ledger with one recognised pilot.
struct Pilot(Fixture);

impl Pilot {
    async fn recognised(target: &Target, name: &str, kind: &str, wall: Wall) -> Self {
        let mut fixture = Fixture::named(target, name).await;
        let mut batch = fixture.batch(&[plain("programme"), plain("pilot-P")]);
        batch.wall = Some(wall);
        batch.funds.open(FundOpening {
            pilot: "P".to_owned(),
            cap_kind: kind.to_owned(),
            cap_fen: if kind == "other" { 10 * MILLION } else { 15 * MILLION },
            recognition_year: 2025,
        });
        assert_eq!(fixture.append(&batch).await.unwrap(), Appended::Done(2));
        Self(fixture)
    }

    async fn act(&mut self, act: FundMove) -> Appended {
        let mut batch = self.0.batch(&[plain("pilot-P")]);
        batch.funds.act(FundMove { pilot: "P".to_owned(), ..act });
        self.0.append(&batch).await.unwrap()
    }

    async fn goes(&mut self, acts: impl IntoIterator<Item = FundMove>) {
        for act in acts {
            let shown = format!("{act:?}");
            assert!(matches!(self.act(act).await, Appended::Done(_)), "{shown}");
        }
    }

    async fn breaks(&mut self, rule: &str, act: FundMove) {
        let broken = Appended::Broken { rule: rule.to_owned(), pilot: "P".to_owned() };
        assert_eq!(self.act(act).await, broken);
    }

    async fn amend(&mut self, first_share: &str) {
        let mut batch = self.0.batch(&[plain("programme")]);
        batch.wall = Some(Wall { first_share: Some(first_share.to_owned()), gate: None });
        assert!(matches!(self.0.append(&batch).await.unwrap(), Appended::Done(_)));
    }
}

fn rules(gate: &str) -> Wall {
    Wall { first_share: Some("0.70".to_owned()), gate: Some(gate.to_owned()) }
}

type Case<'a> = (&'a str, &'a str, Vec<FundMove>, fn(i64) -> FundMove, i64);

/// Under `before`, `act` goes one fen under `limit` and at it, and breaks `rule` one fen over.
async fn limit(target: &Target, gate: &str, (rule, kind, before, act, limit): Case<'_>, number: usize) {
    for (fen, goes) in [(limit - 1, true), (limit, true), (limit + 1, false)] {
        let name = format!("{gate}-{number}-{fen}");
        let mut pilot = Pilot::recognised(target, &name, kind, rules(gate)).await;
        pilot.goes(before.clone()).await;
        if goes {
            pilot.goes([act(fen)]).await;
        } else {
            pilot.breaks(rule, act(fen)).await;
            // Nothing of a refused batch stays, and the next is judged as if it had not been.
            pilot.goes([act(limit)]).await;
        }
    }
}

#[tokio::test]
async fn each_cap_holds_to_the_fen() {
    let target = cluster::database().await;
    let ten = || allocate(10 * MILLION);
    let funded = || vec![ten(), release_in_year(7 * MILLION), assign(8 * MILLION)];
    let cases: Vec<Case<'_>> = vec![
        ("CAP-01", "national_zone", vec![], allocate, 15 * MILLION),
        ("CAP-02", "other", vec![], allocate, 10 * MILLION),
        ("CAP-03", "joint", vec![], allocate, 15 * MILLION),
        ("TR-01", "other", vec![ten()], release_in_year, 7 * MILLION),
        ("TR-01", "other", vec![ten(), release_in_year(6 * MILLION)], release_in_year, MILLION),
        // A payout decision opens the remainder, not the first year.
        ("TR-01", "other", vec![ten(), payout("1")], release_in_year, 7 * MILLION),
        ("TR-02", "other", vec![ten()], release_later, 7 * MILLION),
        ("TR-02", "other", vec![ten(), payout("0.5")], release_later, 8_500_000_00),
        ("TR-02", "other", vec![ten(), release_in_year(7 * MILLION), payout("1")], release_later, 3 * MILLION),
        // 70% of 1000.01 is 700.007: the fen below it goes, the next does not.
        ("TR-01", "other", vec![allocate(100_001)], release_in_year, 70_000),
        // A reversal gives room back …
        (
            "TR-01",
            "other",
            vec![ten(), release_in_year(7 * MILLION), release_in_year(-MILLION)],
            release_in_year,
            MILLION,
        ),
        ("USE-05 assigned", "other", vec![ten()], assign, 10 * MILLION),
        ("USE-05 balance", "other", funded(), pay, 7 * MILLION),
        ("USE-05 paid", "other", vec![ten(), release_in_year(7 * MILLION), assign(6 * MILLION)], pay, 6 * MILLION),
        (
            "USE-05 balance",
            "other",
            vec![ten(), release_in_year(7 * MILLION), assign(5 * MILLION), pay(5 * MILLION), order(7 * MILLION)],
            give_back,
            2 * MILLION,
        ),
        ("SAN-03 ordered", "other", funded(), order, 7 * MILLION),
        ("SAN-03 returned", "other", [funded(), vec![order(2 * MILLION)]].concat(), give_back, 2 * MILLION),
        ("CAP-04", "other", vec![ten(), release_in_year(7 * MILLION)], |fen| allocate(-fen), 3 * MILLION),
        // … money that came back lets the allocation be cut further, …
        (
            "CAP-04",
            "other",
            vec![ten(), release_in_year(7 * MILLION), order(2 * MILLION), give_back(2 * MILLION)],
            |fen| allocate(-fen),
            5 * MILLION,
        ),
    ];
    for (number, case) in cases.into_iter().enumerate() {
        limit(&target, "above_share", case, number).await;
    }
}

#[tokio::test]
async fn the_remainder_after_the_year_waits_for_its_decision() {
    let target = cluster::database().await;
    let year = || vec![allocate(10 * MILLION), release_in_year(3 * MILLION)];
    let cases: Vec<Case<'_>> = vec![
        ("TR-01", "other", vec![allocate(10 * MILLION)], release_in_year, 7 * MILLION),
        ("TR-02", "other", [year(), vec![payout("0.5")]].concat(), release_later, 3_500_000_00),
        ("TR-02", "other", [year(), vec![payout("1")]].concat(), release_later, 7 * MILLION),
    ];
    for (number, case) in cases.into_iter().enumerate() {
        limit(&target, "remainder_after_year", case, number).await;
    }
    let mut pilot = Pilot::recognised(&target, "undecided", "other", rules("remainder_after_year")).await;
    pilot.goes(year()).await;
    pilot.breaks("TR-02", release_later(1)).await;
}

#[tokio::test]
async fn what_is_lawful_is_never_refused() {
    let target = cluster::database().await;
    let mut pilot = Pilot::recognised(&target, "lawful", "joint", rules("above_share")).await;
    pilot.goes([allocate(10 * MILLION), release_in_year(7 * MILLION), assign(4 * MILLION), pay(2 * MILLION)]).await;
    // An amendment binds from then on: what is out stays out, only the next release is judged by it.
    pilot.amend("0.50").await;
    pilot.goes([pay(MILLION), allocate(MILLION), allocate(-MILLION), assign(-MILLION)]).await;
    pilot.breaks("TR-01", release_in_year(1)).await;
    pilot.breaks("TR-02", release_later(1)).await;
    // Cut below what was released, since part came back; then paid, reversed and decided on as before.
    pilot.goes([order(3 * MILLION), give_back(3 * MILLION), allocate(-6 * MILLION)]).await;
    pilot.goes([pay(-MILLION), pay(MILLION), payout("0.2500"), release_in_year(-MILLION)]).await;
    // Receipts of clawbacks give no room back.
    pilot.breaks("TR-02", release_later(1)).await;
    let funds = pilot.0.store.fund_positions(pilot.0.ledger).await.unwrap();
    assert_eq!(
        (funds[0].allocated_fen, funds[0].released_fen, funds[0].paid_fen),
        (4 * MILLION, 6 * MILLION, 3 * MILLION)
    );
    assert_eq!(funds[0].first_year_limit.as_deref(), Some("7000000"));
}

#[tokio::test]
async fn no_money_moves_before_the_rules_are_known() {
    let target = cluster::database().await;
    let mut pilot = Pilot::recognised(&target, "unopened", "other", Wall::default()).await;
    pilot.goes([allocate(10 * MILLION)]).await;
    pilot.breaks("TR-01", release_in_year(1)).await;
    pilot.breaks("TR-02", release_later(1)).await;
    pilot.breaks("FORM-01", release_in_year(-1)).await;
    pilot.breaks("TR-07", payout("1.0001")).await;
}

/// TR-02 always speaks first, for its limit is never above the allocation; TR-04 holds without it.
#[tokio::test]
async fn never_more_than_the_allocation() {
    let target = cluster::database().await;
    let mut pilot = Pilot::recognised(&target, "ceiling", "other", rules("above_share")).await;
    let admin = pilot.0.admin().await;
    admin.batch_execute("ALTER TABLE tranche.fund_position DROP CONSTRAINT \"TR-02\"").await.unwrap();
    pilot.goes([allocate(10 * MILLION), release_later(10 * MILLION - 1), release_later(1)]).await;
    pilot.breaks("TR-04", release_later(1)).await;
}

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
