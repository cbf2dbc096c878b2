//! Opening a file: created private, in WAL mode, migrated.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr, SqlitePool};
use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, sleep};

use super::{PATIENCE, SqliteStore};
use crate::store::StoreError;
use crate::store::sql::{Engine as _, Transaction as _};

/// Readers beside the one writer. Guards read only what their caches do not hold.
const CONNECTIONS: u32 = 8;

impl SqliteStore {
    /// Opens the file that `url` names (`sqlite://service.db`), creating it, readable by its owner only, if it is not
    /// there, and brings its tables up to date. Any number of processes may do so at once.
    ///
    /// `sqlite::memory:` is a database that goes with the store.
    ///
    /// ```
    /// use auth_core::store::SqliteStore;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::open("sqlite::memory:").await?;
    /// let missing = SqliteStore::open("sqlite:///no/such/folder/service.db").await.unwrap_err();
    /// assert!(missing.to_string().contains("cannot create the database /no/such/folder/service.db"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the URL, the file or a migration is not good, or the file cannot be written to.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            // In WAL mode NORMAL survives a killed process, too, but loses the last answered writes with the power: a
            // logout, a changed password or a spent refresh token would be undone.
            .synchronous(SqliteSynchronous::Full)
            // Hashes and sealed tokens that were deleted are overwritten, not left in free pages.
            .pragma("secure_delete", "ON");
        // A connection in this process does not go stale, so it is not asked before every query.
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

    /// Puts the store's tables into a database that the application has opened. How durable an answered write is, is
    /// then the pool's to say, and it should be in WAL mode so that reads do not wait for writes.
    ///
    /// ```
    /// use auth_core::store::SqliteStore;
    /// use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
    /// let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    /// sqlx::query("CREATE TABLE notes (text TEXT)").execute(&pool).await?; // the application's own
    /// let store = SqliteStore::with_pool(pool).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the pool's connections do not enforce foreign keys, or a migration fails.
    pub async fn with_pool(pool: SqlitePool) -> Result<Self, StoreError> {
        if !sqlx::query_scalar::<_, bool>("PRAGMA foreign_keys").fetch_one(&pool).await? {
            return Err(StoreError::unavailable("open the pool with `foreign_keys(true)`: ended sessions rely on it"));
        }
        let store = Self { pool, turn: Arc::new(Mutex::new(())) };
        store.migrate().await?;
        Ok(store)
    }

    /// The driver takes no lock while it migrates SQLite, so two processes would both create the tables. All of it in
    /// one transaction that has the write lock: the second finds the work done.
    async fn migrate(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        // What `Migrator::run` does with its connection; that one's future cannot be shown to be `Send` here.
        migrations().run_direct(None, tx.connection(), false).await.map_err(StoreError::unavailable)?;
        // SQLite opens a file that it may not write to for reading, and says so only to the first who writes: not at
        // the start, but at somebody's login.
        sqlx::query("DELETE FROM auth_migrations WHERE FALSE").execute(tx.connection()).await?;
        tx.commit().await
    }
}

/// Under a table name of its own, so as not to be taken for the application's migrations.
fn migrations() -> Migrator {
    let texts = [
        ("initial", include_str!("../../../migrations/sqlite/0001_initial.sql")),
        ("audit", include_str!("../../../migrations/sqlite/0002_audit.sql")),
    ];
    let migration = |(version, (name, text)): (i64, (&'static str, &'static str))| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, text.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations((1..).zip(texts).map(migration).collect());
    migrator.dangerous_set_table_name("auth_migrations");
    migrator
}

/// SQLite gives `-wal` and `-shm` the mode of the file. A file that is there keeps the mode it has.
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

/// The file keeps the mode once it is set. Setting it needs the file to oneself, and SQLite does not wait for that.
async fn use_wal(pool: &SqlitePool) -> Result<(), StoreError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match sqlx::query_scalar::<_, String>("PRAGMA journal_mode = WAL").fetch_one(pool).await {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => return Err(StoreError::unavailable(format!("the database stays in journal mode {mode}"))),
            Err(error) if Instant::now() >= deadline => return Err(error.into()),
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}
