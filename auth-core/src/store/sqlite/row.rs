//! SQLite's rows, and names as it keeps them.

use sqlx::sqlite::SqliteRow;

use crate::store::StoreError;
use crate::store::sql::{Columns, column, corrupt};

impl Columns for SqliteRow {
    fn text(&self, name: &'static str) -> Result<String, StoreError> {
        column(self, name)
    }

    fn optional_text(&self, name: &'static str) -> Result<Option<String>, StoreError> {
        column(self, name)
    }

    fn number(&self, name: &'static str) -> Result<i64, StoreError> {
        column(self, name)
    }

    fn optional_number(&self, name: &'static str) -> Result<Option<i64>, StoreError> {
        column(self, name)
    }

    fn flag(&self, name: &'static str) -> Result<bool, StoreError> {
        column(self, name)
    }

    fn optional_bytes(&self, name: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        column(self, name)
    }

    /// A JSON array, since a role's name may hold any character.
    fn names(&self, name: &'static str) -> Result<Vec<Box<str>>, StoreError> {
        serde_json::from_str(column(self, name)?).map_err(|error| corrupt(name, error))
    }
}

/// Names as a JSON array.
pub(super) fn stored_names(names: &[Box<str>]) -> Result<String, StoreError> {
    serde_json::to_string(names).map_err(StoreError::unavailable)
}
