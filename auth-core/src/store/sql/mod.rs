//! The shared part of the SQL stores: statements, their execution, decoding of rows, errors of the driver, migrations.
//! Opening, locking and purging differ by engine.

mod api_keys;
mod audit;
mod challenges;
mod columns;
mod devices;
mod directory;
mod engine;
mod error;
mod one_time;
mod records;
mod redeem;
mod roles;
mod second_factors;
mod sessions;
mod statements;
mod users;

pub(super) use audit::{add as add_audit_rows, find_trail};
pub(super) use columns::{Columns, column, corrupt, decoded};
pub(super) use engine::{Borrowed, Engine, Transaction, Value};
pub use error::OpenError;
#[cfg(feature = "postgres")]
pub(super) use statements::POSTGRES;
#[cfg(feature = "sqlite")]
pub(super) use statements::SQLITE;
pub(super) use statements::{OF_EACH_FORMAT, SAMPLES, Statements};
pub(super) use users::add_user;

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::store::StoreError;

/// The migrations with their versions, names and texts, recorded in a table of their own, apart from the application's.
pub(super) fn migrator(table: &'static str, texts: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |&(version, name, text): &(i64, &'static str, &'static str)| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, text.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations(texts.iter().map(migration).collect());
    migrator.dangerous_set_table_name(table);
    migrator
}

/// What a database contains before its migration.
pub(super) struct Found {
    /// The prefix of the names of tables.
    pub(super) prefix: &'static str,
    /// The names of tables without it.
    pub(super) tables: Vec<String>,
    /// The applied migrations with their checksums.
    pub(super) applied: Vec<(i64, Vec<u8>)>,
}

impl Found {
    /// The table of the migrations themselves.
    pub(super) const MIGRATIONS: &str = "migrations";

    /// The other tables, each with the migration that creates it.
    const TABLES: &[(&str, i64)] = &[
        ("users", 1),
        ("sessions", 1),
        ("refresh_tokens", 1),
        ("api_keys", 1),
        ("events", 2),
        ("roles", 5),
        ("one_time_tokens", 6),
        ("verified_emails", 6),
        ("second_factors", 7),
        ("recovery_codes", 7),
        ("known_devices", 8),
        ("event_chains", 9),
        ("challenges", 10),
    ];

    pub(super) fn has(&self, table: &str) -> bool {
        self.tables.iter().any(|found| found.eq_ignore_ascii_case(table))
    }

    pub(super) fn foreign(&self, table: &str) -> OpenError {
        OpenError::ForeignTable { table: format!("{}{table}", self.prefix) }
    }

    /// Checks that this release created what there is, or an earlier one.
    pub(super) fn check(&self, migrator: &Migrator) -> Result<(), OpenError> {
        let known = migrator.iter().map(|migration| migration.version).max().unwrap_or_default();
        for (version, checksum) in &self.applied {
            let migration = migrator.iter().find(|migration| migration.version == *version);
            let migration = migration.ok_or(OpenError::NewerSchema { found: *version, known })?;
            if *migration.checksum != **checksum {
                return Err(OpenError::ChangedMigration { version: *version });
            }
        }
        let is_applied = |version| self.applied.iter().any(|(applied, _)| *applied == version);
        let foreign = Self::TABLES.iter().find(|(table, version)| self.has(table) && !is_applied(*version));
        foreign.map_or(Ok(()), |(table, _)| Err(self.foreign(table)))
    }
}

/// Whether a query of applied migrations failed because the table is not one of migrations.
pub(super) fn is_other_table(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => true,
        // PostgreSQL's `undefined_column`; SQLite's general code, which it has for an unknown column.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code == "42703" || code == "1"),
        _ => false,
    }
}

/// A version as a signed column value.
fn stored_version(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(StoreError::unavailable)
}
