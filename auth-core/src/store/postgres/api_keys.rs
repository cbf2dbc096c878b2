//! API keys.

use async_trait::async_trait;
use sqlx::query;

use super::PostgresStore;
use super::row::stored_names;
use crate::base::{ApiKeyId, Timestamp};
use crate::store::sql::api_key;
use crate::store::{ApiKeyRecord, ApiKeyStore, StoreError};
use crate::token::TokenHash;

#[async_trait]
impl ApiKeyStore for PostgresStore {
    async fn create(&self, key: ApiKeyRecord) -> Result<(), StoreError> {
        let sql = "INSERT INTO auth_core.api_keys
                   (id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at, last_used_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let insert = query(sql)
            .bind(key.id.as_str())
            .bind(&key.name)
            .bind(key.owner.as_str())
            .bind(stored_names(&key.scopes))
            .bind(key.hash.as_bytes().as_slice())
            .bind(key.previous.as_ref().map(|(hash, _)| hash.as_bytes().as_slice()))
            .bind(key.previous.map(|(_, until)| until.as_millis()))
            .bind(key.created_at.as_millis())
            .bind(key.expires_at.map(Timestamp::as_millis))
            .bind(key.last_used_at.map(Timestamp::as_millis));
        self.run(insert).await.map(|_| ())
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        let sql = "SELECT id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at,
                          last_used_at
                   FROM auth_core.api_keys WHERE id = $1";
        self.row(query(sql).bind(id.as_str())).await?.as_ref().map(api_key).transpose()
    }

    async fn list(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let sql = "SELECT id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at,
                          last_used_at
                   FROM auth_core.api_keys ORDER BY created_at DESC, id DESC";
        self.rows(query(sql)).await?.iter().map(api_key).collect()
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        hash: &TokenHash,
        overlap_until: Timestamp,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        let sql = "UPDATE auth_core.api_keys SET previous_hash = hash, previous_until = $3, hash = $2 WHERE id = $1
                   RETURNING id, name, owner, scopes, hash, previous_hash, previous_until, created_at, expires_at,
                             last_used_at";
        let rotate = query(sql).bind(id.as_str()).bind(hash.as_bytes().as_slice()).bind(overlap_until.as_millis());
        self.row(rotate).await?.as_ref().map(api_key).transpose()
    }

    async fn revoke(&self, id: &ApiKeyId) -> Result<bool, StoreError> {
        Ok(self.run(query("DELETE FROM auth_core.api_keys WHERE id = $1").bind(id.as_str())).await? == 1)
    }

    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE auth_core.api_keys SET last_used_at = $2 WHERE id = $1";
        self.run(query(sql).bind(id.as_str()).bind(at.as_millis())).await.map(|_| ())
    }
}
