//! What `tranche verify` finds: twelve ways to tamper with a ledger, each at a hundred random places, done by the
//! database's superuser straight in PostgreSQL. Everything is found and nothing else is blamed; a clean ledger never
//! alarms. And what the program says of it.

#![cfg(test)]

#[path = "verify/bench.rs"]
mod bench;
#[path = "support/chance.rs"]
mod chance;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/program.rs"]
mod program;
#[path = "verify/said.rs"]
mod said;
#[path = "verify/tamper.rs"]
mod tamper;

use bench::Bench;
use chance::Chance;
use program::Desk;
use tranche::engine::verify;

/// How many random places each way of tampering is tried at.
const PLACES: usize = 100;

/// Runs one way of tampering at many places, each on the ledger as it was.
async fn everywhere(way: &str, tries: impl AsyncFn(&mut Bench, &mut Chance) -> tamper::Expected) {
    let mut chance = Chance::new();
    let mut bench = Bench::new().await;
    for place in 0..PLACES {
        let expected = tries(&mut bench, &mut chance).await;
        let report = bench.verify(&expected.claims).await;
        let told = format!("{way}, place {place}: {expected:?}\n{:#?}", report.findings);
        expected.check(&report).unwrap_or_else(|wrong| panic!("{wrong}: {told}"));
        bench.restore().await;
    }
    bench.clean().await;
}

macro_rules! ways {
    ($($name:ident => $way:path;)*) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            everywhere(stringify!($name), async |bench: &mut Bench, chance: &mut Chance| $way(bench, chance).await).await;
        }
    )* };
}

ways! {
    one_bit_of_an_entry => tamper::bit;
    an_amount => tamper::amount;
    a_date => tamper::date;
    a_column_beside_an_entry => tamper::column;
    a_row_deleted_in_the_middle => tamper::deleted;
    a_tail_cut_off => tamper::cut_off;
    two_rows_swapped => tamper::swapped;
    an_event_inserted => tamper::inserted;
    a_projection_edited => tamper::projection;
    a_trigger_put_aside_for_an_edit => tamper::under_a_trigger;
    the_history_hashed_again_by_its_owner => tamper::hashed_again;
    restored_from_an_old_backup => tamper::restored;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_ledger_never_alarms() {
    for lines in [program::FIRST_COHORT, include_str!("scenarios/mixed.jsonl")] {
        let desk = Desk::sandbox().await;
        desk.apply(lines, &[]);
        for step in 0..3 {
            let report = verify::verify(&desk.target, &desk.ledger, &[], |_| {}).await.unwrap();
            assert_eq!(report.findings, [], "step {step}");
            assert_eq!(i64::try_from(report.judged), Ok(report.head.position));
            // With tiles, and after a rebuild.
            let (store, head) = desk.head().await;
            assert_eq!(store.tile_fill(head.ledger, 1_000).await.unwrap(), 0);
            assert_eq!(desk.call(&["rebuild"]).code(), 0);
        }
    }
}
