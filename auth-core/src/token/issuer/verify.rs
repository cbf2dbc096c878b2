//! Verification of other issuers' tokens.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::keys::IssuerKeys;
use super::{ClaimPath, Issuer, IssuerError, fetch};
use crate::base::{SubjectId, Timestamp};
use crate::token::keys::Verifying;
use crate::token::{AT_JWT, Claims, Compact, Confirmation, Header, OneOrMany, TokenError, numeric_date, strict_json};

/// Claims of ID and logout tokens (OpenID Connect Core section 2, Back-Channel Logout section 2.4). They distinguish
/// these from access tokens if `typ` does not.
const ID_AND_LOGOUT_CLAIMS: &[&str] = &["nonce", "at_hash", "c_hash", "s_hash", "events"];

/// All trusted issuers.
#[derive(Default)]
pub(crate) struct TrustedIssuers(Vec<Trusted>);

struct Trusted {
    issuer: Arc<Issuer>,
    keys: Arc<IssuerKeys>,
}

/// The reason for the lack of claims.
pub(crate) enum Undecided {
    /// The token is invalid.
    Refused(TokenError),
    /// The issuer's keys are unavailable.
    NoKeys,
}

impl From<TokenError> for Undecided {
    fn from(error: TokenError) -> Self {
        Self::Refused(error)
    }
}

impl TrustedIssuers {
    /// `own` is this service's issuer, if it has users.
    pub(crate) fn new(issuers: Vec<Issuer>, own: Option<&str>) -> Result<Self, IssuerError> {
        let alone = issuers.len() == 1 && own.is_none();
        for (at, issuer) in issuers.iter().enumerate() {
            issuer.check()?;
            let before = &issuers[..at];
            if own == Some(&issuer.name) || before.iter().any(|other| other.name == issuer.name) {
                return Err(IssuerError::Twice(issuer.name.clone()));
            }
            let (prefix, taken) = (&issuer.subject_prefix, |other: &Issuer, prefix: &str| {
                other.subject_prefix.starts_with(prefix) || prefix.starts_with(&other.subject_prefix)
            });
            if !alone && (prefix.is_empty() || before.iter().any(|other| taken(other, prefix))) {
                return Err(IssuerError::Subjects(issuer.name.clone()));
            }
        }
        let trust = |issuer: Issuer| {
            let client = fetch::client(&issuer)?;
            let issuer = Arc::new(issuer);
            Ok(Trusted { keys: Arc::new(IssuerKeys::new(Arc::clone(&issuer), client)), issuer })
        };
        issuers.into_iter().map(trust).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Verifies a token whose `iss` is one of these issuers; `None` if it is not.
    ///
    /// The unverified `iss` only selects the issuer whose keys verify the token: a token with a forged `iss` fails
    /// there.
    pub(crate) async fn verify(
        &self,
        token: &str,
        now: Timestamp,
        skew: Duration,
    ) -> Option<Result<Claims, Undecided>> {
        let jws = Compact::split(token).ok()?;
        let claims = strict_json::object(&jws.unverified_payload().ok()?)?;
        let name = claims.get("iss")?.as_str()?;
        let trusted = self.0.iter().find(|trusted| trusted.issuer.name == *name)?;
        Some(trusted.verify(&jws, now, skew).await)
    }
}

impl Trusted {
    async fn verify(&self, jws: &Compact<'_>, now: Timestamp, skew: Duration) -> Result<Claims, Undecided> {
        let header = jws.read_header()?;
        let profiled = header.has_typ(AT_JWT);
        if !profiled && !(self.issuer.any_type && (header.has_no_typ() || header.has_typ("jwt"))) {
            return Err(TokenError::Header("`typ` is not that of an access token").into());
        }
        let payload = self.open(jws, &header, now).await?;
        let members = strict_json::object(&payload).ok_or(TokenError::Claims)?;
        let mut claims = self.claims(&members, profiled)?;
        claims.check_time(now, skew)?;
        claims.raw = Some(Arc::new(members));
        Ok(claims)
    }

