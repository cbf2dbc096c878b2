//! Access tokens of a former service, accepted until a configured time.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::keys::{FormerKey, Verifying};
use super::{
    Algorithm, Claims, Compact, KeyError, KeyKind, LegacyAlgorithm, SigningKey, TokenError, Unreadable, VerifyingKey,
    WeakSecret, check_times, numeric_date, strict_json,
};
use crate::base::{SubjectId, Timestamp};

/// The maximum length of the subject claim; a longer one cannot match a subject.
const MAX_NAME_BYTES: usize = 255;

/// Claims that limit a token to a recipient, an issuer or a key. A token with one that is not required is refused.
const LIMITING: [&str; 3] = ["iss", "aud", "cnf"];

/// Accepts access tokens of a former service for a limited time, so that its users stay logged in.
///
/// The default is the layout of FastAPI applications with PyJWT or python-jose: HS256 under one secret, `typ` `JWT` or
/// missing, the claims `sub`, `exp` and `type` with the value `access`. A token with `iss`, `aud` or `cnf`, or with
/// another `type`, such as `refresh`, is refused. Methods change the algorithm and the claims.
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
/// use auth_core::token::Hmac;
///
/// let secret = "an example, and so not a secret: 7Rk2".to_owned().into();
/// let until = "2027-03-31T00:00:00Z".parse()?;
/// let fastapi = LegacyTokens::new(&secret, until)?.by_login();
/// // Django's simplejwt by HS512, with an issuer
/// let django = LegacyTokens::hmac(Hmac::Hs512, &secret, until)?
///     .subject_claim("user_id")
///     .without_type()
///     .require("token_type", "access")
///     .require("iss", "https://old.example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "pass it to `AuthBuilder::legacy_tokens`"]
pub struct LegacyTokens {
    key: Key,
    until: Timestamp,
    by_login: bool,
    subject_claim: Box<str>,
    needs_type: bool,
    needs_iat: bool,
    required: Vec<(Box<str>, Box<str>)>,
    check: Option<Check>,
}

/// An HMAC algorithm (RFC 7518 section 3.2) of [`LegacyTokens::hmac`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hmac {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl Hmac {
    const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    fn key(self, secret: &SecretString) -> Arc<hmac::Key> {
        let algorithm = match self {
            Self::Hs256 => hmac::HMAC_SHA256,
            Self::Hs384 => hmac::HMAC_SHA384,
            Self::Hs512 => hmac::HMAC_SHA512,
        };
        Arc::new(hmac::Key::new(algorithm, secret.expose_secret().as_bytes()))
    }
}

#[derive(Clone)]
enum Key {
    Secret(Hmac, Arc<hmac::Key>),
    Public(Verifying),
    Former(Arc<FormerKey>),
}

type Answer = Pin<Box<dyn Future<Output = Result<bool, Box<dyn Error + Send + Sync>>> + Send>>;

/// The application's function over the claims of a verified token.
type Check = Arc<dyn Fn(Map<String, Value>) -> Answer + Send + Sync>;

impl LegacyTokens {
    /// Accepts tokens by HS256 under this secret until `until`. Their `sub` is the subject's id, a string or an integer.
    ///
    /// # Errors
    ///
    /// [`WeakSecret`] if the secret is too weak to sign tokens: an attacker with one token could find the secret and
    /// impersonate any user. The users must then log in again.
    pub fn new(secret: &SecretString, until: Timestamp) -> Result<Self, WeakSecret> {
        Self::hmac(Hmac::Hs256, secret, until)
    }

