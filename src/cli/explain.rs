//! `tranche explain`: the events and the rule that make up one figure, to the fen.

use clap::Args;
use futures_util::{StreamExt as _, pin_mut};

use super::asked::{Answering, Asked};
use super::status::print;
use super::{Context, Failure};
use crate::domain::text::Id;
use crate::engine::state::event_of;
use crate::report::explain::{Explainer, Figure};

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
}

impl Explain {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let figure = Figure::parse(&self.figure).ok_or_else(|| unknown_figure(&self.figure))?;
        let answering = self.asked.load(context, Some(&self.pilot)).await?;
        let (id, pilot) = answering.pilot(&self.pilot)?;
        let mut explainer = Explainer::new(answering.view(), &id, pilot, figure);
        if figure == Figure::Cap {
            feed(&answering, "programme", &mut explainer).await?;
        }
        feed(&answering, &format!("pilot-{id}"), &mut explainer).await?;
        let explanation = explainer.finish();
        if context.is_json() {
            context.json(&explanation)?;
        } else {
            print(context, &explanation.text(context.lang))?;
        }
        if explanation.agrees() { Ok(()) } else { Err(inconsistent(&id, figure)) }
    }
}

/// Gives a stream to the explainer, event by event, as far as the state knows it.
async fn feed(answering: &Answering, stream: &str, explainer: &mut Explainer<'_>) -> Result<(), Failure> {
    let records = answering.store.stream_read(answering.head.ledger, stream, 1);
    pin_mut!(records);
    while let Some(record) = records.next().await {
        explainer.take(&event_of(&record?)?);
    }
    Ok(())
}

fn unknown_figure(given: &str) -> Failure {
    let known: Vec<String> =
        Figure::ALL.iter().map(|figure| format!("  {:<30}{}", figure.key(), figure.zh())).collect();
    let known = known.join("\n");
    Failure::usage(
        format!("没有数字 {given}。可用名称:\n{known}"),
        format!("there is no figure {given}. There are:\n{known}"),
    )
}

fn inconsistent(pilot: &Id, figure: Figure) -> Failure {
    let key = figure.key();
    Failure::Unverified {
        zh: format!("{pilot} 的 {key} 由事件逐笔算得的与状态不一致:请运行 tranche replay --check"),
        en: format!("{key} of {pilot} is not what its events come to: run `tranche replay --check`"),
    }
}
