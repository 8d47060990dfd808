//! The second wall alone: batches that the program would never send, sent as the application's role. Each cap
//! is tried one fen under, at, and one fen over.

use serde_json::{Map, json};
use tranche::store::{Appended, FundAct, FundMove, FundOpening, FundRules, StoreError, Target};

use crate::cluster;
use crate::fixture::{Act, Fixture};

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

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// One ledger with one recognised pilot, its allocation, and its latest payment.
struct Pilot(Fixture, i64, String);

impl Pilot {
    async fn recognised(target: &Target, name: &str, kind: &str, rules: FundRules) -> Self {
        let mut fixture = Fixture::named(target, name).await;
        let stated: Vec<_> = [("first_share", &rules.first_share), ("gate", &rules.gate)]
            .into_iter()
            .filter_map(|(name, value)| value.as_ref().map(|value| (name.to_owned(), json!(value))))
            .collect();
        let opened = json!({"rules": Map::from_iter(stated)});
        let recognised = json!({"pilot": "P"});
        let mut batch = fixture.batch(&[
            ("programme", "ProgrammeOpened", "2025-10-16", opened),
            ("pilot-P", "PilotRecognised", "2025-12-01", recognised),
        ]);
        batch.funds.add(FundAct::Rules(rules));
        batch.funds.add(FundAct::Open(FundOpening {
            pilot: "P".to_owned(),
            cap_kind: kind.to_owned(),
            cap_fen: if kind == "other" { 10 * MILLION } else { 15 * MILLION },
            recognition_year: 2025,
        }));
        assert_eq!(fixture.append(&batch).await.unwrap(), Appended::Done(2));
        Self(fixture, 0, String::new())
    }

    async fn act(&mut self, act: FundMove) -> Appended {
        let mut batch = self.0.batch(&[self.told(&act)]);
        let (allocated, paid) = (act.allocated_fen, act.paid_fen > 0);
        // Of payments alone the database adds up itself.
        if act.paid_fen == 0 {
            batch.funds.add(FundAct::Move(FundMove { pilot: "P".to_owned(), ..act }));
        }
        let appended = self.0.append(&batch).await.unwrap();
        if matches!(appended, Appended::Done(_)) {
            self.1 += allocated;
            if paid {
                self.2 = format!("Z{}", self.0.position);
            }
        }
        appended
    }

