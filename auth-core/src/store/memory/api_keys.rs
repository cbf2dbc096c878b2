//! API keys.

use async_trait::async_trait;

use super::{MemoryStore, duplicate, newest};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::store::{ApiKeyRecord, ApiKeyStore, Audit, KeysOf, Page, StoreError};
use crate::token::TokenHash;

#[async_trait]
impl ApiKeyStore for MemoryStore {
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let is_imported = |other: &ApiKeyRecord| key.imported.is_some() && other.imported == key.imported;
        if tables.api_keys.contains_key(&key.id) || tables.api_keys.values().any(is_imported) {
            return Err(duplicate("API key"));
        }
        tables.api_keys.insert(key.id.clone(), key);
        tables.recorded(audit, ());
        Ok(())
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        Ok(self.tables().api_keys.get(id).cloned())
    }

    async fn find_imported(&self, hash: &TokenHash) -> Result<Option<ApiKeyId>, StoreError> {
        let tables = self.tables();
        Ok(tables.api_keys.values().find(|key| key.imported.as_ref() == Some(hash)).map(|key| key.id.clone()))
    }

    async fn list(&self, owner: Option<&SubjectId>, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError> {
        let tables = self.tables();
        let keys = tables.api_keys.values().filter(|key| is_of(key, owner));
        Ok(newest(keys, page, ApiKeyRecord::cursor))
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        let mut tables = self.tables();
        let rotated = tables.api_keys.get_mut(id).filter(|key| is_of(key, owner)).map(|key| {
            key.previous = Some((key.hash, overlap_until));
            key.hash = *hash;
            key.clone()
        });
        Ok(tables.recorded(audit, rotated))
    }

    async fn revoke(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let revoked = tables.api_keys.get(id).is_some_and(|key| is_of(key, owner));
        if revoked {
            tables.api_keys.remove(id);
        }
        Ok(tables.recorded(audit, revoked))
    }

    async fn revoke_all(
        &self,
        keys: KeysOf<'_>,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        let mut tables = self.tables();
        let named = |key: &&ApiKeyRecord| match keys {
            KeysOf::Owner(owner) => key.owner == *owner,
            KeysOf::Parent { id, except } => {
                key.parent.as_ref().is_some_and(|parent| parent.id == *id && !except.contains(&parent.hash))
            }
        };
        let named = tables.api_keys.values().filter(named).map(|key| key.id.clone());
        let revoked: Vec<_> = named.take(limit as usize).collect();
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

fn is_of(key: &ApiKeyRecord, owner: Option<&SubjectId>) -> bool {
    owner.is_none_or(|owner| key.owner == *owner)
}
