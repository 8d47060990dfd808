//! `tranche db`: the embedded database's whereabouts, and stopping it.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Context, Failure};
use crate::store::embedded::{self, Cluster};

/// Options of `db`.
#[derive(Args)]
pub struct Db {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// 位置、版本、是否运行 · where it is, which version, whether it runs
    Status,
    /// 停止 · stops it; the next call starts it again
    Stop,
}

impl Db {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        if !context.is_embedded() {
            return Err(Failure::usage(
                "指定了 --database 或 DATABASE_URL:db 命令只管理内置数据库",
                "--database or DATABASE_URL is given: `db` is about the embedded database only",
            ));
        }
        let cluster = Cluster::at(embedded::home()?)?;
        match self.what {
            What::Status => status(context, &cluster).await,
            What::Stop => stop(context, &cluster).await,
        }
    }
}

async fn status(context: &mut Context, cluster: &Cluster) -> Result<(), Failure> {
    let status = cluster.status().await?;
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    if context.is_json() {
        return context.json(&json!({
            "home": status.home.display().to_string(),
            "data": path(&status.data),
            "pid": status.pid,
            "version": status.version,
            "socket": path(&status.socket),
            "size_bytes": status.size_bytes,
            "log": path(&status.log),
        }));
    }
    let lang = context.lang;
    let running = match status.pid {
        Some(pid) => lang.pick(format!("运行中(进程 {pid})"), format!("running (process {pid})")),
        None => lang.pick("未运行".to_owned(), "not running".to_owned()),
    };
    context.line(format!("{:<8}{running}", lang.pick("状态", "state")))?;
    context.line(format!("{:<8}{}", lang.pick("目录", "home"), status.home.display()))?;
    let rows = [
        (lang.pick("数据", "data"), path(&status.data)),
        (lang.pick("版本", "version"), status.version.clone().map(|version| format!("PostgreSQL {version}"))),
        (lang.pick("套接字", "socket"), path(&status.socket)),
        (lang.pick("占用", "size"), Some(format!("{:.1} MiB", mebibytes(status.size_bytes)))),
        (lang.pick("日志", "log"), path(&status.log)),
    ];
    for (name, text) in rows {
        if let Some(text) = text {
            context.line(format!("{name:<8}{text}"))?;
        }
    }
    Ok(())
}

/// Bytes in mebibytes, for people.
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

async fn stop(context: &mut Context, cluster: &Cluster) -> Result<(), Failure> {
    let stopped = cluster.stop().await?;
    if context.is_json() {
        return context.json(&json!({"stopped": stopped}));
    }
    let text = if stopped {
        context.lang.pick("内置数据库已停止", "the embedded database is stopped")
    } else {
        context.lang.pick("内置数据库没有运行", "the embedded database was not running")
    };
    context.line(text)
}
