//! `tranche checkpoint`: signs what the ledger is now, where it goes on from what was signed before; puts together what
//! others signed beneath it, and tells whether that is enough.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{Context, Failure, Lang, note_file};
use crate::engine::replay::hex;
use crate::engine::signer::{self, Desk, Signed};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::note::NoteError;
use crate::log::policy::Policy;
use crate::report::policy::{conclusion, verdict_json, verdict_text};
use crate::report::proof::ConsistencyShape;

/// Options of `checkpoint`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Checkpoint {
    #[command(subcommand)]
    act: Option<Act>,
    #[command(flatten)]
    sign: Sign,
}

#[derive(Subcommand)]
enum Act {
    /// 合并同一检查点的各份联署 · put the signatures of copies of one checkpoint under one
    Merge(Merge),
    /// 核对检查点的签名是否符合规定 · tell whether a checkpoint has the signatures that a policy asks for
    Check(Check),
}

/// Options of `checkpoint` itself.
#[derive(Args)]
struct Sign {
    /// 私钥文件(tranche key new) · the private key
    #[arg(long, value_name = "FILE", required = true)]
    key: Option<PathBuf>,
    /// 签发记录;不填则在私钥旁 · the signer's own record; beside the key where none is named
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// Options of `checkpoint merge`.
#[derive(Args)]
struct Merge {
    /// 各份检查点 · the copies
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Options of `checkpoint check`.
#[derive(Args)]
struct Check {
    /// 签名规定(C2SP tlog-policy) · which signatures are needed
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// 检查点,可有多份,合并后核对 · the checkpoint; where there are several copies, they are put together first
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// What `checkpoint` prints for programs.
#[derive(Serialize)]
struct Shape<'a> {
    origin: &'a str,
    size: u64,
    root: String,
    checkpoint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<ConsistencyShape>,
}

impl Checkpoint {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        match self.act {
            None => self.sign.run(context).await,
            Some(Act::Merge(merge)) => {
                let merged = merged(&merge.files)?;
                context.text(&merged.note.to_string())
            }
            Some(Act::Check(check)) => check.run(context),
        }
    }
}

/// Reads copies of one checkpoint, and puts their signatures under one.
fn merged(files: &[PathBuf]) -> Result<SignedCheckpoint, Failure> {
    let mut copies = files.iter().map(|path| note_file::checkpoint(path));
    let Some(first) = copies.next() else { return Err(NoteError::Malformed("there is none").into()) };
    let mut merged = first?;
    for copy in copies {
        merged.note.merge(copy?.note)?;
    }
    Ok(merged)
}

impl Check {
    fn run(self, context: &mut Context) -> Result<(), Failure> {
        let policy: Policy = note_file::text(&self.policy)?.parse()?;
        let verdict = policy.evaluate(&merged(&self.files)?);
        if context.is_json() {
            context.json(&verdict_json(&verdict))?;
        } else {
            context.text(&verdict_text(&verdict, context.lang))?;
        }
        if !verdict.is_met() {
            return Err(Failure::Unverified { zh: conclusion(&verdict, Lang::Zh), en: conclusion(&verdict, Lang::En) });
        }
        if context.is_json() { Ok(()) } else { context.line(conclusion(&verdict, context.lang)) }
    }
}

impl Sign {
    async fn run(self, context: &mut Context) -> Result<(), Failure> {
        // The definition of the command line asks for it.
        let key = self.key.unwrap_or_default();
        let record = self.state.unwrap_or_else(|| signer::record_beside(&key));
        let desk = Desk::open(&key, record.clone())?;
        let (store, head) = context.opened().await?;
        let mut progress = context.progress(u64::try_from(head.position).ok());
        let signed = desk.sign(&store, &head, |at| progress.at(at)).await?;
        drop(progress);
        // The signature stands without them.
        if super::tiles::fill(&store, head.ledger).await.is_err() {
            tracing::warn!("no tiles were stored");
        }
        let Signed { checkpoint, since } = &signed;
        let (note, said) = (checkpoint.note.to_string(), &checkpoint.checkpoint);
        if context.is_json() {
            let since = since.as_ref().map(|since| ConsistencyShape::of(since, &note));
            let root = hex(&said.root);
            return context.json(&Shape { origin: &said.origin, size: said.size, root, checkpoint: &note, since });
        }
        let (size, record) = (said.size, record.display());
        let told = match since {
            None => context.lang.pick(
                format!("首次签发,共 {size} 条记录;签发记录见 {record},请妥善保存"),
                format!("the first on record, over {size} entries; keep the record {record}"),
            ),
            Some(since) => context.lang.pick(
                format!("已重新核算 {size} 条记录,与此前签发的第 {} 条一致", since.old_size),
                format!("{size} entries read again; they go on from the {} signed before", since.old_size),
            ),
        };
        context.complain(&told);
        context.text(&note)
    }
}
