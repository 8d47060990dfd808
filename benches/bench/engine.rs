//! The engine itself, in this process: callers that wait for each answer, refusals, many ledgers at once.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tranche::cli::clock;
use tranche::domain::Date;
use tranche::domain::act::Act;
use tranche::domain::command::Command;
use tranche::domain::money::Money;
use tranche::engine::sample::Sample;
use tranche::engine::{Engine, Outcome, opening};
use tranche::store::{Pool, Store, Target};

use super::table::{Table, median};
use super::{Failure, Plan, database};

/// How many payments a made-up history has room for: more than any cell appends.
const ROOM: u64 = 4_000_000;
/// How many payments are made up beforehand for each millisecond; what is missing then is made up meanwhile.
const READY_A_MILLISECOND: usize = 50;
/// Over how many connections many ledgers are written.
const POOL: usize = 8;

/// A ledger of this run, with its pilots set up and payments to come.
struct Desk {
    engine: Engine,
    sample: Sample,
    /// How many of its pilots are paid.
    paid: u64,
    /// How many payments were made up.
    next: AtomicU64,
    /// Those that are ready to be sent.
    ready: Mutex<VecDeque<Command>>,
    /// The date of the sample's last payment.
    last_day: Date,
}

/// What a cell's callers send.
#[derive(Clone, Copy, PartialEq)]
enum Sent {
    Lawful,
    /// More than the project was promised.
    TooMuch,
    /// A fen each, on a ledger whose sums are nearly used up.
    Fen,
}

impl Desk {
    /// A new ledger.
    async fn open(target: &Target, pool: &Arc<Pool>, pilots: u64) -> Result<Arc<Self>, Failure> {
        let name = format!("bench-{}", (clock().id)());
        let act = opening::read_rules(opening::JIANGXI_2025.as_bytes(), false).map_err(|_| "the rules do not read")?;
        opening::open(target, &name, act, clock()).await?;
        let sample = Sample::new(ROOM, pilots, false).map_err(|_| "the sample has faults")?;
        let engine = Engine::open_among(pool, &name, clock()).await?;
        let setup = sample.setup();
        let mut answers = Vec::new();
        for number in 0..setup {
            answers.push(engine.send(command(&sample, number)?).await?);
        }
        for answer in answers {
            answer.outcome().await?;
        }
        let last_day = command(&sample, sample.len() - 1)?.on;
        Ok(Arc::new(Self { engine, sample, paid: pilots, next: AtomicU64::new(0), ready: Mutex::default(), last_day }))
    }

    /// A ledger that is there, with its name, events and pilots, to go on with, so many of its pilots being paid.
    async fn resume(target: &Target, ledger: (&str, u64, u64), paid: u64) -> Result<Arc<Self>, Failure> {
        let (name, events, pilots) = ledger;
        let head = Store::connect(target).await?.head(name).await?;
        let sample = Sample::new(events, pilots, true).map_err(|_| "the sample has faults")?;
        let engine = Engine::open(target.clone(), name, clock()).await?;
        let paid = paid.min(sample.pilots());
        // Beyond every payment that the ledger or an earlier call made: for each at most a whole round went by.
        let next = AtomicU64::new(u64::try_from(head.position)? * 2 * paid);
        let last_day = command(&sample, sample.len() - 1)?.on;
        Ok(Arc::new(Self { engine, sample, paid, next, ready: Mutex::default(), last_day }))
    }

    /// Makes so many payments up, so that this takes no part of the machine while they are sent.
    fn make_ready(&self, count: usize, sent: Sent) -> Result<(), Failure> {
        let made = (0..count).map(|_| self.make(sent)).collect::<Result<_, _>>()?;
        *self.ready.lock().map_err(|_| "a caller failed")? = made;
        Ok(())
    }

    /// The next payment.
    fn next(&self, sent: Sent) -> Result<Command, Failure> {
        let ready = self.ready.lock().map_err(|_| "a caller failed")?.pop_front();
        ready.map_or_else(|| self.make(sent), Ok)
    }

    /// Makes the next payment up; what cancels an earlier one is left out, for callers overtake each other.
    fn make(&self, sent: Sent) -> Result<Command, Failure> {
        loop {
            // Payments go round the pilots: of each round the first so many.
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let payment = next / self.paid * self.sample.pilots() + next % self.paid;
            let mut command = command(&self.sample, self.sample.setup() + payment)?;
            if let Act::Pay(act) = &mut command.act {
                match sent {
                    Sent::Lawful => {}
                    Sent::TooMuch => act.amount = Money::from_fen(1_000_000_000_000),
                    Sent::Fen => {
                        act.amount = Money::from_fen(1);
                        // Callers overtake each other, and simulated times may not go back: all stand on the last.
                        command.recorded_at = None;
                        command.on = self.last_day;
                    }
                }
                return Ok(command);
            }
        }
    }
}

fn command(sample: &Sample, number: u64) -> Result<Command, Failure> {
    sample.command(number).map_err(|_| "a command has faults".into())
}