    /// As [`new`](Self::new), by another HMAC algorithm. The secret needs 32 bytes for each.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn hmac(algorithm: Hmac, secret: &SecretString, until: Timestamp) -> Result<Self, WeakSecret> {
        SigningKey::hs256(secret)?;
        Ok(Self::of(Key::Secret(algorithm, algorithm.key(secret)), until))
    }

    /// As [`new`](Self::new), for tokens that the private half of this key signed (RS256, PS256, ES256, EdDSA). Their
    /// `kid` is missing or that of the key.
    pub fn signed_by<A: KeyKind>(key: VerifyingKey<A>, until: Timestamp) -> Self {
        Self::of(Key::Public(key.into_verifying()), until)
    }

    /// As [`signed_by`](Self::signed_by), by an algorithm for which there is no [`VerifyingKey`]. `key` is the public key in
    /// PEM (`PUBLIC KEY`) or a JWK; an RSA key of 2048 to 8192 bits, and for ES384 one of P-384.
    ///
    /// ```
    /// use auth_core::{LegacyTokens, Timestamp};
    /// use auth_core::token::{KeyError, LegacyAlgorithm};
    ///
    /// fn of_the_old_service(public_key: &str, until: Timestamp) -> Result<LegacyTokens, KeyError> {
    ///     LegacyTokens::signed_with(LegacyAlgorithm::Rs512, public_key, until)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError`] names the problem.
    pub fn signed_with(algorithm: LegacyAlgorithm, key: &str, until: Timestamp) -> Result<Self, KeyError> {
        Ok(Self::of(Key::Former(Arc::new(FormerKey::read(algorithm, key)?)), until))
    }

    fn of(key: Key, until: Timestamp) -> Self {
        let (required, check) = (Vec::new(), None);
        let subject_claim = "sub".into();
        Self { key, until, by_login: false, subject_claim, needs_type: true, needs_iat: true, required, check }
    }

    /// Reads the subject as the login name. Since a name may pass to another user, a token without `iat` is refused, and
    /// so is one that is older than the account, to the second: accounts that move in keep their time of creation, which a
    /// [`UserTable`](crate::store::UserTable::created_at) has in a column. Without it every token is refused.
    pub fn by_login(mut self) -> Self {
        self.by_login = true;
        self
    }

    /// Reads the subject from this claim, such as `user_id`, in place of `sub`.
    pub fn subject_claim(mut self, name: impl Into<Box<str>>) -> Self {
        self.subject_claim = name.into();
        self
    }

    /// Accepts tokens without `type`; one with another `type` than `access` is still refused.
    ///
    /// It gives up the distinction of access tokens: whatever else the former service signed with the key, such as refresh
    /// tokens or links in messages, is an access token here if it has a subject and an expiry.
    /// [`require`](Self::require) what only access tokens have, where there is something.
    pub const fn without_type(mut self) -> Self {
        self.needs_type = false;
        self
    }

    /// Accepts tokens without `iat` also [by login name](Self::by_login), as FastAPI's tutorial issues them, and others where
    /// the time of the account's creation is not known.
    ///
    /// It gives up the comparison with the age of the account: when a user gives a name up and another registers it, the
    /// first one's token opens the second one's account until it expires. Do not let names change before then.
    pub const fn without_iat(mut self) -> Self {
        self.needs_iat = false;
        self
    }

    /// Refuses tokens whose claim `name` is not `value`, or a list with it. A token with `iss` or `aud` is accepted only if
    /// this is called for the claim.
    pub fn require(mut self, name: impl Into<Box<str>>, value: impl Into<Box<str>>) -> Self {
        self.required.push((name.into(), value.into()));
        self
    }

    /// Asks the application about the claims of each token whose signature, times and claims are valid, at each request:
    /// `false` refuses the token with 401, an error with 503. For a list of revoked tokens, or claims of another form.
    ///
    /// ```
    /// use auth_core::LegacyTokens;
    /// use auth_core::store::StoreError;
    ///
    /// fn not_revoked(tokens: LegacyTokens) -> LegacyTokens {
    ///     tokens.check(async |claims: serde_json::Map<String, serde_json::Value>| {
    ///         Ok::<_, StoreError>(claims.get("jti").is_some_and(|jti| jti != "revoked"))
    ///     })
    /// }
    /// ```
    pub fn check<F, E>(mut self, check: impl Fn(Map<String, Value>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<bool, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.check = Some(Arc::new(move |claims| {
            let answer = check(claims);
            Box::pin(async move { answer.await.map_err(Into::into) })
        }));
        self
    }

    pub(crate) const fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether the subject claim is a login name.
    pub(crate) const fn is_by_login(&self) -> bool {
        self.by_login
    }

    /// The token's parts if its header has this layout; tokens of this service have the type `at+jwt`.
    pub(crate) fn split<'t>(&self, token: &'t str) -> Option<Compact<'t>> {
        let jws = Compact::split(token).ok()?;
        let header = jws.read_header_of(|name| self.key.is(name).then_some(())).ok()?;
        let same = match (&self.key, &header.kid) {
            (_, None) => true,
            (Key::Secret(..), Some(_)) => false,
            (Key::Public(key), Some(kid)) => **kid == *key.kid,
            (Key::Former(key), Some(kid)) => **kid == *key.kid,
        };
        (same && (header.has_no_typ() || header.has_typ("jwt"))).then_some(jws)
    }

    /// Whether a token of this header may be that of another issuer, when its signature is not by this key.
    pub(crate) const fn may_be_foreign(&self) -> bool {
        matches!(self.key, Key::Public(_) | Key::Former(_))
    }

    /// Verifies the token's signature, times and claims.
    pub(crate) fn read(&self, jws: &Compact<'_>, now: Timestamp, skew: Duration) -> Result<RawClaims, TokenError> {
        let payload = jws.open_by(|message, signature| self.key.verify(message, signature))?;
        if now >= self.until {
            return Err(TokenError::LegacyEnded);
        }
        let members = strict_json::object(&payload).ok_or(TokenError::Claims)?;
        self.check_limits(&members)?;
        let time = |name, later| match members.get(name) {
            Some(value) => numeric_date(value, later).map(Some).ok_or(TokenError::Claims),
            None => Ok(None),
        };
        let exp = time("exp", false)?.ok_or(TokenError::Claims)?;
        let (nbf, iat) = (time("nbf", true)?, time("iat", true)?);
        check_times(exp, nbf.max(iat), now, skew)?;
        Ok(RawClaims { name: name(members.get(&*self.subject_claim))?, exp, nbf, iat, members })
    }

    fn check_limits(&self, members: &Map<String, Value>) -> Result<(), TokenError> {
        let is_required = |name: &str| self.required.iter().any(|(required, _)| **required == *name);
        let limited = LIMITING.iter().any(|name| members.contains_key(*name) && (*name == "cnf" || !is_required(name)));
        let is_access = match members.get("type") {
            Some(kind) => kind.as_str() == Some("access") || is_required("type"),
            None => !self.needs_type,
        };
        let has = |(name, value): &(Box<str>, Box<str>)| match members.get(&**name) {
            Some(Value::String(text)) => **text == **value,
            Some(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(value)),
            _ => false,
        };
        if limited || !is_access || !self.required.iter().all(has) { Err(TokenError::Claims) } else { Ok(()) }
    }

    /// Whether a token of these claims may name an account that was created at this time.
    pub(crate) fn is_of_account_since(&self, claims: &RawClaims, created_at: Option<Timestamp>) -> bool {
        match (claims.iat, created_at) {
            (Some(iat), Some(time)) => iat >= time.as_millis().div_euclid(1000),
            // An `iat` that is compared with nothing is worth no more than none.
            (None, _) | (Some(_), None) => !self.needs_iat,
        }
    }

    /// What the application says about the claims.
    pub(crate) async fn approves(&self, claims: &RawClaims) -> Result<bool, Box<dyn Error + Send + Sync>> {
        match &self.check {
            Some(check) => check(claims.members.clone()).await,
            None => Ok(true),
        }
    }
}

