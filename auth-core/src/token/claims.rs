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
/// Tokens of one's own carry all of them: RFC 9068's, the session and the subject's version. Tokens of another issuer
/// may lack those that are an `Option`; [`LegacyTokens`](crate::LegacyTokens) have an empty `iss` and `aud` besides. A
/// claim that has another JSON type refuses the token. Times are seconds since the Unix epoch.
///
/// As an extractor it reuses the request's one verification.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require_auth]
/// async fn session_of(claims: Claims) -> String {
///     format!("expires at {} (Unix time), issued by {}", claims.exp, claims.iss)
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
    /// Audience: whom the token is meant for.
    pub aud: OneOrMany,
    /// Expiry.
    pub exp: i64,
    /// Not before.
    pub nbf: Option<i64>,
    /// Issued at.
    pub iat: Option<i64>,
    /// The token's own id.
    pub jti: Option<String>,
    /// The client the token was issued to.
    pub client_id: Option<String>,
    /// When the subject authenticated.
    pub auth_time: Option<i64>,
    /// How the subject authenticated (RFC 8176).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// Granted scopes, separated by spaces. Without any the claim is left out: RFC 6749's grammar knows no empty scope.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The subject's role names when the token was issued. Guards consult the present ones where this service keeps
    /// them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The session the token belongs to.
    pub sid: Option<SessionId>,
    /// The subject's version when the token was issued.
    pub ver: Option<u64>,
    /// The key that the token is bound to; whoever sends it has proved to hold that.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "Confirmation::present")]
    pub cnf: Option<Confirmation>,
    /// All that another issuer's token says.
    #[serde(skip)]
    pub(crate) raw: Option<Arc<Map<String, Value>>>,
}

/// What a token is bound to (RFC 7800 section 3.1, RFC 9449 section 6.1). One that is bound by any other means is
/// refused, since nobody here can confirm it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Confirmation {
    /// The SHA-256 thumbprint of the key (RFC 7638), in base64url.
    pub jkt: String,
}

impl Confirmation {
    /// A claim that is there says something: `null` is none of the things that it can say.
    fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        Self::deserialize(deserializer).map(Some)
    }
}

impl Claims {
    /// A claim by its place: `email`, `realm_access.roles`, `https://example.com/tenant`. `None` when nothing is there, or
    /// when it is of another type than is asked for.
    ///
    /// Another issuer's token may say anything; it is as good as the issuer's word. Roles and scopes that guards are to see
    /// come by `Issuer::roles_at` and `Issuer::scopes_at`. Of a token of one's own the claims are those that are fields.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// #[require_auth]
    /// async fn tenant(claims: Claims) -> String {
    ///     claims.get("https://example.com/tenant").unwrap_or_else(|| "none".to_owned())
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn get<T: serde::de::DeserializeOwned>(&self, path: impl Into<ClaimPath>) -> Option<T> {
        T::deserialize(&*self.find(&path.into())?).ok()
    }

    /// What is at a place of the token's payload.
    pub(crate) fn find(&self, path: &ClaimPath) -> Option<Cow<'_, Value>> {
        match &self.raw {
            Some(raw) => path.find(raw).map(Cow::Borrowed),
            None => path.find(serde_json::to_value(self).ok()?.as_object()?).cloned().map(Cow::Owned),
        }
    }
}

impl Claims {
    /// Whether everything is there that a token of one's own carries (RFC 9068 section 2.2).
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

    /// Whether a token of another issuer is valid now, by clocks that may be `skew` apart.
    #[cfg(feature = "oidc")]
    pub(crate) fn check_time(&self, now: Timestamp, skew: Duration) -> Result<(), TokenError> {
        check_times(self.exp, self.begins(), now, skew)
    }

    /// Whether a token of our own is valid now. It lives for as long as its client was told, and not for the skew longer.
    pub(crate) fn check_own_time(&self, now: Timestamp, skew: Duration) -> Result<(), TokenError> {
        check_end(self.exp, now, ROUNDED_OFF)?;
        check_beginning(self.begins(), now, skew)
    }

    /// A token from the future was not issued, whatever `nbf` says.
    fn begins(&self) -> Option<i64> {
        self.nbf.max(self.iat)
    }
}

/// What whole seconds take off: a token that is issued at 10.9 for two seconds says that it ends at 12.
const ROUNDED_OFF: Duration = Duration::from_secs(1);

/// Whether a token that is valid from `begins` until `exp` is valid now, by clocks that may be `skew` apart.
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

/// Seconds, which may have a fraction (RFC 7519 section 2): rounded to where the token is valid for less.
pub(crate) fn numeric_date(value: &Value, later: bool) -> Option<i64> {
    /// Whole seconds up to here are exact in a double, and three thousand million years.
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
    /// Whether `value` is among them.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        match self {
            Self::One(one) => one == value,
            Self::Many(many) => many.iter().any(|one| one == value),
        }
    }
}

/// Reads it as it comes; a derived implementation would make a copy of it first, to try one form after the other.
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
