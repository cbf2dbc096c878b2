//! Values and rows of SQLite.

use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};

use crate::store::StoreError;
use crate::store::sql::{Columns, Value, column, corrupt, decoded};

/// A statement with its values. Names are a JSON array, since the name of a role may contain any character.
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
    decoded!(
        text: String, optional_text: Option<String>, number: i64, optional_number: Option<i64>, flag: bool,
        optional_bytes: Option<Vec<u8>>
    );

    fn names(&self, name: &'static str) -> Result<Vec<Box<str>>, StoreError> {
        serde_json::from_str(column(self, name)?).map_err(|error| corrupt(name, error))
    }
}
