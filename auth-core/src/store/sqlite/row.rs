//! SQLite's values and rows.

use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};

use crate::store::StoreError;
use crate::store::sql::{Columns, Value, column, corrupt};

/// A statement with its values. Names are kept as a JSON array, since a role's name may hold any character.
pub(super) fn query<'q>(
    sql: &'static str,
    values: &[Value<'q>],
) -> Result<Query<'q, Sqlite, SqliteArguments>, StoreError> {
    values.iter().try_fold(sqlx::query(sql), |query, value| {
        Ok(match *value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
            Value::Flag(flag) => query.bind(flag),
            Value::Bytes(bytes) => query.bind(bytes),
            Value::Names(names) => {
                query.bind(names.map(serde_json::to_string).transpose().map_err(StoreError::unavailable)?)
            }
        })
    })
}

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

    fn names(&self, name: &'static str) -> Result<Vec<Box<str>>, StoreError> {
        serde_json::from_str(column(self, name)?).map_err(|error| corrupt(name, error))
    }
}
