//! Removal of expired rows.

use async_trait::async_trait;
use sqlx::query;

use super::SqliteStore;
use crate::base::Timestamp;
use crate::store::sql::{Engine as _, Transaction as _};
use crate::store::{Housekeeping, StoreError};

/// Tokens before their sessions: the deletion of a session would cascade to a family of any size in one step. The
/// number of sessions is limited as well, or every step would scan expired sessions without tokens.
const STEPS: [&str; 6] = [
    "DELETE FROM auth_refresh_tokens WHERE hash IN (
         SELECT t.hash
         FROM (SELECT id FROM auth_sessions WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2) s
         JOIN auth_refresh_tokens t ON t.session_id = s.id LIMIT ?2)",
    "DELETE FROM auth_sessions WHERE id IN (
         SELECT id FROM auth_sessions WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)",
    "DELETE FROM auth_api_keys WHERE id IN (SELECT id FROM auth_api_keys WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM auth_one_time_tokens WHERE hash IN (
         SELECT hash FROM auth_one_time_tokens WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM auth_known_devices WHERE hash IN (
         SELECT hash FROM auth_known_devices WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM auth_challenges WHERE hash IN (
         SELECT hash FROM auth_challenges WHERE expires_at <= ?1 LIMIT ?2)",
];

#[async_trait]
impl Housekeeping for SqliteStore {
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let mut removed = 0;
        for sql in STEPS {
            let left = u64::from(limit).saturating_sub(removed);
            // A step below its limit has removed all tokens of the sessions that the next step removes.
            if left == 0 {
                break;
            }
            let left = i64::try_from(left).unwrap_or(i64::MAX);
            removed += query(sql).bind(before.as_millis()).bind(left).execute(tx.connection()).await?.rows_affected();
        }
        tx.commit().await?;
        Ok(removed)
    }
}
