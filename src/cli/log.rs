//! `tranche log`: the history, a line an event, in bounded memory whatever its length.

use std::pin::Pin;

use clap::Args;
use futures_util::{Stream, StreamExt as _};

use super::asked::{Asked, unknown_pilot};
use super::{Context, Failure};
use crate::domain::act::{Act, ActKind};
use crate::engine::state;
use crate::report::history;
use crate::report::status::text::watermark;
use crate::store::{Head, Record, Store, StoreError};

/// Options of `log`.
#[derive(Args)]
pub struct Log {
    /// 只看一个试点 · one pilot's events only
    #[arg(long, value_name = "PILOT")]
    pilot: Option<String>,
    /// 从此位置起 · from this position on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    from: Option<i64>,
    /// 到此位置止 · up to this position
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    to: Option<i64>,
    /// 只看一类:事件类型或命令名 · one kind only: an event's type or a command's name
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    #[command(flatten)]
    asked: Asked,
}

pub(super) type Records<'s> = Pin<Box<dyn Stream<Item = Result<Record, StoreError>> + Send + 's>>;

impl Log {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let kind = self.kind.as_deref().map(find_kind).transpose()?;
        let (store, head) = context.opened().await?;
        self.asked.check_known(context, &store, &head).await?;
        let range = self.range(&head)?;
        let mut records = records(&store, &head, self.pilot.as_deref(), range).await?;
        let width = head.position.to_string().len().max(4);
        let mut printed = 0_u64;
        while let Some(record) = records.next().await {
            let record = record?;
            if record.position > range.1 || !self.asked.is_known(&record) {
                break;
            }
            let fits = kind.is_none_or(|kind| kind.event() == record.kind) && self.asked.is_dated(&record);
            if record.position < range.0 || !fits {
                continue;
            }
            if context.is_json() {
                context.bytes(&record.entry)?;
            } else {
                if printed == 0 {
                    if is_sandbox(&store, &head).await? {
                        context.line(watermark(context.lang))?;
                    }
                    context.line(history::headings(width, context.lang))?;
                }
                context.line(history::line(&state::event_of(&record)?, width, context.lang))?;
            }
            printed += 1;
        }
        if printed == 0 {
            let (zh, en) = (
                format!("没有符合条件的记录(台账共 {} 条)", head.position),
                format!("no entry fits (the ledger has {})", head.position),
            );
            context.complain(&context.lang.pick(zh, en));
        }
        Ok(())
    }

    /// The positions asked for, which must be there.
    fn range(&self, head: &Head) -> Result<(i64, i64), Failure> {
        let (from, to) = (self.from.unwrap_or(1), self.to.unwrap_or(head.position));
        for (option, position) in [("--from", self.from), ("--to", self.to)] {
            if let Some(position) = position.filter(|position| *position > head.position) {
                return Err(beyond(option, position, head));
            }
        }
        if from > to {
            return Err(Failure::usage(
                format!("--from {from} 在 --to {to} 之后"),
                format!("--from {from} is after --to {to}"),
            ));
        }
        Ok((from, to))
    }
}

/// A position that the ledger does not have (yet).
pub(super) fn beyond(option: &str, position: i64, head: &Head) -> Failure {
    let last = head.position;
    Failure::usage(
        format!("{option} {position} 超出台账:共 {last} 条记录"),
        format!("{option} {position} is beyond the ledger's {last} entries"),
    )
}

/// The entries to look through: of a pilot its stream, which must be there, else the range itself.
pub(super) async fn records<'s>(
    store: &'s Store,
    head: &Head,
    pilot: Option<&str>,
    (from, to): (i64, i64),
) -> Result<Records<'s>, Failure> {
    let Some(pilot) = pilot else {
        return Ok(Box::pin(store.event_read(head.ledger, from, to)));
    };
    let stream: Records<'s> = Box::pin(store.stream_read(head.ledger, &format!("pilot-{pilot}"), 1));
    let mut stream = Box::pin(stream.peekable());
    if stream.as_mut().peek().await.is_none() {
        return Err(unknown_pilot(&state::load(store, head.ledger).await?, pilot, None));
    }
    Ok(stream)
}

/// Whether the ledger's first event marks it as a sandbox.
pub(super) async fn is_sandbox(store: &Store, head: &Head) -> Result<bool, Failure> {
    let mut first = Box::pin(store.event_read(head.ledger, 1, 1));
    let Some(record) = first.next().await else { return Ok(false) };
    Ok(matches!(state::event_of(&record?)?.act, Act::OpenProgramme(open) if open.sandbox))
}

/// The kind of this event type or command name.
fn find_kind(name: &str) -> Result<ActKind, Failure> {
    ActKind::of_event(name).or_else(|| ActKind::of_command(name)).ok_or_else(|| {
        let known: Vec<String> = ActKind::ALL
            .iter()
            .map(|kind| format!("  {:<24} {:<24} {}", kind.event(), kind.command(), history::name_zh(*kind)))
            .collect();
        let known = known.join("\n");
        Failure::usage(
            format!("没有事件类型 {name}。可用的事件类型和命令名:\n{known}"),
            format!("there is no event type {name}. Event types and command names:\n{known}"),
        )
    })
}
