//! Errors of opening a store, and conversion of driver errors.

use std::path::PathBuf;

use sqlx::Error;
use sqlx::error::DatabaseError;

use crate::store::StoreError;

/// A built-in store cannot be opened. The message says what to do; it never contains a password.
///
/// ```
/// use auth_core::store::{OpenError, SqliteStore};
///
/// # #[tokio::main]
/// # async fn main() {
/// let error = SqliteStore::open("sqlite:///no/such/folder/service.db").await.unwrap_err();
/// assert!(matches!(error, OpenError::File { .. }));
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL is invalid.
    #[error("invalid database URL: {0}; write `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`")]
    Url(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The SQLite file cannot be opened, read or written.
    #[error(
        "cannot use the file {}: {source}; check that it is a database, and that this user may write to it and to its folder",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another process holds the lock of the SQLite file.
    #[error(
        "the file {} is locked by another process; end the process that writes to it, or use another file",
        path.display()
    )]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The server does not accept a connection.
    #[error(
        "cannot connect to the server at {address}: {source}; check that it is running and that the address is right"
    )]
    Unreachable {
        /// The host and port, or the folder of the socket.
        address: String,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The server refuses the user or the database.
    #[error("the server at {address} refused the connection: {source}; check the user, the password and the database")]
    Refused {
        /// The host and port, or the folder of the socket.
        address: String,
        /// The reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database cannot store every text.
    #[error(
        "the database uses the encoding {encoding}, which cannot store every text; \
         create another with `CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0`"
    )]
    Encoding {
        /// Its encoding.
        encoding: String,
    },
    /// A newer release has migrated the database.
    #[error(
        "the tables have version {found}, and this release knows version {known}: a newer release has migrated them; \
         start that release, or restore a backup from before"
    )]
    NewerSchema {
        /// The version of the tables.
        found: i64,
        /// The latest version that this release knows.
        known: i64,
    },
    /// A migration of this release differs from the one that was applied.
    #[error(
        "migration {version} differs from the one that created the tables, so they may have another form; \
         start the release that created them, or use another database"
    )]
    ChangedMigration {
        /// The number of the migration.
        version: i64,
    },
    /// A table has the name of one of the store's.
    #[error("the table `{table}` exists, and auth-core did not create it; rename it, or use another database")]
    ForeignTable {
        /// Its name.
        table: String,
    },
    /// A pool of the application lacks a setting.
    #[error("the pool does not enforce foreign keys; open it with `foreign_keys(true)`")]
    ForeignKeys,
    /// Anything else.
    #[error("cannot prepare the tables: {0}")]
    Database(#[from] StoreError),
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Database(error.into())
    }
}

/// Messages of the driver contain no bound values, and therefore no hashes.
impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::ColumnDecode { .. } | Error::ColumnNotFound(_) | Error::Decode(_) => {
                Self::Corrupt { what: "row", why: error.to_string() }
            }
            Error::Database(source) if is_of_text(&*source) => Self::InvalidText(source.into_error()),
            other => Self::unavailable(other),
        }
    }
}

/// Whether a parameter has a character that PostgreSQL does not store: `character_not_in_repertoire` or
/// `untranslatable_character`.
fn is_of_text(error: &dyn DatabaseError) -> bool {
    matches!(error.code().as_deref(), Some("22021" | "22P05"))
}

/// Whether another row already has the value of a unique column.
pub(super) fn is_unique_violation(error: &StoreError) -> bool {
    let StoreError::Unavailable(source) = error else { return false };
    let database = source.downcast_ref::<Error>().and_then(Error::as_database_error);
    database.is_some_and(DatabaseError::is_unique_violation)
}
