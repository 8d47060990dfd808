//! The system user a cluster belongs to and its programs run as. PostgreSQL refuses root, so root lends it an
//! unprivileged account. Refuses to make accounts, and never runs anything with more rights than the caller.

use std::fs::{self, Metadata};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{getegid, geteuid};

use super::error::EmbeddedError;

/// How many lines of a failed program's output go into the message.
const SAID_LINES: usize = 6;

/// Whom the server runs as where root starts it, the first that exists: the packages make `postgres`
/// (`_postgres` on macOS), and a machine with programs built by hand still has `nobody`.
const CANDIDATES: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// A system user, by its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    gid: u32,
}

impl Account {
    /// The user this process acts for.
    pub(super) fn caller() -> Self {
        Self { uid: geteuid().as_raw(), gid: getegid().as_raw() }
    }

    /// Whom a file belongs to.
    pub(super) fn owner_of(file: &Metadata) -> Self {
        Self { uid: file.uid(), gid: file.gid() }
    }

    /// The user a new cluster is to belong to: the caller, or for root an unprivileged one.
    pub(super) fn for_new_cluster() -> Result<Self, EmbeddedError> {
        let caller = Self::caller();
        if !caller.is_root() {
            return Ok(caller);
        }
        let path = Path::new("/etc/passwd");
        let passwd = fs::read_to_string(path).map_err(EmbeddedError::files(path))?;
        CANDIDATES.iter().find_map(|name| listed(&passwd, name)).ok_or(EmbeddedError::NoAccount)
    }

    pub(super) fn is_root(self) -> bool {
        self.uid == 0
    }

    /// The group, for `chown`.
    pub(super) fn gid(self) -> u32 {
        self.gid
    }

    /// Whether this user may go through a directory to what lies in it. Access lists are not looked at: they
    /// are rare, and where one grants more, the cluster merely goes to the place that always works.
    pub(super) fn may_traverse(self, directory: &Metadata) -> bool {
        let bit = if directory.uid() == self.uid {
            0o100
        } else if directory.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        self.is_root() || directory.mode() & bit != 0
    }

    /// Runs a program to its end as this user, with `input` on its standard input, and gives what it printed.
    ///
    /// The environment is emptied: `PGPORT`, `PGOPTIONS` and their kin would change what the programs do, and
    /// a locale the language of messages that are searched later. The descriptors that the caller inherited
    /// from a shell (`exec 9>lock`, `3>&1`) are closed, or the server would hold them open for days; Rust's
    /// own are closed on exec already.
    pub(super) fn run(
        self,
        directory: &Path,
        program: &Path,
        arguments: &[&str],
        input: &str,
    ) -> Result<String, EmbeddedError> {
        const CLOSING: &str = r#"exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; umask 077; exec "$@""#;
        let not_run = |source| EmbeddedError::NotRun { program: PathBuf::from(program), uid: self.uid, source };
        let mut command = Command::new("/bin/sh");
        command.args(["-c", CLOSING, "sh"]).arg(program).args(arguments).current_dir(directory);
        command.env_clear().envs(
            ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"]
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        );
        command.envs([("LC_ALL", "C"), ("TZ", "UTC"), ("PGDATA", "data")]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if self != Self::caller() {
            command.uid(self.uid).gid(self.gid);
        }
        let mut child = command.spawn().map_err(not_run)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ended before reading tells why in its output and status.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(not_run)?;
        let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.success() {
            return Ok(printed);
        }
        let name = program.file_name().unwrap_or(program.as_os_str());
        let said = if printed.trim().is_empty() { output.status.to_string() } else { last_lines(&printed) };
        Err(EmbeddedError::Failed { program: name.to_string_lossy().into_owned(), said })
    }

    /// Runs a line of shell as this user in a directory. What lies in the cluster's directories is only ever
    /// written this way: root following a name there could be led elsewhere by their owner.
    pub(super) fn shell(
        self,
        directory: &Path,
        script: &str,
        argument: &str,
        input: &str,
    ) -> Result<String, EmbeddedError> {
        self.run(directory, Path::new("/bin/sh"), &["-c", script, "sh", argument], input)
    }
}

/// The end of what a program printed, on one line.
pub(super) fn last_lines(printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.iter().skip(lines.len().saturating_sub(SAID_LINES)).copied().collect::<Vec<_>>().join(" | ")
}

/// A user's entry in `/etc/passwd`. macOS writes `nobody`'s numbers as negative ones.
fn listed(passwd: &str, name: &str) -> Option<Account> {
    let number =
        |field: Option<&str>| field?.parse::<u32>().ok().or_else(|| Some(field?.parse::<i32>().ok()?.cast_unsigned()));
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then_some(())?;
        let (uid, gid) = (number(fields.nth(1))?, number(fields.next())?);
        (uid != 0).then_some(Account { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::{Account, last_lines, listed};

    #[test]
    fn an_account_is_read_from_passwd() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\nnobody:*:-2:-2:::\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(listed(passwd, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(listed(passwd, "nobody"), Some(Account { uid: 4_294_967_294, gid: 4_294_967_294 }));
        assert_eq!(listed(passwd, "_postgres"), None);
        assert_eq!(listed(passwd, "root"), None, "the server must not run as root by any name");
    }

    #[test]
    fn the_end_of_a_long_output_is_kept() {
        assert_eq!(last_lines("1\n2\n\n3\n4\n5\n6\n7\n"), "2 | 3 | 4 | 5 | 6 | 7");
        assert_eq!(last_lines(""), "");
    }
}
