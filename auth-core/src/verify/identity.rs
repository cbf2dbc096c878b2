//! The verified subject of a request.

use std::sync::Arc;

use serde_json::Value;

use super::permissions::Permissions;
use crate::base::{SessionId, SubjectId, SubjectStanding, Timestamp};
use crate::policy::{CredentialFacts, Role, SubjectFacts, known};
use crate::store::SubjectState;
use crate::token::{ClaimPath, Claims};

/// The verified subject of a request: the claims of its access token and the subject's current state.
///
/// Roles come from the state, not from the token: a removed role is gone with the next request. Cheap to clone.
///
/// What another issuer's token has in a form that could not be read is absent here. So exclude a role, scope or method by
/// `not(..)` in a guard, which refuses such a token, rather than by a negated method.
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
    /// Behind a guard that reads them.
    permissions: Option<Permissions>,
    /// `None` without a claim that can be true.
    authenticated_at: Option<Timestamp>,
}

impl Identity {
    /// Without the time of the authentication, for credentials that do not have one.
    pub(crate) const fn new(claims: Arc<Claims>, state: Arc<SubjectState>) -> Self {
        Self { claims, state, permissions: None, authenticated_at: None }
    }

    /// With the time of the authentication by the claims, unless that is after `latest`: an issuer that counts in
    /// milliseconds would otherwise have every subject authenticated just now, for as long as the token lives (RFC 9470).
    pub(super) fn dated(self, latest: Timestamp) -> Self {
        let at = self.claims.auth_time.map(Timestamp::from_secs).filter(|at| *at <= latest);
        Self { authenticated_at: at, ..self }
    }

    pub(super) fn with(self, permissions: Permissions) -> Self {
        Self { permissions: Some(permissions), ..self }
    }

    /// The names of the subject's roles.
    pub(crate) fn roles(&self) -> &[Box<str>] {
        &self.state.roles
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.claims.sub
    }

    /// The subject as a user of this service; `None` for a subject of another issuer, whose id names no user here, whatever
    /// it is. Operations on users, sessions and API keys of the caller take this one.
    #[must_use]
    pub fn user(&self) -> Option<&SubjectId> {
        let is_known = self.claims.sid.is_some() || self.claims.iss.is_empty();
        is_known.then_some(&self.claims.sub)
    }

    /// The session of the access token; `None` for tokens of other issuers and legacy tokens.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        self.claims.sid.as_ref()
    }

    /// What a change compares at its write; `None` for a subject of another issuer, of which the stores know nothing.
    pub(crate) fn standing(&self) -> Option<SubjectStanding> {
        let (session, version, roles) = (self.claims.sid.clone(), self.state.version, Arc::clone(&self.state.roles));
        self.user().map(|_| SubjectStanding { session, version, roles })
    }

    /// The claims of the access token.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether the subject holds `role` or a role that includes it.
    #[must_use]
    pub fn has_role(&self, role: impl Role) -> bool {
        self.holds_any(role.granted_by()) == Some(true)
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

    /// When the subject last authenticated (`auth_time`). Without that claim, and with one in the future, the earliest time,
    /// so that every `fresh` requirement fails.
    #[must_use]
    pub fn authenticated_at(&self) -> Timestamp {
        self.authenticated_at.unwrap_or(Timestamp::from_secs(i64::MIN))
    }

    /// Whether the subject authenticated by this method (an RFC 8176 `amr` value).
    #[must_use]
    pub fn authenticated_by(&self, method: &str) -> bool {
        self.claims.amr.iter().any(|used| used == method)
    }
}

impl CredentialFacts for Identity {
    fn has_scope(&self, scope: &str) -> Option<bool> {
        known(Self::has_scope(self, scope), !self.claims.unreadable.scope)
    }
}

impl SubjectFacts for Identity {
    fn holds_any(&self, roles: &[&str]) -> Option<bool> {
        let is_held = self.state.roles.iter().any(|held| roles.contains(&held.as_ref()));
        known(is_held, !self.claims.unreadable.roles)
    }

    /// A role that is absent may have it, so a list of roles that could not be read proves no absence.
    fn has_permission(&self, name: &str) -> Option<bool> {
        let has = self.permissions.as_ref()?.has(name);
        known(has, !self.claims.unreadable.roles)
    }

    fn authenticated_at(&self) -> Option<Timestamp> {
        self.authenticated_at
    }

    fn authenticated_by(&self, method: &str) -> Option<bool> {
        known(Self::authenticated_by(self, method), !self.claims.unreadable.amr)
    }

    fn claims(&self, name: &str, value: &str) -> Option<bool> {
        self.claims.find(&ClaimPath::from(name)).map_or(Some(false), |claim| carries(&claim, value))
    }
}

/// Compares a number or boolean by its JSON text, and a list by its items. Other forms carry nothing that is known.
fn carries(claim: &Value, value: &str) -> Option<bool> {
    match claim {
        Value::String(text) => Some(text == value),
        Value::Number(number) => Some(number.to_string() == value),
        Value::Bool(is) => Some(is.to_string() == value),
        Value::Array(items) => {
            let one = |item: &Value| if item.is_array() { None } else { carries(item, value) };
            let is_among = items.iter().any(|item| one(item) == Some(true));
            known(is_among, items.iter().all(|item| one(item).is_some()))
        }
        Value::Null | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn rfc9470_an_authentication_in_the_future_is_at_no_known_time() {
        let now = Timestamp::from_secs(1_800_000_000);
        let of = |auth_time| {
            let claims = Claims { auth_time, ..Claims::minimal("ada".parse().unwrap(), 0) };
            let state = SubjectState { active: true, roles: [].into(), version: 0 };
            Identity::new(Arc::new(claims), Arc::new(state)).dated(now.after(Duration::from_secs(5)))
        };
        for known in [i64::MIN, 0, 1_799_999_999, 1_800_000_000, 1_800_000_005] {
            let identity = of(Some(known));
            assert_eq!(SubjectFacts::authenticated_at(&identity), Some(Timestamp::from_secs(known)));
            assert_eq!(identity.authenticated_at(), Timestamp::from_secs(known));
        }
        for unknown in [1_800_000_006, 1_800_003_600, 1_800_000_000_000, 9_000_000_000_000_000, 1 << 62, i64::MAX] {
            let identity = of(Some(unknown));
            assert_eq!(SubjectFacts::authenticated_at(&identity), None, "{unknown}");
            assert_eq!(identity.authenticated_at(), Timestamp::from_secs(i64::MIN), "{unknown}");
        }
        assert_eq!(SubjectFacts::authenticated_at(&of(None)), None);
    }

    #[test]
    fn a_claim_carries_texts_numbers_booleans_and_items() {
        for (claim, value) in [(json!("a"), "a"), (json!(7), "7"), (json!(true), "true"), (json!(["b", 7]), "7")] {
            assert_eq!(carries(&claim, value), Some(true), "{claim} {value}");
        }
        for (claim, value) in [(json!("a b"), "a"), (json!(["b", 7]), "a"), (json!([]), "a")] {
            assert_eq!(carries(&claim, value), Some(false), "{claim} {value}");
        }
        assert_eq!(carries(&json!([null, "a"]), "a"), Some(true));
        for claim in [json!(null), json!({ "a": "a" }), json!([["a"]]), json!(["b", null])] {
            assert_eq!(carries(&claim, "a"), None, "{claim}");
        }
    }
}
