//! Values and rows of PostgreSQL.

use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;

use crate::store::StoreError;
use crate::store::sql::{Columns, Value, column, decoded};

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
    decoded!(
        text: String, optional_text: Option<String>, number: i64, optional_number: Option<i64>, flag: bool,
        optional_bytes: Option<Vec<u8>>, names: Vec<Box<str>>
    );
}
