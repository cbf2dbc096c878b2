//! Storage of API keys.

use async_trait::async_trait;

use super::{Audit, Cursor, Page, StoreError};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::token::TokenHash;

/// A store of API keys. Every method is atomic.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data. A change may then have been
/// made or not; the operation fails with 503.
#[async_trait]
pub trait ApiKeyStore: Send + Sync + 'static {
    /// Adds a key.
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError>;

    /// Returns the key with this id, unless it was revoked.
    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError>;

    /// Returns a page of the keys that were not revoked, newest first.
    async fn list(&self, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError>;

    /// Gives the key a new secret. The current one stays valid until `overlap_until`, an older one becomes invalid.
    /// Returns the changed record; `None` when there is no such key.
    async fn rotate(
        &self,
        id: &ApiKeyId,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError>;

    /// Removes the key; `false` when there is no such key.
    async fn revoke(&self, id: &ApiKeyId, audit: Audit<'_, bool>) -> Result<bool, StoreError>;

    /// Removes at most `limit` keys of an owner in one short step and returns their ids; fewer than `limit` mean that none
    /// is left.
    async fn revoke_all(
        &self,
        owner: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError>;

    /// Records a use of the key. Called at most once a minute per key.
    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError>;
}

/// A stored API key, with the hash of its secret.
#[derive(Clone, Debug)]
pub struct ApiKeyRecord {
    /// The public id, part of the key's text.
    pub id: ApiKeyId,
    /// The name that its owner gave it.
    pub name: String,
    /// The subject that owns the key; when it is inactive or removed, the key is refused.
    pub owner: SubjectId,
    /// The scopes.
    pub scopes: Vec<Box<str>>,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// The hash of the secret before the last rotation, and the end of its validity.
    pub previous: Option<(TokenHash, Timestamp)>,
    /// The time of creation.
    pub created_at: Timestamp,
    /// The time of expiry; `None` for a key without expiry.
    pub expires_at: Option<Timestamp>,
    /// The time of the last use, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKeyRecord {
    /// Its place in a list.
    #[must_use]
    pub fn cursor(&self) -> Cursor<ApiKeyId> {
        Cursor { at: self.created_at, id: self.id.clone() }
    }
}
