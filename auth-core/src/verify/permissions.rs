//! The permissions of a subject, by its roles.

use std::sync::Arc;

use super::{AccessError, Identity, Verifier};
use crate::base::Timestamp;

/// The permissions of each role of a subject.
#[derive(Clone, Debug)]
pub(crate) struct Permissions(Vec<Arc<Vec<Box<str>>>>);

impl Permissions {
    pub(crate) fn has(&self, permission: &str) -> bool {
        self.0.iter().any(|of_role| of_role.iter().any(|name| **name == *permission))
    }
}

impl Verifier {
    /// The permissions that these roles have now.
    pub(crate) async fn permissions(&self, roles: &[Box<str>], now: Timestamp) -> Result<Permissions, AccessError> {
        if self.lookups.role_permissions.is_none() {
            let needed = "`AuthBuilder::role_permissions`";
            tracing::error!(target: "auth", "a guard asks for a permission, and this Auth knows none of a role; set {needed}");
            return Err(AccessError::Misconfigured);
        }
        let mut of_roles = Vec::with_capacity(roles.len());
        for role in roles {
            of_roles.extend(self.lookups.permissions(role, now).await?);
        }
        Ok(Permissions(of_roles))
    }

    /// The identity with its permissions.
    pub(crate) async fn with_permissions(&self, identity: Identity, now: Timestamp) -> Result<Identity, AccessError> {
        let permissions = self.permissions(identity.roles(), now).await?;
        Ok(identity.with(permissions))
    }
}
