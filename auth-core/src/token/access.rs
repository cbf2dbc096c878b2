//! Issue and verification of access tokens: JWTs of type `at+jwt` (RFC 9068).

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::jws::Compact;
use super::keys::{KeyError, KeySet};
use super::verified::VerifiedTokens;
use super::{Access, Claims, Confirmation, CustomClaims, OneOrMany, Token, TokenError, Unreadable, strict_json};
use crate::base::{ClientId, SessionId, SubjectId, Timestamp};

/// The type of access tokens of this service, and of other issuers that follow RFC 9068.
pub(crate) const TYP: &str = "at+jwt";

/// The lifetimes of tokens and sessions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) access: Duration,
    pub(crate) refresh: Duration,
    pub(crate) session: Duration,
    pub(crate) leeway: Duration,
}

impl Lifetimes {
    /// Unless the application sets others.
    pub(crate) const DEFAULT: Self = Self {
        access: Duration::from_mins(15),
        refresh: Duration::from_hours(7 * 24),
        session: Duration::from_hours(30 * 24),
        leeway: Duration::from_secs(10),
    };
}

/// Issues access tokens and verifies them.
pub(crate) struct AccessTokens {
    /// Replaced as a whole, so that each token is signed or verified under one key set, without a lock.
    trusted: ArcSwap<Trusted>,
    /// The capacity of the cache of verified tokens.
    remembered: usize,
    issuer: String,
    audience: String,
    /// The tolerated difference between the clocks of issuer and verifier.
    skew: Duration,
}

/// A key set with the tokens that it verified.
struct Trusted {
    keys: Arc<KeySet>,
    verified: VerifiedTokens,
}

impl Trusted {
    fn new(keys: KeySet, remembered: usize) -> Self {
        Self { keys: Arc::new(keys), verified: VerifiedTokens::new(remembered) }
    }
}

/// The contents of a new access token.
pub(crate) struct NewAccessToken<'a> {
    pub(crate) subject: &'a SubjectId,
    pub(crate) session: &'a SessionId,
    pub(crate) version: u64,
    /// `None` for the service's own client.
    pub(crate) client_id: Option<&'a ClientId>,
    pub(crate) auth_time: Timestamp,
    /// Methods (RFC 8176), separated by spaces.
    pub(crate) amr: &'a str,
    /// Scopes, separated by spaces.
    pub(crate) scope: &'a str,
    pub(crate) roles: &'a [Box<str>],
    /// The thumbprint of the DPoP key.
    pub(crate) bound_to: Option<&'a str>,
    pub(crate) custom: &'a CustomClaims,
}

impl AccessTokens {
    pub(crate) fn new(keys: KeySet, issuer: String, audience: String, skew: Duration, remembered: usize) -> Self {
        Self { trusted: ArcSwap::from_pointee(Trusted::new(keys, remembered)), remembered, issuer, audience, skew }
    }

    /// Issues a token that expires after `lifetime`.
    pub(crate) fn issue(
        &self,
        new: &NewAccessToken<'_>,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<Token<Access>, TokenError> {
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: new.subject.clone(),
            aud: OneOrMany::One(self.audience.clone()),
            exp: now.after(lifetime).as_secs(),
            nbf: Some(now.as_secs()),
            iat: Some(now.as_secs()),
            jti: Some(uuid::Uuid::new_v4().simple().to_string()),
            client_id: Some(new.client_id.map_or_else(|| self.audience.clone(), ToString::to_string)),
            auth_time: Some(new.auth_time.as_secs()),
            amr: new.amr.split_whitespace().map(str::to_owned).collect(),
            scope: new.scope.to_owned(),
            roles: new.roles.iter().map(ToString::to_string).collect(),
            sid: Some(new.session.clone()),
            ver: Some(new.version),
            cnf: new.bound_to.map(|jkt| Confirmation { jkt: jkt.to_owned() }),
            raw: None,
            unreadable: Unreadable::default(),
        };
        let payload = if new.custom.is_empty() {
            serde_json::to_vec(&claims)
        } else {
            serde_json::to_value(&claims).and_then(|mut all| {
                all.as_object_mut().into_iter().for_each(|all| new.custom.add_to(all));
                serde_json::to_vec(&all)
            })
        };
        self.sign(&payload.map_err(|_| TokenError::Claims)?)
    }

    fn sign(&self, claims: &[u8]) -> Result<Token<Access>, TokenError> {
        let keys = &self.trusted.load().keys;
        let mut token = keys.signing_header().to_owned();
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = keys.signing()?.sign(token.as_bytes())?;
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(Token::issued(token))
    }

    /// Verifies a token's header, signature, claims and times. The caller checks its session and subject.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<Claims>, TokenError> {
        // One key set throughout: a token must be cached with the set that verified it.
        let trusted = self.trusted.load();
        if let Some(claims) = trusted.verified.get(token) {
            // Expired, or the clock was set back.
            return claims
                .check_own_time(now, self.skew)
                .map(|()| claims)
                .inspect_err(|_| trusted.verified.forget(token));
        }
        let claims = Arc::new(self.read(&trusted.keys, token)?);
        claims.check_own_time(now, self.skew)?;
        trusted.verified.insert(token, &claims);
        Ok(claims)
    }

    /// Whether the token has the header of a token of this service.
    pub(crate) fn is_own(&self, token: &str) -> bool {
        let header = token.split_once('.').map_or(token, |(header, _)| header);
        self.trusted.load().keys.ring().by_header(header).is_some()
    }

    /// Checks what depends only on the token and the key set, and so may be cached.
    fn read(&self, keys: &KeySet, token: &str) -> Result<Claims, TokenError> {
        let jws = Compact::split(token)?;
        let payload = if let Some(key) = keys.ring().by_header(jws.header) {
            jws.open(key)?
        } else {
            let header = jws.read_header()?;
            header.check_typ(TYP)?;
            jws.open(keys.ring().find(header.kid.as_deref(), header.algorithm)?)?
        };
        // Checks UTF-8 for the whole payload, unused members included (RFC 8725 section 3.7), and once, not for each
        // string.
        let payload = std::str::from_utf8(&payload).map_err(|_| TokenError::Claims)?;
        let mut has_custom = false;
        let mut claims: Claims =
            serde_ignored::deserialize(&mut serde_json::Deserializer::from_str(payload), |_| has_custom = true)
                .map_err(|_| TokenError::Claims)?;
        claims.check_own()?;
        if has_custom {
            let all = strict_json::object(payload.as_bytes()).ok_or(TokenError::Claims)?;
            claims.raw = Some(Arc::new(all));
        }
        if claims.iss != self.issuer {
            return Err(TokenError::Issuer);
        }
        if !claims.aud.contains(&self.audience) {
            return Err(TokenError::Audience);
        }
        Ok(claims)
    }

    pub(crate) const fn skew(&self) -> Duration {
        self.skew
    }

    pub(crate) fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.trusted.load().keys)
    }

    /// Replaces the key set by the result of `change`, and drops the tokens verified by the old one. Concurrent changes
    /// are both applied.
    pub(crate) fn change_keys(&self, change: impl Fn(&KeySet) -> Result<KeySet, KeyError>) -> Result<(), KeyError> {
        let mut outcome = Ok(());
        self.trusted.rcu(|trusted| match change(&trusted.keys) {
            Ok(next) => {
                outcome = Ok(());
                Arc::new(Trusted::new(next, self.remembered))
            }
            Err(error) => {
                outcome = Err(error);
                Arc::clone(trusted)
            }
        });
        outcome
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }
}
