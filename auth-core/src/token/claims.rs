//! The claims of an access token (RFC 9068 section 2.2).

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ClaimPath, TokenError};
use crate::base::{SessionId, SubjectId, Timestamp};

/// The claims of an access token.
///
/// Tokens of this service have all claims of RFC 9068, the session and the subject's version, and `cnf` if bound.
/// Tokens of another issuer may lack the optional claims, and have none of those that could not be read;
/// [`LegacyTokens`](crate::LegacyTokens) also have an empty `iss` and `aud`. Times are seconds since the Unix epoch.
///
/// As an extractor it reuses the verification of the request.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require_auth]
/// async fn tenant(claims: Claims) -> String {
///     claims.get("https://example.com/tenant").unwrap_or_else(|| format!("none from {}", claims.iss))
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Subject.
    pub sub: SubjectId,
    /// Audience: the recipients of the token.
    pub aud: OneOrMany,
    /// Expiry.
    pub exp: i64,
    /// Not before.
    pub nbf: Option<i64>,
    /// Issued at.
    pub iat: Option<i64>,
    /// Token id.
    pub jti: Option<String>,
    /// The client the token was issued to.
    pub client_id: Option<String>,
    /// Time of the subject's authentication.
    pub auth_time: Option<i64>,
    /// Authentication methods (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// Granted scopes, separated by spaces. The claim is omitted without scopes: RFC 6749 has no empty scope.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The subject's role names at issue. Guards use the current roles if this service stores them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The session the token belongs to.
    pub sid: Option<SessionId>,
    /// The subject's version at issue.
    pub ver: Option<u64>,
    /// The key that the token is bound to; a DPoP proof of the request confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "Confirmation::present")]
    pub cnf: Option<Confirmation>,
    /// All claims of another issuer's or a legacy token, and of an own one with claims of the application.
    #[serde(skip)]
    pub(crate) raw: Option<Arc<Map<String, Value>>>,
    /// What another issuer's or a legacy token has in a form that could not be read, completely or in part.
    #[serde(skip)]
    pub(crate) unreadable: Unreadable,
}

/// Claims that were ignored because of their form. A guard's negation over one refuses the token.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unreadable {
    pub(crate) roles: bool,
    pub(crate) scope: bool,
    pub(crate) amr: bool,
}

/// The key that a token is bound to (RFC 7800 section 3.1, RFC 9449 section 6.1). Other confirmation methods cannot be
/// verified, so their tokens are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Confirmation {
    /// The SHA-256 thumbprint of the key (RFC 7638), in base64url.
    pub jkt: String,
}

impl Confirmation {
    /// Refuses `null`: a present claim must name a key.
    fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Self::deserialize(deserializer).map(Some)
    }
}

impl Claims {
    /// Returns a claim by its path: `email`, `realm_access.roles`, `https://example.com/tenant`. `None` if it is
    /// missing or of another type.
    ///
    /// Claims of another issuer's token are as trustworthy as the issuer. Guards see only the roles and scopes of
    /// `Issuer::roles_at` and `Issuer::scopes_at`. Tokens of this service have the fields, and the claims of
    /// [`AuthBuilder::token_claims`](crate::AuthBuilder::token_claims).
    #[must_use]
    pub fn get<T: serde::de::DeserializeOwned>(&self, path: impl Into<ClaimPath>) -> Option<T> {
        T::deserialize(&*self.find(&path.into())?).ok()
    }

