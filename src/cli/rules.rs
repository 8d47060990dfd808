//! `tranche rules`: the rulebook, or one rule in full with the parameters in force.
//!
//! It needs no database: where the ledger cannot be asked, the parameters are the defaults, and it says so. So it
//! makes no embedded database either.

use clap::Args;

use super::{Context, Failure, nearest};
use crate::domain::parameters::Parameters;
use crate::domain::rulebook::Rule;
use crate::engine::{opening, state};
use crate::report::rules::{InForce, RuleSheet, table};
use crate::store::embedded::{self, Cluster};

/// Options of `rules`.
#[derive(Args)]
pub struct Rules {
    /// 规则编号,如 TR-01;不填则列出全部 · a rule's id, such as TR-01; all where none is given
    #[arg(value_name = "ID")]
    id: Option<String>,
}

impl Rules {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let rule = self.id.as_deref().map(find).transpose()?;
        if rule.is_none() && !context.is_json() {
            let text = table(Rule::ALL, context.lang);
            return context.line(text.trim_end());
        }
        let in_force = in_force(context).await?;
        match rule {
            Some(rule) if context.is_json() => context.json(&RuleSheet::new(rule, &in_force)),
            Some(rule) => {
                let text = RuleSheet::new(rule, &in_force).text(context.lang);
                context.line(text.trim_end())
            }
            None => {
                let sheets: Vec<_> = Rule::ALL.iter().map(|rule| RuleSheet::new(*rule, &in_force)).collect();
                context.json(&sheets)
            }
        }
    }
}

/// The rule of this id, in letters of either case.
fn find(id: &str) -> Result<Rule, Failure> {
    let upper = id.to_ascii_uppercase();
    Rule::from_id(&upper).ok_or_else(|| {
        let near = nearest::of(&upper, Rule::ALL.iter().map(|rule| rule.id()));
        Failure::usage(
            format!("没有规则 {id},是否为 {near}?tranche rules 列出全部规则"),
            format!("there is no rule {id}; did you mean {near}? `tranche rules` lists them all"),
        )
    })
}

/// The parameters in force on the ledger; Jiangxi's defaults where it cannot be asked.
async fn in_force(context: &Context) -> Result<InForce, Failure> {
    if !context.is_embedded() || is_made().await {
        match of_ledger(context).await {
            Ok(parameters) => {
                return Ok(InForce { parameters, ledger: Some(context.ledger_name().to_owned()) });
            }
            // Whoever named a database or a ledger is told that it was not asked.
            Err(failure) if !context.is_embedded() || context.ledger.is_some() => note(context, &failure),
            Err(_) => {}
        }
    }
    let rules =
        opening::read_rules(opening::JIANGXI_2025.as_bytes(), false).map_err(|faults| Failure::faults(&faults))?;
    let parameters = Parameters::read(&rules.rules).map_err(|faults| Failure::faults(&faults))?;
    Ok(InForce { parameters, ledger: None })
}

/// Whether the embedded database has been made.
async fn is_made() -> bool {
    let Ok(cluster) = embedded::home().and_then(Cluster::at) else { return false };
    cluster.status().await.is_ok_and(|status| status.data.is_some())
}

async fn of_ledger(context: &Context) -> Result<Parameters, Failure> {
    let (store, head) = context.opened().await?;
    // No pilot is asked for: the programme alone has the parameters.
    let state = state::load_pilot(&store, head.ledger, "").await?;
    Ok(state.programme.parameters)
}

fn note(context: &Context, failure: &Failure) {
    let (zh, en) = match failure {
        Failure::Usage { zh, en } | Failure::Unverified { zh, en } | Failure::Database { zh, en } => (zh, en),
        Failure::Refused | Failure::NobodyReads | Failure::Told(_) => return,
    };
    let text = context.lang.pick(
        format!("注意:未能读取台账参数,以下为江西 2025 年默认参数({zh})"),
        format!(
            "note: the ledger's parameters could not be read; these are the defaults of Jiangxi's programme ({en})"
        ),
    );
    context.complain(&text);
}
