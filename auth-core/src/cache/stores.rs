//! The stores as operations have them: no change can be made without being forgotten and told.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Change, Coherence};
use crate::base::Opaque;
use crate::base::{ApiKeyId, SessionId, SubjectId, Timestamp};
use crate::password::PasswordHash;
use crate::store::{
    Account, AccountPatch, ApiKeyRecord, ApiKeyStore, NewSession, NewUser, Redeem, Redeemed, RefreshTokenRecord,
    Session, SessionStore, StoreError, UpdateOutcome, UserDirectory, UserRecord, UserRegistry, UserStore,
};
use crate::token::TokenHash;

/// A store whose changes reach every cache. A method that is added to a store's trait must be added here, and says what
/// it touches.
pub(crate) struct Coherent<S: ?Sized> {
    store: Arc<S>,
    coherence: Opaque<Coherence>,
}

impl<S: ?Sized> Coherent<S> {
    pub(crate) fn new(store: Arc<S>, coherence: &Opaque<Coherence>) -> Arc<Self> {
        Arc::new(Self { store, coherence: coherence.clone() })
    }
}

#[async_trait]
impl<S: UserStore + ?Sized> UserStore for Coherent<S> {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        self.store.find_by_login(login).await
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.store.find_by_id(id).await
    }

    async fn set_password(&self, id: &SubjectId, hash: &PasswordHash) -> Result<Option<u64>, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.set_password(id, hash)).await
    }

    async fn revoke_tokens(&self, id: &SubjectId) -> Result<Option<u64>, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.revoke_tokens(id)).await
    }

    /// Touches nothing that is cached.
    async fn upgrade_hash(&self, id: &SubjectId, old: &PasswordHash, new: &PasswordHash) -> Result<(), StoreError> {
        self.store.upgrade_hash(id, old, new).await
    }
}

#[async_trait]
impl<S: UserRegistry + ?Sized> UserRegistry for Coherent<S> {
    /// What does not exist is not cached.
    async fn create(&self, user: NewUser) -> Result<Option<SubjectId>, StoreError> {
        self.store.create(user).await
    }
}

#[async_trait]
impl<S: UserDirectory + ?Sized> UserDirectory for Coherent<S> {
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError> {
        self.store.get(id).await
    }

    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError> {
        self.store.list(after, limit).await
    }

    async fn update(&self, id: &SubjectId, patch: AccountPatch) -> Result<UpdateOutcome, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.update(id, patch)).await
    }

    /// Its sessions and keys go with it; they are refused for want of their subject.
    async fn remove(&self, id: &SubjectId) -> Result<bool, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.remove(id)).await
    }
}

#[async_trait]
impl<S: SessionStore + ?Sized> SessionStore for Coherent<S> {
    async fn create(&self, session: NewSession) -> Result<(), StoreError> {
        self.store.create(session).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        self.store.find(id).await
    }

    async fn list(&self, subject: &SubjectId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.store.list(subject, now).await
    }

    /// Which session a token belongs to is known only afterwards; whoever knows it before says so by
    /// [`Coherence::write_some`]. A rotation changes nothing that a guard asks for.
    async fn redeem(&self, redeem: Redeem<'_>) -> Result<Redeemed, StoreError> {
        let ended = |redeemed: &Redeemed| match redeemed {
            Redeemed::Replayed(session) => vec![Change::Session(session.id.clone())],
            _ => Vec::new(),
        };
        self.coherence.write_some(Vec::new(), self.store.redeem(redeem), ended).await
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId) -> Result<bool, StoreError> {
        self.coherence.write(Change::Session(id.clone()), self.store.end(subject, id)).await
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        keep: Option<(&SessionId, u64)>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let kept = keep.map(|(id, _)| Change::Session(id.clone()));
        let changes = |ended: &Vec<SessionId>| ended.iter().cloned().map(Change::Session).chain(kept.clone()).collect();
        // When it fails or is dropped, those that ended are not known; their subject's version is past them by then.
        let may = kept.iter().cloned().chain([Change::Subject(subject.clone())]).collect();
        self.coherence.write_some(may, self.store.end_all(subject, keep), changes).await
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        self.store.find_by_refresh_token(token).await
    }
}

#[async_trait]
impl<S: ApiKeyStore + ?Sized> ApiKeyStore for Coherent<S> {
    async fn create(&self, key: ApiKeyRecord) -> Result<(), StoreError> {
        self.store.create(key).await
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        self.store.find(id).await
    }

    async fn list(&self) -> Result<Vec<ApiKeyRecord>, StoreError> {
        self.store.list().await
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        hash: &TokenHash,
        overlap_until: Timestamp,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        self.coherence.write(Change::ApiKey(id.clone()), self.store.rotate(id, hash, overlap_until)).await
    }

    async fn revoke(&self, id: &ApiKeyId) -> Result<bool, StoreError> {
        self.coherence.write(Change::ApiKey(id.clone()), self.store.revoke(id)).await
    }

    /// The others are told, too: otherwise each of them would write the use down.
    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.coherence.write(Change::ApiKey(id.clone()), self.store.touch(id, at)).await
    }
}
