//! Claims of the application in the tokens of this service.

use serde::Serialize;
use serde_json::{Map, Value};

/// The maximum length of all custom claims as JSON. A client sends them with every request, and servers limit a header to
/// 8 KiB.
const MAX_BYTES: usize = 2 * 1024;

/// Names with a meaning to this service, to the verifiers of its tokens or to standards about access tokens (RFC 7519, 7800,
/// 8693, 9068, 9396, 9470; OpenID Connect's `azp` and `nonce`; RFC 8417's `events`).
const RESERVED: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "auth_time",
    "amr",
    "acr",
    "scope",
    "roles",
    "groups",
    "entitlements",
    "sid",
    "ver",
    "cnf",
    "act",
    "may_act",
    "authorization_details",
    "azp",
    "nonce",
    "events",
    "typ",
    "type",
    "token_type",
    "token_use",
    "tokenName",
];

/// Checked claims of the application.
#[derive(Clone, Debug, Default)]
pub(crate) struct CustomClaims(Map<String, Value>);

/// Why claims of the application cannot be in a token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidClaims {
    #[error("custom claims must be a struct or a map with names as keys")]
    NoObject,
    #[error("the custom claim `{0}` has a reserved name")]
    Reserved(&'static str),
    #[error("the custom claims have {0} bytes of JSON; at most {MAX_BYTES} fit into a token")]
    TooLong(usize),
}

impl CustomClaims {
    /// Claims without a value (`null`) are left out.
    pub(crate) fn new(claims: &impl Serialize) -> Result<Self, InvalidClaims> {
        let Ok(Value::Object(mut members)) = serde_json::to_value(claims) else { return Err(InvalidClaims::NoObject) };
        members.retain(|_, value| !value.is_null());
        if let Some(name) = RESERVED.iter().find(|name| members.contains_key(**name)) {
            return Err(InvalidClaims::Reserved(name));
        }
        match serde_json::to_vec(&members).map_or(usize::MAX, |json| json.len()) {
            0..=MAX_BYTES => Ok(Self(members)),
            len => Err(InvalidClaims::TooLong(len)),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The claims of both, where a name is in both that of `claims`.
    #[cfg(feature = "test-util")]
    pub(crate) fn and(mut self, claims: Self) -> Self {
        self.0.extend(claims.0);
        self
    }

    /// Adds the claims to those of a token.
    pub(super) fn add_to(&self, claims: &mut Map<String, Value>) {
        claims.extend(self.0.clone());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(claims: &Value) -> Option<InvalidClaims> {
        CustomClaims::new(claims).err()
    }

    #[test]
    fn custom_claims_are_an_object_without_reserved_names_of_a_limited_length() {
        assert_eq!(refused(&json!({ "tenant": "acme", "https://example.com/plan": { "sub": 1 } })), None);
        assert_eq!(refused(&json!({})), None);
        for none in [json!(["tenant"]), json!("tenant"), json!(null)] {
            assert_eq!(refused(&none), Some(InvalidClaims::NoObject));
        }
        for name in RESERVED {
            assert_eq!(refused(&json!({ "tenant": "acme", *name: "x" })), Some(InvalidClaims::Reserved(name)));
        }
        let filled = |bytes: usize| json!({ "a": "x".repeat(bytes - r#"{"a":""}"#.len()) });
        assert_eq!(refused(&filled(MAX_BYTES)), None);
        assert_eq!(refused(&filled(MAX_BYTES + 1)), Some(InvalidClaims::TooLong(MAX_BYTES + 1)));
    }

    #[test]
    fn every_own_claim_is_reserved() {
        let claims = serde_json::to_value(super::super::Claims::minimal("ada".parse().unwrap(), 0)).unwrap();
        for name in claims.as_object().unwrap().keys() {
            assert!(RESERVED.contains(&name.as_str()), "{name}");
        }
        // Those that are left out where they are empty.
        for name in ["amr", "scope", "roles", "cnf"] {
            assert!(RESERVED.contains(&name), "{name}");
        }
    }

    #[cfg(feature = "oidc")]
    #[test]
    fn every_claim_by_which_verifiers_tell_kinds_of_tokens_is_reserved() {
        for name in crate::token::issuer::KIND_CLAIMS {
            assert!(RESERVED.contains(name), "{name}");
        }
    }

    #[test]
    fn a_claim_without_a_value_is_left_out() {
        let claims = CustomClaims::new(&json!({ "tenant": null })).unwrap();
        assert!(claims.is_empty());
    }
}
