//! Roles as data: their permissions.

use super::{AccountError, Auth};
use crate::base::Context;
use crate::event::EventKind;
use crate::policy::Permission;
use crate::store::{RoleStore, StoredRole};

impl Auth {
    /// Creates a role with these permissions, or replaces those that it has. Guards see the change at the next request.
    /// Subjects hold the role by its name, as any other role.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
    /// enum Permission {
    ///     UsersRead,
    ///     UsersWrite,
    /// }
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// auth.set_role_permissions(&system, "support", &[Permission::UsersRead]).await?;
    /// assert_eq!(&*auth.stored_roles(None, 100).await?[0].name, "support");
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidInput`] for a name of not 1 to 100 characters, or with control characters;
    /// [`AccountError::Misconfigured`] without a [`RoleStore`]; [`AccountError::CallerChanged`].
    pub async fn set_role_permissions<P: Permission>(
        &self,
        context: &Context,
        role: &str,
        permissions: &[P],
    ) -> Result<(), AccountError> {
        if role.trim().is_empty() || role.chars().count() > 100 || role.chars().any(char::is_control) {
            let detail = "The name of a role must have 1 to 100 characters and no control characters.";
            return Err(AccountError::InvalidInput { detail });
        }
        let role = role.to_owned();
        let mut names: Vec<Box<str>> = Vec::with_capacity(permissions.len());
        for permission in permissions {
            if !names.iter().any(|name| **name == *permission.name()) {
                names.push(permission.name().into());
            }
        }
        self.change(context, "set_role_permissions", |change| async move {
            change.check_caller().await?;
            let changed = EventKind::RoleChanged { role: role.clone(), permissions: names.clone() };
            let recording = change.recording(None, move |(): &()| vec![changed.clone()]);
            let roles = change.auth().role_store()?;
            recording.of(roles.set_permissions(&role, &names, recording.audit())).await
        })
        .await
    }

    /// Removes a role. Subjects keep its name, which grants nothing.
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such role; [`AccountError::Misconfigured`] without a [`RoleStore`];
    /// [`AccountError::CallerChanged`].
    pub async fn remove_role(&self, context: &Context, role: &str) -> Result<(), AccountError> {
        let role = role.to_owned();
        self.change(context, "remove_role", |change| async move {
            change.check_caller().await?;
            let recording = change.recording_if(None, || EventKind::RoleRemoved { role: role.clone() });
            let roles = change.auth().role_store()?;
            if !recording.of(roles.remove_role(&role, recording.audit())).await? {
                return Err(AccountError::NotFound { what: "role" });
            }
            Ok(())
        })
        .await
    }

    /// Returns at most `limit` stored roles after `after`, ordered by name.
    ///
    /// # Errors
    ///
    /// [`AccountError::Misconfigured`] without a [`RoleStore`].
    pub async fn stored_roles(&self, after: Option<&str>, limit: u32) -> Result<Vec<StoredRole>, AccountError> {
        Ok(self.role_store()?.roles(after, limit).await?)
    }

    fn role_store(&self) -> Result<&dyn RoleStore, AccountError> {
        self.service()?.roles.as_deref().ok_or_else(|| AccountError::misconfigured("role store"))
    }
}
