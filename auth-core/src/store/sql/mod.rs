//! The shared part of the SQL stores: statements, their execution, decoding of rows, errors of the driver, migrations.
//! Opening, locking and purging differ by engine.

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

#[cfg(feature = "sqlite")]
pub(super) use columns::corrupt;
pub(super) use columns::{Columns, column, decoded};
pub(super) use engine::{Engine, Transaction, Value};
#[cfg(feature = "postgres")]
pub(super) use statements::POSTGRES;
#[cfg(feature = "sqlite")]
pub(super) use statements::SQLITE;
pub(super) use statements::Statements;

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::store::StoreError;

/// The migrations, recorded in a table of their own, apart from the application's.
pub(super) fn migrator(table: &'static str, texts: [(&'static str, &'static str); 2]) -> Migrator {
    let migration = |(version, (name, text)): (i64, (&'static str, &'static str))| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, text.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations((1..).zip(texts).map(migration).collect());
    migrator.dangerous_set_table_name(table);
    migrator
}

/// A version as a signed column value.
fn stored_version(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(StoreError::unavailable)
}
