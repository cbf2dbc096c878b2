//! Users.

use async_trait::async_trait;

use super::MemoryStore;
use crate::base::{Clock, Email, SubjectId, SystemClock, Timestamp};
use crate::password::PasswordHash;
use crate::store::{
    Audit, Created, NewUser, StoreError, SubjectState, UserRecord, UserRegistry, UserRejected, UserStore,
};

pub(super) struct User {
    pub(super) email: Email,
    /// Users of [`MemoryStore::put`] have none.
    pub(super) password_hash: Option<PasswordHash>,
    pub(super) roles: Vec<Box<str>>,
    pub(super) active: bool,
    pub(super) version: u64,
    pub(super) created_at: Timestamp,
}

impl User {
    fn record(&self, id: &SubjectId) -> UserRecord {
        let state = SubjectState { active: self.active, roles: self.roles.as_slice().into(), version: self.version };
        UserRecord {
            id: id.clone(),
            email: Some(self.email.clone()),
            words: Vec::new(),
            created_at: Some(self.created_at),
            password_hash: self.password_hash.clone(),
            state,
        }
    }
}

#[cfg(feature = "test-util")]
impl MemoryStore {
    /// Adds a user without a password, or replaces the roles of one.
    pub(crate) fn put(&self, id: &SubjectId, roles: Vec<Box<str>>) {
        let mut tables = self.tables();
        if let Some(user) = tables.users.get_mut(id) {
            user.roles = roles;
            return;
        }
        // Any address: ids of tests are not always the local part of one.
        let number = tables.users.len();
        let Ok(email) = format!("user-{number}@test.invalid").parse::<Email>() else { return };
        let created_at = SystemClock.now();
        let user = User { email, password_hash: None, roles, active: true, version: 0, created_at };
        tables.users.insert(id.clone(), user);
    }
}

#[async_trait]
impl UserStore for MemoryStore {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        let Ok(login) = login.parse::<Email>() else { return Ok(None) };
        let tables = self.tables();
        Ok(tables.users.iter().find(|(_, user)| user.email == login).map(|(id, user)| user.record(id)))
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        Ok(self.tables().users.get(id).map(|user| user.record(id)))
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        let mut tables = self.tables();
        let user = tables.users.get_mut(id).filter(|user| user.active && user.version == version);
        let version = user.map(|user| {
            user.password_hash = Some(hash.clone());
            user.version += 1;
            user.version
        });
        Ok(tables.recorded(audit, version))
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        let mut tables = self.tables();
        let version = tables.users.get_mut(id).map(|user| {
            user.version += 1;
            user.version
        });
        Ok(tables.recorded(audit, version))
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let user = tables.users.get_mut(id).filter(|user| user.password_hash.as_ref() == Some(old));
        let is_upgraded = user.map(|user| user.password_hash = Some(new.clone())).is_some();
        Ok(tables.recorded(audit, is_upgraded))
    }

    async fn sample_hashes(&self) -> Result<Vec<PasswordHash>, StoreError> {
        Ok(self.tables().users.values().filter_map(|user| user.password_hash.clone()).collect())
    }
}

#[async_trait]
impl UserRegistry for MemoryStore {
    fn never_reuses_ids(&self) -> bool {
        true
    }

    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        let NewUser { email, password_hash, roles, .. } = user;
        let mut tables = self.tables();
        if tables.users.values().any(|other| other.email == email) {
            return Ok(Err(UserRejected::EmailTaken));
        }
        let id = SubjectId::random();
        let created_at = SystemClock.now();
        let password_hash = Some(password_hash);
        tables.users.insert(id.clone(), User { email, password_hash, roles, active: true, version: 0, created_at });
        Ok(tables.recorded(audit, Ok(id)))
    }
}
