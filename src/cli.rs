//! The command line: one file a subcommand, each reading its options, asking the engine, and printing.
//!
//! Results go to standard output, everything else to standard error. The exit status is that of [`failure::Failure`].
//! No rule and no arithmetic lives here.

mod apply;
mod ask;
mod asked;
mod bench_data;
mod checkpoint;
mod clock;
mod context;
mod cosign;
mod db;
mod demo;
mod diff;
mod draft;
mod explain;
mod export;
mod failure;
mod format;
mod init;
mod input;
mod key;
mod list;
mod log;
mod nearest;
mod note_file;
mod pack;
mod prove;
mod rebuild;
mod record;
mod replay;
mod report;
mod rules;
mod schema;
mod shell;
mod status;
mod tiles;
mod usage;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

pub use clock::clock;
pub use context::{Context, Global, Lang};
pub use failure::Failure;
pub use format::Format;

/// 试点资金台账:不可篡改的财政资金事件台账 · an event-sourced ledger of public money
#[derive(Parser)]
#[command(name = "tranche", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "退出码 exit status: 0 完成 done · 1 有拒绝或差异 refused or differs · 2 用法或输入有误 bad usage or input · \
    3 台账校验不符 does not verify · 4 数据库不可用 no database"
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Sub,
}

#[derive(Subcommand)]
enum Sub {
    /// 演示:载入首批试点并查看 · load the first cohort into a sandbox and look at it
    Demo(demo::Demo),
    /// 建库并开设台账 · migrate the schema and open the ledger
    Init(init::Init),
    /// 办理文件中的命令 · apply commands from files, one JSON object a line
    Apply(apply::Apply),
    /// 办理一个命令 · record one command from flags
    Record(record::Record),
    /// 查看规则 · the rulebook
    Rules(rules::Rules),
    /// 命令、事件和报告的 JSON Schema · JSON Schema of commands, events and reports
    Schema(schema::Schema),
    /// 资金情况与预警 · figures and alerts of the programme or of a pilot
    Status(status::Status),
    /// 历史记录 · the history, a line an event
    Log(log::Log),
    /// 由台账重算并核对 · fold the log alone, and hold every projection against it
    Replay(replay::Replay),
    /// 解释一个数字 · the events and the rule that make up one figure
    Explain(explain::Explain),
    /// 报告和报表 · reports that are signed and filed
    Report(report::Report),
    /// 两次所知或两个日期之差 · what was believed then and now, and the events that make each fen of the difference
    Diff(diff::Diff),
    /// 保存问题与答案,日后再问 · save a question with its answer, to be asked again
    Ask(ask::Ask),
    /// 导出给别的软件核对 · the ledger in forms that other programs read
    Export(export::Export),
    /// 审计证据包 · an evidence pack that others check without this program
    Pack(pack::Pack),
    /// 重建派生数据 · drop and refill the projections while reads go on
    Rebuild(rebuild::Rebuild),
    /// 签发检查点的密钥 · the key that signs checkpoints
    Key(key::Key),
    /// 签发检查点:条数和根 · sign what the ledger is now: its size and root
    Checkpoint(checkpoint::Checkpoint),
    /// 联署检查点:接续上次联署的内容才签 · cosign a checkpoint that goes on from the last one cosigned
    Cosign(cosign::Cosign),
    /// 证明记录在台账中,或台账未被改动 · prove that an entry is in the ledger, or that nothing was altered since
    Prove(prove::Prove),
    /// 核验台账:重算、重审、逐项比对 · recompute, judge again and compare everything
    Verify(verify::Verify),
    /// 写成静态文件供人核对(C2SP tlog-tiles) · static files that programs of others check
    Tiles(tiles::Tiles),
    /// 内置数据库 · the embedded database
    Db(db::Db),
    /// 示例数据,用于测量 · a made-up history of any size, for measuring
    #[command(hide = true)]
    BenchData(bench_data::BenchData),
    /// 命令补全脚本 · completions for a shell
    Completions(shell::Completions),
    /// 手册页 · the manual page
    Man(shell::Man),
}

impl Sub {
    /// Whether its results have this form; where it has forms of its own, it says so itself.
    fn has(&self, format: Format) -> Result<(), Failure> {
        match self {
            Self::Export(_) | Self::Report(_) => Ok(()),
            _ => format.among(Format::COMMON),
        }
    }

    async fn run(self, context: &mut Context) -> Result<(), Failure> {
        match self {
            Self::Demo(demo) => demo.run(context).await,
            Self::Init(init) => init.run(context).await,
            Self::Apply(apply) => apply.run(context).await,
            Self::Record(record) => record.run(context).await,
            Self::Rules(rules) => rules.run(context).await,
            Self::Schema(schema) => schema.run(context),
            Self::Status(status) => status.run(context).await,
            Self::Log(log) => log.run(context).await,
            Self::Replay(replay) => replay.run(context).await,
            Self::Explain(explain) => explain.run(context).await,
            Self::Report(report) => report.run(context).await,
            Self::Diff(diff) => diff.run(context).await,
            Self::Ask(ask) => ask.run(context).await,
            Self::Export(export) => export.run(context).await,
            Self::Pack(pack) => Box::pin(pack.run(context)).await,
            Self::Rebuild(rebuild) => rebuild.run(context).await,
            Self::Key(key) => Box::pin(key.run(context)).await,
            Self::Checkpoint(checkpoint) => checkpoint.run(context).await,
            Self::Cosign(cosign) => cosign.run(context).await,
            Self::Prove(prove) => prove.run(context).await,
            Self::Verify(verify) => verify.run(context).await,
            Self::Tiles(tiles) => tiles.run(context).await,
            Self::Db(db) => db.run(context).await,
            Self::BenchData(data) => data.run(context).await,
            Self::Completions(completions) => completions.run(context),
            Self::Man(man) => man.run(context),
        }
    }
}

/// The whole definition of the command line, `record`'s flags included.
fn definition() -> clap::Command {
    Cli::command().mut_subcommand("record", record::with_flags)
}

/// Runs the program on its arguments.
#[must_use]
pub fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("TRANCHE_LOG"))
        .with_writer(std::io::stderr)
        .init();
    let parsed = definition().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            let explained = usage::explain(&error).filter(|_| !usage::is_english(std::env::args()));
            if let Some(explained) = &explained {
                context::complain(explained);
            }
            if explained.is_none() || usage::is_help(&error) {
                // Help and version go to standard output with status 0, faults of usage to standard error with 2.
                let _unseen = error.print();
            }
            return ExitCode::from(if error.use_stderr() { failure::USAGE } else { 0 });
        }
    };
    let mut context = Context::new(cli.global);
    if let Err(failure) = cli.command.has(context.format) {
        return failure.report(&context);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::from(error).report(&context),
    };
    let done = runtime.block_on(cli.command.run(&mut context)).and_then(|()| context.flush());
    // A thread that waits for more of standard input does not keep the program from ending.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _unseen = context.flush();
            failure.report(&context)
        }
    }
}
