//! What the SQL stores share: the statements, how they are run, how a row is read, and what a driver's error means. An
//! engine opens, locks and purges in its own way.

mod api_keys;
mod audit;
mod columns;
mod directory;
mod engine;
mod error;
mod records;
mod redeem;
mod sessions;
mod statements;
mod users;

pub(super) use columns::{Columns, column, corrupt};
pub(super) use engine::{Engine, Transaction, Value};
#[cfg(feature = "postgres")]
pub(super) use statements::POSTGRES;
#[cfg(feature = "sqlite")]
pub(super) use statements::SQLITE;
pub(super) use statements::Statements;

use crate::store::StoreError;

/// A version as a signed column can hold it.
fn stored_version(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(StoreError::unavailable)
}
