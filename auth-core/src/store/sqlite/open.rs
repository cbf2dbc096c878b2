//! Opening of a file: creation with private permissions, WAL mode, migration.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::Mutex;
use tokio::time::error::Elapsed;
use tokio::time::{Duration, Instant, sleep};

use super::{PATIENCE, SqliteStore};
use crate::store::sql::{Engine as _, Found, Transaction as _, is_other_table, migrator};
use crate::store::{OpenError, StoreError};

/// Connections: one writer, and readers. Guards query the store only on a cache miss.
const CONNECTIONS: u32 = 8;

impl SqliteStore {
    /// Opens the file at `url` (`sqlite://service.db`) and migrates its tables. A missing file is created, readable
    /// only by its owner. Any number of processes may do so at the same time.
    ///
    /// `sqlite::memory:` is a database that ends with the store.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says why the file cannot be used.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|error| OpenError::Url(error.into()))?
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            // In WAL mode, NORMAL loses the last committed writes on a power failure: a logout, a changed password or a
            // spent refresh token would be undone.
            .synchronous(SqliteSynchronous::Full)
            // Overwrites deleted hashes and sealed tokens, which would remain in free pages.
            .pragma("secure_delete", "ON");
        // A connection within the process does not go stale, so it needs no test before a query.
        let pool = SqlitePoolOptions::new().acquire_timeout(PATIENCE).test_before_acquire(false);
        if in_memory {
            // The database lives as long as its one connection.
            let pool = pool.max_connections(1).idle_timeout(None).max_lifetime(None);
            return Self::with_pool(pool.connect_with(options).await?).await;
        }
        let path = options.get_filename().to_owned();
        if path.as_os_str().is_empty() {
            return Err(OpenError::Url("it names no file".into()));
        }
        let settings = url.split_once('?').map_or("", |(_, settings)| settings);
        if settings.contains("mode=ro") || settings.contains("immutable=") {
            return Err(OpenError::Url("the service writes to the file, so it cannot be read-only".into()));
        }
        let opened = async {
            create_private(&path)?;
            let pool = pool.max_connections(CONNECTIONS).connect_with(options).await?;
            use_wal(&pool).await?;
            Self::with_pool(pool).await
        };
        opened.await.map_err(|error| match error {
            OpenError::Database(StoreError::Unavailable(source)) if is_locked(&*source) => OpenError::Locked { path },
            OpenError::Database(StoreError::Unavailable(source)) => OpenError::File { path, source },
            other => other,
        })
    }

    /// Uses a pool of the application and migrates the tables. The durability of writes then depends on the pool, which
    /// should be in WAL mode so that reads do not wait for writes.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says why the database cannot be used.
    pub async fn with_pool(pool: SqlitePool) -> Result<Self, OpenError> {
        if !sqlx::query_scalar::<_, bool>("PRAGMA foreign_keys").fetch_one(&pool).await? {
            return Err(OpenError::ForeignKeys);
        }
        let store = Self { pool, turn: Arc::new(Mutex::new(())) };
        store.migrate().await?;
        Ok(store)
    }

    /// Migrates in one transaction with the write lock, so that a second process finds the work done: the driver itself
    /// takes no lock for SQLite.
    async fn migrate(&self) -> Result<(), OpenError> {
        let mut tx = self.begin().await?;
        let migrations = migrations();
        found(tx.connection()).await?.check(&migrations)?;
        // As `Migrator::run`, whose future is not provably `Send` here.
        migrations.run_direct(None, tx.connection(), false).await.map_err(StoreError::unavailable)?;
        // SQLite opens a read-only file without an error, and fails at the first write. This write fails at start
        // instead.
        sqlx::query("DELETE FROM auth_migrations WHERE FALSE").execute(tx.connection()).await?;
        Ok(tx.commit().await?)
    }
}

/// What the file contains.
async fn found(connection: &mut SqliteConnection) -> Result<Found, OpenError> {
    let tables = r"SELECT substr(name, 6) FROM sqlite_schema
                   WHERE type IN ('table', 'view') AND name LIKE 'auth\_%' ESCAPE '\'";
    let tables = sqlx::query_scalar(tables).fetch_all(&mut *connection).await?;
    let mut found = Found { prefix: "auth_", tables, applied: Vec::new() };
    if found.has(Found::MIGRATIONS) {
        let applied = sqlx::query_as("SELECT version, checksum FROM auth_migrations WHERE success");
        found.applied = match applied.fetch_all(connection).await {
            Err(error) if is_other_table(&error) => return Err(found.foreign(Found::MIGRATIONS)),
            applied => applied?,
        };
    }
    Ok(found)
}

fn migrations() -> Migrator {
    migrator(
        "auth_migrations",
        &[
            (1, "initial", include_str!("../../../migrations/sqlite/0001_initial.sql")),
            (2, "audit", include_str!("../../../migrations/sqlite/0002_audit.sql")),
            (4, "api keys", include_str!("../../../migrations/sqlite/0004_api_keys.sql")),
            (5, "roles", include_str!("../../../migrations/sqlite/0005_roles.sql")),
            (6, "one-time tokens", include_str!("../../../migrations/sqlite/0006_one_time_tokens.sql")),
            (7, "second factors", include_str!("../../../migrations/sqlite/0007_second_factors.sql")),
            (8, "limits", include_str!("../../../migrations/sqlite/0008_limits.sql")),
            (9, "chains", include_str!("../../../migrations/sqlite/0009_chains.sql")),
            (10, "challenges", include_str!("../../../migrations/sqlite/0010_challenges.sql")),
        ],
    )
}

/// SQLite gives `-wal` and `-shm` the mode of the file. An existing file keeps its mode.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(StoreError::unavailable(error)),
        _ => Ok(()),
    }
}

/// The journal mode is persistent. Setting it needs exclusive access, for which SQLite does not wait.
async fn use_wal(pool: &SqlitePool) -> Result<(), StoreError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match sqlx::query_scalar::<_, String>("PRAGMA journal_mode = WAL").fetch_one(pool).await {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                return Err(StoreError::unavailable(format!(
                    "the database does not support WAL mode; it uses journal mode {mode}"
                )));
            }
            Err(error) if is_busy(&error) && Instant::now() < deadline => sleep(Duration::from_millis(20)).await,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether another connection holds the lock that this one needs: `SQLITE_BUSY` or `SQLITE_LOCKED`, with any extension.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xFF, 5 | 6))
}

/// Whether a lock was not released in time. The timer of a transaction and the wait of SQLite are equally long.
fn is_locked(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    error.is::<Elapsed>() || error.downcast_ref::<sqlx::Error>().is_some_and(is_busy)
}
