//! Roles: an application's enum with `#[derive(Role)]`.

use std::fmt::Display;
use std::str::FromStr;

/// A role enum. Derive it; the derive computes the transitive closure of `includes` at compile time.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     User,
///     #[role(includes(User))]
///     Admin,
/// }
///
/// assert!(Role::Admin.includes(Role::User));
/// let unknown = "Root".parse::<Role>().unwrap_err();
/// assert_eq!(unknown.to_string(), "unknown role `Root`; known are: User, Admin");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a role enum",
    label = "not a role enum",
    note = "write `#[derive(Role)]` above the enum"
)]
pub trait Role: Copy + Eq + Display + FromStr<Err = UnknownRole> + Send + Sync + 'static {
    /// Every role, in the order of declaration.
    const ALL: &'static [Self];

    /// The name of this role in stores and tokens.
    fn name(self) -> &'static str;

    /// The names of all roles that include this one, itself first.
    fn granted_by(self) -> &'static [&'static str];

    /// Whether this role is `other` or includes it, directly or through others.
    fn includes(self, other: Self) -> bool {
        other.granted_by().contains(&self.name())
    }
}

/// A name that no variant of the role enum has. [`Role`] has an example.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown role `{name}`; known are: {}", known.join(", "))]
pub struct UnknownRole {
    name: String,
    known: &'static [&'static str],
}

impl UnknownRole {
    #[doc(hidden)]
    #[must_use]
    pub fn new(name: &str, known: &'static [&'static str]) -> Self {
        Self { name: name.chars().take(64).collect(), known }
    }
}
