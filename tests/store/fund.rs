//! The rebuild of fund positions: from the entries' JSON alone, to the same figures and limits as the
//! append left.

use serde_json::{Value, json};
use tranche::store::{Appended, FundAct, FundMove, FundOpening, FundRules, StoreError};

use crate::fixture::{Fixture, plain};

/// A history, told twice: as entries for the log, and as moves for the wall.
struct History(Fixture);

impl History {
    async fn tell(&mut self, (on, kind): (&str, &str), data: Value, act: Option<FundMove>) {
        let stream =
            data.get("pilot").and_then(Value::as_str).map_or("programme".to_owned(), |pilot| format!("pilot-{pilot}"));
        let mut batch = self.0.batch(&[(&stream, kind, on, data.clone())]);
        let rules = if kind == "ProgrammeOpened" { &data["rules"] } else { &data["changes"] };
        let text = |key| rules[key].as_str().map(ToOwned::to_owned);
        if rules.is_object() {
            batch.funds.add(FundAct::Rules(FundRules { first_share: text("first_share"), gate: text("gate") }));
        }
        // Of payments alone the database adds up itself.
        if let Some(act) = act.filter(|_| !kind.starts_with("Payment")) {
            batch.funds.add(FundAct::Move(FundMove { pilot: data["pilot"].as_str().unwrap().to_owned(), ..act }));
        }
        let appended = self.0.append(&batch).await.unwrap();
        assert!(matches!(appended, Appended::Done(_)), "{kind}: {appended:?}");
    }

    async fn recognise(&mut self, pilot: &str, members: &[&str], (cap_kind, cap_fen): (&str, i64)) {
        let application = json!({"application": pilot, "members": members});
        self.tell(("2025-11-01", "ApplicationSubmitted"), application, None).await;
        let data = json!({"pilot": pilot, "application": pilot, "document": "d"});
        let mut batch = self.0.batch(&[(&format!("pilot-{pilot}"), "PilotRecognised", "2025-12-01", data)]);
        batch.funds.add(FundAct::Open(FundOpening {
            pilot: pilot.to_owned(),
            cap_kind: cap_kind.to_owned(),
            cap_fen,
            recognition_year: 2025,
        }));
        self.0.append(&batch).await.unwrap();
    }

    /// An act on pilot `A` of so many yuan.
    async fn act(&mut self, on_kind: (&str, &str), data: Value, act: FundMove) {
        self.tell(on_kind, data, Some(act)).await;
    }
}

async fn opened(gate: &str) -> History {
    let mut history = History(Fixture::new().await);
    let opened = json!({
        "programme": "p",
        "rules": {"cap": {"national_zone": "15000000.00", "other": "10000000.00", "joint": "15000000.00"},
                  "first_share": "0.70", "gate": gate},
        "areas": [{"code": "Z1", "name": "甲区", "kind": "zone", "level": "national", "city": "南昌市", "verified": true},
                  {"code": "Z2", "name": "乙区", "kind": "zone", "level": "provincial", "city": "南昌市", "verified": true},
                  {"code": "C1", "name": "丙县", "kind": "county", "city": "南昌市", "verified": true}]});
    history.tell(("2025-10-16", "ProgrammeOpened"), opened, None).await;
    let raised = json!({"area": "Z3", "name": "丁区", "kind": "zone", "level": "national", "city": "南昌市"});
    history.tell(("2025-10-20", "AreaRegistered"), raised, None).await;
    history.recognise("A", &["Z1"], ("national_zone", 1_500_000_000)).await;
    history.recognise("B", &["Z2"], ("other", 1_000_000_000)).await;
    history.recognise("C", &["C1"], ("other", 1_000_000_000)).await;
    history.recognise("D", &["Z1", "C1"], ("joint", 1_500_000_000)).await;
    history.recognise("E", &["Z3"], ("national_zone", 1_500_000_000)).await;
    // Later registrations change no pilot.
    let lowered = json!({"area": "Z1", "name": "甲区", "kind": "zone", "level": "provincial", "city": "南昌市"});
    history.tell(("2025-12-02", "AreaRegistered"), lowered, None).await;
    history
}

