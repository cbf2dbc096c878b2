//! API keys.

use async_trait::async_trait;
use sqlx::query;

use super::SqliteStore;
use super::row::stored_names;
use crate::base::{ApiKeyId, Timestamp};
use crate::store::sql::api_key;
use crate::store::{ApiKeyRecord, ApiKeyStore, StoreError};
use crate::token::TokenHash;

#[async_trait]
impl ApiKeyStore for SqliteStore {
    async fn create(&self, key: ApiKeyRecord) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let sql = "INSERT INTO auth_api_keys
                   (id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at, last_used_at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        query(sql)
            .bind(key.id.as_str())
            .bind(&key.name)
            .bind(key.owner.as_str())
            .bind(stored_names(&key.scopes)?)
            .bind(key.hash.as_bytes().as_slice())
            .bind(key.previous.as_ref().map(|(hash, _)| hash.as_bytes().as_slice()))
            .bind(key.previous.map(|(_, until)| until.as_millis()))
            .bind(key.created_at.as_millis())
            .bind(key.expires_at.map(Timestamp::as_millis))
            .bind(key.last_used_at.map(Timestamp::as_millis))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        let sql = "SELECT id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at,
                          last_used_at
                   FROM auth_api_keys WHERE id = ?1";
        let row = query(sql).bind(id.as_str()).fetch_optional(&self.pool).await?;
        row.as_ref().map(api_key).transpose()
    }

    async fn list(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let sql = "SELECT id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at,
                          last_used_at
                   FROM auth_api_keys ORDER BY created_at DESC, id DESC";
        query(sql).fetch_all(&self.pool).await?.iter().map(api_key).collect()
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        hash: &TokenHash,
        overlap_until: Timestamp,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        let mut tx = self.write().await?;
        let sql = "UPDATE auth_api_keys SET previous_hash = hash, previous_until = ?3, hash = ?2 WHERE id = ?1
                   RETURNING id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at,
                             last_used_at";
        let row = query(sql)
            .bind(id.as_str())
            .bind(hash.as_bytes().as_slice())
            .bind(overlap_until.as_millis())
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        row.as_ref().map(api_key).transpose()
    }

    async fn revoke(&self, id: &ApiKeyId) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let revoked = query("DELETE FROM auth_api_keys WHERE id = ?1").bind(id.as_str()).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(revoked.rows_affected() == 1)
    }

    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        query("UPDATE auth_api_keys SET last_used_at = ?2 WHERE id = ?1")
            .bind(id.as_str())
            .bind(at.as_millis())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}
