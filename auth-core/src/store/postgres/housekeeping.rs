//! Removing what has expired.

use async_trait::async_trait;
use sqlx::query;

use super::PostgresStore;
use crate::Timestamp;
use crate::store::{Housekeeping, StoreError};

/// Tokens before their sessions: a session's deletion would take a family of any size with it, in one step. A session
/// whose tokens are not all gone yet is left for the next batch.
///
/// Rows that somebody holds are left for later, so that neither side waits: a session that is being refreshed at this
/// moment does not expire after all.
const STEPS: [&str; 3] = [
    "WITH expired AS MATERIALIZED (
         SELECT id FROM auth_core.sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     DELETE FROM auth_core.refresh_tokens WHERE hash IN (
         SELECT t.hash FROM expired JOIN auth_core.refresh_tokens t ON t.session_id = expired.id LIMIT $2)",
    "DELETE FROM auth_core.sessions WHERE id IN (
         SELECT s.id FROM auth_core.sessions s
         WHERE s.expires_at <= $1
           AND NOT EXISTS (SELECT 1 FROM auth_core.refresh_tokens t WHERE t.session_id = s.id)
         ORDER BY s.expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    "DELETE FROM auth_core.api_keys WHERE id IN (
         SELECT id FROM auth_core.api_keys WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
];

#[async_trait]
impl Housekeeping for PostgresStore {
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.bounded(async {
            let mut tx = self.begin().await?;
            let mut removed = 0;
            for sql in STEPS {
                let left = u64::from(limit).saturating_sub(removed);
                if left == 0 {
                    break;
                }
                let left = i64::try_from(left).unwrap_or(i64::MAX);
                let step = query(sql).bind(before.as_millis()).bind(left);
                removed += step.execute(tx.connection()?).await?.rows_affected();
            }
            tx.commit().await?;
            Ok(removed)
        })
        .await
    }
}
