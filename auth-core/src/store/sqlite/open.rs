//! Opening of a file: creation with private permissions, WAL mode, migration.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, sleep};

use super::{PATIENCE, SqliteStore};
use crate::store::StoreError;
use crate::store::sql::{Engine as _, Transaction as _, migrator};

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
    /// [`StoreError::Unavailable`] when the URL is invalid, the file cannot be opened or written, or a migration fails.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let options = SqliteConnectOptions::from_str(url)?
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
        let pool = if in_memory {
            // The database lives as long as its one connection.
            pool.max_connections(1).idle_timeout(None).max_lifetime(None).connect_with(options).await?
        } else {
            create_private(options.get_filename())?;
            pool.max_connections(CONNECTIONS).connect_with(options).await?
        };
        if !in_memory {
            use_wal(&pool).await?;
        }
        Self::with_pool(pool).await
    }

    /// Uses a pool of the application and migrates the tables. The durability of writes then depends on the pool, which
    /// should be in WAL mode so that reads do not wait for writes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the connections of the pool do not enforce foreign keys, or a migration fails.
    pub async fn with_pool(pool: SqlitePool) -> Result<Self, StoreError> {
        if !sqlx::query_scalar::<_, bool>("PRAGMA foreign_keys").fetch_one(&pool).await? {
            return Err(StoreError::unavailable(
                "the pool does not enforce foreign keys; open it with `foreign_keys(true)`",
            ));
        }
        let store = Self { pool, turn: Arc::new(Mutex::new(())) };
        store.migrate().await?;
        Ok(store)
    }

    /// Migrates in one transaction with the write lock, so that a second process finds the work done: the driver itself
    /// takes no lock for SQLite.
    async fn migrate(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        // As `Migrator::run`, whose future is not provably `Send` here.
        migrations().run_direct(None, tx.connection(), false).await.map_err(StoreError::unavailable)?;
        // SQLite opens a read-only file without an error, and fails at the first write. This write fails at start
        // instead.
        sqlx::query("DELETE FROM auth_migrations WHERE FALSE").execute(tx.connection()).await?;
        tx.commit().await
    }
}

fn migrations() -> Migrator {
    let initial = include_str!("../../../migrations/sqlite/0001_initial.sql");
    let audit = include_str!("../../../migrations/sqlite/0002_audit.sql");
    migrator("auth_migrations", [("initial", initial), ("audit", audit)])
}

/// SQLite gives `-wal` and `-shm` the mode of the file. An existing file keeps its mode.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(StoreError::unavailable(format!("cannot create the database {}: {error}", path.display())))
        }
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
            Err(error) if Instant::now() >= deadline => return Err(error.into()),
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}
