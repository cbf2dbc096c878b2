//! Creation, rotation and revocation of API keys of any owner.

use std::sync::Arc;

use super::{API_KEY, IssuedApiKey, NewApiKey, ROTATION_OVERLAP};
use crate::base::{ApiKeyId, Context, SubjectId};
use crate::event::EventKind;
use crate::service::change::{BATCH, Change};
use crate::service::{AccountError, Auth};
use crate::store::{ApiKeyRecord, KeysOf, Page};
use crate::token::{ApiKey, TokenHash};
use crate::verify::Read;

impl Auth {
    /// Creates an API key for `owner`, a user of this service's store: a key of another subject would be refused at each use.
    ///
    /// ```
    /// use auth_core::NewApiKey;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let new = NewApiKey { scopes: vec!["reports:read".into()], ..NewApiKey::new("nightly") };
    /// let issued = auth.create_api_key(&system, &ada, new).await?;
    /// assert!(issued.key.expose().starts_with("ak_"));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidInput`] for an invalid name, scope or lifetime; [`AccountError::NotFound`] when there is no such
    /// owner, also when it is removed meanwhile.
    pub async fn create_api_key(
        &self,
        context: &Context,
        owner: &SubjectId,
        new: NewApiKey,
    ) -> Result<IssuedApiKey, AccountError> {
        new.check()?;
        let key = ApiKey::random(ApiKeyId::random())?;
        let record = self.api_key_record(key.id().clone(), key.hash(), owner.clone(), new);
        self.change(context, "create_api_key", |change| async move {
            change.check_caller().await?;
            change.store_api_key(&record).await?;
            Ok(IssuedApiKey { key, record })
        })
        .await
    }

    /// Returns a page of the API keys that are not revoked, newest first.
    pub async fn api_keys(&self, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, AccountError> {
        Ok(self.service()?.api_keys.list(None, page).await?)
    }

    /// Gives a key a new secret. The current secret, and the keys derived by it, stay valid for 24 hours. The key expires
    /// when it did before.
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such key; [`AccountError::ApiKeyExpired`].
    pub async fn rotate_api_key(&self, context: &Context, id: &ApiKeyId) -> Result<IssuedApiKey, AccountError> {
        self.rotate_api_key_if(context, id, None).await
    }

    /// Revokes a key with both of its secrets, and the keys derived from it.
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such key.
    pub async fn revoke_api_key(&self, context: &Context, id: &ApiKeyId) -> Result<(), AccountError> {
        self.revoke_api_key_if(context, id, None).await
    }

    /// As [`rotate_api_key`](Self::rotate_api_key), for a key of `owner` if given.
    pub(super) async fn rotate_api_key_if(
        &self,
        context: &Context,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
    ) -> Result<IssuedApiKey, AccountError> {
        let key = ApiKey::random(id.clone())?;
        let overlap_until = self.now().after(ROTATION_OVERLAP);
        let owner = owner.cloned();
        self.change(context, "rotate_api_key", |change| async move {
            change.check_caller().await?;
            let (id, hash) = (key.id(), key.hash());
            change.check_unexpired(id, owner.as_ref()).await?;
            let recording = change.recording(None, |record: &Option<ApiKeyRecord>| {
                let rotated = |record: &ApiKeyRecord| EventKind::ApiKeyRotated {
                    api_key: record.id.clone(),
                    subject: record.owner.clone(),
                };
                record.iter().map(rotated).collect()
            });
            let api_keys = &change.service()?.api_keys;
            let rotate = api_keys.rotate(id, owner.as_ref(), &hash, overlap_until, recording.audit());
            let record = recording.of(rotate).await?.ok_or(AccountError::NotFound { what: API_KEY })?;
            let valid: Vec<_> = std::iter::once(record.hash).chain(record.previous.map(|(hash, _)| hash)).collect();
            change.revoke_derived(&record.owner, id, valid).await?;
            Ok(IssuedApiKey { key, record })
        })
        .await
    }

    /// As [`revoke_api_key`](Self::revoke_api_key), for a key of `owner` if given.
    pub(super) async fn revoke_api_key_if(
        &self,
        context: &Context,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
    ) -> Result<(), AccountError> {
        let owner = owner.cloned();
        let id = id.clone();
        self.change(context, "revoke_api_key", |change| async move {
            let owner = change.find_key(&id, owner.as_ref()).await?.owner;
            let recording = change.recording_if(Some(&owner), || revoked(&owner, id.clone()));
            let revoke = change.service()?.api_keys.revoke(&id, Some(&owner), recording.audit());
            if !recording.of(revoke).await? {
                return Err(AccountError::NotFound { what: API_KEY });
            }
            change.revoke_derived(&owner, &id, Vec::new()).await
        })
        .await
    }
}

impl Change {
    /// Stores a new key with its event, for an owner that exists.
    pub(super) async fn store_api_key(&self, record: &ApiKeyRecord) -> Result<(), AccountError> {
        self.check_owner(&record.owner).await?;
        let (api_key, subject) = (record.id.clone(), record.owner.clone());
        let created = match (&record.parent, &record.imported) {
            (Some(parent), _) => EventKind::ApiKeyDerived { api_key, subject, parent: parent.id.clone() },
            (None, Some(_)) => EventKind::ApiKeyImported { api_key, subject },
            (None, None) => EventKind::ApiKeyCreated { api_key, subject },
        };
        let recording = self.recording(Some(&record.owner), move |(): &()| vec![created.clone()]);
        recording.of(self.service()?.api_keys.create(record.clone(), recording.audit())).await?;
        // The removal of an account revokes its keys after it. Those that it found did not have this one if the account was
        // removed meanwhile, and a table may give the id to another user.
        let owned = self.check_owner(&record.owner).await;
        if let Err(AccountError::NotFound { .. }) = owned {
            self.revoke_api_keys(&record.owner).await?;
        }
        owned
    }

