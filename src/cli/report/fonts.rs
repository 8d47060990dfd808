//! Where fonts are on this machine: the folder that `TRANCHE_FONTS` names, else the usual ones.

use std::env;
use std::path::PathBuf;

/// The folders that systems keep fonts in, and within the user's home.
const USUAL: [&str; 4] = ["/usr/local/share/fonts", "/usr/share/fonts", "/Library/Fonts", "/System/Library/Fonts"];
const AT_HOME: [&str; 3] = [".local/share/fonts", ".fonts", "Library/Fonts"];

/// The folders to look for fonts in, in order.
pub(super) fn folders() -> Vec<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(named) = set("TRANCHE_FONTS") {
        return env::split_paths(&named).collect();
    }
    let home = set("HOME").map(PathBuf::from);
    let at_home = home.iter().flat_map(|home| AT_HOME.map(|folder| home.join(folder)));
    at_home.chain(USUAL.map(PathBuf::from)).collect()
}
