//! Whatever somebody changes behind the program's back, `replay --check` names it, and nothing else.

#![cfg(test)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/program.rs"]
mod program;

use program::{Desk, FIRST_COHORT};
use tranche::engine::{EngineError, replay};
use tranche::store::Store;

/// Changes something with the triggers out of the way, as only the database's administrator can.
async fn tamper(desk: &Desk, change: &str) {
    let owner = cluster::connect(desk.target.config()).await;
    for table in ["event", "ledger"] {
        owner.batch_execute(&format!("ALTER TABLE tranche.{table} DISABLE TRIGGER USER")).await.unwrap();
    }
    owner.batch_execute(change).await.unwrap_or_else(|error| panic!("{change}: {error:?}"));
}

async fn checked(desk: &Desk) -> Result<Vec<String>, EngineError> {
    let store = std::sync::Arc::new(Store::connect(&desk.target).await.unwrap());
    let head = store.head(&desk.ledger).await.unwrap();
    let (_, differences) = replay::check(&store, &head.name, |_| {}).await?;
    Ok(differences.iter().map(|one| format!("{} {} {}", one.projection, one.subject, one.field)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projection_that_was_changed_is_named() {
    let changes = [
        ("UPDATE tranche.fund_position SET cap = 99999999 WHERE pilot = 'JX2025-03'", "fund_position JX2025-03 cap"),
        (
            "UPDATE tranche.fund_position SET release_limit = release_limit + 1 WHERE pilot = 'JX2025-03'",
            "fund_position JX2025-03 release_limit",
        ),
        (
            "UPDATE tranche.fund_position SET first_year_limit = first_year_limit + 0.0000000001 WHERE pilot = 'JX2025-03'",
            "fund_position JX2025-03 first_year_limit",
        ),
        (
            "UPDATE tranche.fund_position SET recognition_year = 2050 WHERE pilot = 'JX2025-03'",
            "fund_position JX2025-03 recognition_year",
        ),
        ("DELETE FROM tranche.fund_position WHERE pilot = 'JX2025-03'", "fund_position JX2025-03 row"),
        ("UPDATE tranche.ledger SET first_share = 1.0", "ledger head first_share"),
        ("UPDATE tranche.ledger SET gate = 'remainder_after_year'", "ledger head gate"),
        ("UPDATE tranche.event SET type = 'PilotClosed' WHERE position = 100", "event 100 type"),
        ("UPDATE tranche.event SET business_date = '2001-01-01' WHERE position = 100", "event 100 business_date"),
        (
            "UPDATE tranche.event SET recorded_at = recorded_at + interval '1 us' WHERE position = 100",
            "event 100 recorded_at",
        ),
        (
            "UPDATE tranche.event SET item = item || 'x'
              WHERE position = (SELECT max(position) FROM tranche.event WHERE type = 'PaymentRecorded')",
            " item",
        ),
        ("UPDATE tranche.event SET command = NULL WHERE position = 100", "event 100 command"),
        ("UPDATE tranche.event SET command = gen_random_uuid() WHERE position = 100", "event 100 command"),
        (
            "UPDATE tranche.event SET command = gen_random_uuid()
              WHERE position = (SELECT max(position) FROM tranche.event WHERE command IS NULL)",
            " command",
        ),
    ];
    let desk = Desk::sandbox().await;
    assert_eq!(desk.apply(FIRST_COHORT, &[]).code(), 0);
    assert_eq!(checked(&desk).await.unwrap(), [""; 0], "a clean ledger never alarms");
    for (change, named) in changes {
        let copy = desk.copied().await;
        tamper(&copy, change).await;
        let differences = checked(&copy).await.unwrap();
        let others = differences.iter().filter(|one| !one.contains(named)).count();
        assert!(differences.iter().any(|one| one.contains(named)), "{change}: {differences:?}");
        assert_eq!(others, 0, "{change}: {differences:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_changed_is_broken_and_not_explained_away() {
    let changes = [
        "UPDATE tranche.event SET entry = convert_to(replace(convert_from(entry, 'UTF8'), '赣', '皖'), 'UTF8') WHERE position = 80",
        "UPDATE tranche.event SET entry = convert_to('{}', 'UTF8') WHERE position = 80",
        "UPDATE tranche.ledger SET root = sha256('x')",
        "UPDATE tranche.ledger SET peaks = set_byte(peaks, 0, 255 - get_byte(peaks, 0))",
        "DELETE FROM tranche.event WHERE position = 80",
        "DELETE FROM tranche.event WHERE position = 524",
    ];
    let desk = Desk::sandbox().await;
    assert_eq!(desk.apply(FIRST_COHORT, &[]).code(), 0);
    for change in changes {
        let copy = desk.copied().await;
        tamper(&copy, change).await;
        let error = checked(&copy).await.expect_err(change);
        assert!(matches!(error, EngineError::Broken { .. } | EngineError::Entry { .. }), "{change}: {error:?}");
        for call in [&["replay"][..], &["replay", "--check"]] {
            assert_eq!(copy.call(call).code(), 3, "{change}: {call:?}");
        }
    }
}
