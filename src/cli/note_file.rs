//! Reading checkpoints, proofs and policies from files, each in bounded memory.

use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Failure;
use crate::engine::state;
use crate::log::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::log::merkle::Hash;
use crate::store::{Head, Store};

/// A checkpoint is longer than a note may be from here on.
const FILE_BYTES_MAX: u64 = 1_000_001;

/// The text of a file; what is no UTF-8 in it will fail to read as anything.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_end(&mut bytes));
    opened.map_err(|error| {
        let path = path.display();
        Failure::usage(format!("无法读取 {path}:{error}"), format!("cannot read {path}: {error}"))
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Says of what is wrong which file it is in.
pub(super) fn of<E: Into<Failure>>(path: &Path) -> impl Fn(E) -> Failure {
    let path = path.display().to_string();
    move |error| error.into().of(&path)
}

/// Reads a checkpoint.
pub(super) fn checkpoint(path: &Path) -> Result<SignedCheckpoint, Failure> {
    text(path)?.parse().map_err(of::<CheckpointError>(path))
}

/// Whether a checkpoint is of this ledger, where its entries announce a key that would tell.
pub(super) async fn check_own(store: &Store, head: &Head, signed: &SignedCheckpoint) -> Result<(), Failure> {
    let state = state::load_pilots(store, head.ledger, &[]).await?.0;
    let (Some(first), found) = (state.programme.keys.first(), &signed.checkpoint.origin) else { return Ok(()) };
    let (own, ledger) = (first.key.name(), &head.name);
    if own == found {
        return Ok(());
    }
    Err(Failure::Unverified {
        zh: format!("检查点属于另一台账:其名称为 {found},台账 {ledger} 的为 {own}"),
        en: format!("the checkpoint is of another ledger: its origin is {found}, that of {ledger} is {own}"),
    })
}

/// A checkpoint, and where it came with a proof that it goes on from a size, that.
pub(super) struct Shown {
    pub(super) checkpoint: SignedCheckpoint,
    pub(super) size: u64,
    pub(super) proof: Option<(u64, Vec<Hash>)>,
}

/// Reads a checkpoint, alone or under a proof of consistency as a C2SP tlog-witness is given one.
pub(super) fn checkpoint_or_proof(path: &Path) -> Result<Shown, Failure> {
    let text = text(path)?;
    let (proof, note) = match text.split_once("\n\n").filter(|(head, _)| is_proof(head)) {
        Some((head, note)) => (Some(proof(head).ok_or_else(|| of(path)(no_proof()))?), note),
        None => (None, text.as_str()),
    };
    let checkpoint: SignedCheckpoint = note.parse().map_err(of::<CheckpointError>(path))?;
    Ok(Shown { size: checkpoint.checkpoint.size, checkpoint, proof })
}

/// A checkpoint could have an origin of two words too; its second line is a number, and no hash.
fn is_proof(head: &str) -> bool {
    head.starts_with("old ") && head.lines().nth(1).is_none_or(|line| line.parse::<u64>().is_err())
}

fn proof(head: &str) -> Option<(u64, Vec<Hash>)> {
    let mut lines = head.lines();
    let old = lines.next()?.strip_prefix("old ")?.parse().ok()?;
    let hash = |line: &str| STANDARD.decode(line).ok()?.try_into().ok();
    Some((old, lines.map(hash).collect::<Option<Vec<Hash>>>()?))
}

fn no_proof() -> Failure {
    Failure::usage(
        "证明格式不符:应为 tranche prove --since … --checkpoint … 的输出",
        "this is no proof as `tranche prove --since … --checkpoint …` prints it",
    )
}
