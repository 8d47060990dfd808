//! The store against a real PostgreSQL: the append, the second wall, reads, subscriptions, the schema.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "store/append.rs"]
mod append;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "store/fixture.rs"]
mod fixture;
#[path = "store/fund.rs"]
mod fund;
#[path = "store/lease.rs"]
mod lease;
#[path = "store/read.rs"]
mod read;
#[path = "store/roles.rs"]
mod roles;
#[path = "store/schema.rs"]
mod schema;
#[path = "store/snapshot.rs"]
mod snapshot;
#[path = "store/subscribe.rs"]
mod subscribe;
#[path = "store/wall.rs"]
mod wall;