async fn allocate(history: &mut History) {
    let act = FundMove { cap_fen: Some(1_500_000_000), allocated_fen: 1_200_000_033, ..FundMove::default() };
    history.act(("2025-12-05", "FundsAllocated"), json!({"pilot": "A", "amount": "12000000.33"}), act).await;
    for (release, amount, fen) in [("R1", "5000000.00", 500_000_000), ("R2", "1000000.10", 100_000_010)] {
        let act = FundMove { released_fen: fen, released_first_year_fen: fen, ..FundMove::default() };
        let data = json!({"pilot": "A", "release": release, "amount": amount});
        history.act(("2025-12-06", "TrancheReleased"), data, act).await;
    }
    let act = FundMove { released_fen: -100_000_010, released_first_year_fen: -100_000_010, ..FundMove::default() };
    history.act(("2025-12-07", "ReleaseReversed"), json!({"pilot": "A", "release": "R2"}), act).await;
}

async fn spend(history: &mut History) {
    let assign = |fen| FundMove { assigned_fen: fen, ..FundMove::default() };
    let pay = |fen| FundMove { paid_fen: fen, ..FundMove::default() };
    let at = |kind| ("2026-02-01", kind);
    let of = |rest: Value| {
        let mut data = json!({"pilot": "A"});
        data.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        data
    };
    history.act(at("ProjectAssigned"), of(json!({"project": "P1", "amount": "3000000.00"})), assign(300_000_000)).await;
    history.act(at("ProjectAssigned"), of(json!({"project": "P2", "amount": "1000000.00"})), assign(100_000_000)).await;
    history
        .act(at("AssignmentChanged"), of(json!({"project": "P1", "new_amount": "2500000.50"})), assign(-49_999_950))
        .await;
    history
        .act(at("AssignmentChanged"), of(json!({"project": "P2", "new_amount": "0.00"})), assign(-100_000_000))
        .await;
    for (payment, amount, fen) in [("V1", "1000000.01", 100_000_001), ("V2", "0.99", 99), ("V3", "20.00", 2_000)] {
        let data = of(json!({"project": "P1", "payment": payment, "amount": amount}));
        history.act(at("PaymentRecorded"), data, pay(fen)).await;
    }
    history.act(at("PaymentReversed"), of(json!({"payment": "V2"})), pay(-99)).await;
}

async fn settle(history: &mut History) {
    history
        .tell(
            ("2026-03-01", "ProgrammeAmended"),
            json!({"changes": {"first_share": "0.60", "cap.national_zone": "14000000.00"}}),
            None,
        )
        .await;
    let ratio = FundMove { payout_ratio: Some("0.3333".to_owned()), ..FundMove::default() };
    history.act(("2026-03-02", "PayoutDecided"), json!({"pilot": "A", "ratio": "0.3333"}), ratio).await;
    let release = FundMove { released_fen: 230_000_000, ..FundMove::default() };
    let data = json!({"pilot": "A", "release": "R3", "amount": "2300000.00"});
    history.act(("2026-03-03", "TrancheReleased"), data, release).await;
    // Neither of these moves a limit.
    let half = FundMove { payout_ratio: Some("0.5".to_owned()), ..FundMove::default() };
    history.act(("2026-04-01", "PayoutDecided"), json!({"pilot": "A", "ratio": "0.5"}), half).await;
}

