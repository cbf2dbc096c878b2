//! What the SQL stores share: how a row is read, and what a driver's error means. Their statements are their own.

mod columns;
mod error;
mod records;

pub(super) use columns::{Columns, column, corrupt};
pub(super) use records::{account, api_key, session, session_columns, user};

use crate::store::StoreError;

/// A version as a signed column can hold it.
pub(super) fn stored_version(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(StoreError::unavailable)
}
