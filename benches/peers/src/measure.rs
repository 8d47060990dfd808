//! How fast a peer records payments: callers in flight, each waiting for its answer before it goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Answer, CONNECTIONS, Database, Failure, PILOTS, Payment, Peer};

/// How many callers are in flight in each cell.
const CALLERS: [usize; 3] = [1, 32, 1_024];

/// What the callers of a peer share.
struct Desk<P> {
    peer: P,
    next: AtomicU64,
    /// How often a call had to be made again.
    again: AtomicU64,
    /// One for each pilot. Those who pay for one pilot line up here, in the process: a conflict costs the whole call,
    /// and where 1,024 callers meet them the peers that find out when they write get nowhere.
    turns: Vec<Mutex<()>>,
}

/// Measures every cell once.
pub async fn cells<P: Peer>(database: &Database, span: Duration) -> Result<Vec<Value>, Failure> {
    let server = database.durable().await?;
    let desk = Arc::new(Desk {
        peer: P::open(database).await?,
        next: AtomicU64::new(0),
        again: AtomicU64::new(0),
        turns: (0..PILOTS).map(|_| Mutex::new(())).collect(),
    });
    let bytes = serde_json::to_vec(&Payment::new(0))?.len();
    // Connections are opened and statements prepared before anything counts.
    all(&desk, CONNECTIONS, span / 3).await?;
    let mut cells = Vec::new();
    for callers in CALLERS {
        let again = desk.again.load(Ordering::Relaxed);
        let begun = Instant::now();
        let took = all(&desk, callers, span).await?;
        let seconds = begun.elapsed().as_secs_f64();
        cells.push(json!({
            "peer": P::NAME, "version": P::version()?, "callers": callers, "seconds": seconds,
            "events_per_second": f64::from(u32::try_from(took.len())?) / seconds,
            "p50_ms": share(&took, 50), "p99_ms": share(&took, 99),
            "made_again": desk.again.load(Ordering::Relaxed) - again,
            "entry_bytes": bytes, "server": server, "does": P::DOES,
        }));
    }
    let (sent, there) = (desk.next.load(Ordering::Relaxed), database.count(P::COUNT).await?);
    if usize::try_from(sent)? != there {
        return Err(format!("{sent} payments were answered and {there} are recorded").into());
    }
    Ok(cells)
}

/// So many callers, each sending its next payment when its last was answered; the milliseconds each call took, sorted.
async fn all<P: Peer>(desk: &Arc<Desk<P>>, callers: usize, span: Duration) -> Result<Vec<f64>, Failure> {
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..callers {
        let desk = Arc::clone(desk);
        tasks.push(tokio::spawn(async move {
            let mut took = Vec::new();
            while begun.elapsed() < span {
                let number = desk.next.fetch_add(1, Ordering::Relaxed);
                let one = Instant::now();
                desk.record(number).await?;
                took.push(one.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok::<_, Failure>(took)
        }));
    }
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await??);
    }
    took.sort_by(f64::total_cmp);
    Ok(took)
}

impl<P: Peer> Desk<P> {
    /// Records the payment of this number, again as long as others are faster.
    async fn record(&self, number: u64) -> Result<(), Failure> {
        let payment = Payment::new(number);
        let turn = self.turns.get(Payment::turn(number)).ok_or("there is no such pilot")?;
        let _turn = turn.lock().await;
        while self.peer.record(&payment).await? == Answer::Conflict {
            self.again.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Of sorted values, the one below which so many per cent are; of none, not a number.
fn share(sorted: &[f64], percent: usize) -> f64 {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or(f64::NAN)
}
