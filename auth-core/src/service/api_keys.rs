//! Creation, rotation and revocation of API keys.

use std::time::Duration;

use super::AccountError;
use super::Auth;
use crate::base::{ApiKeyId, Context, SubjectId};
use crate::event::EventKind;
use crate::service::change::{BATCH, Change};
use crate::store::{ApiKeyRecord, Page};
use crate::token::ApiKey;

/// How long the previous secret stays valid after a rotation.
const ROTATION_OVERLAP: Duration = Duration::from_hours(24);

/// An API key to create.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// A name for its owner: 1 to 100 characters.
    pub name: String,
    /// Its scopes: at most 64 scope tokens (RFC 6749 section 3.3) of at most 128 bytes.
    pub scopes: Vec<Box<str>>,
    /// Its lifetime, at most 10 years; `None` for a key without expiry.
    pub expires_in: Option<Duration>,
}

/// A new API key or secret. The text of the key is available only here; the store keeps its hash.
#[derive(Debug)]
#[non_exhaustive]
pub struct IssuedApiKey {
    /// The key.
    pub key: ApiKey,
    /// The stored record.
    pub record: ApiKeyRecord,
}

impl Auth {
    /// Creates an API key for `owner`.
    ///
    /// ```
    /// use auth_core::NewApiKey;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let new = NewApiKey { name: "nightly".to_owned(), scopes: vec!["reports:read".into()], expires_in: None };
    /// let issued = auth.create_api_key(&system, &ada, new).await?;
    /// assert!(issued.key.expose().starts_with("ak_"));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidInput`] for an invalid name, scope or lifetime.
    pub async fn create_api_key(
        &self,
        context: &Context,
        owner: &SubjectId,
        new: NewApiKey,
    ) -> Result<IssuedApiKey, AccountError> {
        check(&new)?;
        let now = self.now();
        let key = ApiKey::random(ApiKeyId::random())?;
        let record = ApiKeyRecord {
            id: key.id().clone(),
            name: new.name,
            owner: owner.clone(),
            scopes: new.scopes,
            hash: key.hash(),
            previous: None,
            created_at: now,
            expires_at: new.expires_in.map(|span| now.after(span)),
            last_used_at: None,
        };
        self.change(context, "create_api_key", |change| async move {
            change.check_caller().await?;
            let created = EventKind::ApiKeyCreated { api_key: record.id.clone(), subject: record.owner.clone() };
            let recording = change.recording(Some(&record.owner), move |(): &()| vec![created.clone()]);
            recording.of(change.service()?.api_keys.create(record.clone(), recording.audit())).await?;
            Ok(IssuedApiKey { key, record })
        })
        .await
    }

    /// Returns a page of the API keys that are not revoked, newest first.
    pub async fn api_keys(&self, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, AccountError> {
        Ok(self.service()?.api_keys.list(page).await?)
    }

    /// Gives a key a new secret. The current secret stays valid for 24 hours.
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such key.
    pub async fn rotate_api_key(&self, context: &Context, id: &ApiKeyId) -> Result<IssuedApiKey, AccountError> {
        let key = ApiKey::random(id.clone())?;
        let overlap_until = self.now().after(ROTATION_OVERLAP);
        self.change(context, "rotate_api_key", |change| async move {
            change.check_caller().await?;
            let (id, hash) = (key.id(), key.hash());
            let recording = change.recording(None, |record: &Option<ApiKeyRecord>| {
                let rotated = |record: &ApiKeyRecord| EventKind::ApiKeyRotated {
                    api_key: record.id.clone(),
                    subject: record.owner.clone(),
                };
                record.iter().map(rotated).collect()
            });
            let api_keys = &change.service()?.api_keys;
            let record = recording.of(api_keys.rotate(id, &hash, overlap_until, recording.audit())).await?;
            let record = record.ok_or(AccountError::NotFound { what: "API key" })?;
            Ok(IssuedApiKey { key, record })
        })
        .await
    }

    /// Revokes a key with both of its secrets.
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such key.
    pub async fn revoke_api_key(&self, context: &Context, id: &ApiKeyId) -> Result<(), AccountError> {
        let id = id.clone();
        self.change(context, "revoke_api_key", |change| async move {
            let recording = change.recording(None, |revoked: &bool| {
                revoked.then(|| EventKind::ApiKeyRevoked { api_key: id.clone() }).into_iter().collect()
            });
            let revoked = recording.of(change.service()?.api_keys.revoke(&id, recording.audit())).await?;
            if revoked { Ok(()) } else { Err(AccountError::NotFound { what: "API key" }) }
        })
        .await
    }
}

impl Change {
    /// Revokes every key of an owner that is removed, in short steps.
    pub(crate) async fn revoke_api_keys(&self, owner: &SubjectId) -> Result<(), AccountError> {
        loop {
            let recording = self.recording(Some(owner), |revoked: &Vec<ApiKeyId>| {
                revoked.iter().cloned().map(|api_key| EventKind::ApiKeyRevoked { api_key }).collect()
            });
            let api_keys = &self.service()?.api_keys;
            let revoked = recording.of(api_keys.revoke_all(owner, BATCH, recording.audit())).await?;
            if revoked.len() < BATCH as usize {
                return Ok(());
            }
        }
    }
}

fn check(new: &NewApiKey) -> Result<(), AccountError> {
    let wrong = |detail| Err(AccountError::InvalidInput { detail });
    if new.name.trim().is_empty() || new.name.chars().count() > 100 || new.name.chars().any(char::is_control) {
        return wrong("`name` must have 1 to 100 characters and no control characters.");
    }
    let is_scope =
        |scope: &str| !scope.is_empty() && scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E));
    if new.scopes.len() > 64 || !new.scopes.iter().all(|scope| scope.len() <= 128 && is_scope(scope)) {
        return wrong("`scopes` must be at most 64 printable ASCII tokens without spaces, quotes or backslashes.");
    }
    if new.expires_in.is_some_and(|span| span.is_zero() || span > Duration::from_hours(24 * 366 * 10)) {
        return wrong("`expires_in` must be greater than zero and at most 10 years.");
    }
    Ok(())
}
