//! Requirements by functions that are named like the words of the attributes.

use super::parse::seconds;
use super::{Node, OwnedLeaf, OwnedRequirement, Value};
use crate::policy::{Permission, Requirement, Role};

fn leaf(requirement: Requirement) -> OwnedRequirement {
    OwnedRequirement(Node::from(&requirement))
}

/// A leaf with arguments of its own, in the place of those of `like`.
fn like(like: Requirement, arguments: impl IntoIterator<Item = Value>) -> OwnedRequirement {
    let Requirement::Leaf(of) = like else { return leaf(like) };
    let arguments = arguments.into_iter().collect();
    OwnedRequirement(Node::Leaf(OwnedLeaf { arguments, ..OwnedLeaf::from(of) }))
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into().into())
}

/// `auth`: a subject with a valid access token.
///
/// ```
/// assert_eq!(auth_core::analysis::auth().to_string(), "auth");
/// ```
#[must_use]
pub fn auth() -> OwnedRequirement {
    leaf(Requirement::auth())
}

/// `api_key`: a valid API key.
///
/// ```
/// assert_eq!(auth_core::analysis::api_key().to_string(), "api_key");
/// ```
#[must_use]
pub fn api_key() -> OwnedRequirement {
    leaf(Requirement::api_key())
}

/// `role(Admin)`: a subject with this role, or with one that includes it.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     Admin,
/// }
///
/// assert_eq!(auth_core::analysis::role(Role::Admin).to_string(), "role(Admin)");
/// ```
#[must_use]
pub fn role<R: Role>(role: R) -> OwnedRequirement {
    leaf(Requirement::role(role.name(), role.granted_by()))
}

/// `permission(UsersRead)`: a subject with a role that has this permission.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Permission, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Permission {
///     UsersRead,
/// }
///
/// assert_eq!(auth_core::analysis::permission(Permission::UsersRead).to_string(), "permission(UsersRead)");
/// ```
#[must_use]
pub fn permission<P: Permission>(permission: P) -> OwnedRequirement {
    leaf(Requirement::permission(permission.name()))
}

/// `scope("reports:read")`: a credential with this scope.
///
/// ```
/// assert_eq!(auth_core::analysis::scope("reports:read").to_string(), r#"scope("reports:read")"#);
/// ```
#[must_use]
pub fn scope(name: impl Into<String>) -> OwnedRequirement {
    like(Requirement::scope(""), [text(name)])
}

/// `amr("otp")`: a subject that authenticated by this method.
///
/// ```
/// assert_eq!(auth_core::analysis::amr("otp").to_string(), r#"amr("otp")"#);
/// ```
#[must_use]
pub fn amr(method: impl Into<String>) -> OwnedRequirement {
    like(Requirement::amr(""), [text(method)])
}

/// `claim("tenant", "acme")`: a subject whose access token carries this claim with this value.
///
/// ```
/// assert_eq!(auth_core::analysis::claim("tenant", "acme").to_string(), r#"claim("tenant", "acme")"#);
/// ```
#[must_use]
pub fn claim(name: impl Into<String>, value: impl Into<String>) -> OwnedRequirement {
    like(Requirement::claim("", ""), [text(name), text(value)])
}

/// `fresh("10m")`: a subject that authenticated at most this long ago.
///
/// ```
/// assert_eq!(auth_core::analysis::fresh("90m").to_string(), r#"fresh("1h30m")"#);
/// ```
///
/// # Panics
///
/// When the text is not a duration of whole numbers with a unit of `s`, `m`, `h` or `d`.
#[must_use]
#[track_caller]
pub fn fresh(max_age: &str) -> OwnedRequirement {
    let Some(seconds) = seconds(max_age) else {
        panic!("`{max_age}` is not a duration; write whole numbers with a unit of s, m, h or d, as in \"10m\"")
    };
    leaf(Requirement::fresh(seconds))
}

/// `all(..)`: a caller who meets all of these.
///
/// ```
/// use auth_core::analysis::{all, api_key, scope};
///
/// assert_eq!(all([api_key(), scope("a")]).to_string(), r#"all(api_key, scope("a"))"#);
/// ```
#[must_use]
pub fn all(parts: impl IntoIterator<Item = OwnedRequirement>) -> OwnedRequirement {
    OwnedRequirement(Node::All(parts.into_iter().map(|part| part.0).collect()))
}

/// `any(..)`: a caller who meets one of these.
///
/// ```
/// use auth_core::analysis::{any, api_key, auth};
///
/// assert_eq!(any([auth(), api_key()]).to_string(), "any(auth, api_key)");
/// ```
#[must_use]
pub fn any(parts: impl IntoIterator<Item = OwnedRequirement>) -> OwnedRequirement {
    OwnedRequirement(Node::Any(parts.into_iter().map(|part| part.0).collect()))
}

/// `not(..)`: a known caller who does not meet this.
///
/// ```
/// use auth_core::analysis::{not, scope};
///
/// assert_eq!(not(scope("read-only")).to_string(), r#"not(scope("read-only"))"#);
/// ```
#[must_use]
pub fn not(part: OwnedRequirement) -> OwnedRequirement {
    OwnedRequirement(Node::Not(Box::new(part.0)))
}
