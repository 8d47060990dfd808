//! How proofs, checkpoints and their signer fail: what is wrong at which size, in the user's language.

use super::Failure;
use crate::engine::announced::AnnouncedError;
use crate::engine::cosigner::CosignerError;
use crate::engine::prove::ProveError;
use crate::engine::signer::SignerError;
use crate::log::checkpoint::CheckpointError;
use crate::log::note::NoteError;
use crate::log::policy::PolicyError;
use crate::log::proof::ProofError;

fn unverified(zh: String, en: String) -> Failure {
    Failure::Unverified { zh, en }
}

/// What a proof failed at. A checkpoint that came from anywhere leaves a doubt whose it is, which is said after it.
fn proof_failed(error: ProveError, doubt: (&str, &str)) -> Failure {
    let (en, (doubt_zh, doubt_en)) = (error.to_string(), doubt);
    match error {
        ProveError::Shorter { signed, found } => unverified(
            format!("台账被回退:检查点签于第 {signed} 条,台账现只有 {found} 条{doubt_zh}"),
            format!("{en}{doubt_en}"),
        ),
        ProveError::Forked { origin, size, expected, found } => unverified(
            format!("历史被改动:前 {size} 条记录,检查点 {origin} 的根为 {expected},现由记录算得 {found}{doubt_zh}"),
            format!("{en}{doubt_en}"),
        ),
        ProveError::Store(error) => error.into(),
        ProveError::Proof(error) => error.into(),
        ProveError::Missing { position, size } => {
            unverified(format!("缺少第 {position} 条记录:台账应有 {size} 条"), en)
        }
        ProveError::Head { size, expected, found } => {
            unverified(format!("记录被改动:共 {size} 条,台账头的根为 {expected},现由记录算得 {found}"), en)
        }
        ProveError::Uncounted { size, position } => {
            unverified(format!("台账头被回退:只计到第 {size} 条,而第 {position} 条记录仍在"), en)
        }
    }
}

impl From<ProveError> for Failure {
    fn from(error: ProveError) -> Self {
        proof_failed(error, ("(或检查点属于另一台账)", " (or the checkpoint is of another ledger)"))
    }
}

impl From<ProofError> for Failure {
    fn from(error: ProofError) -> Self {
        let en = error.to_string();
        match error {
            ProofError::Beyond { index, size } => {
                let position = index.wrapping_add(1);
                Self::usage(
                    format!("没有第 {position} 条记录:此处共 {size} 条"),
                    format!("there is no position {position}: there are {size} entries"),
                )
            }
            ProofError::Shrunk { old, new } => Self::usage(
                format!("较早的检查点有 {old} 条,较晚的只有 {new} 条:次序颠倒了"),
                format!("the earlier checkpoint has {old} entries, the later {new}: they are the wrong way round"),
            ),
            ProofError::Unfinished { given, size } => unverified(format!("应有 {size} 条记录,只读到 {given} 条"), en),
            ProofError::Length { expected, found } => {
                unverified(format!("证明应有 {expected} 个哈希,却有 {found} 个"), en)
            }
            ProofError::Root { size } => unverified(format!("证明推不出 {size} 条记录的根"), en),
        }
    }
}

impl From<NoteError> for Failure {
    fn from(error: NoteError) -> Self {
        let (zh, en) = (error.zh(), error.to_string());
        match error {
            NoteError::Unsigned(_) | NoteError::Forged(_) => unverified(zh, en),
            NoteError::Name(_)
            | NoteError::Key
            | NoteError::Kind { .. }
            | NoteError::Malformed(_)
            | NoteError::OtherText => Self::usage(zh, en),
        }
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        let en = error.to_string();
        match error {
            CheckpointError::Note(error) => error.into(),
            CheckpointError::Malformed(_) => Self::usage("不是检查点:签名文本中没有名称、条数和根", en),
            CheckpointError::Origin { expected, found } => {
                Self::usage(format!("这是 {found} 的检查点,不是 {expected} 的"), en)
            }
        }
    }
}

