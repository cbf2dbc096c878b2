//! Access tokens: JWTs of type `at+jwt` (RFC 9068), issued and verified.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Access, Claims, OneOrMany, SigningKey, Token, TokenError};
use crate::Timestamp;
use crate::store::Session;

/// Longer texts are refused before anything is parsed. A token of ours has well under 1 KiB.
pub(super) const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// How far the clocks of issuer and verifier may be apart.
const CLOCK_SKEW_SECS: i64 = 5;

const TYP: &str = "at+jwt";

/// How long what is issued lives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    pub(crate) access: Duration,
    pub(crate) refresh: Duration,
    pub(crate) session: Duration,
    pub(crate) leeway: Duration,
}

/// Issues access tokens and verifies them.
pub(crate) struct AccessTokens {
    key: SigningKey,
    /// Our own header, encoded: a token that starts with it needs no header parsing.
    header: String,
    issuer: String,
    audience: String,
}

impl AccessTokens {
    pub(crate) fn new(key: SigningKey, issuer: String, audience: String) -> Result<Self, TokenError> {
        // Two libraries in one program may pull in two backends, and then none is the default.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let header =
            serde_json::to_vec(&Self::header_for(&key)).map_err(|_| TokenError::Header("cannot be written"))?;
        Ok(Self { header: BASE64_URL_SAFE_NO_PAD.encode(header), key, issuer, audience })
    }

    fn header_for(key: &SigningKey) -> Header {
        let mut header = Header::new(key.algorithm);
        header.typ = Some(TYP.to_owned());
        header.kid = Some(key.kid.clone());
        header
    }

    /// Issues a token for `session` that lives for `lifetime`.
    pub(crate) fn issue(
        &self,
        session: &Session,
        roles: &[Box<str>],
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<Token<Access>, TokenError> {
        let claims = Claims {
            iss: self.issuer.clone(),
            sub: session.subject.clone(),
            aud: OneOrMany::One(self.audience.clone()),
            exp: now.after(lifetime).as_secs(),
            nbf: now.as_secs(),
            iat: now.as_secs(),
            jti: uuid::Uuid::new_v4().simple().to_string(),
            client_id: self.audience.clone(),
            auth_time: session.created_at.as_secs(),
            amr: session.amr.split_whitespace().map(str::to_owned).collect(),
            scope: session.scope.clone(),
            roles: roles.iter().map(|role| role.to_string()).collect(),
            sid: session.id.clone(),
            ver: session.version,
        };
        jsonwebtoken::encode(&Self::header_for(&self.key), &claims, &self.key.encoding)
            .map(Token::issued)
            .map_err(|_| TokenError::Signature)
    }

    /// Verifies a token as far as the token alone can be: header, signature, claims, time. Whether its session and
    /// subject still stand is for the caller to see.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
        if payload.contains('.') {
            return Err(TokenError::Malformed);
        }
        if header != self.header {
            self.check_header(header)?;
        }
        let genuine =
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.key.decoding, self.key.algorithm);
        if !matches!(genuine, Ok(true)) {
            return Err(TokenError::Signature);
        }
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError::Malformed)?;
        let claims = serde_json::from_slice(&payload).map_err(|_| TokenError::Claims)?;
        self.check_claims(&claims, now)?;
        Ok(claims)
    }

    fn check_header(&self, encoded: &str) -> Result<(), TokenError> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).map_err(|_| TokenError::Malformed)?;
        let header: ForeignHeader = serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)?;
        header.check(&self.key)
    }

    fn check_claims(&self, claims: &Claims, now: Timestamp) -> Result<(), TokenError> {
        let now = now.as_secs();
        if claims.iss != self.issuer {
            return Err(TokenError::Issuer);
        }
        if !claims.aud.contains(&self.audience) {
            return Err(TokenError::Audience);
        }
        if claims.exp.saturating_add(CLOCK_SKEW_SECS) <= now {
            return Err(TokenError::Expired);
        }
        if claims.nbf.max(claims.iat).saturating_sub(CLOCK_SKEW_SECS) > now {
            return Err(TokenError::NotYetValid);
        }
        Ok(())
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn audience(&self) -> &str {
        &self.audience
    }
}

/// A header that is not byte for byte our own. Names that would bring a key along are present to be refused
/// (RFC 8725 section 3.10), as is every critical extension (RFC 7515 section 4.1.11): we understand none.
#[derive(Deserialize)]
struct ForeignHeader {
    alg: String,
    typ: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
    jku: Option<IgnoredAny>,
    jwk: Option<IgnoredAny>,
    x5u: Option<IgnoredAny>,
    x5c: Option<IgnoredAny>,
    zip: Option<IgnoredAny>,
    b64: Option<IgnoredAny>,
}

impl ForeignHeader {
    fn check(&self, key: &SigningKey) -> Result<(), TokenError> {
        if self.jku.is_some() || self.jwk.is_some() || self.x5u.is_some() || self.x5c.is_some() {
            return Err(TokenError::Header("it brings a key along"));
        }
        if self.crit.is_some() || self.zip.is_some() || self.b64.is_some() {
            return Err(TokenError::Header("it asks for an extension"));
        }
        if self.alg.parse::<Algorithm>() != Ok(key.algorithm) {
            return Err(TokenError::Header("its algorithm is not the key's"));
        }
        let typ = self.typ.to_ascii_lowercase();
        if typ.strip_prefix("application/").unwrap_or(&typ) != TYP {
            return Err(TokenError::Header("its type is not at+jwt"));
        }
        if self.kid.as_ref().is_some_and(|kid| *kid != key.kid) {
            return Err(TokenError::UnknownKey);
        }
        Ok(())
    }
}
