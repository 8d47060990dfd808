//! Two hundred processes of the real program, each killed at a random point of an `apply`: what was acknowledged is in
//! the log, nothing is there twice, and applying the file again ends as if nobody had been killed.

#![cfg(test)]

#[path = "support/chance.rs"]
mod chance;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use chance::Chance;
use program::{Desk, FIRST_COHORT, Running};
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::runtime::Handle;

/// The length of the file.
const LINES: usize = 300;
/// Ledgers to which processes apply the whole file at once, and how many are killed over each.
const WHOLE: (usize, usize) = (25, 4);
/// Ledgers to which processes are given a few lines at a time, and how many are killed over each.
const STEPS: (usize, usize) = (5, 20);
/// Ledgers over which a process that applies the file all or none is killed, and how many each.
const ATOMIC: (usize, usize) = (12, 2);

fn lines() -> Vec<&'static str> {
    FIRST_COHORT.lines().take(LINES).collect()
}

fn whole_file() -> NamedTempFile {
    program::file(lines().join("\n").as_bytes())
}

/// What a ledger nobody was killed over looks like, and how long a process took for it.
struct Clean {
    log: Vec<Value>,
    figures: Vec<Value>,
    took: Duration,
}

/// What stands in the log, but for the ledger's name and the moment it was opened.
async fn history(desk: &Desk) -> Vec<Value> {
    let mut log = desk.log().await;
    for entry in &mut log {
        assert_eq!(entry["ledger"], Value::String(desk.ledger.clone()));
        entry["ledger"].take();
    }
    log.remove(0);
    log
}

async fn all_figures(desk: &Desk) -> Vec<Value> {
    let mut all = Vec::new();
    for number in 1..=10 {
        all.push(desk.figures(&format!("JX2025-{number:02}"), "2026-12-31").await);
    }
    all
}

async fn clean(desk: &Desk, flags: &[&str]) -> Clean {
    let begun = Instant::now();
    let told = desk.apply(lines().join("\n"), flags);
    let took = begun.elapsed();
    assert_eq!(told.code(), 0, "{}{}", told.err, told.out);
    assert_eq!(told.outcomes(), ["accepted"; LINES]);
    Clean { log: history(desk).await, figures: all_figures(desk).await, took }
}

/// Where each command's events stand, by its identifier.
fn places(log: &[Value]) -> BTreeMap<String, Vec<u64>> {
    let mut places: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for entry in log {
        let position = entry["position"].as_u64().unwrap();
        places.entry(entry["command_id"].as_str().unwrap().to_owned()).or_default().push(position);
    }
    places
}