    pub(crate) fn find(&self, path: &ClaimPath) -> Option<Cow<'_, Value>> {
        if let Some(raw) = &self.raw {
            return path.find(raw).map(Cow::Borrowed);
        }
        let fields = serde_json::to_value(self).ok()?;
        // A field without a value is `null`.
        path.find(fields.as_object()?).filter(|value| !value.is_null()).cloned().map(Cow::Owned)
    }

    /// The claims of a token with nothing but a subject and an expiry.
    pub(crate) fn minimal(sub: SubjectId, exp: i64) -> Self {
        Self {
            iss: String::new(),
            sub,
            aud: OneOrMany::Many(Vec::new()),
            exp,
            nbf: None,
            iat: None,
            jti: None,
            client_id: None,
            auth_time: None,
            amr: Vec::new(),
            scope: String::new(),
            roles: Vec::new(),
            sid: None,
            ver: None,
            cnf: None,
            raw: None,
            unreadable: Unreadable::default(),
        }
    }

    /// Checks that all claims of a token of this service are present (RFC 9068 section 2.2).
    pub(super) const fn check_own(&self) -> Result<(), TokenError> {
        match self {
            Self {
                nbf: Some(_),
                iat: Some(_),
                jti: Some(_),
                client_id: Some(_),
                auth_time: Some(_),
                sid: Some(_),
                ver: Some(_),
                ..
            } => Ok(()),
            _ => Err(TokenError::Claims),
        }
    }

    /// Checks the times of another issuer's token, with `skew` between the clocks.
    #[cfg(feature = "oidc")]
    pub(crate) fn check_time(&self, now: Timestamp, skew: Duration) -> Result<(), TokenError> {
        check_times(self.exp, self.begins(), now, skew)
    }

    /// Checks the times of a token of this service. It expires after the lifetime sent to its client, without `skew`.
    pub(crate) fn check_own_time(&self, now: Timestamp, skew: Duration) -> Result<(), TokenError> {
        check_end(self.exp, now, ROUNDED_OFF)?;
        check_beginning(self.begins(), now, skew)
    }

    /// A token from the future is invalid, even if `nbf` has passed.
    fn begins(&self) -> Option<i64> {
        self.nbf.max(self.iat)
    }
}

/// The loss by truncation to seconds: a token issued at 10.9 for two seconds has an `exp` of 12.
const ROUNDED_OFF: Duration = Duration::from_secs(1);

/// Checks that `now` is between `begins` and `exp`, with `skew` between the clocks.
pub(crate) fn check_times(exp: i64, begins: Option<i64>, now: Timestamp, skew: Duration) -> Result<(), TokenError> {
    check_end(exp, now, skew)?;
    check_beginning(begins, now, skew)
}

fn check_end(exp: i64, now: Timestamp, later: Duration) -> Result<(), TokenError> {
    if exp.saturating_add(whole(later)) <= now.as_secs() { Err(TokenError::Expired) } else { Ok(()) }
}

fn check_beginning(begins: Option<i64>, now: Timestamp, earlier: Duration) -> Result<(), TokenError> {
    match begins {
        Some(begins) if begins.saturating_sub(whole(earlier)) > now.as_secs() => Err(TokenError::NotYetValid),
        _ => Ok(()),
    }
}

fn whole(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

/// Reads a `NumericDate`, which may have a fraction (RFC 7519 section 2). Rounds up if `later`, else down.
pub(crate) fn numeric_date(value: &Value, later: bool) -> Option<i64> {
    /// Whole numbers up to here are exact in an `f64`.
    const LIMIT: f64 = 9e15;
    if let Some(seconds) = value.as_i64() {
        return Some(seconds);
    }
    let seconds = value.as_f64().filter(|seconds| seconds.abs() <= LIMIT)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within the limit")]
    Some(if later { seconds.ceil() } else { seconds.floor() } as i64)
}

/// `aud` is a string or a list of strings (RFC 7519 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// A single string.
    One(String),
    /// A list.
    Many(Vec<String>),
}

impl OneOrMany {
    /// Whether this is `value` or contains it.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        match self {
            Self::One(one) => one == value,
            Self::Many(many) => many.iter().any(|one| one == value),
        }
    }
}

/// Written by hand: the derived implementation buffers the value to try each variant.
impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E>(self, one: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(one.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, many: A) -> Result<OneOrMany, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(many)).map(OneOrMany::Many)
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_claim_is_not_a_null_claim() {
        let claims = Claims::minimal("ada".parse().unwrap(), 7);
        assert_eq!(claims.find(&"exp".into()).as_deref(), Some(&Value::from(7)));
        assert_eq!(claims.find(&"client_id".into()), None);
    }
}
