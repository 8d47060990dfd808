//! `tranche rebuild`: drops the projections and refills them from the log while reads go on.

use clap::Args;
use serde_json::json;

use super::{Context, Failure};
use crate::engine::{replay, state};

/// Options of `rebuild`.
#[derive(Args)]
pub struct Rebuild {}

impl Rebuild {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let (store, head) = context.opened().await?;
        let mut progress = context.progress(u64::try_from(head.position).ok());
        let replayed = replay::replay(&store, &head, i64::MAX, None, |at| progress.at(at)).await?;
        drop(progress);
        state::save(&store, head.ledger, &replayed.state).await?;
        let pilots = replayed.state.pilots.len();
        // The database adds its sums up again by itself, from the entries, with the head locked for as long.
        store.fund_position_rebuild(head.ledger).await?;
        if context.is_json() {
            return context.json(&json!({"ledger": head.name, "events": replayed.events, "pilots": pilots}));
        }
        context.line(context.lang.pick(
            format!("已由 {} 条记录重建 {pilots} 个试点的派生数据", replayed.events),
            format!("rebuilt the projections of {pilots} pilots from {} entries", replayed.events),
        ))
    }
}
