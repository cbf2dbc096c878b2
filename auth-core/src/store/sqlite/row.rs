//! Columns into types, and back. What does not fit is not guessed at.

use std::fmt::Display;

use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};

use crate::Timestamp;
use crate::store::StoreError;
use crate::token::TokenHash;

pub(super) fn corrupt(what: &'static str, why: impl Display) -> StoreError {
    StoreError::Corrupt { what, why: why.to_string() }
}

pub(super) fn column<'r, T>(row: &'r SqliteRow, name: &'static str) -> Result<T, StoreError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    row.try_get(name).map_err(|error| corrupt(name, error))
}

/// A text that has a type: an identifier, an address.
pub(super) fn parsed<T>(row: &SqliteRow, name: &'static str) -> Result<T, StoreError>
where
    T: TryFrom<String, Error: Display>,
{
    T::try_from(column(row, name)?).map_err(|error| corrupt(name, error))
}

pub(super) fn optional_parsed<T>(row: &SqliteRow, name: &'static str) -> Result<Option<T>, StoreError>
where
    T: TryFrom<String, Error: Display>,
{
    let text: Option<String> = column(row, name)?;
    text.map(T::try_from).transpose().map_err(|error| corrupt(name, error))
}

pub(super) fn time(row: &SqliteRow, name: &'static str) -> Result<Timestamp, StoreError> {
    column(row, name).map(Timestamp::from_millis)
}

pub(super) fn optional_time(row: &SqliteRow, name: &'static str) -> Result<Option<Timestamp>, StoreError> {
    Ok(column::<Option<i64>>(row, name)?.map(Timestamp::from_millis))
}

pub(super) fn hash(row: &SqliteRow, name: &'static str) -> Result<TokenHash, StoreError> {
    optional_hash(row, name)?.ok_or_else(|| corrupt(name, "it is missing"))
}

pub(super) fn optional_hash(row: &SqliteRow, name: &'static str) -> Result<Option<TokenHash>, StoreError> {
    let bytes: Option<&[u8]> = column(row, name)?;
    let hash = bytes.map(|bytes| <[u8; 32]>::try_from(bytes).map(TokenHash::from));
    hash.transpose().map_err(|error| corrupt(name, error))
}

pub(super) fn version(row: &SqliteRow) -> Result<u64, StoreError> {
    u64::try_from(column::<i64>(row, "version")?).map_err(|error| corrupt("version", error))
}

/// A version as SQLite can hold it.
pub(super) fn stored_version(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(StoreError::unavailable)
}

/// Roles or scopes: a JSON array, since a role's name may hold any character.
pub(super) fn names(row: &SqliteRow, name: &'static str) -> Result<Vec<Box<str>>, StoreError> {
    serde_json::from_str(column(row, name)?).map_err(|error| corrupt(name, error))
}

/// Names as a JSON array.
pub(super) fn stored_names(names: &[Box<str>]) -> Result<String, StoreError> {
    serde_json::to_string(names).map_err(StoreError::unavailable)
}
