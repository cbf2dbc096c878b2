//! PostgreSQL's rows, and names as it keeps them.

use sqlx::postgres::PgRow;

use crate::store::StoreError;
use crate::store::sql::{Columns, column};

impl Columns for PgRow {
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

    fn names(&self, name: &'static str) -> Result<Vec<Box<str>>, StoreError> {
        column(self, name)
    }
}

/// Names as an array.
pub(super) fn stored_names(names: &[Box<str>]) -> Vec<&str> {
    names.iter().map(AsRef::as_ref).collect()
}
