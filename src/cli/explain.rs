//! `tranche explain`: the events and the rule that make up one figure, to the fen, down to their entries.

use std::collections::BTreeSet;

use clap::Args;
use futures_util::{StreamExt as _, pin_mut};

use super::asked::{Answering, Asked};
use super::list::List;
use super::status::print;
use super::{Context, Failure};
use crate::domain::text::Id;
use crate::engine::history;
use crate::engine::state::event_of;
use crate::report::explain::{Explainer, Figure};
use crate::report::style::{HEADING, paint};
use crate::store::Record;

/// Options of `explain`.
#[derive(Args)]
pub struct Explain {
    /// 试点编号 · the pilot
    #[arg(value_name = "PILOT")]
    pilot: String,
    /// 数字的名称,例如 release_limit 或 可下达上限 · the figure's name
    #[arg(value_name = "FIGURE")]
    figure: String,
    #[command(flatten)]
    asked: Asked,
    /// 附各事件入账时的原样字节(JSON 总是附上) · with the entries byte for byte, as JSON always has them
    #[arg(long)]
    entries: bool,
}

impl Explain {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let figure = find_figure(&self.figure)?;
        let answering = self.asked.load(context, Some(&self.pilot)).await?;
        let (id, pilot) = answering.pilot(&self.pilot)?;
        let rules = if figure.rests_on_parameters() { rules(&answering).await? } else { Vec::new() };
        let mut explainer = Explainer::new(answering.view(), &id, pilot, figure);
        let records = history::of_pilot(&answering.store, answering.head.ledger, &id, rules.clone());
        pin_mut!(records);
        while let Some(record) = records.next().await {
            explainer.take(&event_of(&record?)?);
        }
        let explanation = explainer.finish();
        let positions = explanation.positions();
        if context.is_json() {
            let mut list = List::open(context, &explanation, "entries")?;
            entries(&answering, &id, rules, &positions, |entry| list.item(context, entry)).await?;
            list.close(context)?;
        } else {
            print(context, &explanation.text(context.lang))?;
            if self.entries {
                let heading = context.lang.pick("记录原文", "Entries");
                context.line(format!("\n{}", paint(HEADING, format!("{heading} ({})", positions.len()))))?;
                entries(&answering, &id, rules, &positions, |entry| context.bytes(entry)).await?;
            }
        }
        if explanation.agrees() { Ok(()) } else { Err(inconsistent(&id, figure)) }
    }
}

async fn rules(answering: &Answering) -> Result<Vec<Record>, Failure> {
    Ok(history::rules(&answering.store, answering.head.ledger).await?)
}

/// Reads the history once more and gives the entries at these positions, byte for byte, without holding them.
async fn entries(
    answering: &Answering,
    id: &Id,
    rules: Vec<Record>,
    positions: &BTreeSet<u64>,
    mut give: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let records = history::of_pilot(&answering.store, answering.head.ledger, id, rules);
    pin_mut!(records);
    while let Some(record) = records.next().await {
        let record = record?;
        if u64::try_from(record.position).is_ok_and(|position| positions.contains(&position)) {
            give(&record.entry)?;
        }
    }
    Ok(())
}

/// The figure of this name.
pub(super) fn find_figure(given: &str) -> Result<Figure, Failure> {
    if let Some(figure) = Figure::parse(given) {
        return Ok(figure);
    }
    let known: Vec<String> =
        Figure::ALL.iter().map(|figure| format!("  {:<30}{}", figure.key(), figure.zh())).collect();
    let known = known.join("\n");
    Err(Failure::usage(
        format!("没有数字 {given}。可用名称:\n{known}"),
        format!("there is no figure {given}. There are:\n{known}"),
    ))
}

fn inconsistent(pilot: &Id, figure: Figure) -> Failure {
    let key = figure.key();
    Failure::Unverified {
        zh: format!("{pilot} 的 {key} 由事件逐笔算得的与状态不一致:请运行 tranche replay --check"),
        en: format!("{key} of {pilot} is not what its events come to: run `tranche replay --check`"),
    }
}
