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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::SubjectFacts as _;
    use crate::store::SubjectState;
    use crate::token::{Claims, Unreadable};

    #[test]
    fn roles_that_could_not_be_read_prove_no_absence_of_a_permission() {
        let has = |unreadable: bool, permission: &str| {
            let unreadable = Unreadable { roles: unreadable, ..Unreadable::default() };
            let claims = Claims { unreadable, ..Claims::minimal("ada".parse().unwrap(), 0) };
            let state = SubjectState { active: true, roles: [].into(), version: 0 };
            let permissions = Permissions(vec![Arc::new(vec!["read".into()])]);
            Identity::new(Arc::new(claims), Arc::new(state)).with(permissions).has_permission(permission)
        };
        assert_eq!([has(false, "read"), has(true, "read")], [Some(true); 2]);
        assert_eq!([has(false, "write"), has(true, "write")], [Some(false), None]);
    }
}
