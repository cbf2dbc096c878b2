//! What a route demands of its caller, as a constant.

use std::fmt;
use std::time::Duration;

/// What a route demands of its caller.
///
/// A requirement is a constant: the attributes build it at compile time, one function evaluates it
/// ([`Guard`](crate::Guard)), and the policy table and documentation read the same value. Write it with the
/// attributes or [`guard!`](crate::guard!) rather than by hand.
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
/// guard!(Export = any(role(User), all(api_key, scope("export"))));
///
/// # fn main() {
/// assert_eq!(Export::REQUIREMENT.to_string(), r#"any(role(User), all(api_key, scope("export")))"#);
/// assert!(Export::REQUIREMENT.wants_subject() && Export::REQUIREMENT.wants_api_key());
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Requirement {
    /// Anyone, without credentials. Credentials that are sent anyway are not looked at.
    Public,
    /// Anyone, but an access token that is sent must be a valid one, and no other credential may stand in for it.
    ///
    /// Like [`Public`](Self::Public) it stands alone: the macros refuse it as a part of anything else.
    Optional,
    /// A subject with a valid access token.
    Auth,
    /// A valid API key.
    ApiKey,
    /// A subject that holds this role or one that includes it.
    Role {
        /// The role's name as written in the requirement.
        name: &'static str,
        /// Every role name that satisfies it: itself and all that include it, closed over at compile time.
        granted_by: &'static [&'static str],
    },
    /// The credential (access token or API key) carries this scope (RFC 6749 section 3.3).
    Scope(&'static str),
    /// The subject authenticated at most this long ago (RFC 9470 `max_age`).
    Fresh(Duration),
    /// The subject authenticated by this method (an RFC 8176 `amr` value), for instance `otp`.
    Amr(&'static str),
    /// Every one of these. An empty list demands nothing but that somebody decided: it is refused by the macros.
    All(&'static [Requirement]),
    /// At least one of these. An empty list can never be met.
    Any(&'static [Requirement]),
    /// The caller is known and this does not hold. Never met by a caller without credentials.
    Not(&'static Requirement),
}

impl Requirement {
    /// Whether an access token is looked for when this requirement is checked.
    ///
    /// A scope belongs to whichever credential the requirement names; one that names none means the access token.
    #[must_use]
    pub const fn wants_subject(&self) -> bool {
        let named = Named::of(self);
        named.subject || (named.scope && !named.api_key)
    }

    /// Whether it means something else where other credentials are looked at as well.
    pub(crate) const fn depends_on_kinds(&self) -> bool {
        Named::of(self).scope_or_not
    }

    /// Whether an API key is looked for when this requirement is checked.
    #[must_use]
    pub const fn wants_api_key(&self) -> bool {
        Named::of(self).api_key
    }

    /// Whether a caller without credentials may be let in by it or by a part of it.
    pub(crate) const fn is_open_somewhere(&self) -> bool {
        match self {
            Self::Public | Self::Optional => true,
            Self::Not(inner) => inner.is_open_somewhere(),
            Self::All(parts) | Self::Any(parts) => {
                let mut i = 0;
                while i < parts.len() {
                    if parts[i].is_open_somewhere() {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            _ => false,
        }
    }
}

/// What a requirement speaks of, anywhere in its tree.
#[derive(Clone, Copy)]
struct Named {
    subject: bool,
    api_key: bool,
    scope: bool,
    scope_or_not: bool,
}

impl Named {
    const fn of(requirement: &Requirement) -> Self {
        let mut named = Self { subject: false, api_key: false, scope: false, scope_or_not: false };
        match requirement {
            Requirement::Public => {}
            Requirement::ApiKey => named.api_key = true,
            Requirement::Scope(_) => {
                named.scope = true;
                named.scope_or_not = true;
            }
            Requirement::Optional
            | Requirement::Auth
            | Requirement::Role { .. }
            | Requirement::Fresh(_)
            | Requirement::Amr(_) => {
                named.subject = true;
            }
            Requirement::Not(inner) => {
                named = Self::of(inner);
                named.scope_or_not = true;
            }
            Requirement::All(parts) | Requirement::Any(parts) => {
                let mut i = 0;
                while i < parts.len() {
                    let part = Self::of(&parts[i]);
                    named.subject |= part.subject;
                    named.api_key |= part.api_key;
                    named.scope |= part.scope;
                    named.scope_or_not |= part.scope_or_not;
                    i += 1;
                }
            }
        }
        named
    }
}

/// The requirement in the words of the attributes, for instance `all(role(Admin), scope("duty"))`.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, word: &str, parts: &[Requirement]| {
            write!(f, "{word}(")?;
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                part.fmt(f)?;
            }
            f.write_str(")")
        };
        match self {
            Self::Public => f.write_str("public"),
            Self::Optional => f.write_str("auth(optional)"),
            Self::Auth => f.write_str("auth"),
            Self::ApiKey => f.write_str("api_key"),
            Self::Role { name, .. } => write!(f, "role({name})"),
            Self::Scope(scope) => write!(f, "scope({scope:?})"),
            Self::Fresh(age) => write!(f, "fresh(\"{}\")", humantime::format_duration(*age)),
            Self::Amr(method) => write!(f, "amr({method:?})"),
            Self::All(parts) => list(f, "all", parts),
            Self::Any(parts) => list(f, "any", parts),
            Self::Not(inner) => write!(f, "not({inner})"),
        }
    }
}
