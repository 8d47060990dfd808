//! The second wall alone: batches that the program would never send, sent as the application's role. Each cap
//! is tried one fen under, at, and one fen over.

use tranche::store::{Appended, FundMove, FundOpening, FundRules, Target};

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
    async fn recognised(target: &Target, name: &str, kind: &str, rules: FundRules) -> Self {
        let mut fixture = Fixture::named(target, name).await;
        let mut batch = fixture.batch(&[plain("programme"), plain("pilot-P")]);
        batch.funds.rules(rules);
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
        batch.funds.rules(FundRules { first_share: Some(first_share.to_owned()), gate: None });
        assert!(matches!(self.0.append(&batch).await.unwrap(), Appended::Done(_)));
    }
}

fn rules(gate: &str) -> FundRules {
    FundRules { first_share: Some("0.70".to_owned()), gate: Some(gate.to_owned()) }
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

fn ten() -> FundMove {
    allocate(10 * MILLION)
}

fn cut(fen: i64) -> FundMove {
    allocate(-fen)
}

/// Ten million allocated, seven released in the year.
fn released(more: &[FundMove]) -> Vec<FundMove> {
    [&[ten(), release_in_year(7 * MILLION)], more].concat()
}

async fn limits(gate: &str, cases: Vec<Case<'_>>) {
    let target = cluster::database().await;
    for (number, case) in cases.into_iter().enumerate() {
        limit(&target, gate, case, number).await;
    }
}

#[tokio::test]
async fn an_allocation_keeps_to_its_cap_and_a_cut_to_what_is_out() {
    let back = [order(2 * MILLION), give_back(2 * MILLION)];
    limits(
        "above_share",
        vec![
            ("CAP-01", "national_zone", vec![], allocate, 15 * MILLION),
            ("CAP-02", "other", vec![], allocate, 10 * MILLION),
            ("CAP-03", "joint", vec![], allocate, 15 * MILLION),
            ("CAP-04", "other", released(&[]), cut, 3 * MILLION),
            // Money that came back lets the allocation be cut further.
            ("CAP-04", "other", released(&back), cut, 5 * MILLION),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_release_keeps_to_the_share_and_the_gate() {
    let later = release_later;
    let reversed = released(&[release_in_year(-MILLION)]);
    limits(
        "above_share",
        vec![
            ("TR-01", "other", vec![ten()], release_in_year, 7 * MILLION),
            ("TR-01", "other", reversed, release_in_year, MILLION),
            // A payout decision opens the remainder, not the first year.
            ("TR-01", "other", vec![ten(), payout("1")], release_in_year, 7 * MILLION),
            // 70% of 1000.01 is 700.007: the fen below it goes, the next does not.
            ("TR-01", "other", vec![allocate(100_001)], release_in_year, 70_000),
            ("TR-02", "other", vec![ten()], later, 7 * MILLION),
            ("TR-02", "other", vec![ten(), payout("0.5")], later, 850_000_000),
            ("TR-02", "other", released(&[payout("1")]), later, 3 * MILLION),
        ],
    )
    .await;
}

#[tokio::test]
async fn money_goes_where_it_is_assigned_from_what_came() {
    let spent = [assign(5 * MILLION), pay(5 * MILLION), order(7 * MILLION)];
    let ordered = released(&[order(2 * MILLION)]);
    limits(
        "above_share",
        vec![
            ("USE-05 assigned", "other", vec![ten()], assign, 10 * MILLION),
            ("USE-05 paid", "other", released(&[assign(6 * MILLION)]), pay, 6 * MILLION),
            ("USE-05 balance", "other", released(&[assign(8 * MILLION)]), pay, 7 * MILLION),
            ("USE-05 balance", "other", released(&spent), give_back, 2 * MILLION),
            ("SAN-03 ordered", "other", released(&[]), order, 7 * MILLION),
            ("SAN-03 returned", "other", ordered, give_back, 2 * MILLION),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_remainder_after_the_year_waits_for_its_decision() {
    let gate = "remainder_after_year";
    let year = |ratio| vec![ten(), release_in_year(3 * MILLION), payout(ratio)];
    limits(
        gate,
        vec![
            ("TR-01", "other", vec![ten()], release_in_year, 7 * MILLION),
            ("TR-02", "other", year("0.5"), release_later, 350_000_000),
            ("TR-02", "other", year("1"), release_later, 7 * MILLION),
        ],
    )
    .await;
    let target = cluster::database().await;
    let mut pilot = Pilot::recognised(&target, "undecided", "other", rules(gate)).await;
    pilot.goes([ten(), release_in_year(3 * MILLION)]).await;
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
    let mut pilot = Pilot::recognised(&target, "unopened", "other", FundRules::default()).await;
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
