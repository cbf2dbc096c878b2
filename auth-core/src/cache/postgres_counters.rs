//! Counters in PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::{PgPool, query, query_as};

use super::{ClusterError, Count, Counters};
use crate::store::{PgTransaction, PostgresStore, StoreError};

/// Additions after which expired counters are removed.
const SWEEP_EVERY: u32 = 64;

/// Times are those of the server, so that the nodes' clocks do not matter. The times that a statement sees are those of
/// the start of its transaction, which has no other statement.
const ADD: &str = "
    INSERT INTO auth_core.counters AS c (key, value, expires_at)
    VALUES ($1, $2, now() + $3 * interval '1 millisecond')
    ON CONFLICT (key) DO UPDATE SET
        value = CASE WHEN c.expires_at <= now() THEN excluded.value ELSE c.value + excluded.value END,
        expires_at = CASE WHEN c.expires_at <= now() THEN excluded.expires_at ELSE c.expires_at END
    RETURNING value, (extract(epoch FROM expires_at - now()) * 1000)::bigint";

const READ: &str = "
    SELECT value, (extract(epoch FROM expires_at - now()) * 1000)::bigint
    FROM auth_core.counters WHERE key = $1 AND expires_at > now()";

const TAKE_BACK: &str = "
    UPDATE auth_core.counters SET value = greatest(value - $2, 0) WHERE key = $1 AND expires_at > now()";

const SWEEP: &str = "
    DELETE FROM auth_core.counters WHERE key = ANY (ARRAY(
        SELECT key FROM auth_core.counters WHERE expires_at <= now() ORDER BY expires_at LIMIT 200 FOR UPDATE SKIP LOCKED))";

/// Counters in PostgreSQL, shared by all nodes of its database. A crash of the database empties them.
///
/// ```no_run
/// use auth_core::cluster::PostgresCounters;
/// use auth_core::store::PostgresStore;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = PostgresStore::open("postgres://auth@db.internal/service").await?;
/// let counters = PostgresCounters::new(&store); // for `AuthBuilder::shared_limits`
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresCounters {
    pool: PgPool,
    added: Arc<AtomicU32>,
}

impl PostgresCounters {
    /// Creates counters in the store's database.
    #[must_use]
    pub fn new(store: &PostgresStore) -> Self {
        Self { pool: store.pool().clone(), added: Arc::default() }
    }
}

/// Writes, each in a transaction of the store's isolation level: with a stricter default of the database, one of two
/// additions to a counter at the same time would fail.
impl PostgresCounters {
    async fn increment(&self, key: &str, by: u32, window_millis: i64) -> Result<Option<(i64, i64)>, StoreError> {
        let mut tx = PgTransaction::begin(&self.pool).await?;
        let add = query_as(ADD).bind(key).bind(i64::from(by)).bind(window_millis);
        let row = add.fetch_optional(tx.connection()?).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn decrement(&self, key: &str, by: u32) -> Result<(), StoreError> {
        let mut tx = PgTransaction::begin(&self.pool).await?;
        query(TAKE_BACK).bind(key).bind(i64::from(by)).execute(tx.connection()?).await?;
        tx.commit().await
    }

    /// Apart from additions: a transaction that held removed counters would wait for others that do.
    async fn sweep(&self) -> Result<(), StoreError> {
        let mut tx = PgTransaction::begin(&self.pool).await?;
        query(SWEEP).execute(tx.connection()?).await?;
        tx.commit().await
    }
}

redacted_debug!(PostgresCounters);

#[async_trait]
impl Counters for PostgresCounters {
    async fn add(&self, key: &str, by: u32, window: Duration) -> Result<Count, ClusterError> {
        // PostgreSQL's times end in the year 294276.
        let window_millis = i64::try_from(window.as_millis()).unwrap_or(i64::MAX).clamp(1, 1 << 50);
        let row: Option<(i64, i64)> = if by == 0 {
            query_as(READ).bind(key).fetch_optional(&self.pool).await.map_err(ClusterError::new)?
        } else {
            if self.added.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
                self.sweep().await.map_err(ClusterError::new)?;
            }
            self.increment(key, by, window_millis).await.map_err(ClusterError::new)?
        };
        let (value, left) = row.unwrap_or((0, window_millis));
        let expires_in = Duration::from_millis(left.try_into().unwrap_or(0));
        Ok(Count { value: value.try_into().unwrap_or(u64::MAX), expires_in })
    }

    async fn take_back(&self, key: &str, by: u32) -> Result<(), ClusterError> {
        self.decrement(key, by).await.map_err(ClusterError::new)
    }
}
