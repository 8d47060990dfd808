//! `tranche init`: migrates the schema and opens the ledger.

use std::path::PathBuf;

use clap::Args;

use super::{Context, Failure, clock};
use crate::engine::opening;
use crate::engine::state;
use crate::store::{Store, migrate};

/// Options of `init`.
#[derive(Args)]
pub struct Init {
    /// 规则文件;不填则用江西 2025 年规则 · the programme's rules; Jiangxi's of 2025 where none are given
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// 演练台账:可用模拟时间,永久标记 · a sandbox, marked so for ever
    #[arg(long)]
    sandbox: bool,
}

impl Init {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let rules = match &self.rules {
            None => opening::JIANGXI_2025.as_bytes().to_vec(),
            Some(path) => std::fs::read(path).map_err(|error| {
                let path = path.display();
                Failure::usage(
                    format!("无法读取规则文件 {path}:{error}"),
                    format!("cannot read the rules file {path}: {error}"),
                )
            })?,
        };
        let act = opening::read_rules(&rules, self.sandbox).map_err(|faults| Failure::faults(&faults))?;
        let target = context.target().await?;
        migrate(&target).await?;
        let name = context.ledger_name().to_owned();
        let opened = opening::open(&target, &name, act, clock()).await?;
        let store = Store::connect(&target).await?;
        let head = store.head(&name).await?;
        let state = state::load(&store, head.ledger).await?;
        let programme = state.programme.name.as_ref().map(ToString::to_string).unwrap_or_default();
        let sandbox = state.programme.sandbox;
        if context.is_json() {
            return context.json(&serde_json::json!({
                "ledger": name, "opened": opened, "sandbox": sandbox, "programme": programme, "position": head.position,
            }));
        }
        let kind = if sandbox {
            context.lang.pick("演练台账", "sandbox ledger")
        } else {
            context.lang.pick("正式台账", "ledger")
        };
        let text = match (opened, context.lang) {
            (true, super::Lang::Zh) => format!("已开设{kind} {name}:{programme}"),
            (true, super::Lang::En) => format!("opened the {kind} {name}: {programme}"),
            (false, super::Lang::Zh) => {
                format!("{kind} {name} 此前已开设({programme},{} 条记录),未作改动", head.position)
            }
            (false, super::Lang::En) => {
                format!(
                    "the {kind} {name} was opened before ({programme}, {} entries); nothing was changed",
                    head.position
                )
            }
        };
        context.line(text)?;
        if !opened && sandbox != self.sandbox {
            context.complain(context.lang.pick(
                "注意:是否演练在开设时确定,不能更改",
                "note: whether a ledger is a sandbox is settled when it is opened",
            ));
        }
        Ok(())
    }
}
