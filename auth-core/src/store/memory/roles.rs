//! Roles and their permissions.

use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use crate::store::{Audit, RolePermissions, RoleStore, StoreError, StoredRole};

#[async_trait]
impl RolePermissions for MemoryStore {
    async fn permissions_of(&self, role: &str) -> Result<Vec<Box<str>>, StoreError> {
        Ok(self.tables().roles.get(role).cloned().unwrap_or_default())
    }
}

#[async_trait]
impl RoleStore for MemoryStore {
    async fn set_permissions(
        &self,
        role: &str,
        permissions: &[Box<str>],
        audit: Audit<'_, ()>,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.roles.insert(role.into(), permissions.to_vec());
        tables.recorded(audit, ());
        Ok(())
    }

    async fn remove_role(&self, role: &str, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let removed = tables.roles.remove(role).is_some();
        Ok(tables.recorded(audit, removed))
    }

    async fn roles(&self, after: Option<&str>, limit: u32) -> Result<Vec<StoredRole>, StoreError> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let tables = self.tables();
        let later = tables.roles.range::<str, _>((after, Bound::Unbounded)).take(limit as usize);
        Ok(later
            .map(|(name, permissions)| StoredRole { name: name.clone(), permissions: permissions.clone() })
            .collect())
    }
}
