//! Changes of an account between the check of a token and the write of the address.

use async_trait::async_trait;
use auth_core::password::PasswordHash;
use auth_core::prelude::*;
use auth_core::store::{
    Account, AccountPatch, Audit, Created, MemoryStore, NewUser, StoreError, UpdateOutcome, UserDirectory, UserRecord,
    UserRegistry, UserStore,
};
use auth_core::{AccountError, AuthBuilder, Context};

use super::Scene;

#[derive(Clone, Copy, Debug)]
enum Other {
    Password,
    Disable,
}

/// A store in which another request changes the account just before its address.
#[derive(Clone)]
struct Beaten(MemoryStore, Other);

#[async_trait]
impl UserStore for Beaten {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        self.0.find_by_login(login).await
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
        self.0.set_password(id, version, hash, audit).await
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        self.0.revoke_tokens(id, audit).await
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        self.0.upgrade_hash(id, old, new, audit).await
    }
}

#[async_trait]
impl UserRegistry for Beaten {
    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        UserRegistry::create(&self.0, user, audit).await
    }
}

#[async_trait]
impl UserDirectory for Beaten {
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
        match self.1 {
            Other::Password => {
                let hash = PasswordHash::from_stored("of another request");
                assert!(self.0.set_password(id, 0, &hash, Audit::none()).await?.is_some());
            }
            Other::Disable => {
                let disable = AccountPatch { active: Some(false), ..AccountPatch::default() };
                UserDirectory::update(&self.0, id, disable, Audit::none()).await?;
            }
        }
        UserDirectory::update(&self.0, id, patch, audit).await
    }

    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        UserDirectory::remove(&self.0, id, audit).await
    }
}

#[tokio::test]
async fn the_token_of_a_change_is_invalid_after_another_change_since_its_check() {
    for other in [Other::Password, Other::Disable] {
        let store = MemoryStore::new();
        let set = |builder: AuthBuilder| {
            builder.private_registration().store(store.clone()).directory(Beaten(store.clone(), other))
        };
        let scene = Scene::new(set).await;
        scene.change(&scene.ada(), "countess").await.unwrap();
        let (_, _, token) = scene.messages().await.pop().unwrap();
        let outcome = scene.auth.verify_email(&Context::system("test"), &token).await;
        assert_eq!(outcome, Err(AccountError::InvalidOneTimeToken), "{other:?}");
        assert_eq!(scene.address().await, "ada@example.com", "{other:?}");
    }
}
