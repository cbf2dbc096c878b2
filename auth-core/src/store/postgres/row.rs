//! PostgreSQL's values and rows.

use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;

use crate::store::StoreError;
use crate::store::sql::{Columns, Value, column};

/// A statement with its values.
pub(super) fn query<'q>(sql: &'static str, values: &[Value<'q>]) -> Query<'q, Postgres, PgArguments> {
    values.iter().fold(sqlx::query(sql), |query, value| match *value {
        Value::Text(text) => query.bind(text),
        Value::Number(number) => query.bind(number),
        Value::Flag(flag) => query.bind(flag),
        Value::Bytes(bytes) => query.bind(bytes),
        Value::Names(names) => query.bind(names.map(|names| names.iter().map(AsRef::as_ref).collect::<Vec<&str>>())),
    })
}

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
