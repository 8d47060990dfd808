//! `tranche key`: makes the keys that sign and cosign checkpoints, shows the public half of one, and announces and changes
//! the ledger's.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::record::{self, Due, party};
use super::{Context, Failure, clock};
use crate::domain::act::{ActKind, AnnounceKey};
use crate::domain::command::Command;
use crate::domain::ledger::shanghai_date;
use crate::engine::signer::{self, Desk, SignerError};
use crate::engine::state;
use crate::log::note::{Cosigner, KeyKind, NoteError, Signer, Verifier};

/// Options of `key`.
#[derive(Args)]
pub struct Key {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// 生成密钥,显示公钥 · make a key, and print its public half
    New {
        /// 检查点的名称,如 tranche.example/jiangxi-2025;联署密钥则为联署方名称 · the origin its checkpoints carry; a cosigner's
        /// name where it is a cosigner's key
        #[arg(long, value_name = "ORIGIN")]
        name: String,
        /// 私钥文件,必须尚不存在 · where the private key goes; must not exist
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// 联署密钥,供财政、数据局、审计等联署用 · a key for cosigning what another signs
        #[arg(long)]
        cosigner: bool,
    },
    /// 显示私钥文件的公钥 · print the public half of a private key
    Show {
        /// 私钥文件 · the private key
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// 在台账中首次公布签发密钥 · announce the ledger's first key in it
    Announce {
        /// 私钥文件 · the private key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        #[command(flatten)]
        envelope: Envelope,
    },
    /// 换密钥:在台账中公布,原密钥自此不再签发,新密钥接续;中断的,重新执行即可 · change the key: it is announced in the ledger, the
    /// old one signs no more, the new one goes on; where it was cut off, do it again
    Rotate {
        /// 原私钥文件 · the private key in force
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// 新私钥文件,与原密钥同名 · the new private key, of the same name
        #[arg(long, value_name = "FILE")]
        new: PathBuf,
        /// 原密钥的签发记录;不填则在其旁 · the old key's record; beside it where none is named
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        /// 新密钥的签发记录;不填则在其旁 · the new key's record; beside it where none is named
        #[arg(long, value_name = "FILE")]
        new_state: Option<PathBuf>,
        #[command(flatten)]
        envelope: Envelope,
    },
}

/// Who announces a key, and when.
#[derive(Args)]
struct Envelope {
    /// 录入人,如 province_finance:李敏 · who records it
    #[arg(long, value_name = "BODY:PERSON")]
    by: String,
    /// 会签人和文号,如 province_drc:周涛 · who approves it; may be repeated
    #[arg(long, value_name = "BODY:PERSON[:DOCUMENT]")]
    approve: Vec<String>,
    /// 业务日期,默认今天 · the business date; today where none is given
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// 只试算,不入账,不交接 · judge it, append nothing and hand nothing over
    #[arg(long)]
    dry_run: bool,
}

impl Key {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let public = match self.act {
            Act::New { name, output, cosigner } => new(&name, &output, cosigner)?,
            Act::Show { file } => show(&file)?,
            Act::Announce { key, envelope } => {
                let desk = Desk::open(&key, signer::record_beside(&key))?;
                return record::judged(context, envelope.due(desk.announce())?).await;
            }
            Act::Rotate { key, new, state, new_state, envelope } => {
                let state = state.unwrap_or_else(|| signer::record_beside(&key));
                let new_state = new_state.unwrap_or_else(|| signer::record_beside(&new));
                return Box::pin(rotate(context, (&key, state), (&new, new_state), &envelope)).await;
            }
        };
        if context.is_json() {
            let (id, kind) = (format!("{:08x}", public.id()), kind_code(public.kind()));
            return context.json(&json!({"name": public.name(), "id": id, "kind": kind, "key": public.to_string()}));
        }
        context.line(public)
    }
}

/// Announces a new key in the ledger, and hands over to it once it is announced: what the ledger refuses leaves the old
/// key in force, and whatever is cut off is finished by doing it again.
async fn rotate(
    context: &mut Context,
    (key, state): (&Path, PathBuf),
    (new, new_state): (&Path, PathBuf),
    envelope: &Envelope,
) -> Result<(), Failure> {
    let canonical = |path: &Path| std::fs::canonicalize(path).ok();
    if canonical(key).is_some_and(|key| canonical(new) == Some(key)) {
        let own = show(key)?.to_string();
        return Err(SignerError::Successor { old: own.clone(), new: own }.into());
    }
    let (old, new) = (Desk::open(key, state)?, Desk::open(new, new_state)?);
    let handing = old.handing_over(&new, context.ledger_name())?;
    let due = envelope.due(handing.announcement.clone())?;
    let (store, head) = context.opened().await?;
    let programme = state::load_pilots(&store, head.ledger, &[]).await?.0.programme;
    let in_force = programme.keys.last().map(|announced| &announced.key);
    if in_force != Some(&handing.announcement.key) {
        record::judged(context, due).await?;
    }
    if envelope.dry_run {
        return Ok(());
    }
    old.hand_over(&new, &handing)?;
    context.complain(context.lang.pick(
        "已交接:原密钥自此不再签发,由新密钥接续签发",
        "handed over: the old key signs no more, and the new one goes on",
    ));
    Ok(())
}

fn kind_code(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Log => "log",
        KeyKind::Cosigner => "cosigner",
    }
}

fn new(name: &str, output: &Path, cosigner: bool) -> Result<Verifier, Failure> {
    let seed = clock::seed()?;
    let (secret, public) = if cosigner {
        let key = Cosigner::from_seed(name, &seed)?;
        (key.secret_text(), key.public().clone())
    } else {
        let key = Signer::from_seed(name, &seed)?;
        (key.secret_text(), key.public().clone())
    };
    signer::key_write(output, &secret)?;
    Ok(public)
}

/// The public half of a private key of either kind.
fn show(file: &Path) -> Result<Verifier, Failure> {
    match signer::key_read::<Signer>(file) {
        Ok(key) => Ok(key.public().clone()),
        Err(SignerError::Key { source: NoteError::Kind { .. }, .. }) => {
            Ok(signer::key_read::<Cosigner>(file)?.public().clone())
        }
        Err(error) => Err(error.into()),
    }
}

impl Envelope {
    /// The announcement as a command, which must be of right form.
    fn due(&self, announcement: AnnounceKey) -> Result<Due, Failure> {
        let today = shanghai_date((clock().now)()).to_string();
        let mut command = Map::from_iter([
            ("command".to_owned(), ActKind::AnnounceKey.command().into()),
            ("on".to_owned(), self.on.clone().unwrap_or(today).into()),
            ("by".to_owned(), party::read(&self.by)),
        ]);
        if !self.approve.is_empty() {
            let approvals = self.approve.iter().map(|text| party::read(text)).collect();
            command.insert("approvals".to_owned(), Value::Array(approvals));
        }
        if let Value::Object(fields) = serde_json::to_value(announcement)? {
            command.extend(fields);
        }
        let command = Command::read(&command).map_err(|faults| Failure::faults(&faults))?;
        Ok(Due { command, dated: self.on.is_some(), dry_run: self.dry_run })
    }
}
