//! Roles and their permissions.

use async_trait::async_trait;

use super::audit::commit;
use super::{Columns, Engine, Transaction, Value};
use crate::store::{Audit, RolePermissions, RoleStore, StoreError, StoredRole};

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> RolePermissions for E {
    async fn permissions_of(&self, role: &str) -> Result<Vec<Box<str>>, StoreError> {
        let row = self.row(E::SQL.role, &[role.into()]).await?;
        Ok(row.map(|row| row.names("permissions")).transpose()?.unwrap_or_default())
    }
}

#[diagnostic::do_not_recommend]
#[async_trait]
impl<E: Engine> RoleStore for E {
    async fn set_permissions(
        &self,
        role: &str,
        permissions: &[Box<str>],
        audit: Audit<'_, ()>,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        tx.rows(E::SQL.set_role, &[role.into(), Value::Names(Some(permissions))]).await?;
        commit::<E, _>(tx, audit, ()).await
    }

    async fn remove_role(&self, role: &str, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let removed = tx.row(E::SQL.remove_role, &[role.into()]).await?.is_some();
        commit::<E, _>(tx, audit, removed).await
    }

    async fn roles(&self, after: Option<&str>, limit: u32) -> Result<Vec<StoredRole>, StoreError> {
        let rows = self.rows(E::SQL.roles, &[after.unwrap_or_default().into(), i64::from(limit).into()]).await?;
        let role =
            |row: &E::Row| Ok(StoredRole { name: row.text("name")?.into(), permissions: row.names("permissions")? });
        rows.iter().map(role).collect()
    }
}
