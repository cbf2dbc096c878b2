//! Opening of a database: connection and migration.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool, query, query_scalar};

use super::transaction::bounded;
use super::{CONNECTION_PATIENCE, PostgresStore};
use crate::store::StoreError;
use crate::store::sql::migrator;

/// Connections of one node. Guards query the store only on a cache miss, and PostgreSQL allows 100 connections by
/// default for all nodes together.
const CONNECTIONS: u32 = 10;

/// The time limit of migrations at start, including the wait for another node that migrates.
const MIGRATION_PATIENCE: Duration = Duration::from_mins(10);

/// The lock that migrations take: `auth_cor` in ASCII.
const MIGRATION_LOCK: i64 = 0x6175_7468_5f63_6f72;

impl PostgresStore {
    /// Connects to the database at `url` (`postgres://user:password@host/database`, with `sslmode` and other parameters
    /// of libpq after `?`) and migrates its tables. Any number of nodes may do so at the same time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the URL is invalid, the database does not answer or a migration fails.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("auth-core")
            // The server also aborts statements that the client gave up on, since they may hold locks.
            .options([("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")]);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(CONNECTION_PATIENCE);
        Self::with_pool(pool.connect_with(options).await?).await
    }

    /// Uses a pool of the application and migrates the tables. Statement timeouts on the server are then the
    /// application's to configure.
    ///
    /// The role of the pool needs `CREATE` on the database, unless an administrator created the schema `auth_core` for
    /// it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the database does not answer or a migration fails.
    pub async fn with_pool(pool: PgPool) -> Result<Self, StoreError> {
        let store = Self { pool };
        bounded(MIGRATION_PATIENCE, store.migrate()).await?;
        Ok(store)
    }

    /// Migrates in one transaction that holds a lock until its end: a second node finds the work done, and a node that
    /// dies leaves neither the lock nor half of the tables.
    async fn migrate(&self) -> Result<(), StoreError> {
        // Detached, so that it does not return to the pool with an open transaction: see `PgTransaction`.
        let mut connection = self.pool.acquire().await?.detach();
        let mut tx = connection.begin().await?;
        query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
        query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATION_LOCK).execute(&mut *tx).await?;
        // `IF NOT EXISTS` would require the privilege to create the schema even when it exists.
        if query_scalar("SELECT to_regnamespace('auth_core') IS NULL").fetch_one(&mut *tx).await? {
            query("CREATE SCHEMA auth_core").execute(&mut *tx).await?;
        }
        migrations().run_direct(None, &mut *tx, false).await.map_err(StoreError::unavailable)?;
        Ok(tx.commit().await?)
    }
}

fn migrations() -> Migrator {
    let initial = include_str!("../../../migrations/postgres/0001_initial.sql");
    let audit = include_str!("../../../migrations/postgres/0002_audit.sql");
    let mut migrator = migrator("auth_core.migrations", [("initial", initial), ("audit", audit)]);
    // The driver's own lock belongs to the connection, and is not released when a migration fails.
    migrator.set_locking(false);
    migrator
}
