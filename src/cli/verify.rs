//! `tranche verify`: recomputes and judges everything again, holds it against checkpoints, and says what is wrong.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Context, Failure, note_file};
use crate::engine::signer;
use crate::engine::verify::{self, Claim};
use crate::log::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::log::note::Verifier;
use crate::report::verify::{VerificationShape, text};
use crate::store::StoreError;

/// Options of `verify`.
#[derive(Args)]
pub struct Verify {
    /// 与这些检查点(或签发记录)比对 · hold the ledger against these checkpoints, or a signer's record
    #[arg(long, value_name = "FILE", num_args = 1..)]
    against: Vec<PathBuf>,
    /// 检查点须由这些公钥之一签名 · the public keys of which one must have signed each checkpoint
    #[arg(long, value_name = "VKEY", num_args = 1.., requires = "against")]
    key: Vec<String>,
}

impl Verify {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let keys: Vec<Verifier> = self.key.iter().map(|key| key.parse()).collect::<Result<_, _>>()?;
        let claims = self.against.iter().map(|path| claim(path, &keys, context.ledger_name()));
        let claims: Vec<Claim> = claims.collect::<Result<_, _>>()?;
        one_origin(&claims)?;
        if let Some(claim) = claims.iter().max_by_key(|claim| claim.checkpoint.size)
            && let Err(StoreError::LedgerMissing { name }) = context.store().await?.head(context.ledger_name()).await
        {
            return Err(gone(&name, claim));
        }
        let (_, head) = context.opened().await?;
        let mut progress = context.progress(u64::try_from(head.position).ok());
        let target = context.target().await?;
        let report = verify::verify(&target, context.ledger_name(), &claims, |at| progress.at(at)).await?;
        drop(progress);
        if context.is_json() {
            context.json(&VerificationShape::of(&report, claims.len()))?;
        } else {
            context.text(&text(&report, claims.len(), context.lang))?;
        }
        let count = report.findings.len() as u64 + report.more;
        if count == 0 {
            return Ok(());
        }
        let (zh, en) = (format!("台账校验不符,共 {count} 处"), format!("the ledger does not verify: {count} findings"));
        Err(Failure::Unverified { zh, en })
    }
}

/// Reads a checkpoint, or the one in a signer's record, and verifies it where keys are given.
fn claim(path: &Path, keys: &[Verifier], ledger: &str) -> Result<Claim, Failure> {
    let named = path.display().to_string();
    let text = note_file::text(path)?;
    let own = text.starts_with('{');
    let parsed: Result<SignedCheckpoint, CheckpointError> = if own {
        let (of, note) = signer::record_parts(&text).map_err(|why| {
            Failure::usage(format!("{named} 不是签发记录:{why}"), format!("{named} is no signer's record: {why}"))
        })?;
        if of != ledger {
            return Err(Failure::usage(
                format!("{named} 是台账 {of} 的签发记录,不是 {ledger} 的"),
                format!("{named} is a record of the ledger {of}, not of {ledger}"),
            ));
        }
        let note = note.ok_or_else(|| {
            Failure::usage(format!("{named} 中尚无签发"), format!("nothing was signed yet by {named}"))
        })?;
        note.parse()
    } else {
        text.parse()
    };
    let signed = parsed.map_err(note_file::of(path))?;
    verified(&signed, keys).map_err(note_file::of(path))?;
    Ok(Claim { named, checkpoint: signed.checkpoint, note: Some(signed.note), own })
}

/// Whether one of the keys, if there are any, signed it: of those of its own log.
fn verified(signed: &SignedCheckpoint, keys: &[Verifier]) -> Result<(), CheckpointError> {
    let verdicts: Vec<_> = keys.iter().map(|key| signed.verify(key)).collect();
    if verdicts.is_empty() || verdicts.contains(&Ok(())) {
        return Ok(());
    }
    // A key of this log's that does not fit says more than one of another's.
    let of_log = |verdict: &Result<(), _>| !matches!(verdict, Err(CheckpointError::Origin { .. }));
    let own = verdicts.iter().find(|verdict| of_log(verdict)).or(verdicts.first());
    own.cloned().unwrap_or(Ok(()))
}

/// A checkpoint was signed of a ledger that there is not.
fn gone(name: &str, Claim { named, checkpoint, .. }: &Claim) -> Failure {
    let size = checkpoint.size;
    Failure::Unverified {
        zh: format!("没有名为 {name} 的台账,而 {named} 签发时有 {size} 条:台账已被删除,或名称、数据库不是当时的"),
        en: format!(
            "there is no ledger named {name}, and {named} was signed over {size} entries: the ledger was deleted, or the \
             name or the database is another"
        ),
    }
}

/// Checkpoints of two logs cannot both be this ledger's.
fn one_origin(claims: &[Claim]) -> Result<(), Failure> {
    for pair in claims.windows(2) {
        if let [one, other] = pair
            && one.checkpoint.origin != other.checkpoint.origin
        {
            let (one, other) = (&one.checkpoint.origin, &other.checkpoint.origin);
            return Err(Failure::usage(
                format!("检查点属于不同台账:{one} 和 {other}"),
                format!("the checkpoints are of two ledgers: {one} and {other}"),
            ));
        }
    }
    Ok(())
}