impl From<SignerError> for Failure {
    fn from(error: SignerError) -> Self {
        let en = error.to_string();
        match error {
            // The record says which ledger it is of: there is no such doubt.
            SignerError::Prove(error) => proof_failed(error, ("", "")),
            SignerError::File { path, source } => Self::usage(format!("无法读写 {}:{source}", path.display()), en),
            SignerError::Exists(path) => Self::usage(format!("{} 已存在:密钥从不覆盖", path.display()), en),
            SignerError::Key { path, source: NoteError::Kind { expected, .. } } => {
                Self::usage(format!("{} 中是另一种密钥:此处应为{}", path.display(), expected.zh()), en)
            }
            SignerError::Key { path, .. } => Self::usage(format!("{} 中没有私钥", path.display()), en),
            SignerError::Busy(path) => Self::usage(format!("另一进程正在使用密钥 {}", path.display()), en),
            SignerError::Record { path, why } => {
                unverified(format!("签发记录 {} 不是此密钥的,或已损坏:{why}", path.display()), en)
            }
            SignerError::OtherLedger { path, expected, found } => {
                Self::usage(format!("按签发记录 {},此密钥为台账 {found} 签发,不为 {expected} 签发", path.display()), en)
            }
            SignerError::HandedOver { path, to } => {
                Self::usage(format!("按签发记录 {},此密钥已交接给 {to},不再签发", path.display()), en)
            }
            SignerError::InUse(path) => {
                Self::usage(format!("新密钥已有自己的签发记录 {}:请另行生成密钥", path.display()), en)
            }
            SignerError::RecordMissing(path) => Self::usage(
                format!(
                    "此密钥是接替密钥,却没有交接给它的签发记录:{}。请再执行一次 tranche key rotate --key 原密钥 --new 此密钥",
                    path.display()
                ),
                format!("{en}: run `tranche key rotate --key OLD --new THIS` once more"),
            ),
            SignerError::Successor { old, new } => Self::usage(format!("{new} 不能接替 {old}:须为同名的另一密钥"), en),
            SignerError::Announced(error) => error.into(),
        }
    }
}

impl From<AnnouncedError> for Failure {
    fn from(error: AnnouncedError) -> Self {
        let en = error.to_string();
        match error {
            AnnouncedError::Replaced { key, position, by } => {
                Self::usage(format!("密钥 {key} 已被替换:第 {position} 条记录公布了 {by},请用新密钥签发"), en)
            }
            AnnouncedError::Unannounced { key, in_force } => {
                Self::usage(format!("密钥 {key} 未在台账中公布,现行密钥为 {in_force}"), en)
            }
            AnnouncedError::Untold { key } => Self::usage(
                format!("密钥 {key} 是接替密钥,台账尚未公布:请再执行一次 tranche key rotate --key 原密钥 --new 此密钥"),
                format!("{en}: run `tranche key rotate --key OLD --new THIS` once more"),
            ),
            AnnouncedError::Unlawful { position, zh, .. } => {
                unverified(format!("第 {position} 条记录公布密钥,不符合规则 KEY-01:{zh}"), en)
            }
        }
    }
}

impl From<CosignerError> for Failure {
    fn from(error: CosignerError) -> Self {
        let en = error.to_string();
        match error {
            CosignerError::Files(error) => error.into(),
            CosignerError::Checkpoint(error) => error.into(),
            CosignerError::Proof(error) => error.into(),
            CosignerError::Prove(error) => error.into(),
            CosignerError::Announced(error) => error.into(),
            CosignerError::LogKeyUnknown => {
                Self::usage("请用 --log-key 指定台账的公钥:此联署方尚未联署过", format!("{en}: --log-key VKEY"))
            }
            CosignerError::KeyChanged { known } => Self::usage(
                format!(
                    "没有上次联署时的台账密钥 {known} 的签名。如台账已换密钥,换钥由原密钥签名、记在台账中:请在有数据库处联署,\
                     或以 --log-key 给出新公钥"
                ),
                en,
            ),
            CosignerError::Shorter { cosigned, found } => {
                unverified(format!("台账被回退:此前已联署到第 {cosigned} 条,此检查点只有 {found} 条"), en)
            }
            CosignerError::Forked { size } => unverified(format!("台账出现分叉:{size} 条记录的根与此前联署的不符"), en),
            CosignerError::Unproven { cosigned } => Self::usage(
                format!("须证明此检查点接续此前联署的 {cosigned} 条:请用数据库,或给出 tranche prove --since 的输出"),
                format!("{en}: use the database, or give what `tranche prove --since` prints"),
            ),
            CosignerError::OtherProof { cosigned, found } => {
                Self::usage(format!("证明从第 {found} 条接续,而此前联署到第 {cosigned} 条"), en)
            }
        }
    }
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        Self::usage(format!("签名规定第 {} 行:{}", error.line, error.fault.zh()), error.to_string())
    }
}
