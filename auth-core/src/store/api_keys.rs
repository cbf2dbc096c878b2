//! Storage of API keys.

use async_trait::async_trait;
use serde_json::Value;

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

    /// Returns the id of the key with this [`imported`](ApiKeyRecord::imported) hash, unless it was revoked.
    async fn find_imported(&self, hash: &TokenHash) -> Result<Option<ApiKeyId>, StoreError>;

    /// Returns a page of the keys that were not revoked, those of `owner` if given, newest first.
    async fn list(&self, owner: Option<&SubjectId>, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError>;

    /// Gives the key, which belongs to `owner` if given, a new secret. The current one stays valid until
    /// `overlap_until`, an older one becomes invalid. Returns the changed record; `None` when there is no such key.
    async fn rotate(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError>;

    /// Removes the key, which belongs to `owner` if given; `false` when there is no such key.
    async fn revoke(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError>;

    /// Removes at most `limit` of these keys in one short step and returns their ids; fewer than `limit` mean that none
    /// is left.
    async fn revoke_all(
        &self,
        keys: KeysOf<'_>,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError>;

    /// Records a use of the key. Called at most once a minute per key.
    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError>;
}

/// The keys that [`ApiKeyStore::revoke_all`] removes.
#[derive(Clone, Copy, Debug)]
pub enum KeysOf<'a> {
    /// All keys of an owner.
    Owner(&'a SubjectId),
    /// The keys derived directly from `id` by a secret whose hash is not one of `except`.
    Parent {
        /// The key that they are derived from.
        id: &'a ApiKeyId,
        /// The hashes of the secrets that are still valid.
        except: &'a [TokenHash],
    },
}

/// The key that another one is derived from, and the hash of the secret that it was derived by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentKey {
    /// The key.
    pub id: ApiKeyId,
    /// The hash of its secret at that time.
    pub hash: TokenHash,
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
    /// Data of the application: a JSON object.
    pub metadata: Option<Value>,
    /// Whether its owner made it by self-service ([`Auth::create_own_api_key`](crate::Auth::create_own_api_key)), or it
    /// is derived from such a key.
    pub self_service: bool,
    /// The key that it is derived from. It is refused unless that key is valid with the same secret.
    pub parent: Option<ParentKey>,
    /// The hash by which a presented text of another form than `ak_ID_SECRET` finds it; unique. It stays after a
    /// rotation, as long as the previous secret is valid.
    pub imported: Option<TokenHash>,
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
