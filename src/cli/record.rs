//! `tranche record`: one command from flags, judged and appended, and what is left after it.
//!
//! Each command of the ledger is a subcommand, each of its fields a flag, both made from the field's own schema, so
//! that there is nothing here to keep in step. The flags make the JSON object that `apply` would read, and go the same
//! way: nothing is judged here, not even whether a field is missing.

mod amount;
mod flag;
pub(super) mod party;

use clap::{Arg, ArgAction, ArgMatches, Args, FromArgMatches};
use serde::Serialize;
use serde_json::Map;
use uuid::Uuid;

use super::{Context, Failure, clock};
use crate::domain::act::ActKind;
use crate::domain::command::Command;
use crate::domain::decide::pilot_of;
use crate::domain::form::Fault;
use crate::domain::ledger::Ledger;
use crate::domain::text::Id;
use crate::engine::rehearsal::Rehearsal;
use crate::engine::{Engine, EngineError, Outcome, state};
use crate::report::outcome::{OutcomeLine, Wording};
use crate::report::remaining::Remaining;

use flag::Flag;

/// Stands for the business date until the ledger is asked for its today.
const UNDATED: &str = "2000-01-01";

/// A command as its flags gave it.
pub struct Record {
    kind: ActKind,
    matches: ArgMatches,
}

