//! A store in a PostgreSQL database, for any number of nodes.

mod housekeeping;
mod open;
mod row;
mod transaction;

use std::fmt;
use std::time::Duration;

use sqlx::PgPool;

use crate::store::StoreError;
use crate::store::sql::Engine as _;

/// How long a call takes at most, the wait for a connection or a row's lock included: an overloaded or unreachable
/// database refuses instead of piling up what waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of it may be spent on waiting for a connection. The pool tries again and again to make one while the server
/// refuses, so a server that restarts quickly is not noticed, and one that does not is no longer waited for.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(2);

/// A store in a PostgreSQL database (14 or later): users, sessions and API keys in a schema named `auth_core`, beside
/// the application's own tables if it likes. Clones share one pool; any number of nodes share one database.
///
/// Every method is one statement or one transaction at the isolation level READ COMMITTED; a dropped future rolls back.
/// What is decided from a session's rows is decided while its row is locked, and rows are locked in one order, so that
/// concurrent calls wait for each other and never block each other for good.
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

    /// Whether the store answers.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it does not, within 5 seconds.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.run("SELECT count(*) FROM auth_core.migrations", &[]).await
    }

    /// Closes the connections after what they are at. A clone's calls fail from now on.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresStore(..)")
    }
}