/// Reads answers until there are so many, or until the time is up.
fn read(answers: &Receiver<Value>, most: usize, time: Duration) -> Vec<Value> {
    let end = Instant::now() + time;
    let mut read = Vec::new();
    while read.len() < most {
        match answers.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(answer) => read.push(answer),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    read
}

/// Kills a process; gives everything it acknowledged.
fn kill(running: Running, answers: &Receiver<Value>, mut acknowledged: Vec<Value>) -> Vec<Value> {
    running.kill();
    acknowledged.extend(answers.iter());
    acknowledged
}

/// A process that applies the whole file, killed after some answers or some time.
fn killed_over_file(
    desk: &Desk,
    file: &NamedTempFile,
    flags: &[&str],
    took: Duration,
    chance: &mut Chance,
) -> Vec<Value> {
    let arguments = [&["apply", "--format", "json", file.path().to_str().unwrap()], flags].concat();
    let mut running = Running::start(&mut desk.command(&arguments));
    let answers = running.answers();
    let time = took.mul_f64(f64::from(u32::try_from(chance.below(1_100)).unwrap()) / 1_000.0);
    let most = usize::try_from(chance.below(2 * LINES as u64)).unwrap();
    let acknowledged = read(&answers, most, time);
    kill(running, &answers, acknowledged)
}

/// A process that is given the lines that are done at once, then a few more at a time, and killed among those.
fn killed_over_steps(desk: &Desk, done: &AtomicU64, chance: &mut Chance) -> Vec<Value> {
    let mut running = Running::start(desk.command(&["apply", "--format", "json", "-"]).stdin(Stdio::piped()));
    let mut input = running.child().stdin.take().unwrap();
    let answers = running.answers();
    let known = usize::try_from(done.load(Ordering::Relaxed)).unwrap();
    let most = known + 4 + usize::try_from(chance.below(LINES as u64 / 8)).unwrap();
    let mut acknowledged = Vec::new();
    let mut sent = 0;
    for step in lines().chunks(1 + usize::try_from(chance.below(6)).unwrap()) {
        let text: String = step.iter().flat_map(|line| [line, "\n"]).collect();
        input.write_all(text.as_bytes()).unwrap();
        sent += step.len();
        if sent >= most {
            break;
        }
        if sent > known {
            acknowledged.extend(read(&answers, sent - acknowledged.len(), program::LIMIT));
        }
    }
    // The last lines are on their way: none, some or all of them are answered before the end.
    let time = Duration::from_micros(chance.below(8_000));
    let more = read(&answers, sent - acknowledged.len(), time);
    acknowledged.extend(more);
    let acknowledged = kill(running, &answers, acknowledged);
    done.fetch_max(acknowledged.len() as u64, Ordering::Relaxed);
    acknowledged
}

/// Holds the log as the killed processes left it against what they acknowledged, and against the clean one.
async fn held(desk: &Desk, clean: &Clean, acknowledged: &[Value]) {
    let log = history(desk).await;
    // Each line at most once and in the file's order: what is there is how the clean log begins.
    assert!(clean.log.starts_with(&log), "{}: not the beginning of the clean log", desk.ledger);
    let places = places(&log);
    for answer in acknowledged {
        assert!(answer["outcome"] == "accepted" || answer["outcome"] == "repeated", "{answer}");
        let events = answer["events"].as_array().unwrap();
        let told: Vec<u64> = events.iter().map(|event| event["position"].as_u64().unwrap()).collect();
        assert_eq!(
            places.get(answer["id"].as_str().unwrap()),
            Some(&told),
            "acknowledged and not in the log: {answer}"
        );
    }
    desk.sound().await;
}

/// Applies the file once more, to its end.
async fn finished(desk: &Desk, clean: &Clean, flags: &[&str]) {
    let told = desk.apply(lines().join("\n"), flags);
    assert_eq!(told.code(), 0, "{}{}", told.err, told.out);
    assert!(told.outcomes().iter().all(|outcome| outcome == "accepted" || outcome == "repeated"), "{}", told.out);
    assert_eq!(history(desk).await, clean.log, "{}", desk.ledger);
    assert_eq!(all_figures(desk).await, clean.figures, "{}", desk.ledger);
    desk.sound().await;
}

/// Kills so many processes over a ledger, two at a time; gives what they acknowledged.
fn killed_in_pairs(kills: usize, chance: &mut Chance, one: impl Fn(&mut Chance) -> Vec<Value> + Sync) -> Vec<Value> {
    let mut acknowledged = Vec::new();
    for _ in 0..kills / 2 {
        let (mut left, mut right) = (chance.fork(), chance.fork());
        acknowledged.extend(std::thread::scope(|scope| {
            let other = scope.spawn(|| one(&mut left));
            let mut both = one(&mut right);
            both.extend(other.join().unwrap());
            both
        }));
    }
    acknowledged
}

/// Runs a job for each number on two threads.
async fn on_each(count: usize, job: impl Fn(usize) + Send + Sync + Clone + 'static) {
    let next = std::sync::Arc::new(AtomicU64::new(0));
    let work = || {
        let (next, job) = (next.clone(), job.clone());
        tokio::task::spawn_blocking(move || {
            while let Some(number) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|next| *next < count as u64) {
                job(usize::try_from(number).unwrap());
            }
        })
    };
    let (one, other) = tokio::join!(work(), work());
    one.unwrap();
    other.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_two_hundred_kills() {
    assert_eq!(WHOLE.0 * WHOLE.1 + STEPS.0 * STEPS.1, 200);
    let desk = Desk::sandbox().await;
    let clean = std::sync::Arc::new(clean(&desk, &[]).await);
    let file = std::sync::Arc::new(whole_file());
    let chance = std::sync::Mutex::new(Chance::new());
    let chance = std::sync::Arc::new(chance);
    let handle = Handle::current();
    on_each(WHOLE.0 + STEPS.0, move |number| {
        let mut chance = chance.lock().unwrap().fork();
        let desk = handle.block_on(desk.beside(&format!("killed-{number}")));
        let acknowledged = if number < WHOLE.0 {
            killed_in_pairs(WHOLE.1, &mut chance, |chance| killed_over_file(&desk, &file, &[], clean.took, chance))
        } else {
            let done = AtomicU64::new(0);
            killed_in_pairs(STEPS.1, &mut chance, |chance| killed_over_steps(&desk, &done, chance))
        };
        handle.block_on(held(&desk, &clean, &acknowledged));
        handle.block_on(finished(&desk, &clean, &[]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_atomic_file_is_there_whole_or_not_at_all_whenever_it_is_killed() {
    let desk = Desk::sandbox().await;
    let clean = clean(&desk, &["--atomic"]).await;
    let file = whole_file();
    let mut chance = Chance::new();
    let mut whole = 0;
    for number in 0..ATOMIC.0 {
        let desk = desk.beside(&format!("atomic-{number}")).await;
        let mut acknowledged = Vec::new();
        for _ in 0..ATOMIC.1 {
            // It comes as one: some are to be killed before, some right after.
            let longest = clean.took.mul_f64(1.6);
            acknowledged.extend(killed_over_file(&desk, &file, &["--atomic"], longest, &mut chance));
            let events = history(&desk).await.len();
            assert!(events == 0 || events == clean.log.len(), "{events} events of an atomic file");
            whole += u32::from(events > 0);
        }
        held(&desk, &clean, &acknowledged).await;
        finished(&desk, &clean, &["--atomic"]).await;
    }
    eprintln!("there after {whole} of {} kills", ATOMIC.0 * ATOMIC.1);
}
