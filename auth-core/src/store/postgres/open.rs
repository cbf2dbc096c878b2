//! Opening a database: connected, migrated.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool, SqlSafeStr, query, query_scalar};

use super::transaction::bounded;
use super::{CONNECTION_PATIENCE, PostgresStore};
use crate::store::StoreError;

/// Connections of one node. Guards read only what their caches do not hold; a hundred connections are PostgreSQL's
/// default for all nodes together.
const CONNECTIONS: u32 = 10;

/// How long a node waits at its start for another one that migrates, and for its own migrations.
const MIGRATION_PATIENCE: Duration = Duration::from_mins(10);

/// The lock that migrations take: `auth_cor` in ASCII.
const MIGRATION_LOCK: i64 = 0x6175_7468_5f63_6f72;

impl PostgresStore {
    /// Connects to the database that `url` names (`postgres://user:password@host/database`, `sslmode` and the other
    /// parameters of libpq after a `?`) and brings its tables up to date. Any number of nodes may do so at once.
    ///
    /// ```no_run
    /// use auth_core::store::PostgresStore;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::open("postgres://auth:password@db.internal/service?sslmode=verify-full").await?;
    /// store.ping().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the URL, the database or a migration is not good.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("auth-core")
            // What the client no longer waits for, the server ends, too: it may hold locks.
            .options([("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")]);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(CONNECTION_PATIENCE);
        Self::with_pool(pool.connect_with(options).await?).await
    }

    /// Puts the store's tables into a database that the application has opened. Limits to the time that statements take
    /// on the server are then the pool's to set.
    ///
    /// The pool's role needs `CREATE` on the database, unless an administrator has made the schema `auth_core` for it.
    ///
    /// ```no_run
    /// use auth_core::store::PostgresStore;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pool = sqlx::PgPool::connect("postgres://auth:password@db.internal/service").await?;
    /// let store = PostgresStore::with_pool(pool).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the database does not answer or a migration fails.
    pub async fn with_pool(pool: PgPool) -> Result<Self, StoreError> {
        let store = Self { pool };
        bounded(MIGRATION_PATIENCE, store.migrate()).await?;
        Ok(store)
    }

    /// All of it in one transaction that holds a lock until its end: the second node finds the work done, and a node
    /// that dies leaves neither the lock nor half of the tables.
    async fn migrate(&self) -> Result<(), StoreError> {
        // Not to return to the pool: see `Transaction`.
        let mut connection = self.pool.acquire().await?.detach();
        let mut tx = connection.begin().await?;
        query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
        query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATION_LOCK).execute(&mut *tx).await?;
        // `IF NOT EXISTS` would ask for the right to create it also when it exists.
        if query_scalar("SELECT to_regnamespace('auth_core') IS NULL").fetch_one(&mut *tx).await? {
            query("CREATE SCHEMA auth_core").execute(&mut *tx).await?;
        }
        migrations().run_direct(None, &mut *tx, false).await.map_err(StoreError::unavailable)?;
        Ok(tx.commit().await?)
    }
}

fn migrations() -> Migrator {
    let texts = [
        ("initial", include_str!("../../../migrations/postgres/0001_initial.sql")),
        ("audit", include_str!("../../../migrations/postgres/0002_audit.sql")),
    ];
    let migration = |(version, (name, text)): (i64, (&'static str, &'static str))| {
        Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, text.into_sql_str(), false)
    };
    let mut migrator = Migrator::with_migrations((1..).zip(texts).map(migration).collect());
    migrator.dangerous_set_table_name("auth_core.migrations");
    // The driver's own lock belongs to the connection, and stays with it when a migration fails.
    migrator.set_locking(false);
    migrator
}
