//! The PostgreSQL programs on this machine: where they are and of what version. Refuses to install or to
//! start anything.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::EmbeddedError;

/// The first major version whose features the schema and this module use.
const OLDEST_MAJOR: u32 = 15;

/// One installation of the PostgreSQL server programs.
#[derive(Debug)]
pub(super) struct Programs {
    /// The directory of `initdb`, `pg_ctl` and `postgres`.
    bin: PathBuf,
    /// As the server names itself, such as `15.14`.
    pub(super) version: String,
    /// The part of the version that a cluster is bound to.
    major: u32,
}

impl Programs {
    /// The programs to make a new cluster with: those of `TRANCHE_PG_BIN` where it is set, and no others,
    /// else the first found that are new enough.
    pub(super) fn for_new_cluster() -> Result<Self, EmbeddedError> {
        if let Some(path) = named() {
            let programs = Self::at(&path).ok_or(EmbeddedError::NotPrograms { path })?;
            return programs.new_enough();
        }
        let mut refused = EmbeddedError::NoPrograms;
        for programs in installed().iter().filter_map(|bin| Self::at(bin)) {
            match programs.new_enough() {
                Ok(programs) => return Ok(programs),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// The programs of the major version that made the cluster in `data`: no others can run it. All
    /// installations are looked through, `TRANCHE_PG_BIN` first.
    pub(super) fn of_major(major: u32, data: &Path) -> Result<Self, EmbeddedError> {
        let mut found = named().into_iter().chain(installed()).filter_map(|bin| Self::at(&bin)).peekable();
        if found.peek().is_none() {
            return Err(EmbeddedError::NoPrograms);
        }
        found
            .find(|programs| programs.major == major)
            .ok_or_else(|| EmbeddedError::OtherVersion { data: data.to_owned(), major })
    }

    /// The path of one of the programs.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// What is installed in a directory; nothing where a program is missing or does not run. `pg_config`
    /// alone proves nothing: Debian's client library brings one that names a directory it does not fill.
    fn at(bin: &Path) -> Option<Self> {
        if !["initdb", "pg_ctl", "postgres"].iter().all(|name| bin.join(name).is_file()) {
            return None;
        }
        let printed = printed_by(&bin.join("postgres"), "--version")?;
        let version = printed.split_whitespace().nth(2)?.to_owned();
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        let major = digits.parse().ok()?;
        Some(Self { bin: bin.to_owned(), version, major })
    }

    fn new_enough(self) -> Result<Self, EmbeddedError> {
        if self.major >= OLDEST_MAJOR {
            Ok(self)
        } else {
            Err(EmbeddedError::TooOld { path: self.bin, version: self.version })
        }
    }
}

/// What the user named, where they did.
fn named() -> Option<PathBuf> {
    env::var_os("TRANCHE_PG_BIN").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The directories to look in, in the order of how likely each is what the user means.
fn installed() -> Vec<PathBuf> {
    let mut bins: Vec<PathBuf> =
        printed_by(Path::new("pg_config"), "--bindir").map(PathBuf::from).into_iter().collect();
    bins.extend(versioned("/usr/lib/postgresql", "", "bin"));
    bins.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    for prefix in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        bins.extend(versioned(prefix, "postgresql@", "bin"));
    }
    bins.extend(versioned("/usr", "pgsql-", "bin"));
    bins.extend(versioned("/Library/PostgreSQL", "", "bin"));
    bins.extend(versioned("/Applications/Postgres.app/Contents/Versions", "", "bin"));
    bins.push(PathBuf::from("/usr/local/pgsql/bin"));
    bins
}

/// Directories `<parent>/<prefix><major>/<leaf>`, the highest major first.
fn versioned(parent: &str, prefix: &str, leaf: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join(leaf)))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The first line a program prints when given one argument; nothing where it fails.
fn printed_by(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).stdin(Stdio::null()).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?.lines().next()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}