/// So many callers, each sending its next command when its last was answered; commands a second, and the median wait
/// in milliseconds.
async fn rate(desks: &[Arc<Desk>], callers: usize, sent: Sent, span: Duration) -> Result<(f64, f64), Failure> {
    let payments = usize::try_from(span.as_millis())? * READY_A_MILLISECOND;
    for desk in desks {
        desk.make_ready(payments / desks.len(), sent)?;
    }
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for desk in desks.iter().cycle().take(callers) {
        let desk = Arc::clone(desk);
        tasks.push(tokio::spawn(async move {
            let mut took = Vec::new();
            while begun.elapsed() < span {
                let command = desk.next(sent)?;
                let one = Instant::now();
                let outcome = desk.engine.send(command).await?.outcome().await?;
                let as_meant = match outcome {
                    Outcome::Accepted { .. } => sent != Sent::TooMuch,
                    Outcome::Refused(_) => sent == Sent::TooMuch,
                    Outcome::Repeated { .. } => false,
                };
                if !as_meant {
                    return Err(format!("not as meant: {outcome:?}").into());
                }
                took.push(one.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok::<_, Failure>(took)
        }));
    }
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    Ok((f64::from(u32::try_from(took.len())?) / seconds, median(&took)))
}

/// Does it on two threads, which a crowd of callers has work for; few are faster on one.
fn on_two_threads<T: Send>(work: impl Future<Output = Result<T, Failure>> + Send) -> Result<T, Failure> {
    let done = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work);
    std::thread::scope(|scope| scope.spawn(done).join().map_err(|_| "a caller failed")?)
}

/// Measures the engine once.
pub async fn measure(target: &Target, plan: &Plan, table: &mut Table) -> Result<(), Failure> {
    let pool = || Arc::new(Pool::new(target.clone(), 2));
    let crowd = on_two_threads(async {
        let desk = [Desk::open(target, &pool(), 100).await?];
        let measured = rate(&desk, 1_024, Sent::Lawful, plan.span).await?;
        close_all(desk).await?;
        Ok(measured)
    })?;
    note(table, 1_024, crowd);
    let desk = [Desk::open(target, &pool(), 100).await?];
    for callers in [32, 1] {
        note(table, callers, rate(&desk, callers, Sent::Lawful, plan.span).await?);
    }
    let client = database::client(target).await?;
    let before: i64 = client
        .query_one("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", &[])
        .await?
        .try_get(0)?;
    let (refused, _) = rate(&desk, 32, Sent::TooMuch, plan.span).await?;
    let after: i64 = client
        .query_one("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", &[])
        .await?
        .try_get(0)?;
    table.note("refused, 32 callers", "refusals/s", refused, "payments beyond the assignment");
    let written = f64::from(i32::try_from(after - before)?) / (refused * plan.span.as_secs_f64());
    table.note(
        "refused, WAL bytes each",
        "bytes",
        written,
        "written by the whole server meanwhile, its own housekeeping too",
    );
    let pool = Arc::new(Pool::new(target.clone(), POOL));
    let mut many = Vec::new();
    for _ in 0..plan.ledgers {
        many.push(Desk::open(target, &pool, 2).await?);
    }
    for (name, callers) in [("engine, many ledgers", 1_024), ("engine, many busy ledgers", 102 * plan.ledgers)] {
        let (all, _) = rate(&many, callers, Sent::Lawful, plan.span).await?;
        let does = format!("{} ledgers of one process, {callers} callers in all, {POOL} connections", plan.ledgers);
        table.note(name, "events/s", all, does);
    }
    close_all(desk.into_iter().chain(many)).await
}

fn note(table: &mut Table, callers: usize, (rate, p50): (f64, f64)) {
    let does = "valid payments to 100 pilots, judged, hashed, durable, each caller waiting for its answer";
    let name = if callers == 1 { "engine, 1 caller".to_owned() } else { format!("engine, {callers} callers") };
    table.note(&name, "events/s", rate, does);
    table.note(&format!("{name}, p50"), "ms", p50, does);
}

/// Appends to a ledger that is there, paying so many of its pilots.
pub fn append(target: &Target, ledger: (&str, u64, u64), paid: u64, plan: &Plan) -> Result<f64, Failure> {
    on_two_threads(async {
        let desk = [Desk::resume(target, ledger, paid).await?];
        // Pilots come to hand with their first payment, which is no part of the rate.
        rate(&desk, 1_024, Sent::Fen, plan.span / 3).await?;
        let (rate, _) = rate(&desk, 1_024, Sent::Fen, plan.span).await?;
        close_all(desk).await?;
        Ok(rate)
    })
}

async fn close_all(desks: impl IntoIterator<Item = Arc<Desk>>) -> Result<(), Failure> {
    for desk in desks.into_iter().filter_map(Arc::into_inner) {
        desk.engine.close().await?;
    }
    Ok(())
}
