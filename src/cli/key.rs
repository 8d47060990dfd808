//! `tranche key`: makes the keys that sign and cosign checkpoints, shows the public half of one, and announces and changes
//! the ledger's.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::record::party;
use super::{Context, Failure, clock};
use crate::domain::act::{ActKind, AnnounceKey};
use crate::domain::command::Command;
use crate::domain::ledger::shanghai_date;
use crate::engine::signer::{self, Desk, SignerError};
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
    /// 首次公布台账的签发密钥:输出一条命令,交 tranche apply 办理 · announce the ledger's first key: prints a command for
    /// `tranche apply`
    Announce {
        /// 私钥文件 · the private key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        #[command(flatten)]
        envelope: Envelope,
    },
    /// 换密钥:原密钥自此不再签发,新密钥接续;输出一条命令,交 tranche apply 办理 · change the key: the old one signs no more, the
    /// new one goes on; prints a command for `tranche apply`
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
}

impl Key {
    pub(super) fn run(self, context: &mut Context) -> Result<(), Failure> {
        let public = match self.act {
            Act::New { name, output, cosigner } => new(&name, &output, cosigner)?,
            Act::Show { file } => show(&file)?,
            Act::Announce { key, envelope } => {
                let desk = Desk::open(&key, signer::record_beside(&key))?;
                return context.json(&envelope.command(desk.announce())?);
            }
            Act::Rotate { key, new, state, new_state, envelope } => {
                let state = state.unwrap_or_else(|| signer::record_beside(&key));
                let new_state = new_state.unwrap_or_else(|| signer::record_beside(&new));
                return rotate(context, (&key, state), (&new, new_state), &envelope);
            }
        };
        if context.is_json() {
            let (id, kind) = (format!("{:08x}", public.id()), kind_code(public.kind()));
            return context.json(&json!({"name": public.name(), "id": id, "kind": kind, "key": public.to_string()}));
        }
        context.line(public)
    }
}

/// Hands over from one key to another, each with its record, and prints the command that announces it.
fn rotate(
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
    // Whatever is wrong with who announces it is said before the old key stops.
    envelope.command(old.announce())?;
    let command = envelope.command(old.hand_over(&new, context.ledger_name())?)?;
    context.complain(context.lang.pick(
        "原密钥自此不再签发;请将此命令交 tranche apply 办理,入账后由新密钥签发。中断的,重新执行即可",
        "the old key signs no more; give this command to tranche apply, and the new key signs from then on; where this \
         was cut off, do it again",
    ));
    context.json(&command)
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
    fn command(&self, announcement: AnnounceKey) -> Result<Map<String, Value>, Failure> {
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
        Command::read(&command).map_err(|faults| Failure::faults(&faults))?;
        Ok(command)
    }
}
