//! The peers: other event stores and ledgers that record a payment each, on the same server.
//!
//! They are programs of `benches/peers`, which `scripts/bench --peers` builds; none of them is in this build. Each
//! prints a JSON object a line. One that was not built or does not run says why instead, and the others go on.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use tokio_postgres::config::Host;
use tranche::store::Target;

use super::table::Table;
use super::{Failure, Plan};

/// The programs.
const PROGRAMS: [&str; 4] = ["message-db", "postgres-es", "disintegrate-postgres", "cala-ledger"];

/// What a wait is of.
const ONE: &str = "one of these calls, made again where it met a conflict";

/// What a program prints of one number of callers.
#[derive(Deserialize)]
struct Cell {
    peer: String,
    version: String,
    callers: u32,
    events_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    does: String,
}

/// A line of a program's.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Cell(Cell),
    Absent { why: String },
}

/// Measures every peer once.
pub fn measure(target: &Target, programs: &Path, plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    let url = url(target)?;
    let (mut best, mut best_at_32) = (0.0_f64, 0.0_f64);
    for name in PROGRAMS {
        let cells = cells(&programs.join(name), &url, plan.span).unwrap_or_else(|why| {
            table.absent(name, why.to_string());
            Vec::new()
        });
        for Cell { peer, version, callers, events_per_second, p50_ms, p99_ms, does } in cells {
            let cell = format!("{peer}, {callers} caller{}", if callers == 1 { "" } else { "s" });
            table.note(&cell, "events/s", events_per_second, format!("{version}: {does}"));
            table.note(&format!("{cell}, p50"), "ms", p50_ms, ONE);
            table.note(&format!("{cell}, p99"), "ms", p99_ms, ONE);
            best = best.max(events_per_second);
            if callers == 32 {
                best_at_32 = best_at_32.max(events_per_second);
            }
        }
    }
    if best_at_32 > 0.0 {
        table.note("best peer", "events/s", best, "the fastest cell of any peer in this round");
        table.note("best peer, 32 callers", "events/s", best_at_32, "the fastest of them in this round");
    }
    Ok(())
}

/// Runs a program to its end.
fn cells(program: &Path, url: &str, span: Duration) -> Result<Vec<Cell>, Failure> {
    let mut command = Command::new(program);
    command.args(["--seconds", &span.as_secs().to_string()]).env("DATABASE_URL", url);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("it was not built ({}: {error})", program.display()))?;
    let mut cells = Vec::new();
    for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line)? {
            Line::Cell(cell) => cells.push(cell),
            Line::Absent { why } => return Err(why.into()),
        }
    }
    if cells.is_empty() {
        return Err(format!("it printed nothing and ended with {}", output.status).into());
    }
    Ok(cells)
}

/// The server as a URL: the one that was given, or the embedded cluster's socket.
fn url(target: &Target) -> Result<String, Failure> {
    if let Ok(url) = std::env::var("DATABASE_URL") {
        return Ok(url);
    }
    let config = target.config();
    let (Some(Host::Unix(socket)), Some(user), Some(database)) =
        (config.get_hosts().first(), config.get_user(), config.get_dbname())
    else {
        return Err("the cluster has no socket, user or database".into());
    };
    // In the place of a host a path stands with each byte escaped.
    let socket: Vec<_> = socket.as_os_str().as_encoded_bytes().iter().map(|byte| format!("%{byte:02X}")).collect();
    Ok(format!("postgres://{user}@{}/{database}", socket.concat()))
}
