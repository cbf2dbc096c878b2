//! The permissions of a subject, asked within a handler.

use super::Auth;
use crate::policy::Permission;
use crate::verify::{AccessError, Identity};

impl Auth {
    /// Whether a role of the subject has this permission, for a condition or the body of a handler.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::Refusal;
    /// use axum::extract::State;
    ///
    /// # #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Permission { UsersRead, EmailsRead }
    /// #[require_permission(UsersRead)]
    /// async fn users(identity: Identity, State(auth): State<Auth>) -> Result<String, Refusal> {
    ///     let emails = auth.has_permission(&identity, Permission::EmailsRead).await?;
    ///     Ok(format!("with addresses: {emails}"))
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccessError::Unavailable`] when the store does not answer; [`AccessError::Misconfigured`] without
    /// [`RolePermissions`](crate::store::RolePermissions).
    pub async fn has_permission(&self, identity: &Identity, permission: impl Permission) -> Result<bool, AccessError> {
        let permissions = self.verifier().permissions(identity.roles(), self.now()).await?;
        Ok(permissions.has(permission.name()))
    }
}
