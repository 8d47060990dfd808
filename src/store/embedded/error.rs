//! What can go wrong with the embedded cluster, in English and in Chinese. Every message says what is wrong and
//! what to do next. Refuses to decide what to do: that is the caller's.

use std::io;
use std::path::PathBuf;

/// Why the embedded cluster cannot be used. `Display` is the English message, [`EmbeddedError::zh`] the
/// Chinese one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddedError {
    /// There is nowhere to keep the cluster.
    #[error(
        "cannot tell where to keep the database: none of TRANCHE_HOME, XDG_DATA_HOME and HOME is set; \
         set TRANCHE_HOME to a directory of yours"
    )]
    NoHome,

    /// A file or directory cannot be made, read or written.
    #[error("cannot use {}: {source}; make it accessible to you, or set TRANCHE_HOME to another directory", .path.display())]
    Files {
        /// The file or directory in question.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// The home, the cluster in it or its socket's directory is another user's.
    #[error(
        "{} belongs to another user (uid {owner}); run tranche as that user, or set TRANCHE_HOME to \
         another directory", .path.display()
    )]
    Foreign {
        /// The directory in question.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },

    /// Anyone may write to the home, so anyone could put a cluster of their own there.
    #[error("every user may write to {0}; run `chmod o-w {0}`, or set TRANCHE_HOME to a directory of yours", .path.display())]
    Open {
        /// The home.
        path: PathBuf,
    },

    /// No PostgreSQL server programs on this machine.
    #[error(
        "PostgreSQL (15 or later) is not installed on this machine; install it (`apt-get install postgresql`, \
         `dnf install postgresql-server` or `brew install postgresql@17`), name the directory of its programs \
         in TRANCHE_PG_BIN, or give the address of a database with --database"
    )]
    NoPrograms,

    /// `TRANCHE_PG_BIN` names a directory without the programs.
    #[error(
        "TRANCHE_PG_BIN is {}, which lacks a working initdb, pg_ctl or postgres; correct it, or unset it to \
         have them found", .path.display()
    )]
    NotPrograms {
        /// The directory named.
        path: PathBuf,
    },

    /// Only PostgreSQL programs older than 15 were found.
    #[error("the PostgreSQL in {} is version {version}, and 15 or later is needed; install a later one", .path.display())]
    TooOld {
        /// Where its programs are.
        path: PathBuf,
        /// Its version.
        version: String,
    },

    /// The cluster was made by a major version that is no longer on this machine.
    #[error(
        "the database in {} was made by PostgreSQL {major}, whose programs are not on this machine; install \
         them (`apt-get install postgresql-{major}`), or name their directory in TRANCHE_PG_BIN", .data.display()
    )]
    OtherVersion {
        /// The cluster's data directory.
        data: PathBuf,
        /// The major version that made it.
        major: u32,
    },

    /// Run by root on a machine without an account to run the server as.
    #[error(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`; \
         run `useradd --system postgres`, or run tranche as an ordinary user"
    )]
    NoAccount,

    /// A program could not be started at all.
    #[error("cannot run {} as uid {uid}: {source}; check that this user may reach and execute it", .program.display())]
    NotRun {
        /// The program.
        program: PathBuf,
        /// The user it was to run as.
        uid: u32,
        /// What the system said.
        source: io::Error,
    },

    /// A program ended with an error.
    #[error("{program} failed: {said}; mend what it names (disk space, permissions, memory) and try again")]
    Failed {
        /// The program's name.
        program: String,
        /// The end of what it printed.
        said: String,
    },

    /// The server did not start.
    #[error("the database server did not start: {said}; the whole story is in {}", .log.display())]
    NotStarted {
        /// The end of its log.
        said: String,
        /// The directory of its log.
        log: PathBuf,
    },

    /// The server neither became ready nor ended in time.
    #[error("the database server (process {pid}) was not ready in time; it may still be recovering: try again, and see {}", .log.display())]
    NotReady {
        /// The server's process.
        pid: u32,
        /// The directory of its log.
        log: PathBuf,
    },

    /// The program itself is being shut down.
    #[error("interrupted while preparing the database; run the same command again")]
    Interrupted,
}

impl EmbeddedError {
    /// The message in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::NoHome => "无法确定数据库的存放位置：TRANCHE_HOME、XDG_DATA_HOME、HOME 均未设置；\
                             请将 TRANCHE_HOME 设为您自己的一个目录"
                .to_owned(),
            Self::Files { path, source } => {
                format!("无法使用 {}：{source}；请确认您有权读写，或将 TRANCHE_HOME 设为其他目录", path.display())
            }
            Self::Foreign { path, owner } => format!(
                "{} 属于其他用户（uid {owner}）；请以该用户身份运行，或将 TRANCHE_HOME 设为其他目录",
                path.display()
            ),
            Self::Open { path } => format!(
                "任何用户都可写入 {0}；请运行 chmod o-w {0}，或将 TRANCHE_HOME 设为您自己的目录",
                path.display()
            ),
            Self::NotRun { program, uid, source } => {
                format!("无法以 uid {uid} 运行 {}：{source}；请确认该用户可以访问并执行此程序", program.display())
            }
            Self::Failed { program, said } => {
                format!("{program} 执行失败：{said}；请先解决所述问题（磁盘空间、权限、内存）再重试")
            }
            Self::NotStarted { said, log } => {
                format!("数据库未能启动：{said}；完整日志见 {}", log.display())
            }
            Self::NotReady { pid, log } => {
                format!("数据库（进程 {pid}）未能按时就绪，可能仍在恢复：请稍后重试，日志见 {}", log.display())
            }
            Self::Interrupted => "准备数据库时被中断；请重新运行同一命令".to_owned(),
            Self::NoPrograms
            | Self::NotPrograms { .. }
            | Self::TooOld { .. }
            | Self::OtherVersion { .. }
            | Self::NoAccount => self.zh_of_installation(),
        }
    }

    /// The messages about what is installed on the machine.
    fn zh_of_installation(&self) -> String {
        match self {
            Self::NotPrograms { path } => format!(
                "TRANCHE_PG_BIN 指向 {}，但其中没有可用的 initdb、pg_ctl 或 postgres；请改正，或取消该设置以自动查找",
                path.display()
            ),
            Self::TooOld { path, version } => {
                format!("{} 中的 PostgreSQL 版本为 {version}，需要 15 或更高版本；请安装更高版本", path.display())
            }
            Self::OtherVersion { data, major } => format!(
                "{} 中的数据库由 PostgreSQL {major} 建立，而本机没有该版本的程序；\
                 请安装（apt-get install postgresql-{major}），或以 TRANCHE_PG_BIN 指明其程序目录",
                data.display()
            ),
            Self::NoAccount => "PostgreSQL 不能以 root 身份运行，而本机没有 postgres 或 nobody 用户；\
                                请运行 useradd --system postgres，或以普通用户身份运行 tranche"
                .to_owned(),
            _ => "本机未安装 PostgreSQL（15 或更高版本）；请安装（apt-get install postgresql、\
                  dnf install postgresql-server 或 brew install postgresql@17），\
                  或以 TRANCHE_PG_BIN 指明其程序目录，或用 --database 给出数据库地址"
                .to_owned(),
        }
    }

    /// An I/O error on a path.
    pub(super) fn files(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Files { path, source }
    }
}
