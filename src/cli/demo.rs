//! `tranche demo`: a sandbox ledger with the first cohort in it, and a look around.
//!
//! It makes what is not there yet and loads what is not loaded yet, so a second call, or one after a call that was cut
//! short, shows the same. Nothing but the cohort is appended: the overrun it shows is only rehearsed.

use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::asked::Asked;
use super::replay::{checked, print_differences, verified};
use super::status::print;
use super::{Context, Failure, Lang, clock};
use crate::domain::command::Command;
use crate::domain::event::Reason;
use crate::domain::ledger::Ledger;
use crate::domain::money::Money;
use crate::engine::rehearsal::Rehearsal;
use crate::engine::replay::hex;
use crate::engine::{Engine, Outcome, opening, state};
use crate::report::status::{PilotStatus, ProgrammeStatus, View};
use crate::report::style::{BAD, GOOD, HEADING, paint};
use crate::store::{Store, Target, migrate};

/// The first cohort, from application in October 2025 to the overall evaluation in March 2028; enterprises, persons and
/// amounts are invented.
const FIRST_COHORT: &str = include_str!("demo/first-cohort.jsonl");
/// The ledger where none is named.
const LEDGER: &str = "demo";
/// Where `serve` listens by default.
const ADDRESS: &str = "http://127.0.0.1:8080/";

/// Options of `demo`.
#[derive(Args)]
pub struct Demo {}

/// What there is to show.
struct Show {
    loaded: usize,
    programme: ProgrammeStatus,
    pilot: PilotStatus,
    overrun: Value,
    refusals: Vec<Reason>,
}

impl Demo {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let name = context.ledger.get_or_insert_with(|| LEDGER.to_owned()).clone();
        let target = context.target().await?;
        migrate(&target).await?;
        let act = opening::read_rules(opening::JIANGXI_2025.as_bytes(), true);
        let act = act.map_err(|faults| Failure::faults(&faults))?;
        opening::open(&target, &name, act, clock()).await?;
        let store = Arc::new(Store::connect(&target).await?);
        let loaded = load(context, &store, &target).await?;
        let show = look(&store, &name, loaded).await?;
        if context.is_json() { show.json(context, &store).await } else { show.text(context, &store).await }
    }
}

/// The commands of the first cohort.
fn first_cohort() -> Result<Vec<Command>, Failure> {
    let parse = |line: &str| Command::parse(line.as_bytes()).map_err(|faults| Failure::faults(&faults));
    FIRST_COHORT.lines().map(parse).collect()
}

/// Loads what of the cohort the ledger does not have yet; says how many commands that were.
async fn load(context: &Context, store: &Store, target: &Target) -> Result<usize, Failure> {
    let name = context.ledger_name();
    let head = store.head(name).await?;
    if !state::load(store, head.ledger).await?.programme.sandbox {
        return Err(Failure::usage(
            format!("台账 {name} 是正式台账,演示数据只能载入演练台账:请去掉 --ledger 或另取名称"),
            format!(
                "{name} is no sandbox; the demonstration is loaded into one only: leave --ledger out or name another"
            ),
        ));
    }
    let commands = first_cohort()?;
    let ids: Vec<_> = commands.iter().filter_map(|command| command.id).collect();
    if store.commands_find(head.ledger, &ids).await?.len() == commands.len() {
        return Ok(0);
    }
    let mut progress = context.progress(u64::try_from(commands.len()).ok());
    let engine = Engine::open(target.clone(), name, clock()).await?;
    let mut answers = Vec::with_capacity(commands.len());
    for command in commands {
        answers.push(engine.send(command).await?);
    }
    let mut loaded = 0;
    for (answer, at) in answers.into_iter().zip(1..) {
        match answer.outcome().await? {
            Outcome::Accepted { .. } => loaded += 1,
            Outcome::Repeated { .. } => {}
            Outcome::Refused(reasons) => return Err(does_not_fit(name, at, &reasons)),
        }
        progress.at(at);
    }
    engine.close().await?;
    Ok(loaded)
}

