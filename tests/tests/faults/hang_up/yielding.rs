//! A store that yields.

use async_trait::async_trait;
use auth_core::password::PasswordHash;
use auth_core::prelude::*;
use auth_core::recovery::Purpose;
use auth_core::store::{
    Account, AccountPatch, ApiKeyRecord, ApiKeyStore, Audit, Created, Factor, FactorKind, KeysOf, MemoryStore,
    NewFactor, NewSession, NewUser, OneTimeToken, OneTimeTokens, Page, Redeem, Redeemed, RefreshTokenRecord, Removable,
    RolePermissions, RoleStore, SecondFactors, Session, SessionStore, StepUp, StoreError, StoredRole, UpdateOutcome,
    UserDirectory, UserRecord, UserRegistry, UserStore, VerifiedEmail,
};
use auth_core::token::TokenHash;
use auth_core::{ApiKeyId, FactorId, SessionId, Timestamp};
use tokio::task::yield_now;

/// A store that can be cancelled before and after each of its writes.
#[derive(Clone)]
pub(super) struct Yielding(pub(super) MemoryStore);

macro_rules! yielding {
    ($call:expr) => {{
        yield_now().await;
        let answer = $call.await;
        yield_now().await;
        answer
    }};
}

#[async_trait]
impl UserStore for Yielding {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        yielding!(self.0.find_by_login(login))
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.0.find_by_id(id).await
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        yielding!(self.0.set_password(id, version, hash, audit))
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        yielding!(self.0.revoke_tokens(id, audit))
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.upgrade_hash(id, old, new, audit))
    }
}

#[async_trait]
impl UserRegistry for Yielding {
    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        yielding!(UserRegistry::create(&self.0, user, audit))
    }
}

#[async_trait]
impl UserDirectory for Yielding {
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError> {
        self.0.get(id).await
    }

    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError> {
        UserDirectory::list(&self.0, after, limit).await
    }

    async fn update(
        &self,
        id: &SubjectId,
        patch: AccountPatch,
        audit: Audit<'_, UpdateOutcome>,
    ) -> Result<UpdateOutcome, StoreError> {
        yielding!(self.0.update(id, patch, audit))
    }

    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        yielding!(self.0.remove(id, audit))
    }
}

#[async_trait]
impl SessionStore for Yielding {
    async fn create(&self, session: NewSession, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        yielding!(SessionStore::create(&self.0, session, audit))
    }

    async fn find(&self, id: &SessionId) -> Result<Option<Session>, StoreError> {
        SessionStore::find(&self.0, id).await
    }

    async fn list(
        &self,
        subject: &SubjectId,
        version: u64,
        now: Timestamp,
        page: Page<'_, SessionId>,
    ) -> Result<Vec<Session>, StoreError> {
        SessionStore::list(&self.0, subject, version, now, page).await
    }

    async fn redeem(&self, redeem: Redeem<'_>, audit: Audit<'_, Redeemed>) -> Result<Redeemed, StoreError> {
        yielding!(self.0.redeem(redeem, audit))
    }

    async fn end(&self, subject: &SubjectId, id: &SessionId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        yielding!(self.0.end(subject, id, audit))
    }

    async fn end_all(
        &self,
        subject: &SubjectId,
        limit: u32,
        audit: Audit<'_, Vec<SessionId>>,
    ) -> Result<Vec<SessionId>, StoreError> {
        yielding!(self.0.end_all(subject, limit, audit))
    }

    async fn step_up(
        &self,
        step_up: StepUp<'_>,
        audit: Audit<'_, Option<Session>>,
    ) -> Result<Option<Session>, StoreError> {
        yielding!(self.0.step_up(step_up, audit))
    }

    async fn find_by_refresh_token(&self, token: &TokenHash) -> Result<Option<RefreshTokenRecord>, StoreError> {
        self.0.find_by_refresh_token(token).await
    }
}

#[async_trait]
impl ApiKeyStore for Yielding {
    async fn create(&self, key: ApiKeyRecord, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        yielding!(ApiKeyStore::create(&self.0, key, audit))
    }

    async fn find(&self, id: &ApiKeyId) -> Result<Option<ApiKeyRecord>, StoreError> {
        yielding!(ApiKeyStore::find(&self.0, id))
    }

