//! `tranche replay`: folds the log alone and prints the figures; with `--check` holds every projection against it.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::asked::Asked;
use super::log::beyond;
use super::status::print;
use super::{Context, Failure};
use crate::engine::replay::{self, Difference, Replayed, hex};
use crate::report::status::{ProgrammeStatus, View};
use crate::report::style::{BAD, GOOD, paint};
use crate::report::verify::differs;
use crate::store::{Head, Store};

/// Options of `replay`.
#[derive(Args)]
pub struct Replay {
    /// 只重算到此位置 · up to this position only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    to: Option<i64>,
    #[command(flatten)]
    asked: Asked,
    /// 核对所有派生数据,有差异则退出码为 1 · hold every projection against the log; exit 1 where one differs
    #[arg(long)]
    check: bool,
}

/// What `replay` prints for programs.
#[derive(Serialize)]
struct Shape {
    #[serde(flatten)]
    status: ProgrammeStatus,
    events: u64,
    root: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<Difference>>,
}

impl Replay {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let (store, head) = context.opened().await?;
        self.asked.check_known(context, &store, &head).await?;
        if let Some(to) = self.to.filter(|to| *to > head.position) {
            return Err(beyond("--to", to, &head));
        }
        // The whole log is checked, whatever part of it the figures are asked of.
        let checked = if self.check { Some(checked(context, &store, &head).await?) } else { None };
        let (replayed, differences) = match checked {
            Some((whole, differences)) if self.to.is_none() && self.asked.known_at.is_none() => {
                (whole, Some(differences))
            }
            checked => (self.fold(context, &store, &head).await?, checked.map(|(_, differences)| differences)),
        };
        self.asked.check_begun(&store, &head).await?;
        let (state, known_at) = (&replayed.state, self.asked.known_at);
        let view = View { ledger: &head.name, state, as_of: self.asked.date(state), known_at };
        let differs = differences.as_ref().is_some_and(|differences| !differences.is_empty());
        let shape = Shape { status: view.programme(), events: replayed.events, root: hex(&replayed.root), differences };
        if context.is_json() {
            context.json(&shape)?;
        } else {
            shape.print(context)?;
        }
        if differs { Err(Failure::Refused) } else { Ok(()) }
    }

    async fn fold(&self, context: &Context, store: &Arc<Store>, head: &Head) -> Result<Replayed, Failure> {
        let to = self.to.unwrap_or(head.position);
        let mut progress = context.progress(u64::try_from(to).ok());
        Ok(replay::replay(store, head, to, self.asked.known_at, |position| progress.at(position)).await?)
    }
}

/// Folds the whole log and holds every projection against it.
pub(super) async fn checked(
    context: &Context,
    store: &Arc<Store>,
    head: &Head,
) -> Result<(Replayed, Vec<Difference>), Failure> {
    let mut progress = context.progress(u64::try_from(head.position).ok());
    Ok(replay::check(store, &head.name, |position| progress.at(position)).await?)
}

impl Shape {
    fn print(&self, context: &mut Context) -> Result<(), Failure> {
        let lang = context.lang;
        print(context, &self.status.text(lang))?;
        context.line("")?;
        context.line(verified(self.events, &self.root, lang))?;
        match &self.differences {
            Some(differences) => print_differences(context, differences),
            None => Ok(()),
        }
    }
}

/// How many events were folded, and the root over the entries read.
pub(super) fn verified(events: u64, root: &str, lang: super::Lang) -> String {
    lang.pick(
        format!("由台账重算:{events} 条事件 · 根 {root}"),
        format!("folded from the log alone: {events} events · root {root}"),
    )
}

/// That all agree, or each difference.
pub(super) fn print_differences(context: &mut Context, differences: &[Difference]) -> Result<(), Failure> {
    let lang = context.lang;
    if differences.is_empty() {
        let text = lang.pick("一致:派生数据与台账逐项相符", "in agreement: every projection is what the log says");
        return context.line(paint(GOOD, text));
    }
    let count = differences.len();
    let heading = lang.pick(
        format!("不一致:{count} 处。台账本身与其根一致;试点合计和快照可用 tranche rebuild 重建,其余须查明是谁改动"),
        format!("{count} differences. The log agrees with its root; sums and snapshots are refilled by tranche rebuild, anything else asks who changed it"),
    );
    context.line(paint(BAD, heading))?;
    for difference in differences {
        let (zh, en) = differs(difference);
        context.line(lang.pick(format!("  {zh}"), format!("  {en}")))?;
    }
    Ok(())
}
