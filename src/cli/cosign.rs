//! `tranche cosign`: a cosigner's line under a checkpoint that goes on from the last one it signed.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{Context, Failure, clock, note_file};
use crate::engine::cosigner::{CosignDesk, Evidence};
use crate::engine::replay::hex;
use crate::engine::signer;
use crate::log::note::Verifier;
use crate::report::policy::time_text;

/// Options of `cosign`.
#[derive(Args)]
pub struct Cosign {
    /// 联署私钥文件(tranche key new --cosigner) · the cosigner's private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// 联署记录;不填则在私钥旁 · the cosigner's own record; beside the key where none is named
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// 台账的公钥;不填则用上次联署时的,或台账中公布的接替者 · the log's public key; the one of the last time where none is given, or
    /// the one it was handed on to by the ledger's entries
    #[arg(long, value_name = "VKEY")]
    log_key: Option<String>,
    /// 不读数据库:首次联署或给出证明时 · without the database: the first time, or where there is a proof
    #[arg(long)]
    offline: bool,
    /// 检查点;或 tranche prove --since 上次联署的检查点 --checkpoint 新检查点 给出的证明,此时不读数据库 · the checkpoint; or what
    /// `tranche prove --since LAST --checkpoint NEW` printed, and then no database is asked
    #[arg(value_name = "FILE")]
    checkpoint: PathBuf,
}

/// What `cosign` prints for programs.
#[derive(Serialize)]
struct Shape<'a> {
    origin: &'a str,
    size: u64,
    root: String,
    time: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<u64>,
    checkpoint: &'a str,
}

impl Cosign {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let log: Option<Verifier> = self.log_key.as_deref().map(str::parse).transpose()?;
        let record = self.state.unwrap_or_else(|| signer::record_beside(&self.key));
        let desk = CosignDesk::open(&self.key, record)?;
        let shown = note_file::checkpoint_or_proof(&self.checkpoint)?;
        let now = u64::try_from((clock().now)().timestamp()).unwrap_or(0);
        let (signed, total) = (shown.checkpoint, shown.size);
        let mut progress = context.progress(Some(total));
        let seen = (now, |at| progress.at(at));
        let cosigned = match shown.proof {
            Some((old, proof)) => desk.cosign(signed, log.as_ref(), Evidence::Proof { old, proof: &proof }, seen).await,
            None if self.offline => desk.cosign(signed, log.as_ref(), Evidence::Nothing, seen).await,
            None => {
                let (store, head) = context.opened().await?;
                desk.cosign(signed, log.as_ref(), Evidence::Entries(&store, &head), seen).await
            }
        }?;
        drop(progress);
        let (note, said) = (cosigned.checkpoint.note.to_string(), &cosigned.checkpoint.checkpoint);
        if context.is_json() {
            let (root, time, since) = (hex(&said.root), cosigned.seconds, cosigned.since);
            return context.json(&Shape {
                origin: &said.origin,
                size: said.size,
                root,
                time,
                since,
                checkpoint: &note,
            });
        }
        let (size, time) = (said.size, time_text(cosigned.seconds));
        context.complain(&match cosigned.since {
            None => context.lang.pick(
                format!("首次联署,共 {size} 条记录,{time}"),
                format!("the first on record, over {size} entries, {time}"),
            ),
            Some(since) => context.lang.pick(
                format!("共 {size} 条记录,接续此前联署的第 {since} 条,{time}"),
                format!("{size} entries, which go on from the {since} cosigned before, {time}"),
            ),
        });
        context.text(&note)
    }
}