/// The ledger holds something that the cohort contradicts.
fn does_not_fit(name: &str, line: u64, reasons: &[Reason]) -> Failure {
    let zh: Vec<String> = reasons.iter().map(|reason| format!("{}: {}", reason.rule, reason.zh)).collect();
    let en: Vec<String> = reasons.iter().map(|reason| format!("{}: {}", reason.rule, reason.en)).collect();
    Failure::usage(
        format!("台账 {name} 已有其他内容,演示数据第 {line} 条被拒绝({}):请用 --ledger 另取名称", zh.join(";")),
        format!(
            "the ledger {name} holds something else: command {line} was refused ({}); name another with --ledger",
            en.join("; ")
        ),
    )
}

/// Reads the programme and a pilot, and rehearses a release of everything that is withheld from it.
async fn look(store: &Store, name: &str, loaded: usize) -> Result<Show, Failure> {
    let mut rehearsal = Rehearsal::open(store, name, clock()).await?;
    let (programme, pilot) = statuses(rehearsal.state(), name)?;
    let (overrun, refusals) = overrun(&mut rehearsal, &pilot).await?;
    Ok(Show { loaded, programme, pilot, overrun, refusals })
}

/// The programme, and of its pilots in good standing the one from which most is withheld.
fn statuses(state: &Ledger, name: &str) -> Result<(ProgrammeStatus, PilotStatus), Failure> {
    let view = View { ledger: name, state, as_of: Asked::default().date(state), known_at: None };
    let programme = view.programme();
    let chosen = programme
        .pilots
        .iter()
        .filter(|pilot| pilot.standing == "good" && pilot.state == "running")
        .max_by_key(|pilot| pilot.funds.withheld)
        .and_then(|chosen| state.pilots.get_key_value(chosen.pilot.as_str()));
    let Some((id, pilot)) = chosen else {
        return Err(Failure::usage(
            format!("台账 {name} 中没有实施中的试点可供演示:请用 --ledger 另取名称"),
            format!("the ledger {name} has no running pilot to show: name another with --ledger"),
        ));
    };
    let pilot = view.pilot(id, pilot);
    Ok((programme, pilot))
}

/// Attempts a release beyond the gate; gives the command and why it is refused.
async fn overrun(rehearsal: &mut Rehearsal<'_>, pilot: &PilotStatus) -> Result<(Value, Vec<Reason>), Failure> {
    let summary = &pilot.summary;
    let (today, funds) = (summary.as_of, &summary.funds);
    let amount = funds.releasable + funds.withheld.max(Money::from_fen(100));
    let evaluation = pilot.evaluations.iter().rfind(|line| line.payout_ratio.is_some());
    let mut command = json!({
        "command": "release", "on": today, "by": {"body": "province_finance", "person": "演示"},
        "pilot": summary.pilot, "release": "DEMO-OVERRUN", "amount": amount,
        "document": format!("演示〔{}〕1号", today.format("%Y")), "budget_year": chrono::Datelike::year(&today),
    });
    if let (Some(evaluation), Some(fields)) = (evaluation, command.as_object_mut()) {
        fields.insert("evaluation".to_owned(), evaluation.evaluation.as_str().into());
    }
    let bytes = serde_json::to_vec(&command)?;
    let parsed = Command::parse(&bytes).map_err(|faults| Failure::faults(&faults))?;
    match rehearsal.attempt(parsed).await? {
        (_, Outcome::Refused(reasons)) => Ok((command, reasons)),
        _ => Err(Failure::Unverified {
            zh: format!("试点 {} 超限下达未被拒绝", summary.pilot),
            en: format!("a release beyond the gate of {} was not refused", summary.pilot),
        }),
    }
}

/// What is to be said of `serve`, which not every version of this program has.
fn address(lang: Lang) -> String {
    if super::definition().find_subcommand("serve").is_some() {
        lang.pick(format!("运行 tranche serve 后打开 {ADDRESS}"), format!("run `tranche serve` and open {ADDRESS}"))
    } else {
        lang.pick(
            format!("本版本尚无网页界面;提供 tranche serve 命令的版本在 {ADDRESS} 打开"),
            format!("this version has no web pages yet; a version with `tranche serve` opens at {ADDRESS}"),
        )
    }
}