impl FromArgMatches for Record {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let chosen = matches.subcommand().and_then(|(name, matches)| Some((ActKind::of_command(name)?, matches)));
        let (kind, matches) = chosen.ok_or_else(|| clap::Error::new(clap::error::ErrorKind::MissingSubcommand))?;
        Ok(Self { kind, matches: matches.clone() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Record {
    /// The flags are added by [`with_flags`] to the definition as a whole.
    fn augment_args(command: clap::Command) -> clap::Command {
        command
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        command
    }
}

/// Adds a subcommand with its flags for every command of the ledger.
pub(super) fn with_flags(record: clap::Command) -> clap::Command {
    // A programme is opened by `tranche init`.
    let kinds = ActKind::ALL.iter().filter(|kind| **kind != ActKind::OpenProgramme);
    record
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand_value_name("COMMAND")
        .subcommand_help_heading("命令 commands")
        .after_help(
            "例 example: tranche record release --pilot JX2025-01 --release JX2025-01-R1 --amount 700万 \
             --document 赣财建指〔2025〕88号 --budget-year 2025 --by province_finance:李敏",
        )
        .subcommands(kinds.map(|kind| subcommand(*kind)))
}

fn subcommand(kind: ActKind) -> clap::Command {
    let command = clap::Command::new(kind.command())
        .about(flag::both(kind.doc()))
        .args(flag::flags_of(kind).iter().map(Flag::arg))
        .args(envelope(kind));
    // Whoever thinks of flags writes dashes.
    let dashed = kind.command().replace('_', "-");
    if dashed == kind.command() { command } else { command.alias(dashed) }
}

/// The flags that every command has.
fn envelope(kind: ActKind) -> impl Iterator<Item = Arg> {
    let recorders: Vec<&str> = kind.recorders().iter().map(|body| body.as_str()).collect();
    let text = |name: &'static str, value: &'static str, help: &str| {
        Arg::new(name).long(name.replace('_', "-")).value_name(value).help(help.to_owned())
    };
    let by = format!("录入人 · who records it: {}", recorders.join(", "));
    let args = [
        text("by", "BODY[/CITY]:PERSON", &by),
        text("approve", "BODY[/CITY]:PERSON[:DOCUMENT]", "会签人和文号,可多次 · who approves it; may be repeated")
            .action(ArgAction::Append),
        text("on", "DATE", "业务日期,默认今天 · the business date; today where none is given"),
        Arg::new("dry_run")
            .long("dry-run")
            .action(ArgAction::SetTrue)
            .help("只试算,不入账 · judge it and append nothing"),
        text("id", "UUID", "命令号,重发时不会重复入账 · makes sending it again harmless"),
        text("note", "TEXT", "备注 · a note"),
        text("recorded_at", "TIME", "模拟时间,仅限演练台账 · a simulated time, on a sandbox ledger only"),
    ];
    args.into_iter().map(|arg| arg.help_heading("录入 recording"))
}

/// An outcome with what is left after it.
#[derive(Serialize)]
struct Recorded {
    #[serde(flatten)]
    line: OutcomeLine,
    #[serde(flatten)]
    remaining: Option<Remaining>,
}

impl Record {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let command = match self.read() {
            Ok(command) => command,
            Err(faults) => {
                let id = self.text("id").and_then(|id| Uuid::try_parse(id).ok()).map(|id| id.to_string());
                let line = OutcomeLine::malformed(1, Some(self.kind.command().to_owned()), id, faults);
                return print(context, &Recorded { line, remaining: None });
            }
        };
        let dated = self.text("on").is_some();
        judged(context, Due { command, dated, dry_run: self.matches.get_flag("dry_run") }).await
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.matches.get_one::<String>(name).map(String::as_str)
    }

    /// Reads the flags as the JSON object they stand for.
    fn read(&self) -> Result<Command, Vec<Fault>> {
        let mut object = Map::from_iter([("command".to_owned(), self.kind.command().into())]);
        let mut faults = Vec::new();
        object.insert("on".to_owned(), self.text("on").unwrap_or(UNDATED).into());
        for name in ["id", "note", "recorded_at"] {
            object.extend(self.text(name).map(|text| (name.to_owned(), text.into())));
        }
        object.extend(self.text("by").map(|by| ("by".to_owned(), party::read(by))));
        if let Some(approvals) = self.matches.get_many::<String>("approve") {
            object.insert("approvals".to_owned(), approvals.map(|text| party::read(text)).collect());
        }
        for flag in flag::flags_of(self.kind) {
            let Some(texts) = self.matches.get_many::<String>(flag.field) else { continue };
            let texts: Vec<&str> = texts.map(String::as_str).collect();
            let value = flag.read(&texts).unwrap_or_else(|fault| {
                faults.push(fault);
                // No field takes such a text, so the form finds it at fault as well, and this fault explains it better.
                texts.concat().into()
            });
            object.insert(flag.field.to_owned(), value);
        }
        explained(Command::read(&object), faults)
    }
}

/// A command that is to be judged.
pub(super) struct Due {
    pub command: Command,
    /// Whether its date was given; else it is the ledger's today.
    pub dated: bool,
    /// Whether it is judged on a copy of the state, and nothing appended.
    pub dry_run: bool,
}

impl Due {
    fn dated(mut self, state: &Ledger) -> Command {
        if !self.dated {
            self.command.on = state.moment(&self.command, (clock().now)()).today;
        }
        self.command
    }
}

/// Judges a command, appends it unless it is a rehearsal, and prints what came of it.
pub(super) async fn judged(context: &mut Context, due: Due) -> Result<(), Failure> {
    let (store, head) = context.opened().await?;
    let (kind, pilot) = (due.command.act.kind().command(), pilot_of(&due.command.act).cloned());
    if due.dry_run {
        let mut rehearsal = Rehearsal::open(&store, &head.name, clock()).await?;
        let command = due.dated(rehearsal.state());
        let (id, outcome) = rehearsal.attempt(command).await?;
        let line = OutcomeLine::new(1, kind, id, outcome).rehearsed();
        return print(context, &Recorded { line, remaining: remaining(rehearsal.state(), pilot.as_ref()) });
    }
    let mut state = state::load_pilot(&store, head.ledger, pilot.as_ref().map_or("", Id::as_str)).await?;
    let command = due.dated(&state);
    let engine = Engine::open(context.target().await?, &head.name, clock()).await?;
    let answered = send(&engine, command).await;
    let closed = engine.close().await;
    let (id, outcome) = answered?;
    state::catch_up(&store, head.ledger, &mut state, i64::MAX).await?;
    let line = OutcomeLine::new(1, kind, id, outcome);
    // What was committed is told even where the engine then could not be closed in order.
    print(context, &Recorded { line, remaining: remaining(&state, pilot.as_ref()) }).and(Ok(closed?))
}

/// The faults of form, where a flag could not be read with the flag's own words for it.
fn explained(read: Result<Command, Vec<Fault>>, own: Vec<Fault>) -> Result<Command, Vec<Fault>> {
    if own.is_empty() {
        return read;
    }
    let mut faults = read.err().unwrap_or_default();
    for fault in own {
        match faults.iter_mut().find(|known| known.field == fault.field) {
            Some(known) => *known = fault,
            None => faults.push(fault),
        }
    }
    Err(faults)
}

async fn send(engine: &Engine, command: Command) -> Result<(Uuid, Outcome), EngineError> {
    let answer = engine.send(command).await?;
    Ok((answer.id, answer.outcome().await?))
}

/// What is left to the pilot concerned, as of the ledger's today.
fn remaining(state: &Ledger, pilot: Option<&Id>) -> Option<Remaining> {
    Remaining::of(state, pilot?, state.today((clock().now)()))
}

fn print(context: &mut Context, recorded: &Recorded) -> Result<(), Failure> {
    if context.is_json() {
        context.json(recorded)?;
    } else {
        let lang = context.lang;
        context.line(recorded.line.text(Wording { lang, place: "", flags: true }))?;
        if let Some(remaining) = &recorded.remaining {
            context.line(format_args!("\n{}", remaining.text(lang).trim_end()))?;
        }
    }
    if recorded.line.is_refused() { Err(Failure::Refused) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
