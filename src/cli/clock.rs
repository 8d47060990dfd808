//! The system's clock and randomness: the one place that reads them.

use crate::engine::Clock;

/// The real clock and the maker of identifiers (UUID v7).
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the edge is where time and randomness come in")]
pub fn clock() -> Clock {
    Clock { now: || chrono::SubsecRound::trunc_subsecs(chrono::Utc::now(), 6), id: uuid::Uuid::now_v7 }
}

/// 32 random bytes of the system's, for a key.
///
/// # Errors
///
/// Where the system has none to give.
pub fn seed() -> std::io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(std::io::Error::other)?;
    Ok(seed)
}
