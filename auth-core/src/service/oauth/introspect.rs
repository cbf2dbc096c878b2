//! Introspection (RFC 7662).

use serde::Serialize;

use crate::base::Context;
use crate::cache::Limited;
use crate::service::{AccountError, Auth};
use crate::store::RefreshTokenRecord;
use crate::token::{Confirmation, OneOrMany, Refresh, Token, TokenHash};
use crate::verify::{AccessError, Identity};

/// The introspection response; for an inactive token only `active` (RFC 7662 section 2.2).
#[derive(Serialize)]
pub(crate) struct Introspection {
    active: bool,
    #[serde(flatten)]
    token: Option<ActiveToken>,
}

#[derive(Serialize)]
struct ActiveToken {
    iss: String,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(flatten)]
    access: Option<AccessTokenPart>,
}

/// The members that only access tokens have.
#[derive(Serialize)]
struct AccessTokenPart {
    token_type: &'static str,
    /// RFC 9449 section 6.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
    aud: OneOrMany,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    amr: Vec<String>,
    /// The current roles.
    roles: Vec<String>,
}

impl Auth {
    /// Whether this service would accept a token now. A used, expired or malformed token is inactive, and so is one
    /// whose session has ended or whose subject is inactive.
    pub(crate) async fn introspect(&self, context: &Context, token: &str) -> Result<Introspection, AccountError> {
        self.limit(context, Limited::Introspection, None).await?;
        let token = match Token::<Refresh>::parse(token) {
            Ok(refresh) => self.active_refresh_token(&refresh.hash()).await?,
            Err(_) => self.active_access_token(context, token).await?,
        };
        Ok(Introspection { active: token.is_some(), token })
    }

    async fn active_access_token(&self, context: &Context, token: &str) -> Result<Option<ActiveToken>, AccountError> {
        match self.verifier().identify(context, token).await {
            // Only their issuer may describe tokens of another issuer.
            Ok(identity) if identity.claims().iss != self.access_tokens().issuer() => Ok(None),
            Ok(identity) => Ok(Some(access_token(&identity))),
            Err(AccessError::Unavailable) => Err(AccountError::Unavailable),
            Err(_) => Ok(None),
        }
    }

    async fn active_refresh_token(&self, token: &TokenHash) -> Result<Option<ActiveToken>, AccountError> {
        let now = self.now();
        let found = self.service()?.sessions.find_by_refresh_token(token).await?;
        let unused = found.filter(|found| !found.used && now < found.expires_at && now < found.session.expires_at);
        let Some(RefreshTokenRecord { session, expires_at, .. }) = unused else { return Ok(None) };
        if self.living_subject(&session).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(ActiveToken {
            iss: self.access_tokens().issuer().to_owned(),
            sub: session.subject.to_string(),
            client_id: Some(self.client_name(&session)?.to_string()),
            exp: expires_at.as_secs(),
            // A refresh token is issued when its predecessor is used.
            iat: Some(session.last_used_at.as_secs()),
            scope: session.scope,
            sid: Some(session.id.to_string()),
            auth_time: Some(session.authenticated_at.as_secs()),
            access: None,
        }))
    }
}

fn access_token(identity: &Identity) -> ActiveToken {
    let claims = identity.claims().clone();
    ActiveToken {
        iss: claims.iss,
        sub: claims.sub.into(),
        client_id: claims.client_id,
        exp: claims.exp,
        iat: claims.iat,
        scope: claims.scope,
        sid: claims.sid.map(Into::into),
        auth_time: claims.auth_time,
        access: Some(AccessTokenPart {
            token_type: if claims.cnf.is_some() { "DPoP" } else { "Bearer" },
            cnf: claims.cnf,
            aud: claims.aud,
            nbf: claims.nbf,
            jti: claims.jti,
            amr: claims.amr,
            roles: identity.role_names().map(str::to_owned).collect(),
        }),
    }
}