fn heading(context: &mut Context, zh: &str, en: &str) -> Result<(), Failure> {
    let text = format!("━━ {} ━━", context.lang.pick(zh, en));
    context.line(format!("\n{}\n", paint(HEADING, text)))
}

impl Show {
    async fn json(&self, context: &mut Context, store: &Arc<Store>) -> Result<(), Failure> {
        let head = store.head(context.ledger_name()).await?;
        let (replayed, differences) = checked(context, store, &head).await?;
        context.json(&json!({
            "ledger": head.name, "sandbox": true, "loaded": self.loaded,
            "status": self.programme, "pilot": self.pilot,
            "refused": {"command": self.overrun, "refusals": self.refusals},
            "verification": {"events": replayed.events, "root": hex(&replayed.root), "differences": differences},
            "address": ADDRESS,
        }))?;
        if differences.is_empty() { Ok(()) } else { Err(Failure::Refused) }
    }

    async fn text(&self, context: &mut Context, store: &Arc<Store>) -> Result<(), Failure> {
        let (lang, name) = (context.lang, context.ledger_name().to_owned());
        let loaded = match (self.loaded, lang) {
            (0, Lang::Zh) => format!("演练台账 {name}:首批试点此前已载入,直接使用"),
            (0, Lang::En) => format!("sandbox ledger {name}: the first cohort is there already"),
            (some, Lang::Zh) => {
                format!("演练台账 {name}:已载入首批试点,共办理 {some} 个命令(企业、人员、金额均为虚构)")
            }
            (some, Lang::En) => {
                format!("sandbox ledger {name}: the first cohort is loaded, {some} commands (all of it invented)")
            }
        };
        context.line(loaded)?;
        heading(context, "一、专项情况", "1. The programme")?;
        print(context, &self.programme.text(lang))?;
        heading(context, "二、一个试点", "2. One pilot")?;
        print(context, &self.pilot.text(lang))?;
        heading(context, "三、超限下达被拒绝", "3. An overrun is refused")?;
        self.print_refusal(context)?;
        heading(context, "四、由台账重算并核对", "4. The log alone, and every projection held against it")?;
        let head = store.head(&name).await?;
        let (replayed, differences) = checked(context, store, &head).await?;
        context.line(verified(replayed.events, &hex(&replayed.root), lang))?;
        print_differences(context, &differences)?;
        heading(context, "五、接下来", "5. What next")?;
        let pilot = &self.pilot.summary.pilot;
        context.line(format!("tranche status {pilot} --ledger {name}"))?;
        context.line(format!("tranche explain {pilot} release_limit --ledger {name}"))?;
        context.line(format!("tranche log --pilot {pilot} --ledger {name}"))?;
        context.line(address(lang))?;
        if differences.is_empty() { Ok(()) } else { Err(Failure::Refused) }
    }

    /// The attempt, each rule it breaks with its arithmetic, and that nothing came of it.
    fn print_refusal(&self, context: &mut Context) -> Result<(), Failure> {
        let lang = context.lang;
        let field = |name: &str| self.overrun.get(name).and_then(Value::as_str).unwrap_or_default();
        let amount = crate::report::amount::grouped(field("amount"));
        let pilot = field("pilot");
        context.line(lang.pick(
            format!("试办:{} 向 {pilot} 下达 {amount} 元(只作预演,不入账)", field("on")),
            format!("tried: a release of {amount} to {pilot} on {} (rehearsed only)", field("on")),
        ))?;
        for reason in &self.refusals {
            let text = lang.pick(&reason.zh, &reason.en);
            let rule = paint(BAD, format!("{} {}", lang.pick("拒绝", "refused"), reason.rule));
            context.line(format!("{rule} {}: {text}", reason.clause))?;
        }
        context.line(paint(GOOD, lang.pick("台账未作任何改动", "nothing was appended")))
    }
}
