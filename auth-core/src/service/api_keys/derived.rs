//! API keys derived from others, whose rights they only narrow.

use std::sync::Arc;

use super::{API_KEY, IssuedApiKey, NewApiKey};
use crate::base::{ApiKeyId, Context, SubjectId};
use crate::service::{AccountError, Auth};
use crate::store::{ApiKeyRecord, ParentKey};
use crate::token::ApiKey;
use crate::verify::{ApiKeyIdentity, Read};

impl Auth {
    /// Creates a key with some of the scopes of the key that a request presented, which expires no later and ends with
    /// it: when that key is revoked, or when the secret that was presented ends after a rotation. At each use of the
    /// derived key, the limits of every key above it apply as well. A key has at most 4 keys above it.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::{Context, NewApiKey, Refusal};
    /// use axum::extract::State;
    ///
    /// #[api_key]
    /// async fn derive(key: ApiKeyIdentity, context: Context, State(auth): State<Auth>) -> Result<String, Refusal> {
    ///     let new = NewApiKey { scopes: vec!["reports:read".into()], ..NewApiKey::new("one report") };
    ///     Ok(auth.derive_api_key(&context, &key, new).await?.key.expose().to_owned())
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidScope`] for a scope that the key does not have; [`AccountError::InvalidInput`] as for
    /// [`create_api_key`](Self::create_api_key), for a lifetime beyond that of the key, and for a key with too many keys
    /// above it; [`AccountError::CallerChanged`].
    pub async fn derive_api_key(
        &self,
        context: &Context,
        parent: &ApiKeyIdentity,
        new: NewApiKey,
    ) -> Result<IssuedApiKey, AccountError> {
        new.check()?;
        if !new.scopes.iter().all(|scope| parent.has_scope(scope)) {
            return Err(AccountError::InvalidScope);
        }
        let Some(owner) = parent.owner().filter(|_| parent.can_have_children()) else {
            return Err(AccountError::InvalidInput { detail: "The key has too many keys above it, or no owner." });
        };
        let key = ApiKey::random(ApiKeyId::random())?;
        let record = self.api_key_record(key.id().clone(), key.hash(), owner.clone(), new);
        if record.expires_at.is_some_and(|end| parent.expires_at().is_some_and(|limit| limit < end)) {
            return Err(AccountError::InvalidInput { detail: "`expires_in` must not exceed that of the key above." });
        }
        let record = ApiKeyRecord {
            expires_at: record.expires_at.or(parent.expires_at()),
            self_service: parent.is_self_service(),
            // A parent that ends meanwhile ends this key as well: it is looked up at each use.
            parent: Some(ParentKey { id: parent.id().clone(), hash: parent.presented() }),
            ..record
        };
        self.change(context, "derive_api_key", |change| async move {
            change.check_caller().await?;
            change.store_api_key(&record).await?;
            Ok(IssuedApiKey { key, record })
        })
        .await
    }

    /// As [`derive_api_key`](Self::derive_api_key), from a key of this owner, by its current secret.
    ///
    /// ```
    /// use auth_core::NewApiKey;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let new = NewApiKey { scopes: vec!["reports:read".into(), "reports:write".into()], ..NewApiKey::new("ci") };
    /// let parent = auth.create_api_key(&system, &ada, new).await?;
    /// let narrow = NewApiKey { scopes: vec!["reports:read".into()], ..NewApiKey::new("one job") };
    /// auth.derive_api_key_of(&system, &ada, &parent.record.id, narrow).await?;
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// As `derive_api_key`, and [`AccountError::NotFound`] when there is no such key, it has expired, or it belongs to
    /// another owner.
    pub async fn derive_api_key_of(
        &self,
        context: &Context,
        owner: &SubjectId,
        parent: &ApiKeyId,
        new: NewApiKey,
    ) -> Result<IssuedApiKey, AccountError> {
        let missing = || AccountError::NotFound { what: API_KEY };
        let record = self.service()?.api_keys.find(parent).await?.filter(|key| key.owner == *owner);
        let record = Arc::new(record.ok_or_else(missing)?);
        let hash = record.hash;
        let key = self.verifier().key_with_parents(record, hash, Read::Store, self.now()).await?.ok_or_else(missing)?;
        self.derive_api_key(context, &key, new).await
    }
}
