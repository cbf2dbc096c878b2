//! Removing what has expired.

use async_trait::async_trait;
use sqlx::query;

use super::SqliteStore;
use crate::Timestamp;
use crate::store::{Housekeeping, StoreError};

/// Tokens before their sessions: a session's deletion would take a family of any size with it, in one step.
const STEPS: [&str; 3] = [
    "DELETE FROM auth_refresh_tokens WHERE hash IN (
         SELECT t.hash FROM auth_sessions s JOIN auth_refresh_tokens t ON t.session_id = s.id
         WHERE s.expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM auth_sessions WHERE id IN (SELECT id FROM auth_sessions WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM auth_api_keys WHERE id IN (SELECT id FROM auth_api_keys WHERE expires_at <= ?1 LIMIT ?2)",
];

#[async_trait]
impl Housekeeping for SqliteStore {
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut tx = self.write().await?;
        let mut removed = 0;
        for sql in STEPS {
            let left = u64::from(limit).saturating_sub(removed);
            // What is left over by a step has removed all there was of it, so the next step's rows stand alone.
            if left == 0 {
                break;
            }
            let left = i64::try_from(left).unwrap_or(i64::MAX);
            removed += query(sql).bind(before.as_millis()).bind(left).execute(&mut *tx).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(removed)
    }
}
