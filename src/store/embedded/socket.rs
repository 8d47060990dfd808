//! The directory of a cluster's Unix socket. A socket's path has at most 107 bytes on Linux and 103 on macOS,
//! which a home easily exceeds. Refuses a directory that others could have put there.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::elsewhere::short_hash;
use super::error::EmbeddedError;
use super::site::{Site, present};

/// The port. Without a network it is but the last part of the socket's name; each cluster has a directory of its own.
pub(super) const PORT: u16 = 5432;

/// macOS's limit, the lower one, less the name of the socket in it.
const LONGEST_DIRECTORY: usize = 103 - "/.s.PGSQL.5432".len();

/// How long a server may take to answer before it counts as busy.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);

/// Where this cluster's next start is to put its socket: `sock` beside the data where the path allows it, else
/// under `/tmp`.
///
/// Not `$XDG_RUNTIME_DIR`, which is emptied when the user signs out while the server stays. The name under
/// `/tmp` holds the moment at which the data were made (`PG_VERSION` is written then and never again), so a cluster made
/// in the place of a deleted one does not meet the socket of the old server, which may live for another minute; an
/// inode's number would not do, for it may be given out again.
pub(super) fn directory(site: &Site) -> Result<String, EmbeddedError> {
    if let Some(beside) = site.directory.join("sock").to_str().filter(|path| is_plain(path)) {
        return Ok(beside.to_owned());
    }
    let data = site.data();
    let version = data.join("PG_VERSION");
    let made = fs::metadata(&version).map_err(EmbeddedError::files(&version))?;
    let name = short_hash(&[
        data.as_os_str().as_encoded_bytes(),
        &made.mtime().to_be_bytes(),
        &made.mtime_nsec().to_be_bytes(),
    ]);
    Ok(format!("/tmp/tranche-{name}"))
}

/// Whether a path is short enough and needs no quoting in PostgreSQL's list of directories nor in a shell.
fn is_plain(path: &str) -> bool {
    path.len() <= LONGEST_DIRECTORY && !path.chars().any(|c| c.is_control() || "'\"\\,".contains(c))
}

/// Makes the directory and removes what a server that was killed left in it. To be called when none runs.
pub(super) fn prepare(site: &Site, directory: &str) -> Result<(), EmbeddedError> {
    // A lock file whose number was given to another process meanwhile would keep the server from starting.
    site.account.shell(&site.directory, r#"mkdir -p -m 700 "$1" && rm -f "$1"/.s.PGSQL.*"#, directory, "")?;
    verify(site, Path::new(directory))
}

/// Holds a directory to be the cluster's own and closed to others. Under `/tmp` anyone may make a directory of
/// any name, and a server in it would be told all we have to say.
fn verify(site: &Site, directory: &Path) -> Result<(), EmbeddedError> {
    let metadata = fs::symlink_metadata(directory).map_err(EmbeddedError::files(directory))?;
    if metadata.uid() != site.account.uid || !metadata.is_dir() || metadata.mode() & 0o077 != 0 {
        return Err(EmbeddedError::Foreign { path: directory.to_owned(), owner: metadata.uid() });
    }
    Ok(())
}

/// Whether a server answers there.
pub(super) fn answers(site: &Site, directory: &Path) -> Result<bool, EmbeddedError> {
    if present(fs::symlink_metadata(directory), directory)?.is_none() {
        return Ok(false);
    }
    verify(site, directory)?;
    let path = directory.join(format!(".s.PGSQL.{PORT}"));
    match ask_for_tls(&path) {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::BrokenPipe
            | ErrorKind::UnexpectedEof
            | ErrorKind::InvalidInput => Ok(false),
            // Too busy to answer in time is not absent; shutting it down would be the wrong conclusion.
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Ok(true),
            // Too many open files, for one, says nothing about the server.
            _ => Err(EmbeddedError::files(path)(error)),
        },
    }
}

/// Sends PostgreSQL's SSLRequest (8 bytes, code 80877103) and reads the byte that answers it. To have been
/// connected is not enough: the system does that for a server that is being killed, too.
fn ask_for_tls(path: &Path) -> io::Result<()> {
    let mut socket = UnixStream::connect(path)?;
    socket.set_read_timeout(Some(ANSWER_PATIENCE))?;
    socket.write_all(&[0, 0, 0, 8, 4, 210, 22, 47])?;
    socket.read_exact(&mut [0])
}

/// Removes the directory after a stop where it is not beside the data; what is left in `/tmp` is clutter.
pub(super) fn remove(site: &Site, directory: &Path) -> Result<(), EmbeddedError> {
    if directory.parent() == Some(Path::new("/tmp")) {
        let name = directory.to_string_lossy();
        site.account.shell(&site.directory, r#"rmdir "$1" 2>/dev/null || true"#, &name, "")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn a_path_is_plain_when_short_and_without_quotes() {
        assert!(is_plain("/home/张三/.local/share/tranche/pg/sock"));
        assert!(is_plain(&format!("/{}", "x".repeat(88))));
        assert!(!is_plain(&format!("/{}", "x".repeat(89))));
        assert!(!is_plain("/home/o'neil/pg/sock"));
        assert!(!is_plain("/a,b"));
    }
}