async fn claw_back(history: &mut History) {
    let order = FundMove { clawback_ordered_fen: 50_000_000, ..FundMove::default() };
    history
        .act(("2026-05-01", "ClawbackOrdered"), json!({"pilot": "A", "clawback": "K", "amount": "500000.00"}), order)
        .await;
    let unspent = FundMove { returned_fen: 30_000_000, returned_unspent_fen: 30_000_000, ..FundMove::default() };
    let data = json!({"pilot": "A", "clawback": "K", "amount": "300000.00", "source": "unspent"});
    history.act(("2026-05-02", "ClawbackReceived"), data, unspent).await;
    let own = FundMove { returned_fen: 1, ..FundMove::default() };
    let data = json!({"pilot": "A", "clawback": "K", "amount": "0.01", "source": "own_funds"});
    history.act(("2026-05-02", "ClawbackReceived"), data, own).await;
    let cut = FundMove { cap_fen: Some(1_400_000_000), allocated_fen: -450_000_033, ..FundMove::default() };
    history.act(("2026-06-01", "AllocationAdjusted"), json!({"pilot": "A", "new_amount": "7500000.00"}), cut).await;
}

#[tokio::test]
async fn the_rebuild_comes_to_what_the_append_left() {
    for gate in ["above_share", "remainder_after_year"] {
        let mut history = opened(gate).await;
        allocate(&mut history).await;
        spend(&mut history).await;
        settle(&mut history).await;
        claw_back(&mut history).await;
        let Fixture { store, ledger, .. } = &history.0;
        let kept = store.fund_positions(*ledger).await.unwrap();
        assert_eq!((kept.len(), kept[0].paid_fen, kept[0].assigned_fen), (5, 100_002_001, 250_000_050));
        let limit = if gate == "above_share" {
            // 0.6·A + 0.3333·0.4·A of A = 12,000,000.33
            "8799840.2419956"
        } else {
            // Ry + 0.3333·(A − Ry), Ry = 5,000,000
            "7333100.109989"
        };
        assert_eq!(kept[0].release_limit.as_deref(), Some(limit));

        store.fund_position_rebuild(*ledger).await.unwrap();
        assert_eq!(store.fund_positions(*ledger).await.unwrap(), kept);

        // Whatever became of the table and of the columns beside the entries.
        let admin = history.0.admin().await;
        admin
            .batch_execute("DELETE FROM tranche.fund_position; UPDATE tranche.ledger SET first_share = 1, gate = NULL")
            .await
            .unwrap();
        store.fund_position_rebuild(*ledger).await.unwrap();
        assert_eq!(store.fund_positions(*ledger).await.unwrap(), kept);
        let row = admin.query_one("SELECT first_share::text, gate FROM tranche.ledger", &[]).await.unwrap();
        assert_eq!((row.get(0), row.get(1)), ("0.60".to_owned(), gate.to_owned()));
    }
}

/// A lawful year by steps is lawful in one batch; each release is judged by its own moment's limits.
#[tokio::test]
async fn one_batch_moves_as_its_acts_would_one_by_one() {
    let mut history = opened("above_share").await;
    let acts = [
        ("FundsAllocated", json!({"pilot": "B", "amount": "10000000.00"})),
        ("TrancheReleased", json!({"pilot": "B", "release": "R1", "amount": "7000000.00"})),
        ("AllocationAdjusted", json!({"pilot": "B", "new_amount": "9000000.00"})),
    ];
    let mut batch = history.0.batch(&acts.map(|(kind, data)| ("pilot-B", kind, "2025-12-05", data)));
    let of = |act: FundMove| FundMove { pilot: "B".to_owned(), ..act };
    batch.funds.add(FundAct::Move(of(FundMove { allocated_fen: 1_000_000_000, ..FundMove::default() })));
    batch.funds.add(FundAct::Move(of(FundMove {
        released_fen: 700_000_000,
        released_first_year_fen: 700_000_000,
        ..FundMove::default()
    })));
    batch.funds.add(FundAct::Move(of(FundMove { allocated_fen: -100_000_000, ..FundMove::default() })));
    history.0.append(&batch).await.unwrap();
    let funds = history.0.store.fund_positions(history.0.ledger).await.unwrap();
    assert_eq!(funds[1].first_year_limit.as_deref(), Some("7000000"));
    assert_eq!(funds[1].allocated_fen, 900_000_000);
}

