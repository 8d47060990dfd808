//! `tranche checkpoint`: signs what the ledger is now, where it goes on from what was signed before.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{Context, Failure};
use crate::engine::replay::hex;
use crate::engine::signer::{self, Desk, Signed};
use crate::report::proof::ConsistencyShape;

/// Options of `checkpoint`.
#[derive(Args)]
pub struct Checkpoint {
    /// 私钥文件(tranche key new) · the private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// 签发记录;不填则在私钥旁 · the signer's own record; beside the key where none is named
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
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
        let record = self.state.unwrap_or_else(|| signer::record_beside(&self.key));
        let desk = Desk::open(&self.key, record.clone())?;
        let (store, head) = context.opened().await?;
        let mut progress = context.progress(u64::try_from(head.position).ok());
        let signed = desk.sign(&store, &head, |at| progress.at(at)).await?;
        drop(progress);
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
