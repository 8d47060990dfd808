//! `tranche schema`: JSON Schema of commands, of events, and of reports.

use clap::Args;

use super::{Context, Failure, nearest};
use crate::domain::act::ActKind;
use crate::report::{json, schema};

/// Options of `schema`.
#[derive(Args)]
pub struct Schema {
    /// 命令或事件的名称,或 report;不填则为全部命令和事件 · a command, an event, or report; all commands and events where none is given
    #[arg(value_name = "COMMAND|EVENT|report")]
    name: Option<String>,
}

impl Schema {
    pub(super) fn run(self, context: &mut Context) -> Result<(), Failure> {
        let schema = self.name.as_deref().map_or_else(|| Ok(schema::of_all()), find)?;
        if context.is_json() { context.json(&schema) } else { context.line(format_args!("{schema:#}")) }
    }
}

fn find(name: &str) -> Result<serde_json::Value, Failure> {
    if name == "report" {
        return Ok(json::schema());
    }
    match (ActKind::of_command(name), ActKind::of_event(name)) {
        (Some(ActKind::OpenProgramme), _) => Err(Failure::usage(
            "专项由 tranche init 开设,没有这个命令;其事件为 ProgrammeOpened",
            "a programme is opened by `tranche init` and by no command; its event is ProgrammeOpened",
        )),
        (Some(kind), _) => Ok(schema::of_command(kind)),
        (None, Some(kind)) => Ok(schema::of_event(kind)),
        (None, None) => {
            let events = ActKind::ALL.iter().map(|kind| kind.event());
            let near = nearest::of(name, schema::commands().map(ActKind::command).chain(events));
            Err(Failure::usage(
                format!("没有命令或事件 {name},是否为 {near}?"),
                format!("there is no command or event {name}; did you mean {near}?"),
            ))
        }
    }
}
