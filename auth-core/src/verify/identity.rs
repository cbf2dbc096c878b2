//! The verified subject of a request.

use std::sync::Arc;

use serde_json::Value;

use crate::base::{SessionId, SubjectId, Timestamp};
use crate::policy::{CredentialFacts, Role, SubjectFacts};
use crate::store::SubjectState;
use crate::token::{ClaimPath, Claims};

/// The verified subject of a request: the claims of its access token and the subject's current state.
///
/// Roles come from the state, not from the token: a removed role is gone with the next request. Cheap to clone.
///
/// As an extractor it reuses the guard's verification; on a route without a guard it verifies the token itself.
/// `Option<Identity>` is `None` only when no access token was sent.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
/// enum Role {
///     Moderator,
/// }
///
/// #[require_auth]
/// async fn queue(identity: Identity) -> String {
///     let may_clear = identity.has_role(Role::Moderator) && identity.has_scope("queue:clear");
///     format!("{} may clear the queue: {may_clear}", identity.subject())
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
pub struct Identity {
    claims: Arc<Claims>,
    state: Arc<SubjectState>,
}

impl Identity {
    pub(crate) const fn new(claims: Arc<Claims>, state: Arc<SubjectState>) -> Self {
        Self { claims, state }
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.claims.sub
    }

    /// The session of the access token; `None` for tokens of other issuers and legacy tokens.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        self.claims.sid.as_ref()
    }

    /// The claims of the access token.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether the subject holds `role` or a role that includes it.
    #[must_use]
    pub fn has_role(&self, role: impl Role) -> bool {
        self.holds_any(role.granted_by())
    }

    /// The names of the subject's roles, including unknown ones.
    pub fn role_names(&self) -> impl Iterator<Item = &str> {
        self.state.roles.iter().map(AsRef::as_ref)
    }

    /// Whether the access token carries this scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.claims.scope.split(' ').any(|granted| granted == scope)
    }

    /// When the subject last authenticated (`auth_time`). Without that claim the earliest time, so that every `fresh`
    /// requirement fails.
    #[must_use]
    pub fn authenticated_at(&self) -> Timestamp {
        Timestamp::from_secs(self.claims.auth_time.unwrap_or(i64::MIN))
    }

    /// Whether the subject authenticated by this method (an RFC 8176 `amr` value).
    #[must_use]
    pub fn authenticated_by(&self, method: &str) -> bool {
        self.claims.amr.iter().any(|used| used == method)
    }
}

impl CredentialFacts for Identity {
    fn has_scope(&self, scope: &str) -> bool {
        Self::has_scope(self, scope)
    }
}

impl SubjectFacts for Identity {
    fn holds_any(&self, roles: &[&str]) -> bool {
        self.state.roles.iter().any(|held| roles.contains(&held.as_ref()))
    }

    fn authenticated_at(&self) -> Timestamp {
        Self::authenticated_at(self)
    }

    fn authenticated_by(&self, method: &str) -> bool {
        Self::authenticated_by(self, method)
    }

    fn claims(&self, name: &str, value: &str) -> bool {
        self.claims.find(&ClaimPath::from(name)).is_some_and(|claim| carries(&claim, value))
    }
}

/// Compares a number or boolean by its JSON text, and a list by its items.
fn carries(claim: &Value, value: &str) -> bool {
    match claim {
        Value::String(text) => text == value,
        Value::Number(number) => number.to_string() == value,
        Value::Bool(is) => is.to_string() == value,
        Value::Array(items) => items.iter().any(|item| !item.is_array() && carries(item, value)),
        Value::Null | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::carries;

    #[test]
    fn a_claim_carries_texts_numbers_booleans_and_items() {
        for (claim, value) in [(json!("a"), "a"), (json!(7), "7"), (json!(true), "true"), (json!(["b", 7]), "7")] {
            assert!(carries(&claim, value), "{claim} {value}");
        }
        for (claim, value) in
            [(json!("a b"), "a"), (json!(null), "null"), (json!({ "a": "a" }), "a"), (json!([["a"]]), "a")]
        {
            assert!(!carries(&claim, value), "{claim} {value}");
        }
    }
}
