//! What can go wrong between the program and its database, each with what to do about it, in English
//! (`Display`) and Chinese ([`StoreError::zh`]).
//!
//! What it refuses: refusals of commands. A rule that the wall names is an answer
//! ([`Appended::Broken`](super::Appended)), not an error.

use tokio_postgres::error::SqlState;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The address of the database cannot be read.
    #[error("the database address cannot be read ({reason}): write postgres://user:password@host:5432/database")]
    Address {
        /// What of it.
        reason: String,
    },
    /// Nothing answers there.
    #[error("no database answers ({reason}): check that PostgreSQL runs and that host and port are right")]
    Unreachable {
        /// What the attempt met.
        reason: String,
        /// The driver's error.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The certificate is not trusted, or the server speaks no TLS.
    #[error(
        "the encrypted connection failed ({reason}): trust the server's certificate on this machine, or use sslmode=disable on a network you trust"
    )]
    Tls {
        /// What of it.
        reason: String,
    },
    /// The user or password is wrong.
    #[error("the database does not let this user in ({reason}): check user, password and pg_hba.conf")]
    SignIn {
        /// The server's words.
        reason: String,
    },
    /// There is no such database.
    #[error("{reason}: create it first (createdb), then run `tranche init`")]
    DatabaseMissing {
        /// The server's words.
        reason: String,
    },
    /// The server has no connection left.
    #[error("the database has no connection left ({reason}): close others or raise max_connections, then try again")]
    Full {
        /// The server's words.
        reason: String,
    },
    /// The server is starting or stopping.
    #[error("the database is starting or stopping ({reason}): try again in a moment")]
    NotReady {
        /// The server's words.
        reason: String,
    },
    /// The signed-in user may not become `tranche_app`.
    #[error(
        "this user is not a member of tranche_app ({reason}): an administrator runs `tranche init`, then GRANT tranche_app TO the user"
    )]
    Role {
        /// The server's words.
        reason: String,
    },
    /// The application's role lacks a right that migrations give it.
    #[error(
        "tranche_app lacks a right that it was migrated with ({reason}): somebody took it away, which the database's \
         owner gives back; where a migration is under way, try again when it is done"
    )]
    Rights {
        /// The server's words.
        reason: String,
    },
    /// The schema is not there.
    #[error("the database has no ledger schema yet: run `tranche init`")]
    NotMigrated,
    /// The schema is older than the program.
    #[error(
        "the database schema is version {found}, this program needs {wanted}: run `tranche init`, which migrates it"
    )]
    SchemaOlder {
        /// The schema's version.
        found: i32,
        /// The program's.
        wanted: i32,
    },
    /// The schema is newer than the program.
    #[error("the database schema is version {found}, this program knows {known}: use the newer program")]
    SchemaNewer {
        /// The schema's version.
        found: i32,
        /// The program's.
        known: i32,
    },
    /// A migration failed; nothing of it stays.
    #[error(
        "the migration failed and nothing of it stays ({reason}): run `tranche init` as the database's owner with CREATEROLE"
    )]
    Migration {
        /// The migration and the server's words.
        reason: String,
        /// The runner's error.
        #[source]
        source: Box<refinery::Error>,
    },
    /// There is no ledger of this name.
    #[error("there is no ledger {name}: run `tranche init --ledger {name}`")]
    LedgerMissing {
        /// The name asked for.
        name: String,
    },
    /// The ledger's head row is gone, while its entries are there.
    #[error(
        "the head of the ledger {name} is gone while its entries are there; nothing was made in its place: restore the database from a backup"
    )]
    HeadGone {
        /// The ledger's name.
        name: String,
    },
    /// An append was sent and it is not known whether it took: send the same batch again.
    #[error("it is not known whether the append took ({reason}): the same batch is to be sent again")]
    Unknown {
        /// Why not.
        reason: String,
    },
    /// The connection broke; nothing was written.
    #[error("the connection to the database was lost ({reason}): try again")]
    Lost {
        /// The driver's words.
        reason: String,
    },
    /// Another holder kept the lease for as long as was allowed to wait.
    #[error("another process keeps this ledger's lease: stop it, or try again later")]
    LeaseHeld,
    /// The batch is not one: made of a snapshot that somebody altered, or by a defect of the program.
    #[error(
        "the batch is malformed ({what}: {detail}); nothing was appended. Run `tranche verify`; where a snapshot is wrong, \
         `tranche rebuild` makes it anew, and where nothing is, this is a defect: report it"
    )]
    Malformed {
        /// What of it (the function's MESSAGE).
        what: String,
        /// Which (the function's DETAIL).
        detail: String,
    },
    /// Any other answer of the database.
    #[error("the database refused a statement ({reason}); the server's log says more")]
    Database {
        /// The server's words.
        reason: String,
        /// The driver's error.
        #[source]
        source: tokio_postgres::Error,
    },
}

