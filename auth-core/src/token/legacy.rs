//! Access tokens of the service that was here before: what FastAPI applications make, taken until a day that is set.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::keys::Verifying;
use super::{
    Algorithm, Claims, Compact, OneOrMany, SigningKey, TokenError, WeakSecret, check_times, numeric_date, strict_json,
};
use crate::base::{SubjectId, Timestamp};

/// A longer `sub` names nobody, and is not worth a query.
const MAX_NAME_BYTES: usize = 255;

/// Access tokens of a former service that are taken for a while, so that moving its users logs nobody out.
///
/// They are of the layout that applications on FastAPI make with PyJWT or python-jose: signed by HS256 under one secret,
/// the header's `typ` `JWT` or missing, the claims `sub`, `exp` and `type` with the value `access`. One that names an
/// issuer or audience is not of this layout and refused, as is one with another `type`, `refresh` above all.
///
/// Such a token knows no session and no version, so it is worth less than one of ours:
///
/// - it is refused from the set time on, however long it says that it is valid;
/// - it is refused once the subject is gone or inactive, and once its version is no longer 0: after a changed password and
///   after [`logout_everywhere`](crate::Auth::logout_everywhere). A single logout cannot end it; the subject's roles are the present
///   ones;
/// - it has no scopes, and meets neither `fresh(..)` nor `mfa`;
/// - introspection calls it inactive, and revocation says that it is of a type that cannot be revoked.
///
/// ```
/// use auth_core::{LegacyTokens, Timestamp};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = "an example, and so not a secret: 7Rk2".to_owned().into();
/// let until: Timestamp = "2027-03-31T00:00:00Z".parse()?;
/// let legacy = LegacyTokens::new(&secret, until)?.by_login();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "legacy tokens are taken by `AuthBuilder::legacy_tokens`"]
pub struct LegacyTokens {
    key: Verifying,
    until: Timestamp,
    by_login: bool,
}

impl LegacyTokens {
    /// Tokens under this secret, until then. Their `sub` is the subject's id, as text or as a whole number.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] when the secret is one that would not do for our own tokens: whoever has one token could find it, and
    /// be anybody. Then the users have to log in again.
    pub fn new(secret: &SecretString, until: Timestamp) -> Result<Self, WeakSecret> {
        Ok(Self { key: SigningKey::hs256(secret)?.verifying_key().into_verifying(), until, by_login: false })
    }

    /// Their `sub` is the name that users log in by. It must not be given to somebody else before the tokens' time is
    /// over: a token says no more than the name.
    pub fn by_login(mut self) -> Self {
        self.by_login = true;
        self
    }

    /// Until when they are taken.
    pub(crate) const fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether their `sub` is a login name.
    pub(crate) const fn is_by_login(&self) -> bool {
        self.by_login
    }

    /// The token's parts if its header is of this layout; those of our own say `at+jwt`.
    pub(crate) fn split(token: &str) -> Option<Compact<'_>> {
        let jws = Compact::split(token).ok()?;
        let header = jws.read_header().ok()?;
        let same = header.algorithm == Algorithm::Hs256 && header.kid.is_none();
        (same && (header.has_no_typ() || header.has_typ("jwt"))).then_some(jws)
    }

    /// What the token says, once its signature and its times have proved good.
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
        let said = RawClaims { name: name(&members)?, exp, nbf: time("nbf", true)?, iat: time("iat", true)? };
        check_times(said.exp, said.nbf.max(said.iat), now, skew)?;
        Ok(said)
    }
}

impl fmt::Debug for LegacyTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (until, by_login) = (&self.until, &self.by_login);
        f.debug_struct("LegacyTokens").field("until", until).field("by_login", by_login).finish_non_exhaustive()
    }
}

/// What a token says that is good as far as it alone can be.
pub(crate) struct RawClaims {
    pub(crate) name: String,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
}

impl RawClaims {
    /// The claims of a token of this subject, which says nothing but its times.
    pub(crate) fn of(self, sub: SubjectId) -> Claims {
        Claims {
            iss: String::new(),
            sub,
            aud: OneOrMany::Many(Vec::new()),
            exp: self.exp,
            nbf: self.nbf,
            iat: self.iat,
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
        }
    }
}

/// Older versions of PyJWT took a whole number for `sub`, and tables have such ids.
fn name(members: &Map<String, Value>) -> Result<String, TokenError> {
    match members.get("sub") {
        Some(Value::String(name)) if !name.is_empty() && name.len() <= MAX_NAME_BYTES => Ok(name.clone()),
        Some(Value::Number(id)) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        _ => Err(TokenError::Claims),
    }
}