    async fn find_imported(&self, hash: &TokenHash) -> Result<Option<ApiKeyId>, StoreError> {
        self.0.find_imported(hash).await
    }

    async fn list(&self, owner: Option<&SubjectId>, page: Page<'_, ApiKeyId>) -> Result<Vec<ApiKeyRecord>, StoreError> {
        ApiKeyStore::list(&self.0, owner, page).await
    }

    async fn rotate(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        hash: &TokenHash,
        until: Timestamp,
        audit: Audit<'_, Option<ApiKeyRecord>>,
    ) -> Result<Option<ApiKeyRecord>, StoreError> {
        yielding!(self.0.rotate(id, owner, hash, until, audit))
    }

    async fn revoke(
        &self,
        id: &ApiKeyId,
        owner: Option<&SubjectId>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.revoke(id, owner, audit))
    }

    async fn revoke_all(
        &self,
        keys: KeysOf<'_>,
        limit: u32,
        audit: Audit<'_, Vec<ApiKeyId>>,
    ) -> Result<Vec<ApiKeyId>, StoreError> {
        yielding!(self.0.revoke_all(keys, limit, audit))
    }

    async fn touch(&self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        self.0.touch(id, at).await
    }
}

#[async_trait]
impl OneTimeTokens for Yielding {
    async fn issue_token(&self, token: OneTimeToken, audit: Audit<'_, ()>) -> Result<(), StoreError> {
        yielding!(self.0.issue_token(token, audit))
    }

    async fn find_token(&self, hash: &TokenHash) -> Result<Option<OneTimeToken>, StoreError> {
        yielding!(self.0.find_token(hash))
    }

    async fn redeem_token(
        &self,
        hash: &TokenHash,
        purpose: Purpose,
        now: Timestamp,
        audit: Audit<'_, Option<OneTimeToken>>,
    ) -> Result<Option<OneTimeToken>, StoreError> {
        yielding!(self.0.redeem_token(hash, purpose, now, audit))
    }

    async fn verified_email(&self, subject: &SubjectId) -> Result<Option<VerifiedEmail>, StoreError> {
        self.0.verified_email(subject).await
    }

    async fn forget_tokens(&self, subject: &SubjectId) -> Result<(), StoreError> {
        yielding!(self.0.forget_tokens(subject))
    }
}

#[async_trait]
impl SecondFactors for Yielding {
    async fn enrol_factor(&self, factor: NewFactor, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        yielding!(self.0.enrol_factor(factor, audit))
    }

    async fn factors(&self, subject: &SubjectId) -> Result<Vec<Factor>, StoreError> {
        self.0.factors(subject).await
    }

    async fn confirm_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        codes: &[TokenHash],
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.confirm_factor(id, counter, now, codes, audit))
    }

    async fn has_factors(&self) -> Result<bool, StoreError> {
        yielding!(self.0.has_factors())
    }

    async fn use_factor(
        &self,
        id: &FactorId,
        counter: u64,
        now: Timestamp,
        secret: Option<&[u8]>,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.use_factor(id, counter, now, secret, audit))
    }

    async fn use_recovery_code(
        &self,
        subject: &SubjectId,
        code: &TokenHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.use_recovery_code(subject, code, audit))
    }

    async fn remove_factors(
        &self,
        subject: &SubjectId,
        kind: FactorKind,
        removable: Removable,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        yielding!(self.0.remove_factors(subject, kind, removable, audit))
    }

    async fn forget_factors(&self, subject: &SubjectId) -> Result<(), StoreError> {
        yielding!(self.0.forget_factors(subject))
    }
}

#[async_trait]
impl RolePermissions for Yielding {
    async fn permissions_of(&self, role: &str) -> Result<Vec<Box<str>>, StoreError> {
        self.0.permissions_of(role).await
    }
}

#[async_trait]
impl RoleStore for Yielding {
    async fn set_permissions(
        &self,
        role: &str,
        permissions: &[Box<str>],
        audit: Audit<'_, ()>,
    ) -> Result<(), StoreError> {
        yielding!(self.0.set_permissions(role, permissions, audit))
    }

    async fn remove_role(&self, role: &str, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        yielding!(self.0.remove_role(role, audit))
    }

    async fn roles(&self, after: Option<&str>, limit: u32) -> Result<Vec<StoredRole>, StoreError> {
        self.0.roles(after, limit).await
    }
}
