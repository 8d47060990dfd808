//! Whole processes of the program, from the start to the exit: what a user waits for, and the memory it takes.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tranche::cli::clock;
use tranche::engine::sample::{Sample, line};
use tranche::store::{Store, Target};

use super::table::{Table, median};
use super::{Failure, Plan, engine};

/// How often a short process is run a round; the median of them is the round's.
const RUNS: usize = 9;
/// How often the memory of a process is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// The ledgers of the run, as large as the plan says.
pub struct Ledgers {
    small: (String, u64, u64),
    large: (String, u64, u64),
    /// Commands for `apply`, and how many.
    file: (std::path::PathBuf, u64),
}

fn tranche() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tranche"))
}

/// Runs a process to its end; the seconds it took.
fn run(command: &mut Command) -> Result<f64, Failure> {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(begun.elapsed().as_secs_f64());
    }
    Err(format!("{command:?}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
        .into())
}

/// The most memory a process had at once, in megabytes.
fn peak(command: &mut Command) -> Result<f64, Failure> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0.0_f64;
    while child.try_wait()?.is_none() {
        let told = std::fs::read_to_string(&status).unwrap_or_default();
        let kib =
            told.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        most = most.max(kib.unwrap_or(0.0) / 1_024.0);
        std::thread::park_timeout(LOOK);
    }
    Ok(most)
}

impl Ledgers {
    /// Makes what is not there yet.
    pub fn make(plan: &Plan) -> Result<Self, Failure> {
        let make = |kind: &str, events: u64, pilots: u64| -> Result<_, Failure> {
            Ok((fill(format!("bench-{kind}-{events}-{pilots}"), events, pilots)?, events, pilots))
        };
        let lines = plan.large.0.min(200_000);
        let path = std::env::temp_dir().join(format!("tranche-bench-{}.jsonl", std::process::id()));
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
        let sample = Sample::new(lines, 100, false).map_err(|_| "the sample has faults")?;
        for number in 0..sample.len() {
            let command = sample.command(number).map_err(|_| "a command has faults")?;
            writeln!(file, "{}", line(&command)?)?;
        }
        file.flush()?;
        Ok(Self {
            small: make("small", plan.small, 100)?,
            large: make("large", plan.large.0, plan.large.1)?,
            file: (path, sample.len()),
        })
    }

    /// The large one's name.
    pub fn large(&self) -> &str {
        &self.large.0
    }
}

impl Drop for Ledgers {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.file.0);
    }
}

/// Makes a ledger of so many events and pilots, or goes on with it; gives its name.
fn fill(name: String, events: u64, pilots: u64) -> Result<String, Failure> {
    let (events, pilots) = (events.to_string(), pilots.to_string());
    run(tranche().args(["bench-data", "--ledger", &name, "--events", &events, "--pilots", &pilots]))?;
    Ok(name)
}

fn pay(ledger: &str) -> Command {
    let payment = (clock().id)().to_string();
    let mut command = tranche();
    command.args(["record", "pay", "--ledger", ledger, "--by", "local_finance/BZ00007:县财政丙", "--pilot", "BP00007"]);
    command.args(["--project", "2501-000007-04-00", "--payment", &payment, "--amount", "0.01"]);
    command.args([
        "--payee",
        "{\"name\":\"示例承包单位(虚构)\"}",
        "--voucher",
        "记-1",
        "--purpose",
        "INFRASTRUCTURE",
        "--contract",
        "HT",
    ]);
    command
}

fn status(ledger: &str, asked: &[&str]) -> Command {
    let mut command = tranche();
    command.args(["status", "BP00007", "--ledger", ledger, "--format", "json"]).args(asked);
    command
}

/// Measures whole processes once.
pub async fn measure(target: &Target, ledgers: &Ledgers, plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    let past = ["--as-of", "2025-06-01", "--known-at", "2025-06-15"];
    let sizes = [("small", &ledgers.small), ("large", &ledgers.large)];
    let mut took: [[Vec<f64>; 3]; 2] = Default::default();
    for _ in 0..RUNS {
        for ((_, (ledger, ..)), took) in sizes.iter().zip(&mut took) {
            let [now, then, recorded] = took;
            now.push(run(&mut status(ledger, &[]))? * 1_000.0);
            then.push(run(&mut status(ledger, &past))? * 1_000.0);
            recorded.push(run(&mut pay(ledger))? * 1_000.0);
        }
    }
    for ((size, (ledger, events, pilots)), [now, then, recorded]) in sizes.iter().zip(&took) {
        let of = format!("{events} events, {pilots} pilots; whole process");
        table.note(&format!("status PILOT, {size}"), "ms", median(now), &of);
        table.note(&format!("status --known-at, {size}"), "ms", median(then), &of);
        table.note(&format!("record, {size}"), "ms", median(recorded), &of);
        table.note(&format!("status PILOT, {size}, peak"), "MB", peak(&mut status(ledger, &[]))?, &of);
        table.note(
            &format!("record, {size}, peak"),
            "MB",
            peak(&mut pay(ledger))?,
            format!("engine ready to write; {of}"),
        );
    }
    let (ledger, events, pilots) = &ledgers.large;
    for (command, does) in
        [("replay", "read, decode, fold, Merkle root"), ("verify", "all of it recomputed and judged again")]
    {
        // Earlier rounds appended to it.
        let entries = Store::connect(target).await?.head(ledger).await?.position;
        let took = run(tranche().args([command, "--ledger", ledger]))?;
        let rate = f64::from(i32::try_from(entries)?) / took;
        table.note(command, "events/s", rate, format!("whole process: {does}"));
        let most = peak(tranche().args([command, "--ledger", ledger]))?;
        table.note(&format!("{command}, peak"), "MB", most, "the same process");
    }
    let all = run(tranche().args(["status", "--ledger", ledger]))?;
    table.note("status of the programme", "ms", all * 1_000.0, "whole process, all pilots");
    table.note(
        "status of the programme, peak",
        "MB",
        peak(tranche().args(["status", "--ledger", ledger]))?,
        "the same process",
    );
    // What an earlier round appended to is no small one any more.
    let small = fill(format!("bench-{}", (clock().id)()), ledgers.small.1, ledgers.small.2)?;
    let small = (small.as_str(), ledgers.small.1, ledgers.small.2);
    let paid = ledgers.small.2;
    let large = (ledger.as_str(), *events, *pilots);
    for (name, ledger, paid) in
        [("append, small", small, paid), ("append, large", large, paid), ("append, large, all pilots", large, *pilots)]
    {
        let rate = engine::append(target, ledger, paid, plan)?;
        table.note(name, "events/s", rate, format!("1,024 callers pay {paid} pilots of a ledger that is there"));
    }
    apply(ledgers, table)
}

/// A file of commands into a new ledger.
fn apply(ledgers: &Ledgers, table: &mut Table) -> Result<(), Failure> {
    let name = format!("bench-apply-{}", (clock().id)());
    run(tranche().args(["init", "--ledger", &name]))?;
    let (path, lines) = &ledgers.file;
    let seconds = run(tranche().args(["apply", "--ledger", &name]).arg(path))?;
    let count = f64::from(u32::try_from(*lines)?);
    table.note(
        "apply, whole process",
        "lines/s",
        count / seconds,
        format!("a file of {lines} lines, nearly all payments"),
    );
    Ok(())
}