    /// The entry that tells of a move; what it takes back is of an earlier batch, of payments the latest.
    fn told(&self, act: &FundMove) -> Act<'static> {
        let moved = [act.released_fen, act.assigned_fen, act.paid_fen, act.clawback_ordered_fen, act.returned_fen];
        let sum = moved.iter().sum();
        let kind = match moved.map(i64::signum) {
            [1, ..] => "TrancheReleased",
            [-1, ..] => "ReleaseReversed",
            [_, 1, ..] => "ProjectAssigned",
            [_, -1, ..] => "AssignmentChanged",
            [_, _, 1, ..] => "PaymentRecorded",
            [_, _, -1, ..] => "PaymentReversed",
            [_, _, _, 1, _] => "ClawbackOrdered",
            [.., 1] => "ClawbackReceived",
            _ if act.payout_ratio.is_some() => "PayoutDecided",
            _ => "AllocationAdjusted",
        };
        let mut data = json!({"pilot": "P", "release": "R", "project": "J", "source": "unspent",
            "payment": if act.paid_fen < 0 { self.2.clone() } else { format!("Z{}", self.0.position + 1) }});
        if kind == "AllocationAdjusted" {
            data["new_amount"] = json!(yuan(self.1 + act.allocated_fen));
        } else if kind == "AssignmentChanged" {
            data["new_amount"] = json!("0.00");
        } else if let Some(ratio) = &act.payout_ratio {
            data["ratio"] = json!(ratio);
        } else if sum > 0 {
            data["amount"] = json!(yuan(sum));
        }
        let on = if act.released_first_year_fen == 0 { "2026-01-05" } else { "2025-12-05" };
        ("pilot-P", kind, on, data)
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
        let changes = json!({"changes": {"first_share": first_share}});
        let mut batch = self.0.batch(&[("programme", "ProgrammeAmended", "2026-01-05", changes)]);
        batch.funds.add(FundAct::Rules(FundRules { first_share: Some(first_share.to_owned()), gate: None }));
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

/// An entry that tells of money comes with that money's move, whatever the program believes.
#[tokio::test]
async fn the_funds_are_those_of_the_entries() {
    let target = cluster::database().await;
    let mut pilot = Pilot::recognised(&target, "told", "other", rules("above_share")).await;
    pilot.goes([ten(), release_in_year(MILLION), assign(MILLION), pay(100), order(100)]).await;
    let share = FundRules { first_share: Some("1".to_owned()), gate: None };
    for act in [allocate(-100), release_in_year(100), payout("0.5"), assign(100), order(100), give_back(100)] {
        let of = |act: FundMove| FundMove { pilot: "P".to_owned(), ..act };
        let batch = pilot.0.batch(&[pilot.told(&act)]);
        let mut smaller = batch.clone();
        smaller.funds.add(FundAct::Move(of(match &act {
            FundMove { payout_ratio: Some(_), .. } => payout("0.4"),
            FundMove { allocated_fen: -100, .. } => allocate(-99),
            FundMove { released_fen: 100, .. } => release_in_year(99),
            FundMove { assigned_fen: 100, .. } => assign(99),
            FundMove { clawback_ordered_fen: 100, .. } => order(99),
            _ => give_back(99),
        })));
        let mut undated = batch.clone();
        undated.funds.add(FundAct::Move(of(FundMove {
            released_first_year_fen: 0,
            returned_unspent_fen: 0,
            ..act.clone()
        })));
        let mut untold = batch.clone();
        untold.funds.add(FundAct::Move(of(act.clone())));
        untold.funds.add(FundAct::Rules(share.clone()));
        let mut taken_back = batch.clone();
        taken_back.funds.add(FundAct::Move(of(act.clone())));
        taken_back.funds.add(FundAct::Move(of(pay(-1))));
        let mut wrong = vec![batch, smaller, untold, taken_back];
        if act.released_fen > 0 || act.returned_fen > 0 {
            wrong.push(undated);
        }
        for batch in wrong {
            let refused = pilot.0.append(&batch).await;
            let what = "the funds are not those of the entries";
            assert!(
                matches!(&refused, Err(StoreError::Malformed { what: told, .. }) if told == what),
                "{refused:?} {act:?}"
            );
        }
        pilot.goes([act]).await;
    }
}

/// Of payments alone the database adds up what their entries say; what is cancelled counts as it was paid.
#[tokio::test]
async fn payments_move_what_their_entries_say() {
    let target = cluster::database().await;
    let mut pilot = Pilot::recognised(&target, "paid", "other", rules("above_share")).await;
    pilot.goes([ten(), release_in_year(MILLION), assign(MILLION), pay(100), pay(30)]).await;
    let paid = async |pilot: &Pilot| pilot.0.store.fund_positions(pilot.0.ledger).await.unwrap()[0].paid_fen;
    assert_eq!(paid(&pilot).await, 130);

    let entry = |kind: &'static str, data| ("pilot-P", kind, "2026-01-05", data);
    let reversed = |payment: &str, pilot: &str| entry("PaymentReversed", json!({"pilot": pilot, "payment": payment}));
    let record = |pilot: &str| entry("PaymentRecorded", json!({"pilot": pilot, "payment": "N", "amount": "1.00"}));
    let (latest, mut unlawful) = (pilot.2.clone(), Vec::new());
    unlawful.push((reversed("N", "P"), "entry"));
    unlawful.push((reversed(&latest, "Q"), "entry"));
    unlawful.push((entry("PaymentRecorded", json!({"pilot": "P", "payment": "N"})), "entry"));
    unlawful.push((entry("PaymentRecorded", json!({"pilot": "P", "payment": "N", "amount": "x"})), "entry"));
    unlawful.push((record("Q"), "entry"));
    unlawful.push((("pilot-Q", record("Q").1, record("Q").2, record("Q").3), "fund move"));
    for (act, named) in unlawful {
        let batch = pilot.0.batch(std::slice::from_ref(&act));
        let refused = pilot.0.append(&batch).await;
        assert!(matches!(&refused, Err(StoreError::Malformed { what, .. }) if what == named), "{refused:?} {act:?}");
    }
    // Neither an old version of the pilot's stream, nor one that leaves a version out.
    let version = pilot.0.store.fund_positions(pilot.0.ledger).await.unwrap()[0].version;
    for wrong in [1, version, version + 2] {
        pilot.0.version_next("pilot-P", wrong);
        let refused = pilot.0.append(&pilot.0.batch(&[record("P")])).await;
        assert!(matches!(&refused, Err(StoreError::Malformed { what, .. }) if what == "stream version"), "{refused:?}");
    }
    pilot.0.version_next("pilot-P", version + 1);
    // One that was left behind, as by an append from before there were any, is made good by what the log has.
    let admin = pilot.0.admin().await;
    admin.batch_execute("UPDATE tranche.fund_position SET version = 2").await.unwrap();
    pilot.0.version_next("pilot-P", version);
    let refused = pilot.0.append(&pilot.0.batch(&[record("P")])).await;
    assert!(matches!(&refused, Err(StoreError::Malformed { what, .. }) if what == "stream version"), "{refused:?}");
    pilot.0.version_next("pilot-P", version + 1);
    pilot.goes([pay(-30)]).await;
    let now = pilot.0.store.fund_positions(pilot.0.ledger).await.unwrap()[0].version;
    assert_eq!(now, version + 1);
    assert_eq!(paid(&pilot).await, 100);
    // Cancelled once, recorded once: in the log already.
    for act in
        [reversed(&latest, "P"), entry("PaymentRecorded", json!({"pilot": "P", "payment": latest, "amount": "1.00"}))]
    {
        let batch = pilot.0.batch(&[act]);
        assert_eq!(pilot.0.append(&batch).await.unwrap(), Appended::Repeated);
    }
    assert_eq!(paid(&pilot).await, 100);
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

/// Whatever the planner believes: among a thousand small ledgers it takes one of many pilots for as small.
#[tokio::test]
async fn a_payment_reads_the_funds_of_its_own_pilot_alone() {
    let target = cluster::database().await;
    let mut pilot = Pilot::recognised(&target, "many", "other", rules("above_share")).await;
    pilot.goes(released(&[assign(7 * MILLION)])).await;
    let admin = pilot.0.admin().await;
    let others = "INSERT INTO tranche.fund_position (ledger, pilot, cap_kind, cap, recognition_year)";
    let small = format!(
        "SET session_replication_role = replica;
         {others} SELECT l, 'Q' || p, 'other', 1, 2025 FROM generate_series(1, 1000) AS l, generate_series(1, 2) AS p;
         ANALYZE tranche.fund_position;
         {others} SELECT {}, 'Q' || p, 'other', 1, 2025 FROM generate_series(1, 500) AS p",
        pilot.0.ledger
    );
    admin.batch_execute(&small).await.unwrap();
    // A process tells what it did at most once a second, with what it does then.
    let told = async |pilot: &Pilot, least: i64| loop {
        pilot.0.store.head("many").await.unwrap();
        let row =
            "SELECT n_tup_upd, idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'fund_position'";
        let row = admin.query_one(row, &[]).await.unwrap();
        if row.get::<_, i64>(0) >= least {
            return (row.get::<_, i64>(0), row.get::<_, i64>(1));
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    pilot.goes([pay(1)]).await;
    let before = told(&pilot, 4).await;
    for _ in 0..20 {
        pilot.goes([pay(1)]).await;
    }
    let after = told(&pilot, before.0 + 20).await;
    let (updates, reads) = (after.0 - before.0, after.1 - before.1);
    assert!((20..=3 * updates).contains(&reads), "{reads} rows for {updates} payments");
}
