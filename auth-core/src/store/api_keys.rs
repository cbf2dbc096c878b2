//! API keys at rest.

use async_trait::async_trait;

use super::{Audit, StoreError};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::token::TokenHash;

/// API keys. Every method is one atomic step.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store did not answer, or holds what cannot be read. Whether a change was made is
/// then unknown, and the operation that asked for it is refused with 503.
#[async_trait]
pub trait ApiKeyStore: Send + Sync + 'static {
    /// Adds a key.
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError>;

    /// The key with this id, unless it was revoked.
    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError>;

    /// All keys that were not revoked, newest first.
    async fn list(&self) -> Result<Vec<ApiKeyRecord>, StoreError>;

    /// Gives the key a new secret; the present one stays valid until `overlap_until`, one before it ends now. Returns
    /// the record as it is afterwards; `None` when there is no such key.
    async fn rotate(
        &self,
        id: &ApiKeyId,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError>;

    /// Removes the key; `false` when there is none.
    async fn revoke(&self, id: &ApiKeyId, audit: Audit<'_, bool>) -> Result<bool, StoreError>;

    /// Notes that the key was used. Called at most once a minute for each key.
    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError>;
}

/// An API key as a store keeps it: never the secret, only its hash.
///
/// ```
/// # use auth_core::{NewApiKey, Registration, testing};
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = testing::in_memory().build()?;
/// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
/// let new = NewApiKey { name: "nightly".to_owned(), scopes: vec!["reports:read".into()], expires_in: None };
/// let record = auth.create_api_key(&ada, new).await?.record;
/// assert_eq!(format!("{:?}", record.hash), "TokenHash(..)"); // all that is kept of the secret, and not printed
/// assert_eq!((record.owner, record.expires_at), (ada, None));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ApiKeyRecord {
    /// The public id, part of the key's text.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// Who made it; when this subject is disabled or gone, the key is refused.
    pub owner: SubjectId,
    /// What it may do.
    pub scopes: Vec<Box<str>>,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// The hash of the secret before the last rotation, and until when that one is still valid.
    pub previous: Option<(TokenHash, Timestamp)>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; `None`: when it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}
