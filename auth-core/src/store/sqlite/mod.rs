//! A store in an SQLite file.

mod borrowed;
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

/// The time limit of the wait for the write queue, a connection or the lock of another process: calls to an overloaded
/// store fail instead of queueing up.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store in an SQLite file: users, sessions and API keys in tables named `auth_…`, which may share a file with the
/// application. Clones share one pool.
///
/// Every write is a transaction that takes the write lock before it reads; a dropped future rolls back. Writes of one
/// process queue in order; several processes may share a file.
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
/// let auth = Auth::builder(key, "https://api.example.com", "api").store(store).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    /// The write queue of this process. SQLite itself lets waiting writers poll with growing pauses, which is unfair.
    turn: Arc<Mutex<()>>,
}

impl SqliteStore {
    /// The pool, for the application's own tables in the same file.
    ///
    /// Begin a transaction that writes with `pool.begin_with("BEGIN IMMEDIATE")`: a transaction that reads first cannot
    /// write after another one has written.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Checks that the database answers within 5 seconds, for health checks.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        // Reads a page of the file, which `SELECT 1` would not.
        sqlx::query("SELECT count(*) FROM auth_migrations").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes the connections when their current calls end, and checkpoints the WAL. Later calls fail, also those of
    /// clones.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore(..)")
    }
}
