//! How a call fails: the exit status, and a message in the user's language that says what to do next.

mod proof;

use std::process::ExitCode;

use super::context::{Context, Lang};
use crate::domain::form::Fault;
use crate::engine::EngineError;
use crate::store::StoreError;
use crate::store::embedded::EmbeddedError;

/// Something was refused or differs.
pub const REFUSED: u8 = 1;
/// Bad usage or unreadable input.
pub const USAGE: u8 = 2;
/// The log or a proof does not verify.
pub const UNVERIFIED: u8 = 3;
/// The database cannot be reached.
pub const DATABASE: u8 = 4;

/// A call that did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// What was refused has been printed.
    Refused,
    /// Bad usage or unreadable input, in Chinese and English.
    Usage {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// The log does not verify.
    Unverified {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// The database, or what it says.
    Database {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// What failed has been told on standard error; the exit status is left.
    Told(u8),
    /// Whoever read our output has gone, which is no failure of ours.
    NobodyReads,
}

impl Failure {
    /// Bad usage or unreadable input.
    #[must_use]
    pub fn usage(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Usage { zh: zh.into(), en: en.into() }
    }

    /// Faults of form in something that is not a line of commands.
    #[must_use]
    pub fn faults(faults: &[Fault]) -> Self {
        let joined = |text: fn(&Fault) -> String| faults.iter().map(text).collect::<Vec<_>>().join("\n  ");
        Self::Usage {
            zh: format!("\n  {}", joined(|fault| format!("{}:{}", fault.field, fault.zh))),
            en: format!("\n  {}", joined(|fault| format!("{}: {}", fault.field, fault.en))),
        }
    }

    /// The same, with the file it is about in front.
    #[must_use]
    pub(super) fn of(self, file: &str) -> Self {
        let named = |zh, en| (format!("{file}:{zh}"), format!("{file}: {en}"));
        match self {
            Self::Usage { zh, en } => {
                let (zh, en) = named(zh, en);
                Self::Usage { zh, en }
            }
            Self::Unverified { zh, en } => {
                let (zh, en) = named(zh, en);
                Self::Unverified { zh, en }
            }
            other => other,
        }
    }

    /// The exit status.
    #[must_use]
    pub const fn status(&self) -> u8 {
        match self {
            Self::NobodyReads => 0,
            Self::Refused => REFUSED,
            Self::Usage { .. } => USAGE,
            Self::Unverified { .. } => UNVERIFIED,
            Self::Database { .. } => DATABASE,
            Self::Told(status) => *status,
        }
    }

    /// Says what failed on standard error, and gives the exit status.
    #[must_use]
    pub fn report(&self, context: &Context) -> ExitCode {
        match self {
            Self::Refused | Self::NobodyReads | Self::Told(_) => {}
            Self::Usage { zh, en } | Self::Unverified { zh, en } | Self::Database { zh, en } => match context.lang {
                Lang::Zh => context.complain(&format!("错误:{zh}")),
                Lang::En => context.complain(&format!("error: {en}")),
            },
        }
        ExitCode::from(self.status())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (zh, en) = (error.zh(), error.to_string());
        match error {
            StoreError::Address { .. } | StoreError::LedgerMissing { .. } => Self::Usage { zh, en },
            _ => Self::Database { zh, en },
        }
    }
}

impl From<EmbeddedError> for Failure {
    fn from(error: EmbeddedError) -> Self {
        Self::Database { zh: error.zh(), en: error.to_string() }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let en = error.to_string();
        match error {
            EngineError::Store(error) => error.into(),
            EngineError::Entry { position, source } => Self::Unverified {
                zh: format!("台账第 {position} 条记录无法读取:{source}"),
                en: format!("{en}: {source}"),
            },
            EngineError::Broken { position, what } => {
                Self::Unverified { zh: format!("台账在位置 {position} 校验不符:{what}"), en }
            }
            EngineError::Unopened(name) => {
                Self::usage(format!("台账 {name} 尚未开设:请运行 tranche init --ledger {name}"), en)
            }
            EngineError::Stopped => Self::Database { zh: "台账引擎已停止".to_owned(), en },
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::NobodyReads;
        }
        Self::usage(format!("无法读写:{error}"), format!("cannot read or write: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::from(std::io::Error::from(error))
    }
}

/// Why a file cannot be read or written, in Chinese where it is for one of the common reasons.
pub(super) fn why(error: &std::io::Error) -> String {
    use std::io::ErrorKind as Why;
    let told = match error.kind() {
        Why::NotFound => "文件或所在目录不存在",
        Why::PermissionDenied => "没有权限",
        Why::AlreadyExists => "已有同名的文件",
        Why::IsADirectory => "是目录,不是文件",
        Why::NotADirectory => "路径中有一段不是目录",
        Why::ReadOnlyFilesystem => "所在的盘只能读",
        Why::StorageFull => "磁盘已满",
        _ => return error.to_string(),
    };
    told.to_owned()
}
