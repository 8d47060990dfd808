//! `tranche bench-data`: a made-up history of any size in a sandbox ledger, for sizing a server and for measuring.
//!
//! It is appended by the engine as any other, so it is lawful, and goes on where an earlier call was cut short.

use std::collections::VecDeque;

use clap::Args;
use serde_json::json;

use super::{Context, Failure, clock};
use crate::engine::sample::{self, Sample};
use crate::engine::{Answer, Engine, Outcome, opening};
use crate::store::{Store, migrate};

/// How many commands may wait for their answers.
const AHEAD: usize = 8_192;

/// Options of `bench-data`.
#[derive(Args)]
pub struct BenchData {
    /// 共多少条记录 · how many entries in all
    #[arg(long, default_value_t = 10_000)]
    events: u64,
    /// 多少个试点 · how many pilots
    #[arg(long, default_value_t = 100)]
    pilots: u64,
    /// 只打印命令,一行一条 · print the commands, one a line, instead of appending them
    #[arg(long)]
    print: bool,
    /// 打印时不带模拟时间 · print them without simulated times
    #[arg(long, requires = "print")]
    untimed: bool,
}

impl BenchData {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let sample = Sample::new(self.events, self.pilots, !self.untimed);
        let sample = sample.map_err(|faults| Failure::faults(&faults))?;
        if self.print {
            for number in 0..sample.len() {
                let command = sample.command(number).map_err(|faults| Failure::faults(&faults))?;
                context.line(sample::line(&command)?)?;
            }
            return Ok(());
        }
        let target = context.target().await?;
        migrate(&target).await?;
        let name = context.ledger.get_or_insert_with(|| "bench".to_owned()).clone();
        let act = opening::read_rules(opening::JIANGXI_2025.as_bytes(), true);
        opening::open(&target, &name, act.map_err(|faults| Failure::faults(&faults))?, clock()).await?;
        let head = Store::connect(&target).await?.head(&name).await?;
        let begun = tokio::time::Instant::now();
        // The opening is the first entry, and every command leads to one more.
        let first = u64::try_from(head.position).unwrap_or_default().saturating_sub(1);
        let engine = Engine::open(target, &name, clock()).await?;
        let done = load(context, &engine, &sample, first).await;
        engine.close().await?;
        done?;
        let seconds = begun.elapsed().as_secs_f64();
        let added = sample.len().saturating_sub(first);
        context.json(&json!({"ledger": name, "entries": sample.len() + 1, "pilots": sample.pilots(), "added": added,
            "seconds": (seconds * 1_000.0).round() / 1_000.0}))
    }
}

/// Sends the commands from a number on, many in flight; stops at the first that is not accepted.
async fn load(context: &Context, engine: &Engine, sample: &Sample, first: u64) -> Result<(), Failure> {
    let mut progress = context.progress(Some(sample.len()));
    let mut answers: VecDeque<Answer> = VecDeque::with_capacity(AHEAD);
    for number in first..sample.len() {
        if answers.len() == AHEAD
            && let Some(answer) = answers.pop_front()
        {
            accepted(answer).await?;
        }
        let command = sample.command(number).map_err(|faults| Failure::faults(&faults))?;
        answers.push_back(engine.send(command).await?);
        progress.at(number);
    }
    for answer in answers {
        accepted(answer).await?;
    }
    Ok(())
}

async fn accepted(answer: Answer) -> Result<(), Failure> {
    match answer.outcome().await? {
        Outcome::Accepted { .. } | Outcome::Repeated { .. } => Ok(()),
        Outcome::Refused(reasons) => {
            let (zh, en) = reasons.first().map_or_else(Default::default, |reason| (&reason.zh[..], &reason.en[..]));
            Err(Failure::usage(
                format!("台账已有其他内容,示例数据被拒绝({zh}):请用 --ledger 另取名称"),
                format!("the ledger holds something else: a made-up command was refused ({en}); name another ledger"),
            ))
        }
    }
}
