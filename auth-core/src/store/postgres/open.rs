//! Opening of a database: connection and migration.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool, query, query_as, query_scalar};
use tokio::time::timeout;

use super::transaction::BEGIN;
use super::{CONNECTION_PATIENCE, PostgresStore};
use crate::store::sql::{Found, is_other_table, migrator};
use crate::store::{OpenError, StoreError};

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
    /// [`OpenError`] says why the database cannot be used.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| OpenError::Url(error.into()))?
            .application_name("auth-core")
            // The server also aborts statements that the client gave up on, since they may hold locks.
            .options([("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")]);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(CONNECTION_PATIENCE);
        match pool.connect_with(options.clone()).await {
            Ok(pool) => Self::with_pool(pool).await,
            Err(error) => Err(not_connected(&options, error).await),
        }
    }

    /// Uses a pool of the application and migrates the tables. Statement timeouts on the server are then the
    /// application's to configure.
    ///
    /// The role of the pool needs `CREATE` on the database, unless an administrator created the schema `auth_core` for
    /// it.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says why the database cannot be used.
    pub async fn with_pool(pool: PgPool) -> Result<Self, OpenError> {
        let store = Self { pool };
        timeout(MIGRATION_PATIENCE, store.migrate()).await.map_err(StoreError::unavailable)??;
        Ok(store)
    }

    /// Migrates in one transaction that holds a lock until its end: a second node finds the work done, and a node that
    /// dies leaves neither the lock nor half of the tables.
    async fn migrate(&self) -> Result<(), OpenError> {
        // Detached, so that it does not return to the pool with an open transaction: see `PgTransaction`.
        let mut connection = self.pool.acquire().await?.detach();
        // At the isolation level of every write: with a stricter default, a node that waited for the lock would not see the
        // tables that another one has created meanwhile.
        let mut tx = connection.begin_with(BEGIN).await?;
        let encoding: String = query_scalar("SELECT current_setting('server_encoding')").fetch_one(&mut *tx).await?;
        if encoding != "UTF8" {
            return Err(OpenError::Encoding { encoding });
        }
        query("SET LOCAL statement_timeout = 0").execute(&mut *tx).await?;
        query("SELECT pg_advisory_xact_lock($1)").bind(MIGRATION_LOCK).execute(&mut *tx).await?;
        // `IF NOT EXISTS` would require the privilege to create the schema even when it exists.
        if query_scalar("SELECT to_regnamespace('auth_core') IS NULL").fetch_one(&mut *tx).await? {
            query("CREATE SCHEMA auth_core").execute(&mut *tx).await?;
        }
        let migrations = migrations();
        found(&mut tx).await?.check(&migrations)?;
        migrations.run_direct(None, &mut *tx, false).await.map_err(StoreError::unavailable)?;
        Ok(tx.commit().await?)
    }
}

/// What the schema contains.
async fn found(connection: &mut PgConnection) -> Result<Found, OpenError> {
    let tables = "SELECT relname::text FROM pg_class
                  WHERE relnamespace = to_regnamespace('auth_core') AND relkind IN ('r', 'p', 'v', 'm', 'f')";
    let tables = query_scalar(tables).fetch_all(&mut *connection).await?;
    let mut found = Found { prefix: "auth_core.", tables, applied: Vec::new() };
    if found.has(Found::MIGRATIONS) {
        let applied = query_as("SELECT version, checksum FROM auth_core.migrations WHERE success");
        found.applied = match applied.fetch_all(connection).await {
            Err(error) if is_other_table(&error) => return Err(found.foreign(Found::MIGRATIONS)),
            applied => applied?,
        };
    }
    Ok(found)
}

/// The reason that there is no connection. While a server refuses them, the pool retries, and reports only that its time
/// was over.
async fn not_connected(options: &PgConnectOptions, error: sqlx::Error) -> OpenError {
    let cause = match error {
        sqlx::Error::PoolTimedOut => timeout(CONNECTION_PATIENCE, PgConnection::connect_with(options)).await.ok(),
        _ => None,
    };
    let error = cause.and_then(Result::err).unwrap_or(error);
    let address = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    match error {
        sqlx::Error::Database(source) => OpenError::Refused { address, source: source.into() },
        other => OpenError::Unreachable { address, source: other.into() },
    }
}

fn migrations() -> Migrator {
    let mut migrator = migrator(
        "auth_core.migrations",
        &[
            (1, "initial", include_str!("../../../migrations/postgres/0001_initial.sql")),
            (2, "audit", include_str!("../../../migrations/postgres/0002_audit.sql")),
            (4, "api keys", include_str!("../../../migrations/postgres/0004_api_keys.sql")),
            (5, "roles", include_str!("../../../migrations/postgres/0005_roles.sql")),
            (6, "one-time tokens", include_str!("../../../migrations/postgres/0006_one_time_tokens.sql")),
            (7, "second factors", include_str!("../../../migrations/postgres/0007_second_factors.sql")),
            (8, "limits", include_str!("../../../migrations/postgres/0008_limits.sql")),
            (9, "chains", include_str!("../../../migrations/postgres/0009_chains.sql")),
            (10, "challenges", include_str!("../../../migrations/postgres/0010_challenges.sql")),
        ],
    );
    // The driver's own lock belongs to the connection, and is not released when a migration fails.
    migrator.set_locking(false);
    migrator
}
