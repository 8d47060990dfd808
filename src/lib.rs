//! `tranche` (试点资金台账): an event-sourced ledger of public money on PostgreSQL.
//!
//! The layers, each of which may use those below it and none above: [`cli`], [`report`], [`exchange`],
//! [`engine`], [`store`], [`log`], [`domain`]. `ARCHITECTURE.md` walks one command through all of them.

pub mod cli;
pub mod domain;
pub mod engine;
pub mod exchange;
pub mod log;
pub mod report;
pub mod store;
