//! Verification of other issuers' tokens.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::keys::IssuerKeys;
use super::{ClaimPath, Issuer, IssuerError, fetch};
use crate::base::{SubjectId, Timestamp, is_scope};
use crate::token::keys::Verifying;
use crate::token::{
    AT_JWT, Claims, Compact, Confirmation, Header, OneOrMany, TokenError, Unreadable, numeric_date, strict_json,
};

/// Claims by which issuers state the kind of a token: Cognito, Keycloak, Django and others, `PingAM`.
/// [`CustomClaims`](crate::token::CustomClaims) have none of them.
pub(crate) const KIND_CLAIMS: &[&str] = &["token_use", "typ", "token_type", "tokenName"];

/// The values of these for an access token, in lower case.
const ACCESS_TOKEN_KINDS: &[&str] = &["access", "access_token", "at+jwt", "bearer", "dpop"];

/// Claims of ID and logout tokens (OpenID Connect Core section 2, Back-Channel Logout section 2.4). They distinguish
/// these from access tokens if neither the header nor the payload states the kind.
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

    /// The issuers' URLs.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|trusted| trusted.issuer.name.as_str())
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
        let jws = Compact::split_foreign(token).ok()?;
        let claims = strict_json::object(&jws.unverified_payload().ok()?)?;
        let name = claims.get("iss")?.as_str()?;
        let trusted = self.0.iter().find(|trusted| trusted.issuer.name == *name)?;
        Some(trusted.verify(&jws, now, skew).await)
    }
}

impl Trusted {
    async fn verify(&self, jws: &Compact<'_>, now: Timestamp, skew: Duration) -> Result<Claims, Undecided> {
        let header = jws.read_foreign_header()?;
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

    /// Checks presence and types of the claims on which security rests (RFC 9068 section 4, RFC 7519 section 4.1). Of the
    /// others, a form that is not understood is as if they were absent, and noted for negations.
    fn claims(&self, members: &Map<String, Value>, profiled: bool) -> Result<Claims, TokenError> {
        check_kind(members, profiled)?;
        // RFC 7800: an unsupported confirmation method refuses the token; the caller checks the request's DPoP proof.
        // By serde alone a list is an object, too.
        let cnf = strict(members, "cnf", |value| Confirmation::deserialize(value.as_object()?).ok())?;
        let text = |name| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let time = |name, later| members.get(name).and_then(|value| numeric_date(value, later));
        let iss = text("iss").ok_or(TokenError::Claims)?;
        if iss != self.issuer.name {
            return Err(TokenError::Issuer);
        }
        let client_id = text("client_id");
        let aud = strict(members, "aud", |value| OneOrMany::deserialize(value).ok())?;
        let is_meant = match &aud {
            Some(aud) => aud.contains(&self.issuer.audience),
            None if self.issuer.client_id_as_audience => client_id.as_ref() == Some(&self.issuer.audience),
            None => return Err(TokenError::Claims),
        };
        if !is_meant {
            return Err(TokenError::Audience);
        }
        let amr = Names::read(&[ClaimPath::from("amr")], members, one, is_word);
        let scope = Names::read(&self.issuer.scopes, members, words, is_scope);
        let roles = Names::read(&self.issuer.roles, members, one, |_| true);
        let claims = Claims {
            sub: self.subject(&text("sub").ok_or(TokenError::Claims)?)?,
            iss,
            aud: aud.unwrap_or(OneOrMany::Many(Vec::new())),
            exp: strict(members, "exp", |value| numeric_date(value, false))?.ok_or(TokenError::Claims)?,
            nbf: strict(members, "nbf", |value| numeric_date(value, true))?,
            iat: time("iat", true),
            jti: text("jti"),
            client_id,
            auth_time: time("auth_time", false),
            unreadable: Unreadable { roles: roles.incomplete, scope: scope.incomplete, amr: amr.incomplete },
            amr: amr.found,
            scope: scope.found.join(" "),
            roles: roles.found,
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

/// Refuses ID, refresh and logout tokens. What the payload states decides; a nonce, which Keycloak also has in access
/// tokens, only where nothing is stated.
fn check_kind(members: &Map<String, Value>, profiled: bool) -> Result<(), TokenError> {
    let mut stated = profiled;
    for kind in KIND_CLAIMS.iter().filter_map(|name| members.get(*name)) {
        let kind = kind.as_str().unwrap_or_default().to_ascii_lowercase();
        // Some repeat the header's `typ`, and `JWT` is every kind.
        if kind != "jwt" {
            if !ACCESS_TOKEN_KINDS.contains(&kind.as_str()) {
                return Err(TokenError::NotAccessToken);
            }
            stated = true;
        }
    }
    if !stated && ID_AND_LOGOUT_CLAIMS.iter().any(|name| members.contains_key(*name)) {
        return Err(TokenError::NotAccessToken);
    }
    Ok(())
}

/// Reads an optional member. Another type, `null` included, is an error.
fn strict<T>(
    members: &Map<String, Value>,
    name: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, TokenError> {
    members.get(name).map(|value| read(value).ok_or(TokenError::Claims)).transpose()
}

/// The distinct names at several paths.
#[derive(Default)]
struct Names {
    found: Vec<String>,
    /// Whether a claim or an item of one was not understood.
    incomplete: bool,
}

impl Names {
    /// Reads the strings of a list, or of one string by `split`, that are a name by `is_name`.
    fn read<'a>(
        paths: &[ClaimPath],
        members: &'a Map<String, Value>,
        split: fn(&'a str) -> Vec<Option<&'a str>>,
        is_name: fn(&str) -> bool,
    ) -> Self {
        let mut names = Self::default();
        for path in paths {
            let Some(claim) = path.find(members) else { continue };
            let found = match claim {
                Value::String(text) => split(text),
                Value::Array(items) => items.iter().map(Value::as_str).collect(),
                _ => vec![None],
            };
            for name in found {
                match name.filter(|name| is_name(name)) {
                    None => {
                        tracing::debug!(target: "auth", ?path, "ignored a claim or an item of a form that is not understood");
                        names.incomplete = true;
                    }
                    Some(name) if names.found.iter().any(|known| known == name) => {}
                    Some(name) => names.found.push(name.to_owned()),
                }
            }
        }
        names
    }
}

/// Splits at spaces alone (RFC 6749 section 3.3).
fn words(text: &str) -> Vec<Option<&str>> {
    text.split(' ').filter(|word| !word.is_empty()).map(Some).collect()
}

/// One name. A text that looks like a list of some notation is none: taken for one name, it would prove the absence of the
/// names in it.
fn one(text: &str) -> Vec<Option<&str>> {
    let is_list = text.contains(|c: char| c.is_whitespace() || [',', ';', '|', '[', '{'].contains(&c));
    vec![Some(text).filter(|_| !is_list)]
}

/// A name with a space would become two in the list of scopes.
fn is_word(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_whitespace)
}
