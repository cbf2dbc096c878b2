//! Roles as data, and their permissions.

use async_trait::async_trait;

use super::{Audit, StoreError};

/// Which permissions a role has: for applications whose roles are data, such as those that customers make.
///
/// Guards with `permission(..)` ask for each role of the subject, through a cache of
/// [`cache_ttl`](crate::AuthBuilder::cache_ttl). After a change that did not go through [`Auth`](crate::Auth), call
/// [`Auth::invalidate_all`](crate::Auth::invalidate_all).
///
/// ```
/// use auth_core::store::{RolePermissions, StoreError};
///
/// struct TenantRoles;
///
/// #[async_trait::async_trait]
/// impl RolePermissions for TenantRoles {
///     async fn permissions_of(&self, role: &str) -> Result<Vec<Box<str>>, StoreError> {
///         // SELECT permission FROM tenant_role_permissions WHERE role_id = $1
///         Ok(if role == "tenant-7:support" { vec!["users:read".into()] } else { Vec::new() })
///     }
/// }
///
/// # fn main() -> Result<(), auth_core::BuildError> {
/// let auth = auth_core::testing::in_memory().role_permissions(TenantRoles).build()?;
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait RolePermissions: Send + Sync + 'static {
    /// Returns the names of the permissions that a role has; none for an unknown role. A name that no permission enum has
    /// grants nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store does not answer: guards that need it then answer 503.
    async fn permissions_of(&self, role: &str) -> Result<Vec<Box<str>>, StoreError>;
}

/// A store of roles with their permissions. Every method is atomic.
///
/// # Errors
///
/// Every method: [`StoreError`] when the store does not answer or contains corrupt data. A change may then have been made
/// or not; the operation fails with 503.
#[async_trait]
pub trait RoleStore: RolePermissions {
    /// Creates the role with these permissions, or replaces those that it has.
    async fn set_permissions(
        &self,
        role: &str,
        permissions: &[Box<str>],
        audit: Audit<'_, ()>,
    ) -> Result<(), StoreError>;

    /// Removes the role; `false` when there is no such role. Subjects keep its name, which grants nothing.
    async fn remove_role(&self, role: &str, audit: Audit<'_, bool>) -> Result<bool, StoreError>;

    /// Returns at most `limit` roles after `after`, ordered by name.
    async fn roles(&self, after: Option<&str>, limit: u32) -> Result<Vec<StoredRole>, StoreError>;
}

/// A role with its permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRole {
    /// The name, which subjects hold.
    pub name: Box<str>,
    /// The names of its permissions.
    pub permissions: Vec<Box<str>>,
}
