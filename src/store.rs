//! The log in PostgreSQL: append, read, subscribe, snapshots, migrations.
//!
//! A [`Store`] is one connection, held to what the role `tranche_app` may do: SELECT, and EXECUTE of the
//! functions in `schema/`. Everything is written by [`Store::append`], one statement a batch.
//!
//! To add a statement: name its text in `sql`, put it in `sql::ALL` (a test prepares every one against the
//! migrated schema), call it from the file of its noun. To add a table or a function: a new migration.
//!
//! What it refuses to do: decide. It knows entries as bytes, funds as sums, and rules as names that the
//! database answers with.

pub mod append;
pub mod batch;
pub mod catalog;
pub mod connection;
pub mod embedded;
pub mod error;
pub mod fund;
pub mod lease;
pub mod migrate;
pub mod pool;
pub mod read;
pub mod snapshot;
mod sql;
pub mod standing;
pub mod subscribe;
pub mod target;
pub mod tile;

pub use append::Appended;
pub use batch::{Batch, FundAct, FundMove, FundOpening, FundRules, Funds};
pub use connection::Store;
pub use error::StoreError;
pub use fund::FundPosition;
pub use migrate::migrate;
pub use pool::Pool;
pub use read::{EntrySpan, Head, Record, Span};
pub use snapshot::{Part, Snapshot};
pub use sql::ALL as STATEMENTS;
pub use standing::Standing;
pub use subscribe::subscribe;
pub use target::Target;
pub use tile::StoredTile;