    /// Verifies the signature and returns the payload. An unknown `kid` triggers one fetch of the issuer's keys.
    async fn open(&self, jws: &Compact<'_>, header: &Header, now: Timestamp) -> Result<Vec<u8>, Undecided> {
        let loaded = self.keys.current(now).await.ok_or(Undecided::NoKeys)?;
        let open = |key: &Verifying| Ok(jws.open(key)?);
        match loaded.keys.find(header.kid.as_deref(), header.algorithm) {
            Ok(key) => open(key),
            Err(TokenError::UnknownKey) => {
                let loaded = self.keys.newer(now).await.ok_or(Undecided::NoKeys)?;
                open(loaded.keys.find(header.kid.as_deref(), header.algorithm)?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Checks presence and types of claims (RFC 9068 section 4, RFC 7519 section 4.1).
    fn claims(&self, members: &Map<String, Value>, profiled: bool) -> Result<Claims, TokenError> {
        if !profiled && ID_AND_LOGOUT_CLAIMS.iter().any(|name| members.contains_key(*name)) {
            return Err(TokenError::Header("an ID or logout token, not an access token"));
        }
        // RFC 7800: an unsupported confirmation method refuses the token; the caller checks the request's DPoP proof.
        let cnf = optional(members, "cnf", |value| Confirmation::deserialize(value).ok())?;
        let text = |name| optional(members, name, |value| value.as_str().map(str::to_owned));
        let time = |name, later| optional(members, name, |value| numeric_date(value, later));
        let iss = text("iss")?.ok_or(TokenError::Claims)?;
        if iss != self.issuer.name {
            return Err(TokenError::Issuer);
        }
        let aud = optional(members, "aud", |value| OneOrMany::deserialize(value).ok())?.ok_or(TokenError::Claims)?;
        if !aud.contains(&self.issuer.audience) {
            return Err(TokenError::Audience);
        }
        let sub = text("sub")?.ok_or(TokenError::Claims)?;
        let claims = Claims {
            sub: self.subject(&sub)?,
            iss,
            aud,
            exp: time("exp", false)?.ok_or(TokenError::Claims)?,
            nbf: time("nbf", true)?,
            iat: time("iat", true)?,
            jti: text("jti")?,
            client_id: text("client_id")?,
            auth_time: time("auth_time", false)?,
            amr: names(&[ClaimPath::from("amr")], members, one)?,
            scope: names(&self.issuer.scopes, members, words)?.join(" "),
            roles: names(&self.issuer.roles, members, one)?,
            sid: None,
            ver: None,
            cnf,
            raw: None,
        };
        if profiled && (claims.iat.is_none() || claims.jti.is_none() || claims.client_id.is_none()) {
            return Err(TokenError::Claims);
        }
        Ok(claims)
    }

    fn subject(&self, sub: &str) -> Result<SubjectId, TokenError> {
        // Without this check an empty `sub` would become a subject by its prefix.
        if sub.is_empty() {
            return Err(TokenError::Claims);
        }
        format!("{}{sub}", self.issuer.subject_prefix).parse().map_err(|_| TokenError::Claims)
    }
}

/// Reads an optional member. Another type, `null` included, is an error.
fn optional<T>(
    members: &Map<String, Value>,
    name: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, TokenError> {
    members.get(name).map(|value| read(value).ok_or(TokenError::Claims)).transpose()
}

/// The distinct names at `paths`: the strings of a list, or of one string by `split`. A missing claim has no names; a
/// claim of another type is an error.
fn names<'a>(
    paths: &[ClaimPath],
    members: &'a Map<String, Value>,
    split: fn(&'a str) -> Vec<&'a str>,
) -> Result<Vec<String>, TokenError> {
    let mut names: Vec<String> = Vec::new();
    for path in paths {
        let found = match path.find(members) {
            None => Vec::new(),
            Some(Value::String(text)) => split(text),
            Some(Value::Array(items)) => {
                items.iter().map(Value::as_str).collect::<Option<_>>().ok_or(TokenError::Claims)?
            }
            Some(_) => return Err(TokenError::Claims),
        };
        for name in found {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    Ok(names)
}

fn words(text: &str) -> Vec<&str> {
    text.split_ascii_whitespace().collect()
}

fn one(text: &str) -> Vec<&str> {
    vec![text]
}
