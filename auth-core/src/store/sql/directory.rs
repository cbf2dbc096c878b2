//! Administration of users.

use async_trait::async_trait;

use super::audit::commit;
use super::error::is_unique_violation;
use super::{Engine, Transaction, Value, records};
use crate::base::{Email, SubjectId};
use crate::store::{Account, AccountPatch, Audit, StoreError, UpdateOutcome, UserDirectory};

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> UserDirectory for E {
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError> {
        self.row(E::SQL.account, &[id.as_str().into()]).await?.as_ref().map(records::account).transpose()
    }

    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError> {
        let after = after.map_or("", SubjectId::as_str);
        self.rows(E::SQL.accounts, &[after.into(), i64::from(limit).into()])
            .await?
            .iter()
            .map(records::account)
            .collect()
    }

    async fn update(
        &self,
        id: &SubjectId,
        patch: AccountPatch,
        audit: Audit<'_, UpdateOutcome>,
    ) -> Result<UpdateOutcome, StoreError> {
        let values = [
            id.as_str().into(),
            patch.email.as_ref().map(Email::as_str).into(),
            Value::Names(patch.roles.as_deref()),
            Value::Flag(patch.active),
        ];
        let mut tx = self.begin().await?;
        let row = match tx.row(E::SQL.update_account, &values).await {
            // The e-mail address is the only unique column in the statement.
            Err(error) if is_unique_violation(&error) => return Ok(UpdateOutcome::EmailTaken),
            row => row?,
        };
        let Some(row) = row else { return Ok(UpdateOutcome::NotFound) };
        let outcome = UpdateOutcome::Updated(records::account(&row)?);
        commit::<E, _>(tx, audit, outcome).await
    }

    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let removed = tx.row(E::SQL.remove_user, &[id.as_str().into()]).await?.is_some();
        commit::<E, _>(tx, audit, removed).await
    }
}
