//! API keys.

use async_trait::async_trait;

use super::{MemoryStore, duplicate, newest};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::store::{ApiKeyRecord, ApiKeyStore, Audit, Page, StoreError};
use crate::token::TokenHash;

#[async_trait]
impl ApiKeyStore for MemoryStore {
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if tables.api_keys.contains_key(&key.id) {
            return Err(duplicate("API key"));
        }
        tables.api_keys.insert(key.id.clone(), key);
        tables.recorded(audit, ());
        Ok(())
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        Ok(self.tables().api_keys.get(id).cloned())
    }

    async fn list(&self, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError> {
        Ok(newest(self.tables().api_keys.values(), page, ApiKeyRecord::cursor))
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        let mut tables = self.tables();
        let rotated = tables.api_keys.get_mut(id).map(|key| {
            key.previous = Some((key.hash, overlap_until));
            key.hash = *hash;
            key.clone()
        });
        Ok(tables.recorded(audit, rotated))
    }

    async fn revoke(&self, id: &ApiKeyId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let revoked = tables.api_keys.remove(id).is_some();
        Ok(tables.recorded(audit, revoked))
    }

    async fn revoke_all(
        &self,
        owner: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        let mut tables = self.tables();
        let owned = tables.api_keys.values().filter(|key| key.owner == *owner).map(|key| key.id.clone());
        let revoked: Vec<_> = owned.take(limit as usize).collect();
        for id in &revoked {
            tables.api_keys.remove(id);
        }
        Ok(tables.recorded(audit, revoked))
    }

    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        if let Some(key) = self.tables().api_keys.get_mut(id) {
            key.last_used_at = Some(at);
        }
        Ok(())
    }
}
