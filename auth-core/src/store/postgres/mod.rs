//! A store in a PostgreSQL database, for any number of nodes.

mod borrowed;
mod housekeeping;
mod open;
mod row;
mod transaction;

use std::fmt;
use std::time::Duration;

use sqlx::PgPool;

pub(crate) use transaction::PgTransaction;

use crate::store::StoreError;
use crate::store::sql::Engine as _;

/// The time limit of a call, including the wait for a connection or a row lock: calls to an overloaded or unreachable
/// database fail instead of queueing up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The part of it for the wait for a connection. The pool retries while the server refuses, which covers a quick
/// restart.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(2);

/// A store in a PostgreSQL database (14 or later): users, sessions and API keys in the schema `auth_core`, which may
/// share a database with the application. Clones share one pool; any number of nodes share one database.
///
/// Every write is one transaction at the isolation level READ COMMITTED, whatever the database's default is; a dropped
/// future rolls back. The database must use the encoding UTF8.
/// Decisions about a session are made while its row is locked, and rows are locked in one order, which excludes
/// deadlocks.
///
/// ```no_run
/// use auth_core::cluster::PostgresFanout;
/// use auth_core::prelude::*;
/// use auth_core::store::PostgresStore;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = PostgresStore::open("postgres://auth:password@db.internal/service?sslmode=verify-full").await?;
/// # let key = auth_core::token::SigningKey::hs256(&auth_core::token::random_secret()?)?;
/// let auth = Auth::builder(key, "https://api.example.com", "api")
///     .fanout(PostgresFanout::new(&store)) // other nodes see changes at once
///     .store(store)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

impl PostgresStore {
    /// The pool, for the application's own tables in the same database.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Checks that the database answers within 5 seconds, for health checks.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.rows("SELECT count(*) FROM auth_core.migrations", &[]).await.map(|_| ())
    }

    /// Closes the connections when their current calls end. Later calls fail, also those of clones.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresStore(..)")
    }
}
