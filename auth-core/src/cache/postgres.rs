//! Fan-out by PostgreSQL's LISTEN and NOTIFY.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgListener;
use sqlx::{PgPool, query};
use tokio::time::timeout;

use super::{Change, ClusterError, Fanout, Subscription};
use crate::store::PostgresStore;

/// Notifications stay within a database.
const CHANNEL: &str = "auth_core_changes";

/// The time without messages after which the connection is probed, and the time limit of the probe.
const PROBE_AFTER: Duration = Duration::from_secs(1);

/// Fan-out by LISTEN and NOTIFY. It occupies one connection of the store's pool. A connection pooler in between must
/// pool by session, not by transaction.
///
/// ```no_run
/// use auth_core::cluster::PostgresFanout;
/// use auth_core::store::PostgresStore;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = PostgresStore::open("postgres://auth@db.internal/service").await?;
/// let fanout = PostgresFanout::new(&store); // for `AuthBuilder::fanout`
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PostgresFanout {
    pool: PgPool,
}

impl PostgresFanout {
    /// Creates a fan-out over the store's database.
    #[must_use]
    pub fn new(store: &PostgresStore) -> Self {
        Self { pool: store.pool().clone() }
    }
}

redacted_debug!(PostgresFanout);

#[async_trait]
impl Fanout for PostgresFanout {
    async fn publish(&self, changes: &[Change]) -> Result<(), ClusterError> {
        let message = serde_json::to_string(changes).map_err(ClusterError::new)?;
        let notify = query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(message);
        notify.execute(&self.pool).await.map(|_| ()).map_err(ClusterError::new)
    }

    async fn subscribe(&self) -> Result<Box<dyn Subscription>, ClusterError> {
        let mut listener = PgListener::connect_with(&self.pool).await.map_err(ClusterError::new)?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await.map_err(ClusterError::new)?;
        Ok(Box::new(listener))
    }
}

#[async_trait]
impl Subscription for PgListener {
    async fn next(&mut self) -> Result<Vec<Change>, ClusterError> {
        loop {
            let Ok(received) = timeout(PROBE_AFTER, self.try_recv()).await else {
                let alive = timeout(PROBE_AFTER, query("SELECT 1").execute(&mut *self)).await;
                alive.map_err(ClusterError::new)?.map_err(ClusterError::new)?;
                continue;
            };
            // `None` if the connection was lost, and with it the notifications meanwhile.
            let notification = received.map_err(ClusterError::new)?.ok_or_else(|| ClusterError::new("disconnected"))?;
            return serde_json::from_str(notification.payload()).map_err(ClusterError::new);
        }
    }
}