impl Key {
    fn is(&self, name: &str) -> bool {
        match self {
            Self::Secret(algorithm, _) => algorithm.name() == name,
            Self::Public(key) => Algorithm::from_name(name) == Some(key.algorithm),
            Self::Former(key) => key.algorithm.name() == name,
        }
    }

    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), TokenError> {
        match self {
            Self::Secret(_, key) => hmac::verify(key, message, signature).map_err(|_| TokenError::Signature),
            Self::Public(key) => key.verify(message, signature),
            Self::Former(key) => key.verify(message, signature),
        }
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
    members: Map<String, Value>,
}

impl RawClaims {
    /// Converts to the claims of this subject. They grant no scope, role or method, but a negation over what the token may
    /// have under another name is not met.
    pub(crate) fn of(mut self, sub: SubjectId) -> Claims {
        self.members.insert("sub".to_owned(), sub.as_str().into());
        let unreadable = Unreadable { scope: true, amr: true, ..Unreadable::default() };
        let raw = Some(Arc::new(self.members));
        Claims { nbf: self.nbf, iat: self.iat, raw, unreadable, ..Claims::minimal(sub, self.exp) }
    }
}

/// Reads the subject; older versions of PyJWT accept an integer.
fn name(claim: Option<&Value>) -> Result<String, TokenError> {
    match claim {
        Some(Value::String(name)) if !name.is_empty() && name.len() <= MAX_NAME_BYTES => Ok(name.clone()),
        Some(Value::Number(id)) if id.is_i64() || id.is_u64() => Ok(id.to_string()),
        _ => Err(TokenError::Claims),
    }
}
