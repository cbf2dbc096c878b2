//! A store in an SQLite file.

mod housekeeping;
mod open;
mod row;
mod transaction;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use tokio::sync::Mutex;

use crate::store::StoreError;

/// How long a call waits for its turn, a connection or another process's lock before it gives up: an overloaded store
/// refuses instead of piling up what waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store in an SQLite file: users, sessions and API keys in tables named `auth_…`, beside the application's own if it
/// likes. Clones share one pool.
///
/// Every write is a transaction that takes the write lock before it reads, so nothing it has read can change under it;
/// a dropped future rolls back. Writes of one process queue in the order they came; several processes may share a file.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::store::SqliteStore;
/// use auth_core::token::{SigningKey, random_secret};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = SqliteStore::open("sqlite::memory:").await?; // or `sqlite://service.db`
/// let key = SigningKey::hs256(&random_secret()?)?;
/// let auth = Auth::builder(key, "https://api.example.com", "api").store(store.clone()).build()?;
///
/// store.ping().await?; // for a health check
/// store.close().await; // at the end
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    /// SQLite has one writer, and lets those that wait for it poll with growing pauses, unfairly. Here they queue.
    turn: Arc<Mutex<()>>,
}

impl SqliteStore {
    /// The pool, for the application's own tables in the same file.
    ///
    /// Begin a transaction that writes with `pool.begin_with("BEGIN IMMEDIATE")`: one that only later turns into a
    /// writer fails when another wrote meanwhile.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Whether the store answers.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it does not, within 5 seconds.
    pub async fn ping(&self) -> Result<(), StoreError> {
        // Reads a page of the file, which `SELECT 1` would not.
        sqlx::query("SELECT count(*) FROM auth_migrations").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes the connections after what they are at, and folds the log into the file. A clone's calls fail from now on.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore(..)")
    }
}
