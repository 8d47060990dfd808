//! Another place for root's clusters. The server runs as an unprivileged user, who must be able to reach the
//! cluster; `/root/x` is out of its reach. Such a home holds a pointer to a directory under
//! `/var/lib/tranche/homes`, which names the home in its turn. Refuses to delete: what a deleted home leaves
//! behind is somebody's ledger.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::Account;
use super::error::EmbeddedError;
use super::site::{open_for_passage, present};

/// Where root keeps its clusters: the place for the state of a machine's services.
pub(super) const STATE: &str = "/var/lib/tranche";

/// The directories of homes that the server cannot reach.
const HOMES: &str = "/var/lib/tranche/homes";

/// The file in a home that names the directory under [`HOMES`].
const POINTER: &str = "elsewhere";

/// The file in such a directory that names the home.
const ORIGIN: &str = "home";

/// How often one home may be deleted and made anew before the directories left behind are too many.
const MOST_GENERATIONS: u32 = 1000;

/// Whether an account can reach what lies in a home. A home of root's that only its own mode closes (as
/// `mktemp -d` makes them) is opened for passage.
pub(super) fn reachable_by(home: &Path, account: Account) -> Result<bool, EmbeddedError> {
    let real = fs::canonicalize(home).map_err(EmbeddedError::files(home))?;
    for ancestor in real.ancestors().skip(1) {
        let metadata = fs::metadata(ancestor).map_err(EmbeddedError::files(ancestor))?;
        if !account.may_traverse(&metadata) {
            return Ok(false);
        }
    }
    let metadata = fs::metadata(&real).map_err(EmbeddedError::files(&real))?;
    if !account.may_traverse(&metadata) {
        open_for_passage(&real, metadata.mode() & 0o7777)?;
    }
    Ok(true)
}

/// The directory a home points to, where it does and the directory is this home's.
///
/// A home that was moved keeps its directory. A copy of a home does not share it: two homes with one ledger
/// would be a surprise.
pub(super) fn find(home: &Path) -> Result<Option<PathBuf>, EmbeddedError> {
    let Some(place) = pointer(home)? else {
        return Ok(None);
    };
    if place.parent() != Some(Path::new(HOMES)) {
        return Ok(None);
    }
    let Some(metadata) = present(fs::symlink_metadata(&place), &place)? else {
        return Ok(None);
    };
    if !metadata.is_dir() || metadata.uid() != 0 {
        return Ok(None);
    }
    let file = place.join(ORIGIN);
    let Some(origin) = present(fs::read_to_string(&file), &file)? else {
        return Ok(None);
    };
    let original = Path::new(origin.trim_end_matches('\n'));
    if original != home && pointer(original)?.as_deref() == Some(place.as_path()) {
        return Ok(None);
    }
    Ok(Some(place))
}

/// The directory for a home that points nowhere: the one it has, or a fresh one and the pointer to it.
pub(super) fn make(home: &Path) -> Result<PathBuf, EmbeddedError> {
    if let Some(place) = find(home)? {
        return Ok(place);
    }
    DirBuilder::new().recursive(true).mode(0o711).create(HOMES).map_err(EmbeddedError::files(HOMES))?;
    for directory in [STATE, HOMES] {
        let metadata = fs::metadata(directory).map_err(EmbeddedError::files(directory))?;
        open_for_passage(Path::new(directory), metadata.mode() & 0o7777)?;
    }
    let place = fresh(home)?;
    // The origin first: a pointer is only believed where the directory confirms it.
    for (file, named) in [(place.join(ORIGIN), home), (home.join(POINTER), place.as_path())] {
        fs::write(&file, format!("{}\n", named.display())).map_err(EmbeddedError::files(file))?;
    }
    Ok(place)
}

/// A directory that was not there before. Those of the same path from before were left by homes since deleted.
fn fresh(home: &Path) -> Result<PathBuf, EmbeddedError> {
    let name = short_hash(&[home.as_os_str().as_encoded_bytes()]);
    let mut place = PathBuf::from(HOMES);
    for generation in 0..MOST_GENERATIONS {
        place = Path::new(HOMES).join(format!("{name}-{generation}"));
        match DirBuilder::new().mode(0o711).create(&place) {
            Ok(()) => return Ok(place),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                tracing::warn!(directory = %place.display(), "left by a deleted home; remove it if its ledgers are not wanted");
            }
            Err(error) => return Err(EmbeddedError::files(place)(error)),
        }
    }
    Err(EmbeddedError::files(place)(ErrorKind::AlreadyExists.into()))
}

fn pointer(home: &Path) -> Result<Option<PathBuf>, EmbeddedError> {
    let file = home.join(POINTER);
    let text = present(fs::read_to_string(&file), &file)?;
    Ok(text.map(|text| PathBuf::from(text.trim_end_matches('\n'))))
}

/// Twelve hexadecimal digits that stand for a path: enough to tell one machine's homes apart.
pub(super) fn short_hash(parts: &[&[u8]]) -> String {
    use std::fmt::Write as _;
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.finalize().iter().take(6).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
