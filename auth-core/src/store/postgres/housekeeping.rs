//! Removal of expired rows.

use async_trait::async_trait;
use sqlx::{query, raw_sql};

use super::transaction::bounded;
use super::{PATIENCE, PostgresStore};
use crate::base::Timestamp;
use crate::store::sql::Engine as _;
use crate::store::{Housekeeping, StoreError};

/// Tokens before their sessions: the deletion of a session would cascade to a family of any size in one step. A session
/// that still has tokens is left for the next batch.
///
/// Locked rows are skipped, so that neither side waits: a session that is being refreshed does not expire.
///
/// Arrays, `LATERAL` and the scalar subquery prevent joins of whole tables, which the planner would choose when it
/// overestimates a step.
const STEPS: [&str; 6] = [
    "WITH expired AS MATERIALIZED (
         SELECT id FROM auth_core.sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     DELETE FROM auth_core.refresh_tokens WHERE hash = ANY (ARRAY(
         SELECT t.hash
         FROM expired
         CROSS JOIN LATERAL (SELECT hash FROM auth_core.refresh_tokens WHERE session_id = expired.id LIMIT $2) t
         LIMIT $2))",
    "DELETE FROM auth_core.sessions WHERE id = ANY (ARRAY(
         SELECT s.id FROM auth_core.sessions s
         WHERE s.expires_at <= $1
           AND (SELECT t.hash FROM auth_core.refresh_tokens t WHERE t.session_id = s.id LIMIT 1) IS NULL
         ORDER BY s.expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
    "DELETE FROM auth_core.api_keys WHERE id = ANY (ARRAY(
         SELECT id FROM auth_core.api_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
    "DELETE FROM auth_core.one_time_tokens WHERE hash = ANY (ARRAY(
         SELECT hash FROM auth_core.one_time_tokens
         WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
    "DELETE FROM auth_core.known_devices WHERE hash = ANY (ARRAY(
         SELECT hash FROM auth_core.known_devices
         WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
    "DELETE FROM auth_core.challenges WHERE hash = ANY (ARRAY(
         SELECT hash FROM auth_core.challenges
         WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
];

/// Forces index scans in the order of expiry: with outdated statistics the planner would sort all expired rows in every
/// step.
const BY_INDEX: &str = "SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off";

#[async_trait]
impl Housekeeping for PostgresStore {
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        bounded(PATIENCE, async {
            let mut tx = self.begin().await?;
            raw_sql(BY_INDEX).execute(tx.connection()?).await?;
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
