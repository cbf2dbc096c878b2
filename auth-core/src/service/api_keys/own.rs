//! API keys by self-service: a subject's own keys, which never have more rights than the subject's access token.

use super::{API_KEY, IssuedApiKey, NewApiKey};
use crate::base::{ApiKeyId, Context, SubjectId};
use crate::service::{AccountError, Auth, user_of};
use crate::store::{ApiKeyRecord, Page};
use crate::token::ApiKey;
use crate::verify::Identity;

impl Auth {
    /// Creates an API key for the subject of an access token, with scopes that the token carries.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::{Context, NewApiKey, Refusal};
    /// use axum::extract::State;
    ///
    /// #[require_auth]
    /// async fn create(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<String, Refusal> {
    ///     let new = NewApiKey { scopes: vec!["reports:read".into()], ..NewApiKey::new("my script") };
    ///     let issued = auth.create_own_api_key(&context, &identity, new).await?;
    ///     Ok(issued.key.expose().to_owned())
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidScope`] for a scope that the access token does not carry, or that the subject
    /// [may not have](crate::AuthBuilder::grant_scopes) any more; [`AccountError::InvalidInput`] as
    /// for [`create_api_key`](Self::create_api_key); [`AccountError::NotFound`] for the subject of another issuer;
    /// [`AccountError::CallerChanged`].
    pub async fn create_own_api_key(
        &self,
        context: &Context,
        identity: &Identity,
        new: NewApiKey,
    ) -> Result<IssuedApiKey, AccountError> {
        new.check()?;
        within(identity, &new.scopes)?;
        let owner = user_of(identity)?;
        let roles: Vec<_> = identity.role_names().map(Into::into).collect();
        if self.verifier().allowed_scopes(owner, &roles, new.scopes.clone()).await? != new.scopes {
            return Err(AccountError::InvalidScope);
        }
        let key = ApiKey::random(ApiKeyId::random())?;
        let record = self.api_key_record(key.id().clone(), key.hash(), owner.clone(), new);
        let record = ApiKeyRecord { self_service: true, ..record };
        self.change(context, "create_own_api_key", |change| async move {
            change.check_caller().await?;
            change.store_api_key(&record).await?;
            Ok(IssuedApiKey { key, record })
        })
        .await
    }

    /// As [`rotate_api_key_of`](Self::rotate_api_key_of), for the subject of an access token that carries the scopes of the
    /// key: a token with fewer scopes does not get the key's text.
    ///
    /// # Errors
    ///
    /// As `rotate_api_key_of`, [`AccountError::InvalidScope`], and [`AccountError::NotFound`] for the subject of another
    /// issuer.
    pub async fn rotate_own_api_key(
        &self,
        context: &Context,
        identity: &Identity,
        id: &ApiKeyId,
    ) -> Result<IssuedApiKey, AccountError> {
        let owner = user_of(identity)?;
        let owned = self.service()?.api_keys.find(id).await?.filter(|key| key.owner == *owner);
        let owned = owned.ok_or(AccountError::NotFound { what: API_KEY })?;
        within(identity, &owned.scopes)?;
        self.rotate_api_key_of(context, owner, id).await
    }

    /// As [`derive_api_key_of`](Self::derive_api_key_of), for the subject of an access token that carries the new scopes.
    ///
    /// # Errors
    ///
    /// As `derive_api_key_of`, and [`AccountError::NotFound`] for the subject of another issuer.
    pub async fn derive_own_api_key(
        &self,
        context: &Context,
        identity: &Identity,
        parent: &ApiKeyId,
        new: NewApiKey,
    ) -> Result<IssuedApiKey, AccountError> {
        within(identity, &new.scopes)?;
        self.derive_api_key_of(context, user_of(identity)?, parent, new).await
    }

    /// Returns a page of an owner's API keys that are not revoked, newest first.
    ///
    /// ```
    /// use auth_core::NewApiKey;
    /// use auth_core::store::Page;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// auth.create_api_key(&system, &ada, NewApiKey::new("nightly")).await?;
    /// let keys = auth.api_keys_of(&ada, Page::first(100)).await?;
    /// assert_eq!(keys[0].name, "nightly");
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::Unavailable`] when the store does not answer.
    pub async fn api_keys_of(
        &self,
        owner: &SubjectId,
        page: Page<'_, ApiKeyId>,
    ) -> Result<Vec<ApiKeyRecord>, AccountError> {
        Ok(self.service()?.api_keys.list(Some(owner), page).await?)
    }

    /// As [`rotate_api_key`](Self::rotate_api_key), for a key of this owner.
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such key, or it belongs to another owner;
    /// [`AccountError::ApiKeyExpired`]; [`AccountError::CallerChanged`].
    pub async fn rotate_api_key_of(
        &self,
        context: &Context,
        owner: &SubjectId,
        id: &ApiKeyId,
    ) -> Result<IssuedApiKey, AccountError> {
        self.rotate_api_key_if(context, id, Some(owner)).await
    }

    /// As [`revoke_api_key`](Self::revoke_api_key), for a key of this owner.
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such key, or it belongs to another owner.
    pub async fn revoke_api_key_of(
        &self,
        context: &Context,
        owner: &SubjectId,
        id: &ApiKeyId,
    ) -> Result<(), AccountError> {
        self.revoke_api_key_if(context, id, Some(owner)).await
    }
}

/// Refuses scopes that the access token does not carry.
fn within(identity: &Identity, scopes: &[Box<str>]) -> Result<(), AccountError> {
    if scopes.iter().all(|scope| identity.has_scope(scope)) { Ok(()) } else { Err(AccountError::InvalidScope) }
}
