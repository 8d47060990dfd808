//! `tranche apply`: commands from files, one JSON object a line, each answered after its commit.
//!
//! Lines are read and their form judged on one thread, decided and appended by the engine, and answered in their
//! order, so that what is printed as accepted is in the log.

use std::path::PathBuf;

use clap::Args;
use tokio::sync::mpsc;

use super::input::{Line, Lines};
use super::{Context, Failure, clock};
use crate::domain::command::Command;
use crate::domain::form::Fault;
use crate::engine::rehearsal::Rehearsal;
use crate::engine::{Answer, Engine, EngineError, Outcome, atomic};
use crate::report::outcome::{OutcomeLine, Verdict, Wording};

/// How many lines may be read ahead of their answers.
const AHEAD: usize = 8_192;
/// The most lines of an atomic file: they are held in memory, and appended by one statement, which the database gives
/// half a minute.
const ATOMIC_LINES_MAX: usize = 100_000;

/// Options of `apply`.
#[derive(Args)]
pub struct Apply {
    /// 命令文件(JSON Lines,可为 gzip),- 为标准输入 · files of commands, gzip or not; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// 全部办理或全部不办理 · all or none
    #[arg(long)]
    atomic: bool,
    /// 只审不记 · judge all, append none
    #[arg(long)]
    dry_run: bool,
}

/// A line that was read: a command, or its faults of form.
struct Item {
    number: u64,
    /// The command's name and identifier as far as they could be read.
    label: (Option<String>, Option<String>),
    command: Result<Command, Vec<Fault>>,
}

/// A line whose answer is known or on its way.
enum Reply {
    Known(Box<OutcomeLine>),
    Coming { number: u64, command: &'static str, answer: Answer },
}

/// What was printed so far.
#[derive(Default)]
struct Tally {
    refused: u64,
    accepted: u64,
    repeated: u64,
}

impl Tally {
    /// Prints a line for programs; for people only what asks for attention, for the sum comes at the end.
    fn print(&mut self, context: &mut Context, line: &OutcomeLine) -> Result<(), Failure> {
        let plain = match &line.verdict {
            Verdict::Accepted { warnings, .. } | Verdict::WouldAccept { warnings, .. } => {
                self.accepted += 1;
                warnings.is_empty()
            }
            Verdict::Refused { .. } => {
                self.refused += 1;
                false
            }
            Verdict::Repeated { .. } => {
                self.repeated += 1;
                true
            }
        };
        if context.is_json() {
            return context.json(line);
        }
        if plain {
            return Ok(());
        }
        let place = context.lang.pick(format!("第 {} 行", line.line), format!("line {}", line.line));
        context.line(line.text(Wording { lang: context.lang, place: &place, flags: false }))
    }

    /// Sums up for people, and gives the exit status.
    fn finish(self, context: &mut Context, appended: bool) -> Result<(), Failure> {
        if !context.is_json() {
            let Self { refused, accepted, repeated } = self;
            let verb = if appended { ("已记入", "recorded") } else { ("可记入(未记)", "would be recorded") };
            context.line(context.lang.pick(
                format!("{} {accepted} 条,拒绝 {refused} 条,重复 {repeated} 条", verb.0),
                format!("{accepted} {}, {refused} refused, {repeated} repeated", verb.1),
            ))?;
        }
        if self.refused > 0 { Err(Failure::Refused) } else { Ok(()) }
    }
}

impl Apply {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        // What cannot be opened is told before anything is done.
        let inputs = self.files.iter().map(|path| Lines::open(path)).collect::<Result<Vec<_>, _>>()?;
        context.opened().await?;
        let (sender, items) = mpsc::channel(AHEAD);
        let reader = tokio::task::spawn_blocking(move || read(inputs, &sender));
        if self.dry_run {
            return rehearse(context, items, reader).await;
        }
        if self.atomic {
            return all_or_none(context, items, reader).await;
        }
        one_by_one(context, items, reader).await
    }
}

type Reader = tokio::task::JoinHandle<Result<(), Failure>>;

/// Whether the inputs were read to their end.
async fn read_whole(reader: Reader) -> Result<(), Failure> {
    reader.await.unwrap_or_else(|error| Err(Failure::usage(error.to_string(), error.to_string())))
}

