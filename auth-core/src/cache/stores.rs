//! Stores whose changes invalidate the caches of all nodes.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Change, Coherence};
use crate::base::{ApiKeyId, Opaque, SessionId, SubjectId, Timestamp};
use crate::password::PasswordHash;
use crate::store::{
    Account, AccountPatch, ApiKeyRecord, ApiKeyStore, Audit, BuiltIn, Created, KeysOf, NewSession, NewUser, Page,
    Redeem, Redeemed, RefreshTokenRecord, RolePermissions, RoleStore, Session, SessionStore, StepUp, StoreError,
    StoredRole, UpdateOutcome, UserDirectory, UserRecord, UserRegistry, UserStore,
};
use crate::token::TokenHash;

/// A store whose changes invalidate every cache. A new method of a store trait needs an implementation here that names
/// its changes.
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
        // No user has it in its name, and PostgreSQL does not even take it as text.
        if login.contains('\0') {
            return Ok(None);
        }
        self.store.find_by_login(login).await
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.store.find_by_id(id).await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.set_password(id, version, hash, audit)).await
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.revoke_tokens(id, audit)).await
    }

    /// Changes nothing that is cached.
    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.store.upgrade_hash(id, old, new, audit).await
    }

    async fn sample_hashes(&self) -> Result<Vec<PasswordHash>, StoreError> {
        self.store.sample_hashes().await
    }
}

#[async_trait]
impl<S: UserRegistry + ?Sized> UserRegistry for Coherent<S> {
    fn accepts(&self, field: &str) -> bool {
        self.store.accepts(field)
    }

    fn has_unique_fields(&self) -> bool {
        self.store.has_unique_fields()
    }

    /// Absence is not cached.
    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        self.store.create(user, audit).await
    }

    fn never_reuses_ids(&self) -> bool {
        self.store.never_reuses_ids()
    }

    async fn withdraw(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.withdraw(id, audit)).await
    }

    fn built_in(&self) -> Option<BuiltIn> {
        self.store.built_in()
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

    async fn update(
        &self,
        id: &SubjectId,
        patch: AccountPatch,
        audit: Audit<'_, UpdateOutcome>,
    ) -> Result<UpdateOutcome, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.update(id, patch, audit)).await
    }

    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        self.coherence.write(Change::Subject(id.clone()), self.store.remove(id, audit)).await
    }
}

#[async_trait]
impl<S: SessionStore + ?Sized> SessionStore for Coherent<S> {
    async fn create(&self, session: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        self.store.create(session, audit).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        self.store.find(id).await
    }

    async fn list(
        &self,
        subject: &SubjectId,
        version: u64,
        now: Timestamp,
        page: Page<'_, SessionId>,
    ) -> Result<Vec<Session>, StoreError> {
        self.store.list(subject, version, now, page).await
    }

    /// The session of a token is known only afterwards; a caller that knows it uses [`Coherence::write_some`]. A
    /// rotation changes nothing that guards read.
    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError> {
        let ended = |redeemed: &Redeemed| match redeemed {
            Redeemed::Replayed(session) => vec![Change::Session(session.id.clone())],
            _ => Vec::new(),
        };
        self.coherence.write_some(Vec::new(), self.store.redeem(redeem, audit), ended).await
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        self.coherence.write(Change::Session(id.clone()), self.store.end(subject, id, audit)).await
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError> {
        let changes = |ended: &Vec<SessionId>| ended.iter().cloned().map(Change::Session).collect();
        // After a failure or cancellation the ended sessions are unknown; the subject's new version invalidates them.
        let possible = vec![Change::Subject(subject.clone())];
        self.coherence.write_some(possible, self.store.end_all(subject, limit, audit), changes).await
    }

    /// Guards read the time and the methods of an authentication in the token.
    async fn step_up(
        &self,
        step_up: StepUp<'_>,
        audit: Audit<'_, Option<Session>>,
    ) -> Result<Option<Session>, StoreError> {
        let change = Change::Session(step_up.session.clone());
        self.coherence.write(change, self.store.step_up(step_up, audit)).await
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        self.store.find_by_refresh_token(token).await
    }
}

#[async_trait]
impl<S: ApiKeyStore + ?Sized> ApiKeyStore for Coherent<S> {
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        self.store.create(key, audit).await
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        self.store.find(id).await
    }

    async fn find_imported(&self, hash: &TokenHash) -> Result<Option<ApiKeyId>, StoreError> {
        self.store.find_imported(hash).await
    }

    async fn list(&self, owner: Option<&SubjectId>, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError> {
        self.store.list(owner, page).await
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        hash: &TokenHash,
        overlap_until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        let rotate = self.store.rotate(id, owner, hash, overlap_until, audit);
        self.coherence.write(Change::ApiKey(id.clone()), rotate).await
    }

    async fn revoke(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.coherence.write(Change::ApiKey(id.clone()), self.store.revoke(id, owner, audit)).await
    }

    async fn revoke_all(
        &self,
        keys: KeysOf<'_>,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        let changes = |revoked: &Vec<ApiKeyId>| revoked.iter().cloned().map(Change::ApiKey).collect();
        // After a failure the revoked keys are unknown; those of a removed owner are refused, and so are those of a parent
        // that is gone.
        let possible = vec![match keys {
            KeysOf::Owner(owner) => Change::Subject(owner.clone()),
            KeysOf::Parent { id, .. } => Change::ApiKey(id.clone()),
        }];
        self.coherence.write_some(possible, self.store.revoke_all(keys, limit, audit), changes).await
    }

    /// Invalidates other nodes, too: otherwise each of them would record the use again.
    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.coherence.write(Change::ApiKey(id.clone()), self.store.touch(id, at)).await
    }
}

#[async_trait]
impl<S: RolePermissions + ?Sized> RolePermissions for Coherent<S> {
    async fn permissions_of(&self, role: &str) -> Result<Vec<Box<str>>, StoreError> {
        self.store.permissions_of(role).await
    }
}

#[async_trait]
impl<S: RoleStore + ?Sized> RoleStore for Coherent<S> {
    async fn set_permissions(
        &self,
        role: &str,
        permissions: &[Box<str>],
        audit: Audit<'_, ()>,
    ) -> Result<(), StoreError> {
        self.coherence.write(Change::Role(role.into()), self.store.set_permissions(role, permissions, audit)).await
    }

    async fn remove_role(&self, role: &str, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        self.coherence.write(Change::Role(role.into()), self.store.remove_role(role, audit)).await
    }

    async fn roles(&self, after: Option<&str>, limit: u32) -> Result<Vec<StoredRole>, StoreError> {
        self.store.roles(after, limit).await
    }
}
