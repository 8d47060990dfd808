//! `tranche pack`: an evidence pack, which others check without this program.

mod check;
mod content;
mod evidence;

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::asked::unknown_pilot;
use super::draft::Draft;
use super::log::beyond;
use super::note_file;
use super::{Context, Failure};
use crate::domain::act::Act;
use crate::domain::note::{NoteError, Verifier};
use crate::engine::state;
use crate::log::checkpoint::SignedCheckpoint;
use crate::store::{Head, Record, Store};

use self::content::Packing;

/// Options of `pack`.
#[derive(Args)]
pub struct Pack {
    /// 写入文件 · the file to write
    #[arg(long, short, value_name = "FILE", required_unless_present = "check")]
    output: Option<PathBuf>,
    /// 由台账重做此包,逐字节比对 · make this pack anew from the ledger, and compare every byte
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "pilot", "to", "checkpoint", "key"])]
    check: Option<PathBuf>,
    /// 只含一个试点及审核它所需的记录 · one pilot's entries, and what its rules need
    #[arg(long, value_name = "PILOT")]
    pilot: Option<String>,
    /// 到此位置止 · up to this position
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    to: Option<i64>,
    /// 附上检查点及其会签;可多次 · a checkpoint with its cosignatures; may stand again
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// 检查点须有其签名的公钥;可多次 · a public key the checkpoints must be signed by; may stand again
    #[arg(long, value_name = "VKEY")]
    key: Vec<String>,
}

/// Which entries go into a pack.
pub(super) struct Scope {
    /// The last position.
    to: i64,
    /// The pilot with its application, where it is not of all.
    pilot: Option<(String, String)>,
}

impl Scope {
    /// Whether an entry goes in: of a pilot its own, those of its application, and the programme's.
    fn holds(&self, record: &Record) -> bool {
        let stream = record.stream.as_str();
        record.position <= self.to
            && self.pilot.as_ref().is_none_or(|(pilot, application)| {
                stream == "programme"
                    || stream.strip_prefix("pilot-") == Some(pilot)
                    || stream.strip_prefix("application-") == Some(application)
            })
    }
}

impl Pack {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let Some(output) = &self.output else {
            return Box::pin(check::run(context, &self.check.unwrap_or_default())).await;
        };
        let keys = self.key.iter().map(|key| key.parse()).collect::<Result<Vec<Verifier>, _>>()?;
        let (store, head) = context.opened().await?;
        let mut checkpoints = Vec::new();
        for path in &self.checkpoint {
            let signed = note_file::checkpoint(path)?;
            check_signed(&signed, &keys).map_err(note_file::of(path))?;
            note_file::check_own(&store, &head, &signed).await.map_err(note_file::of(path))?;
            checkpoints.push(signed);
        }
        checkpoints.sort_by_key(|signed| (signed.checkpoint.size, signed.note.to_string()));
        let to = self.to.unwrap_or(head.position);
        if to > head.position {
            return Err(beyond("--to", to, &head));
        }
        let scope = Scope { to, pilot: scoped(self.pilot.as_deref(), &store, &head, to).await? };
        let mut draft = Draft::beside(output)?;
        let packing = Packing { store: &store, head: &head, scope: &scope, checkpoints: &checkpoints, keys: &keys };
        let about =
            packing.write(context, &mut draft.file).await.map_err(|stop| stop.failure(|error| draft.failed(error)))?;
        draft.keep()?;
        let (size, entries, root, path) = (about.size, about.entries, &about.root, output.display());
        context.complain(&context.lang.pick(
            format!("{path}:台账 {size} 条,含 {entries} 条,根 {root};核验:python3 verify.py {path} --key 公钥"),
            format!("{path}: {entries} of the ledger's {size} entries, root {root}; check it: python3 verify.py {path} --key VKEY"),
        ));
        Ok(())
    }
}

/// The pilot with its application; refused where there is no entry of it up to the position.
async fn scoped(pilot: Option<&str>, store: &Store, head: &Head, to: i64) -> Result<Option<(String, String)>, Failure> {
    let Some(pilot) = pilot else { return Ok(None) };
    let stream = store.stream_read(head.ledger, &format!("pilot-{pilot}"), 1);
    futures_util::pin_mut!(stream);
    let Some(first) = futures_util::StreamExt::next(&mut stream).await.transpose()? else {
        return Err(unknown_pilot(&state::load(store, head.ledger).await?, pilot, None));
    };
    let at = first.position;
    match state::event_of(&first)?.act {
        Act::Recognise(act) if at <= to => Ok(Some((pilot.to_owned(), act.application.to_string()))),
        _ => Err(Failure::usage(
            format!("截至位置 {to} 没有试点 {pilot} 的认定,它在位置 {at}"),
            format!("the pilot {pilot} is not recognised up to {to}, but at {at}"),
        )),
    }
}

/// Where keys are given, one of them must have signed, and none may stand there with a signature that does not fit.
fn check_signed(signed: &SignedCheckpoint, keys: &[Verifier]) -> Result<(), Failure> {
    let mut failed = None;
    let mut found = keys.is_empty();
    for key in keys {
        match signed.note.verify(key) {
            Ok(()) => found = true,
            Err(error @ NoteError::Forged(_)) => return Err(error.into()),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if !found => Err(error.into()),
        _ => Ok(()),
    }
}

/// What ends the writing of a pack early: the file, or what was to be written.
pub(super) enum Stop {
    File(io::Error),
    Content(Failure),
}

impl Stop {
    fn failure(self, failed: impl FnOnce(&io::Error) -> Failure) -> Failure {
        match self {
            Self::File(error) => failed(&error),
            Self::Content(failure) => failure,
        }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}