/// Parameters hold from where they stand among the acts, and the head keeps the last.
#[tokio::test]
async fn parameters_bind_from_their_place_in_the_batch_on() {
    let mut history = opened("above_share").await;
    let rules = |share: &str| FundRules { first_share: Some(share.to_owned()), gate: None };
    let changed =
        |share: &str| ("programme", "ProgrammeAmended", "2025-12-05", json!({"changes": {"first_share": share}}));
    let released = |id: &str, yuan: &str| {
        ("pilot-B", "TrancheReleased", "2025-12-05", json!({"pilot": "B", "release": id, "amount": yuan}))
    };
    let allocated = ("pilot-B", "FundsAllocated", "2025-12-05", json!({"pilot": "B", "amount": "100.00"}));
    let of = |act: FundMove| FundMove { pilot: "B".to_owned(), ..act };
    let release = |fen| of(FundMove { released_fen: fen, released_first_year_fen: fen, ..FundMove::default() });
    let acts = [allocated, released("R1", "70.00"), changed("0.50"), changed("0.80"), released("R2", "10.00")];
    let mut batch = history.0.batch(&acts);
    batch.funds.add(FundAct::Move(of(FundMove { allocated_fen: 10_000, ..FundMove::default() })));
    batch.funds.add(FundAct::Move(release(7_000)));
    batch.funds.add(FundAct::Rules(rules("0.50")));
    batch.funds.add(FundAct::Rules(rules("0.80")));
    batch.funds.add(FundAct::Move(release(1_000)));
    assert!(matches!(history.0.append(&batch).await.unwrap(), Appended::Done(_)));
    let admin = history.0.admin().await;
    let row = admin.query_one("SELECT first_share::text FROM tranche.ledger", &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "0.80");

    let mut batch =
        history.0.batch(&[changed("0.90"), released("R3", "10.00"), changed("0.50"), released("R4", "0.01")]);
    batch.funds.add(FundAct::Rules(rules("0.90")));
    batch.funds.add(FundAct::Move(release(1_000)));
    batch.funds.add(FundAct::Rules(rules("0.50")));
    batch.funds.add(FundAct::Move(release(1)));
    let broken = Appended::Broken { rule: "TR-01".to_owned(), pilot: "B".to_owned() };
    assert_eq!(history.0.append(&batch).await.unwrap(), broken);
    let mut batch = history.0.batch(&[changed("1.01")]);
    batch.funds.add(FundAct::Rules(rules("1.01")));
    assert!(matches!(history.0.append(&batch).await, Err(StoreError::Malformed { what, .. }) if what == "fund"));
}

/// Pilots move together in one statement; the one that breaks a rule is named all the same.
#[tokio::test]
async fn a_batch_of_many_names_the_culprit() {
    let mut history = opened("above_share").await;
    let act = ("programme", "MonitoringRecorded", "2025-12-05", json!({}));
    let mut batch = history.0.batch(&[act]);
    let allocated =
        |pilot: &str, allocated_fen| FundMove { pilot: pilot.to_owned(), allocated_fen, ..FundMove::default() };
    for (pilot, fen) in [("A", 1_500_000_000), ("B", 1), ("C", 1), ("D", 1), ("C", 1_000_000_000)] {
        batch.funds.add(FundAct::Move(allocated(pilot, fen)));
    }
    let broken = Appended::Broken { rule: "CAP-02".to_owned(), pilot: "C".to_owned() };
    assert_eq!(history.0.append(&batch).await.unwrap(), broken);

    let mut batch = history.0.batch(&[plain("programme")]);
    batch.funds.add(FundAct::Move(allocated("nobody", 1)));
    let unknown = history.0.append(&batch).await;
    assert!(matches!(unknown, Err(StoreError::Malformed { what, .. }) if what == "fund move"));
}