/// Reads all inputs, and the form of each line.
fn read(inputs: Vec<Lines>, items: &mpsc::Sender<Item>) -> Result<(), Failure> {
    let mut number = 0;
    for mut lines in inputs {
        while let Some(line) = lines.next_line()? {
            number += 1;
            if items.blocking_send(item_of(number, line)).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn item_of(number: u64, line: Line) -> Item {
    let fault = |zh: String, en: String| Fault { field: String::new(), zh: zh.into(), en: en.into() };
    let bytes = match line {
        Line::Bytes(bytes) => bytes,
        Line::TooLong(bytes) => {
            let fault = fault(format!("该行 {bytes} 字节,过长"), format!("the line is too long: {bytes} bytes"));
            return Item { number, label: (None, None), command: Err(vec![fault]) };
        }
    };
    if let Err(error) = std::str::from_utf8(&bytes) {
        let at = error.valid_up_to() + 1;
        let fault = fault(format!("第 {at} 字节处不是 UTF-8 编码"), format!("not UTF-8 at byte {at}"));
        return Item { number, label: (None, None), command: Err(vec![fault]) };
    }
    let command = Command::parse(&bytes);
    let label = if command.is_ok() { (None, None) } else { label_of(&bytes) };
    Item { number, label, command }
}

/// The name and identifier of a command whose form is wrong, where they can be read.
fn label_of(line: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(object) = crate::domain::json::read_object(line) else { return (None, None) };
    let text = |key: &str| object.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    (text("command"), text("id"))
}

/// Each line on its own: decided and appended in order, many in flight.
async fn one_by_one(context: &mut Context, mut items: mpsc::Receiver<Item>, reader: Reader) -> Result<(), Failure> {
    let engine = Engine::open(context.target().await?, context.ledger_name(), clock()).await?;
    let (sender, mut replies) = mpsc::channel(AHEAD);
    let sending = tokio::spawn(async move {
        while let Some(item) = items.recv().await {
            let reply = match item.command {
                Err(faults) => Reply::Known(Box::new(malformed(item.number, item.label, faults))),
                Ok(command) => {
                    let name = command.act.kind().command();
                    let Ok(answer) = engine.send(command).await else { break };
                    Reply::Coming { number: item.number, command: name, answer }
                }
            };
            if sender.send(reply).await.is_err() {
                break;
            }
        }
        engine.close().await
    });
    let mut tally = Tally::default();
    let mut stopped = None;
    let mut progress = context.progress(None);
    while let Some(reply) = next(&mut replies, context).await? {
        let line = match reply {
            Reply::Known(line) => *line,
            Reply::Coming { number, command, answer } => {
                progress.at(number);
                let id = answer.id;
                match answer.outcome().await {
                    Ok(outcome) => OutcomeLine::new(number, command, id, outcome),
                    Err(error) => {
                        stopped = Some(error);
                        break;
                    }
                }
            }
        };
        tally.print(context, &line)?;
    }
    drop(progress);
    drop(replies);
    // What stopped the engine is told by its close; a line without an answer is never passed over in silence.
    sending.await.unwrap_or(Err(EngineError::Stopped))?;
    if let Some(error) = stopped {
        return Err(error.into());
    }
    let finished = tally.finish(context, true);
    read_whole(reader).await.and(finished)
}

/// What comes next; what was printed so far goes out before there is a wait.
async fn next<T>(coming: &mut mpsc::Receiver<T>, context: &mut Context) -> Result<Option<T>, Failure> {
    if let Ok(next) = coming.try_recv() {
        return Ok(Some(next));
    }
    context.flush()?;
    Ok(coming.recv().await)
}

/// Judges every line on top of those before it, and appends none.
async fn rehearse(context: &mut Context, mut items: mpsc::Receiver<Item>, reader: Reader) -> Result<(), Failure> {
    let store = context.store().await?;
    let mut rehearsal = Rehearsal::open(&store, context.ledger_name(), clock()).await?;
    let mut tally = Tally::default();
    while let Some(item) = next(&mut items, context).await? {
        let line = attempt(&mut rehearsal, item).await?;
        tally.print(context, &line)?;
    }
    let finished = tally.finish(context, false);
    read_whole(reader).await.and(finished)
}

fn malformed(number: u64, label: (Option<String>, Option<String>), faults: Vec<Fault>) -> OutcomeLine {
    OutcomeLine::malformed(number, label.0, label.1, faults)
}

async fn attempt(rehearsal: &mut Rehearsal<'_>, item: Item) -> Result<OutcomeLine, Failure> {
    Ok(match item.command {
        Err(faults) => malformed(item.number, item.label, faults),
        Ok(command) => {
            let name = command.act.kind().command();
            let (id, outcome) = rehearsal.attempt(command).await?;
            OutcomeLine::new(item.number, name, id, outcome).rehearsed()
        }
    })
}

/// Appends every line as one batch, or none where one is refused.
async fn all_or_none(context: &mut Context, mut items: mpsc::Receiver<Item>, reader: Reader) -> Result<(), Failure> {
    let mut all = Vec::new();
    while let Some(item) = items.recv().await {
        if all.len() == ATOMIC_LINES_MAX {
            return Err(Failure::usage(
                format!("--atomic 一次至多 {ATOMIC_LINES_MAX} 行,未记入任何命令:请分成几个文件,或不用 --atomic"),
                format!(
                    "--atomic takes at most {ATOMIC_LINES_MAX} lines; nothing was recorded: use several files, or leave \
                     --atomic out"
                ),
            ));
        }
        all.push(item);
    }
    // A file that could not be read whole is not applied in part.
    read_whole(reader).await?;
    let mut tally = Tally::default();
    if all.iter().any(|item| item.command.is_err()) {
        let store = context.store().await?;
        let mut rehearsal = Rehearsal::open(&store, context.ledger_name(), clock()).await?;
        for item in all {
            let line = attempt(&mut rehearsal, item).await?;
            tally.print(context, &line)?;
        }
        return tally.finish(context, false);
    }
    let commands: Vec<Command> = all.into_iter().filter_map(|item| item.command.ok()).collect();
    let names: Vec<&str> = commands.iter().map(|command| command.act.kind().command()).collect();
    let outcomes = atomic::apply(context.target().await?, context.ledger_name(), clock(), commands).await?;
    let appended = !outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Refused(_)));
    for (number, (name, (id, outcome))) in (1..).zip(names.into_iter().zip(outcomes)) {
        let line = OutcomeLine::new(number, name, id, outcome);
        tally.print(context, &if appended { line } else { line.rehearsed() })?;
    }
    tally.finish(context, appended)
}
