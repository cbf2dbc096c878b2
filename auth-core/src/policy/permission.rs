//! Permissions: an application's enum with `#[derive(Permission)]`.

use std::fmt::Display;
use std::str::FromStr;

/// A permission enum. Derive it. Which roles give a permission is data:
/// [`RolePermissions`](crate::store::RolePermissions).
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Permission {
///     #[permission(rename = "users:read")]
///     UsersRead,
///     #[permission(rename = "users:write")]
///     UsersWrite,
/// }
///
/// assert_eq!(Permission::UsersRead.name(), "users:read");
/// let unknown = "users:eat".parse::<Permission>().unwrap_err();
/// assert_eq!(unknown.to_string(), "unknown permission `users:eat`; known are: users:read, users:write");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a permission enum",
    label = "not a permission enum",
    note = "write `#[derive(Permission)]` above the enum"
)]
pub trait Permission: Copy + Eq + Display + FromStr<Err = UnknownPermission> + Send + Sync + 'static {
    /// Every permission, in the order of declaration.
    const ALL: &'static [Self];

    /// The name of this permission in stores.
    fn name(self) -> &'static str;
}

/// A name that no variant of the permission enum has. [`Permission`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown permission `{name}`; known are: {}", known.join(", "))]
pub struct UnknownPermission {
    name: String,
    known: &'static [&'static str],
}

impl UnknownPermission {
    #[doc(hidden)]
    #[must_use]
    pub fn new(name: &str, known: &'static [&'static str]) -> Self {
        Self { name: name.chars().take(64).collect(), known }
    }
}
