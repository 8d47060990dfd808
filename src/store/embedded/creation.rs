//! Making a cluster: `initdb` in a directory beside its place, the settings, the database, and one rename.
//! Killed at any point it leaves either a whole cluster or none. Refuses to touch a cluster that is there.

use std::fs::{self, File};

use super::error::EmbeddedError;
use super::programs::Programs;
use super::site::Site;

/// The superuser of the cluster and the name of its database.
pub(super) const NAME: &str = "tranche";

const SETTINGS: &str = include_str!("settings.conf");
const ACCESS: &str = include_str!("access.conf");

/// Makes the data directory. To be called under the home's lock, where there is none.
pub(super) fn create(site: &Site, programs: &Programs) -> Result<(), EmbeddedError> {
    let account = site.account;
    tidy(site)?;
    // A name of one's own: the initdb of a call that was killed may be running still.
    let making = format!("making-{}", std::process::id());
    // C: the same order of text on every machine, whatever its C library; the ledger's names are sorted by
    // the program. Checksums: a disk that rots is noticed. Synced once, at the end.
    let initdb = programs.path("initdb");
    account.run(
        &site.directory,
        &initdb,
        &[
            "--pgdata",
            &making,
            "--username",
            NAME,
            "--auth",
            "trust",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--data-checksums",
            "--no-instructions",
            "--no-sync",
        ],
        "",
    )?;
    account.shell(
        &site.directory,
        r#"cat > "$1"/tranche.conf && echo "include 'tranche.conf'" >> "$1"/postgresql.conf"#,
        &making,
        SETTINGS,
    )?;
    account.shell(&site.directory, r#"cat > "$1"/pg_hba.conf"#, &making, ACCESS)?;
    // In single-user mode, so that the database is there before anyone can connect.
    account.run(
        &site.directory,
        &programs.path("postgres"),
        &["--single", "-D", &making, "-c", "exit_on_error=on", "-c", "log_min_messages=error", "postgres"],
        &format!("CREATE DATABASE {NAME}\n"),
    )?;
    account.run(&site.directory, &initdb, &["--pgdata", &making, "--sync-only"], "")?;
    let data = site.data();
    fs::rename(site.directory.join(&making), &data).map_err(EmbeddedError::files(&data))?;
    File::open(&site.directory)
        .and_then(|directory| directory.sync_all())
        .map_err(EmbeddedError::files(&site.directory))
}

/// Removes what calls that were killed left behind, and makes the directories beside the data. An initdb that
/// is running still ends when its directory is gone, but may leave some of it: hence again at each start.
pub(super) fn tidy(site: &Site) -> Result<(), EmbeddedError> {
    let script = "rm -rf making-* 2>/dev/null; mkdir -p -m 700 log sock && rm -f log/start.log";
    site.account.shell(&site.directory, script, "", "").map(drop)
}