impl StoreError {
    /// The same in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::Address { reason } => {
                format!("数据库地址无法识别({reason}):请写成 postgres://用户:密码@主机:5432/数据库")
            }
            Self::Unreachable { reason, .. } => {
                format!("数据库没有应答({reason}):请确认 PostgreSQL 已启动,主机和端口无误")
            }
            Self::Tls { reason } => {
                format!("加密连接失败({reason}):请在本机信任服务器证书,或在可信网络内使用 sslmode=disable")
            }
            Self::SignIn { reason } => {
                format!("数据库拒绝该用户登录({reason}):请检查用户、密码和 pg_hba.conf")
            }
            Self::DatabaseMissing { reason } => {
                format!("没有这个数据库({reason}):请先建库(createdb),再运行 `tranche init`")
            }
            Self::Full { reason } => {
                format!("数据库连接数已满({reason}):请关闭其他连接或调大 max_connections 后重试")
            }
            Self::NotReady { reason } => format!("数据库正在启动或停止({reason}):请稍后重试"),
            Self::Role { reason } => format!(
                "该用户不是 tranche_app 的成员({reason}):请管理员运行 `tranche init`,再执行 GRANT tranche_app TO 该用户"
            ),
            Self::Rights { reason } => format!(
                "tranche_app 缺少应有的权限({reason}):授权已被收回,须由数据库所有者恢复;如正在升级结构,请完成后重试"
            ),
            Self::NotMigrated => "数据库中还没有台账结构:请运行 `tranche init`".to_owned(),
            Self::SchemaOlder { found, wanted } => {
                format!("数据库结构为第 {found} 版,本程序需要第 {wanted} 版:请运行 `tranche init` 升级")
            }
            Self::SchemaNewer { found, known } => {
                format!("数据库结构为第 {found} 版,本程序只认识到第 {known} 版:请使用新版程序")
            }
            Self::Migration { reason, .. } => {
                format!("结构升级失败,未留下任何改动({reason}):请以数据库所有者(有 CREATEROLE 权限)运行 `tranche init`")
            }
            Self::LedgerMissing { name } => {
                format!("没有名为 {name} 的台账:请运行 `tranche init --ledger {name}`")
            }
            Self::HeadGone { name } => {
                format!("台账 {name} 的首行已丢失而其记录仍在,未另建新账:请从备份恢复数据库")
            }
            Self::Unknown { reason } => {
                format!("不能确定本批是否已写入({reason}):应原样重发同一批")
            }
            Self::Lost { reason } => format!("与数据库的连接中断({reason}):请重试"),
            Self::LeaseHeld => "另一进程正持有本台账的租约:请停止该进程或稍后重试".to_owned(),
            Self::Malformed { what, detail } => {
                format!(
                    "批次格式不正确({what}:{detail}),未写入任何内容。请运行 `tranche verify` 核对,快照有误时以 `tranche rebuild` \
                     重建;核对无误则为程序缺陷,请报告"
                )
            }
            Self::Database { reason, .. } => {
                format!("数据库拒绝了一条语句({reason}):详见服务器日志")
            }
        }
    }

    /// Whether trying again on a new connection may help, with nothing changed by anybody.
    #[must_use]
    pub fn transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Full { .. }
                | Self::NotReady { .. }
                | Self::Lost { .. }
                | Self::Unknown { .. }
        )
    }

    /// What an error met while connecting means.
    pub(super) fn connecting(error: tokio_postgres::Error) -> Self {
        let reason = words(&error);
        let Some(code) = error.code() else {
            // The driver tells its kinds apart by their words alone.
            return match error.to_string() {
                kind if kind.starts_with("error performing TLS") => Self::Tls { reason },
                kind if kind.starts_with("authentication") => Self::SignIn { reason },
                // The server asks for a password, and the address has none.
                _ if reason.ends_with("password missing") => Self::SignIn { reason },
                kind if kind.starts_with("invalid") => Self::Address { reason },
                _ => Self::Unreachable { reason, source: error },
            };
        };
        match code.code() {
            "28P01" | "28000" => Self::SignIn { reason },
            "3D000" => Self::DatabaseMissing { reason },
            "53300" => Self::Full { reason },
            "57P01" | "57P02" | "57P03" => Self::NotReady { reason },
            _ => Self::Database { reason, source: error },
        }
    }

    /// What an error met in the first statement means, which becomes the role and reads the version.
    pub(super) fn entering(error: tokio_postgres::Error) -> Self {
        match error.code() {
            // No such role, no such schema, no such table: each is one step short of migrated.
            Some(
                &(SqlState::INVALID_PARAMETER_VALUE
                | SqlState::UNDEFINED_OBJECT
                | SqlState::INVALID_SCHEMA_NAME
                | SqlState::UNDEFINED_TABLE),
            ) => Self::NotMigrated,
            Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                let reason = words(&error);
                // It is the role that is refused where its name stands (the words are in the server's language);
                // else a table or the schema, which is not the role's to read, or no more.
                if reason.contains("tranche_app") { Self::Role { reason } } else { Self::Rights { reason } }
            }
            _ => Self::from(error),
        }
    }
}

/// What an error met in a read, or in a statement that can be sent again, means.
impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let reason = words(&error);
        match error.as_db_error() {
            Some(server) if server.code().code() == "LG004" => Self::Malformed {
                what: server.message().to_owned(),
                detail: server.detail().unwrap_or_default().to_owned(),
            },
            Some(server) if server.code().code() == "LG006" => {
                Self::HeadGone { name: server.detail().unwrap_or_default().to_owned() }
            }
            Some(server) if server.code() == &SqlState::INSUFFICIENT_PRIVILEGE => Self::Rights { reason },
            Some(server) if lost(server.code().code()) => Self::Lost { reason },
            None if error.is_closed() || error.to_string().starts_with("error communicating") => Self::Lost { reason },
            _ => Self::Database { reason, source: error },
        }
    }
}

/// Codes after which the connection is gone: class 08, and the server's stopping.
fn lost(code: &str) -> bool {
    code.starts_with("08") || matches!(code, "57P01" | "57P02" | "57P03" | "57P05")
}

/// The server's words where there are any, else the driver's with their cause.
pub(super) fn words(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(server), _) => server.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}
