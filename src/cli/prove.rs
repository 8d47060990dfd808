//! `tranche prove`: that an entry is in the ledger, or that a checkpoint is its beginning.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Context, Failure, note_file};
use crate::engine::prove::{self, Tree};
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::log::merkle::Hash;
use crate::log::note::Verifier;
use crate::report::proof::{ConsistencyShape, InclusionShape, consistency_text, inclusion_text};
use crate::store::{Head, Store};

/// Options of `prove`.
#[derive(Args)]
pub struct Prove {
    /// 证明此条记录在台账中:位置从 1 起,证明中的叶序号从 0 起 · that the entry here is in the ledger: positions
    /// count from 1, the leaf indexes in proofs from 0
    #[arg(value_name = "POSITION", required_unless_present = "since", conflicts_with = "since")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    position: Option<u64>,
    /// 证明此检查点是台账的开头 · that this checkpoint is the beginning of the ledger
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// 证明至此检查点;不填则至台账现状 · in the tree of this checkpoint; in that of the ledger now where none is given
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// 核对检查点的签名和名称所用的公钥 · the public key that the checkpoints must be signed by
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

impl Prove {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let key: Option<Verifier> = self.key.as_deref().map(str::parse).transpose()?;
        let read = |path: &PathBuf| read(path, key.as_ref());
        let (since, to) = (self.since.as_ref().map(read).transpose()?, self.checkpoint.as_ref().map(read).transpose()?);
        if let (Some(since), Some(to)) = (&since, &to)
            && since.checkpoint.origin != to.checkpoint.origin
        {
            let (old, new) = (&since.checkpoint.origin, &to.checkpoint.origin);
            return Err(Failure::usage(
                format!("两个检查点属于不同台账:{old} 和 {new}"),
                format!("the checkpoints are of two ledgers: {old} and {new}"),
            ));
        }
        let (store, head) = context.opened().await?;
        for (path, signed) in [(&self.since, &since), (&self.checkpoint, &to)] {
            if let (Some(path), Some(signed)) = (path, signed) {
                note_file::check_own(&store, &head, signed).await.map_err(note_file::of(path))?;
            }
        }
        match (self.position, since) {
            (_, Some(since)) => consistency(context, (&store, &head), &since.checkpoint, to.as_ref()).await,
            (Some(position), None) => inclusion(context, (&store, &head), position, to.as_ref()).await,
            // The definition of the command line asks for one of them.
            (None, None) => Ok(()),
        }
    }
}

/// Reads a checkpoint, and verifies it where a key is given.
fn read(path: &Path, key: Option<&Verifier>) -> Result<SignedCheckpoint, Failure> {
    let signed = note_file::checkpoint(path)?;
    if let Some(key) = key {
        signed.verify(key).map_err(note_file::of(path))?;
    }
    Ok(signed)
}

/// The text of the checkpoint that a proof leads to: as it was signed, or as a signer would be given it.
fn checkpoint_text(context: &Context, head: &Head, to: Option<&SignedCheckpoint>, (size, root): (u64, Hash)) -> String {
    if let Some(to) = to {
        return to.note.to_string();
    }
    context.complain(context.lang.pick(
        "注意:此证明的检查点未经签名;请用 tranche checkpoint 签发后以 --checkpoint 指定",
        "note: nobody signed the checkpoint in this proof; sign one with tranche checkpoint and name it by --checkpoint",
    ));
    Checkpoint { origin: head.name.clone(), size, root, extensions: Vec::new() }.to_string()
}

fn tree(to: Option<&SignedCheckpoint>) -> Tree<'_> {
    to.map_or(Tree::Head, |to| Tree::Checkpoint(&to.checkpoint))
}

async fn inclusion(
    context: &mut Context,
    (store, head): (&Store, &Head),
    position: u64,
    to: Option<&SignedCheckpoint>,
) -> Result<(), Failure> {
    let mut progress = context.progress(Some(tree(to).size(head)));
    let proven = prove::inclusion(store, head, tree(to), position, |at| progress.at(at)).await?;
    drop(progress);
    let checkpoint = checkpoint_text(context, head, to, (proven.size, proven.root));
    if context.is_json() {
        return context.json(&InclusionShape::of(&proven, &checkpoint));
    }
    let (index, size) = (position.saturating_sub(1), proven.size);
    context.complain(&context.lang.pick(
        format!("第 {position} 条(叶序号从 0 起,为 {index})在 {size} 条记录之中"),
        format!("position {position} (leaf index {index}, counted from 0) is among {size} entries"),
    ));
    context.text(&inclusion_text(&proven, &checkpoint))
}

async fn consistency(
    context: &mut Context,
    (store, head): (&Store, &Head),
    since: &Checkpoint,
    to: Option<&SignedCheckpoint>,
) -> Result<(), Failure> {
    let mut progress = context.progress(Some(tree(to).size(head)));
    let proven = prove::consistency(store, head, since, tree(to), |at| progress.at(at)).await?;
    drop(progress);
    let checkpoint = checkpoint_text(context, head, to, (proven.size, proven.root));
    if context.is_json() {
        return context.json(&ConsistencyShape::of(&proven, &checkpoint));
    }
    let (old, new) = (proven.old_size, proven.size);
    context.complain(&context.lang.pick(
        format!("检查点的 {old} 条记录原样是 {new} 条记录的开头"),
        format!("the checkpoint's {old} entries are, unchanged, the beginning of {new}"),
    ));
    context.text(&consistency_text(&proven, &checkpoint))
}
