//! A store that counts the lookups of sessions and API keys: one for each verification, as the tests' `Auth` does not
//! cache.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use auth_core::store::{
    ApiKeyRecord, ApiKeyStore, Audit, KeysOf, MemoryStore, NewSession, Page, Redeem, Redeemed, RefreshTokenRecord,
    Session, SessionStore, StepUp, StoreError,
};
use auth_core::token::TokenHash;
use auth_core::{ApiKeyId, SessionId, SubjectId, Timestamp};

#[derive(Clone, Default)]
pub(crate) struct Counting {
    store: MemoryStore,
    verifications: Arc<AtomicUsize>,
}

impl Counting {
    pub(crate) fn over(store: MemoryStore) -> Self {
        Self { store, ..Self::default() }
    }

    /// The number of lookups since the last call.
    pub(crate) fn taken(&self) -> usize {
        self.verifications.swap(0, Ordering::SeqCst)
    }

    fn count(&self) {
        self.verifications.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl SessionStore for Counting {
    async fn create(&self, session: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        SessionStore::create(&self.store, session, audit).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        self.count();
        SessionStore::find(&self.store, id).await
    }

    async fn list(
        &self,
        subject: &SubjectId,
        version: u64,
        now: Timestamp,
        page: Page<'_, SessionId>,
    ) -> Result<Vec<Session>, StoreError> {
        SessionStore::list(&self.store, subject, version, now, page).await
    }

    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError> {
        self.store.redeem(redeem, audit).await
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        self.store.end(subject, id, audit).await
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError> {
        self.store.end_all(subject, limit, audit).await
    }

    async fn step_up(
        &self,
        step_up: StepUp<'_>,
        audit: Audit<'_, Option<Session>>,
    ) -> Result<Option<Session>, StoreError> {
        self.store.step_up(step_up, audit).await
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        self.store.find_by_refresh_token(token).await
    }
}

#[async_trait]
impl ApiKeyStore for Counting {
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        ApiKeyStore::create(&self.store, key, audit).await
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        self.count();
        ApiKeyStore::find(&self.store, id).await
    }

    async fn find_imported(&self, hash: &TokenHash) -> Result<Option<ApiKeyId>, StoreError> {
        self.count();
        self.store.find_imported(hash).await
    }

    async fn list(&self, owner: Option<&SubjectId>, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError> {
        ApiKeyStore::list(&self.store, owner, page).await
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        self.store.rotate(id, owner, hash, overlap_until, audit).await
    }

    async fn revoke(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.store.revoke(id, owner, audit).await
    }

    async fn revoke_all(
        &self,
        keys: KeysOf<'_>,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        self.store.revoke_all(keys, limit, audit).await
    }

    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.store.touch(id, at).await
    }
}