    /// Refuses a key that no secret makes valid: it has expired, or one that it is derived from has ended.
    async fn check_unexpired(&self, id: &ApiKeyId, owner: Option<&SubjectId>) -> Result<(), AccountError> {
        let found = Arc::new(self.find_key(id, owner).await?);
        let current = found.hash;
        let valid = self.auth().verifier().key_with_parents(found, current, Read::Store, self.now()).await?;
        valid.map(drop).ok_or(AccountError::ApiKeyExpired)
    }

    /// The key of this id, and of this owner if given.
    async fn find_key(&self, id: &ApiKeyId, owner: Option<&SubjectId>) -> Result<ApiKeyRecord, AccountError> {
        let found = self.service()?.api_keys.find(id).await?;
        let found = found.filter(|key| owner.is_none_or(|owner| key.owner == *owner));
        found.ok_or(AccountError::NotFound { what: API_KEY })
    }

    async fn check_owner(&self, owner: &SubjectId) -> Result<(), AccountError> {
        let found = self.service()?.users.find_by_id(owner).await?;
        found.map(|_| ()).ok_or(AccountError::NotFound { what: "user" })
    }

    /// Revokes every key of an owner that is removed, in short steps.
    pub(crate) async fn revoke_api_keys(&self, owner: &SubjectId) -> Result<(), AccountError> {
        loop {
            if self.revoke_step(owner, KeysOf::Owner(owner)).await?.len() < BATCH as usize {
                return Ok(());
            }
        }
    }

    /// Removes the keys derived from `id` by secrets that are not `valid`, and those derived from them, all of the same owner.
    /// They are refused already, since their parent is.
    async fn revoke_derived(
        &self,
        owner: &SubjectId,
        id: &ApiKeyId,
        valid: Vec<TokenHash>,
    ) -> Result<(), AccountError> {
        let mut parents = vec![(id.clone(), valid)];
        while let Some((id, valid)) = parents.pop() {
            loop {
                let revoked = self.revoke_step(owner, KeysOf::Parent { id: &id, except: &valid }).await?;
                let is_last = revoked.len() < BATCH as usize;
                parents.extend(revoked.into_iter().map(|id| (id, Vec::new())));
                if is_last {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn revoke_step(&self, owner: &SubjectId, keys: KeysOf<'_>) -> Result<Vec<ApiKeyId>, AccountError> {
        let recording = self.recording(Some(owner), |ids: &Vec<ApiKeyId>| {
            ids.iter().cloned().map(|api_key| revoked(owner, api_key)).collect()
        });
        let api_keys = &self.service()?.api_keys;
        recording.of(api_keys.revoke_all(keys, BATCH, recording.audit())).await
    }
}

fn revoked(owner: &SubjectId, api_key: ApiKeyId) -> EventKind {
    EventKind::ApiKeyRevoked { api_key, subject: Some(owner.clone()) }
}
