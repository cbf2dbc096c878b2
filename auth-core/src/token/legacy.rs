//! Access tokens of a former FastAPI service, accepted until a configured time.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::keys::Verifying;
use super::{Algorithm, Claims, Compact, SigningKey, TokenError, WeakSecret, check_times, numeric_date, strict_json};
use crate::base::{SubjectId, Timestamp};

/// The maximum length of `sub`; a longer one cannot match a subject.
const MAX_NAME_BYTES: usize = 255;

/// Accepts access tokens of a former service for a limited time, so that its users stay logged in.
///
/// The layout is that of FastAPI applications with PyJWT or python-jose: HS256 under one secret, `typ` `JWT` or
/// missing, the claims `sub`, `exp` and `type` with the value `access`. A token with `iss`, `aud` or `cnf`, or with
/// another `type`, such as `refresh`, is refused.
///
/// Such a token has no session and no version, so it is more limited than a token of this service:
///
/// - it is refused after the configured time, whatever its `exp`;
/// - it is refused if the subject was removed, is inactive or has a version other than 0: after a password change and
///   after [`logout_everywhere`](crate::Auth::logout_everywhere). A logout cannot end it. Roles are the current ones;
/// - it has no scopes, and meets neither `fresh(..)` nor `mfa`;
/// - introspection reports it as inactive, and revocation as an unsupported token type.
///
/// ```
/// use auth_core::LegacyTokens;
///
/// let secret = "an example, and so not a secret: 7Rk2".to_owned().into();
/// let legacy = LegacyTokens::new(&secret, "2027-03-31T00:00:00Z".parse()?)?.by_login();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "pass it to `AuthBuilder::legacy_tokens`"]
pub struct LegacyTokens {
    key: Verifying,
    until: Timestamp,
    by_login: bool,
}

impl LegacyTokens {
    /// Accepts tokens under this secret until `until`. Their `sub` is the subject's id, a string or an integer.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if the secret is too weak to sign tokens: an attacker with one token could find the secret and
    /// impersonate any user. The users must then log in again.
    pub fn new(secret: &SecretString, until: Timestamp) -> Result<Self, WeakSecret> {
        Ok(Self { key: SigningKey::hs256(secret)?.verifying_key().into_verifying(), until, by_login: false })
    }

    /// Reads `sub` as the login name. Since a name may pass to another user, a token without `iat` is refused, and so is
    /// one that is older than the account, to the second: accounts that move in keep their time of creation.
    pub fn by_login(mut self) -> Self {
        self.by_login = true;
        self
    }

    pub(crate) const fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether `sub` is a login name.
    pub(crate) const fn is_by_login(&self) -> bool {
        self.by_login
    }

    /// The token's parts if its header has this layout; tokens of this service have the type `at+jwt`.
    pub(crate) fn split(token: &str) -> Option<Compact<'_>> {
        let jws = Compact::split(token).ok()?;
        let header = jws.read_header().ok()?;
        let same = header.algorithm == Algorithm::Hs256 && header.kid.is_none();
        (same && (header.has_no_typ() || header.has_typ("jwt"))).then_some(jws)
    }

    /// Verifies the token's signature and times, and returns its claims.
    pub(crate) fn read(&self, jws: &Compact<'_>, now: Timestamp, skew: Duration) -> Result<RawClaims, TokenError> {
        if now >= self.until {
            return Err(TokenError::LegacyEnded);
        }
        let members = strict_json::object(&jws.open(&self.key)?).ok_or(TokenError::Claims)?;
        let other = ["iss", "aud", "cnf"].iter().any(|name| members.contains_key(*name));
        if other || members.get("type").and_then(Value::as_str) != Some("access") {
            return Err(TokenError::Claims);
        }
        let time = |name, later| match members.get(name) {
            Some(value) => numeric_date(value, later).map(Some).ok_or(TokenError::Claims),
            None => Ok(None),
        };
        let exp = time("exp", false)?.ok_or(TokenError::Claims)?;
        let claims = RawClaims { name: name(&members)?, exp, nbf: time("nbf", true)?, iat: time("iat", true)? };
        check_times(claims.exp, claims.nbf.max(claims.iat), now, skew)?;
        Ok(claims)
    }
}

impl fmt::Debug for LegacyTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (until, by_login) = (&self.until, &self.by_login);
        f.debug_struct("LegacyTokens").field("until", until).field("by_login", by_login).finish_non_exhaustive()
    }
}

/// The claims of a token whose signature and times were verified, before the lookup of its subject.
pub(crate) struct RawClaims {
    pub(crate) name: String,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
}

impl RawClaims {
    /// Whether the token says that it was issued in the second of this time or later.
    pub(crate) fn is_issued_since(&self, time: Option<Timestamp>) -> bool {
        matches!((self.iat, time), (Some(iat), Some(time)) if iat >= time.as_millis().div_euclid(1000))
    }

    /// Converts to the claims of this subject.
    pub(crate) fn of(self, sub: SubjectId) -> Claims {
        Claims { nbf: self.nbf, iat: self.iat, ..Claims::minimal(sub, self.exp) }
    }
}

/// Reads `sub`; older versions of PyJWT accept an integer.
fn name(members: &Map<String, Value>) -> Result<String, TokenError> {
    match members.get("sub") {
        Some(Value::String(name)) if !name.is_empty() && name.len() <= MAX_NAME_BYTES => Ok(name.clone()),
        Some(Value::Number(id)) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        _ => Err(TokenError::Claims),
    }
}
