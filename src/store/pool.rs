//! A few connections, shared by all that a process writes to one database.
//!
//! A connection has its own process on the server and its own plans to make, a dozen milliseconds for the first append:
//! a hundred ledgers written at once are faster over a few. What it refuses: waiting. Who may have to wait long, for a
//! lease or for a server that is away, takes a connection of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

use super::{Store, StoreError, Target};

/// Connections to one database, made when they are first asked for, and again when they are gone.
#[derive(Debug)]
pub struct Pool {
    target: Target,
    connections: Vec<Mutex<Option<Arc<Store>>>>,
    seats: AtomicUsize,
}

impl Pool {
    /// A pool of so many connections, at least one; none is made yet.
    #[must_use]
    pub fn new(target: Target, size: usize) -> Self {
        let connections = (0..size.max(1)).map(|_| Mutex::default()).collect();
        Self { target, connections, seats: AtomicUsize::new(0) }
    }

    /// A seat: users spread evenly over the connections by theirs. The next one has another connection, if there are two.
    pub fn seat(&self) -> usize {
        self.seats.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether more than one seat was taken.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.seats.load(Ordering::Relaxed) > 1
    }

    /// The connection of a seat. One that is to be made, by this call or by another, is waited for as long as `patience`
    /// (and one attempt).
    ///
    /// # Errors
    /// Those of [`Store::connect`]; [`StoreError::Lost`] where another call was no faster.
    pub async fn connection(&self, seat: usize, patience: Duration) -> Result<Arc<Store>, StoreError> {
        let Some(place) = self.connections.get(seat % self.connections.len()) else {
            return self.own(patience).await;
        };
        let begun = tokio::time::Instant::now();
        let Ok(mut place) = tokio::time::timeout(patience, place.lock()).await else {
            return Err(StoreError::Lost { reason: "it is still being connected to".to_owned() });
        };
        match place.as_ref() {
            Some(store) if !store.is_closed() => Ok(Arc::clone(store)),
            _ => Ok(Arc::clone(place.insert(self.own(patience.saturating_sub(begun.elapsed())).await?))),
        }
    }

    /// A connection that nobody else has.
    ///
    /// # Errors
    /// Those of [`Store::connect`].
    pub async fn own(&self, patience: Duration) -> Result<Arc<Store>, StoreError> {
        Store::connect_within(&self.target, patience).await.map(Arc::new)
    }
}
