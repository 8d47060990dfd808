//! Chance for tests, from a seed that is printed, so that a run that failed can be run again.

#![allow(dead_code, reason = "shared by several test programs, none of which needs all of it")]

use std::hash::{BuildHasher as _, RandomState};

/// SplitMix64.
pub struct Chance(u64);

impl Chance {
    /// Seeded by `TEST_SEED`, else at random; says the seed on standard error, which is shown where the test fails.
    pub fn new() -> Self {
        let given = std::env::var("TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0));
        eprintln!("TEST_SEED={seed}");
        Self(seed)
    }

    /// Another, for another thread.
    #[allow(dead_code, reason = "few tests have threads")]
    pub fn fork(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
