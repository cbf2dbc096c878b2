//! Administration of users.

use async_trait::async_trait;

use super::audit::commit;
use super::error::is_unique_violation;
use super::{Columns, Engine, Transaction, Value, records, stored_version};
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
        let subject = id.as_str();
        let mut tx = self.begin().await?;
        // All accounts with a needed role are locked only when this one would lose it.
        let mut needed: &[Box<str>] = &[];
        if !patch.needed_roles.is_empty() {
            let Some(row) = tx.row(E::SQL.account, &[subject.into()]).await? else {
                return Ok(UpdateOutcome::NotFound);
            };
            if patch.takes_needed_role(&records::account(&row)?) {
                needed = &patch.needed_roles;
            }
        }
        let rows = tx.rows(E::SQL.accounts_to_update, &[subject.into(), Value::Names(Some(needed))]).await?;
        let mut before = None;
        for row in &rows {
            let account = records::account(row)?;
            if account.id == *id {
                before = Some((account, row.version()?));
            }
        }
        let Some((before, version)) = before else { return Ok(UpdateOutcome::NotFound) };
        if patch.is_outdated(&before, version) {
            return Ok(UpdateOutcome::VersionChanged);
        }
        if patch.takes_needed_role(&before) && rows.len() == 1 {
            return Ok(UpdateOutcome::LastOfRole);
        }
        let (deactivates, renames) = (patch.deactivates(&before), patch.renames(&before));
        let values = [
            subject.into(),
            patch.email.as_ref().map(Email::as_str).into(),
            Value::Names(patch.roles.as_deref()),
            Value::Flag(patch.active),
            i64::from(deactivates || renames).into(),
        ];
        let row = match tx.row(E::SQL.update_account, &values).await {
            // The e-mail address is the only unique column in the statement.
            Err(error) if is_unique_violation(&error) => return Ok(UpdateOutcome::EmailTaken),
            row => row?,
        };
        let Some(row) = row else { return Ok(UpdateOutcome::NotFound) };
        if renames && !deactivates {
            tx.rows(E::SQL.raise_sessions, &[subject.into(), stored_version(version)?.into()]).await?;
        }
        let outcome = UpdateOutcome::Updated { before, after: records::account(&row)? };
        commit::<E, _>(tx, audit, outcome).await
    }

    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let removed = tx.row(E::SQL.remove_user, &[id.as_str().into()]).await?.is_some();
        commit::<E, _>(tx, audit, removed).await
    }
}
