//! Users.

use async_trait::async_trait;

use super::audit::{add, commit};
use super::{Columns, Engine, Transaction, Value, records, stored_version};
use crate::base::{Clock, Email, SubjectId, SystemClock};
use crate::password::PasswordHash;
use crate::store::{Audit, BuiltIn, Created, NewUser, StoreError, UserRecord, UserRegistry, UserRejected, UserStore};

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> UserStore for E {
    async fn find_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        // What is no address is the name of no user. It may not even be text for the database.
        let Ok(login) = login.parse::<Email>() else { return Ok(None) };
        self.row(E::SQL.user_by_login, &[login.as_str().into()]).await?.as_ref().map(records::user).transpose()
    }

    async fn find_by_id(&self, id: &SubjectId) -> Result<Option<UserRecord>, StoreError> {
        self.row(E::SQL.user_by_id, &[id.as_str().into()]).await?.as_ref().map(records::user).transpose()
    }

    async fn set_password(
        &self,
        id: &SubjectId,
        version: u64,
        hash: &PasswordHash,
        audit: Audit<'_, Option<u64>>,
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = self.begin().await?;
        let values = [id.as_str().into(), stored_version(version)?.into(), hash.as_str().into()];
        let row = tx.row(E::SQL.set_password, &values).await?;
        let version = row.as_ref().map(Columns::version).transpose()?;
        commit::<E, _>(tx, audit, version).await
    }

    async fn revoke_tokens(&self, id: &SubjectId, audit: Audit<'_, Option<u64>>) -> Result<Option<u64>, StoreError> {
        let mut tx = self.begin().await?;
        let row = tx.row(E::SQL.revoke_tokens, &[id.as_str().into()]).await?;
        let version = row.as_ref().map(Columns::version).transpose()?;
        commit::<E, _>(tx, audit, version).await
    }

    async fn upgrade_hash(
        &self,
        id: &SubjectId,
        old: &PasswordHash,
        new: &PasswordHash,
        audit: Audit<'_, bool>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let values = [id.as_str().into(), old.as_str().into(), new.as_str().into()];
        let is_upgraded = tx.row(E::SQL.upgrade_hash, &values).await?.is_some();
        commit::<E, _>(tx, audit, is_upgraded).await
    }

    async fn sample_hashes(&self) -> Result<Vec<PasswordHash>, StoreError> {
        let rows = self.rows(E::SQL.sample_hashes, &[]).await?;
        rows.iter().map(|row| row.text("password_hash").map(PasswordHash::from_stored)).collect()
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> UserRegistry for E {
    async fn create(&self, user: NewUser, audit: Audit<'_, Created>) -> Result<Created, StoreError> {
        let mut tx = self.begin().await?;
        let created = add_user::<E>(&mut tx, user, audit).await?;
        tx.commit().await?;
        Ok(created)
    }

    fn never_reuses_ids(&self) -> bool {
        true
    }

    fn built_in(&self) -> Option<BuiltIn> {
        Some(E::BUILT_IN)
    }
}

/// Adds a user and its audit rows, and leaves the commit to the caller.
pub(in crate::store) async fn add_user<E: Engine>(
    tx: &mut impl Transaction,
    user: NewUser,
    audit: Audit<'_, Created>,
) -> Result<Created, StoreError> {
    let id = SubjectId::random();
    let values = [
        id.as_str().into(),
        user.email.as_str().into(),
        user.password_hash.as_str().into(),
        Value::Names(Some(&user.roles)),
        SystemClock.now().into(),
    ];
    let is_added = tx.row(E::SQL.add_user, &values).await?.is_some();
    let created = if is_added { Ok(id) } else { Err(UserRejected::EmailTaken) };
    add::<E>(tx, &audit.rows(&created), audit.key()).await?;
    Ok(created)
}
