//! Claims of the application at the issue of an access token.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use crate::base::{ClientId, SessionId, SubjectId, Timestamp};
use crate::service::{AccountError, Auth, AuthBuilder};
use crate::store::{Session, StoreError};
use crate::token::CustomClaims;

/// The time limit of the application's function.
const PATIENCE: Duration = Duration::from_secs(10);

/// The access token that is about to be issued, for [`AuthBuilder::token_claims`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenContext {
    /// The subject.
    pub subject: SubjectId,
    /// The session, the same for every access token of it.
    pub session: SessionId,
    /// The OAuth client that began the session; `None` for the service's own.
    pub client_id: Option<ClientId>,
    /// The subject's present roles.
    pub roles: Vec<Box<str>>,
    /// The token's scopes, separated by spaces.
    pub scope: String,
    /// The authentication methods of the session (RFC 8176).
    pub amr: Vec<String>,
    /// The time of the subject's authentication.
    pub auth_time: Timestamp,
}

type Answer = Pin<Box<dyn Future<Output = Result<CustomClaims, AccountError>> + Send>>;

/// The application's function.
pub(crate) type ClaimsHook = Arc<dyn Fn(TokenContext) -> Answer + Send + Sync>;

impl AuthBuilder {
    /// Adds claims of the application to access tokens: at each login, refresh and
    /// [`access_token`](Auth::access_token), the fields of what `claims` returns.
    ///
    /// [`Claims::get`](crate::Claims::get) reads them, and `claim("tenant", "acme")` in a guard compares them. They are as
    /// old as the token: what must have effect at once, such as a role, belongs into the store. The token is signed and not
    /// encrypted, so its holder can read it.
    ///
    /// A [`StoreError`] issues no token: the operation fails with [`AccountError::Unavailable`], and a refresh token is not
    /// spent. So does a function that does not answer within 10 seconds. A claim with a registered name (`sub`, `exp`,
    /// `scope`, `roles`, ..) and claims of more than 2 KiB in all fail with [`AccountError::Misconfigured`]. Fields that
    /// are `None` are left out.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::store::StoreError;
    /// use auth_core::{AuthBuilder, TokenContext};
    /// use serde::Serialize;
    ///
    /// #[derive(Clone)]
    /// struct Tenants;
    ///
    /// impl Tenants {
    ///     async fn of(&self, _subject: &SubjectId) -> Result<String, StoreError> {
    ///         Ok("acme".to_owned()) // an application asks its database here
    ///     }
    /// }
    ///
    /// #[derive(Serialize)]
    /// struct Extra {
    ///     tenant: String,
    /// }
    ///
    /// fn with_tenant(builder: AuthBuilder, tenants: Tenants) -> AuthBuilder {
    ///     builder.token_claims(move |token: TokenContext| {
    ///         let tenants = tenants.clone();
    ///         async move { Ok(Extra { tenant: tenants.of(&token.subject).await? }) }
    ///     })
    /// }
    ///
    /// #[require(claim("tenant", "acme"))]
    /// async fn acme_only(claims: Claims) -> Option<String> {
    ///     claims.get::<String>("tenant")
    /// }
    /// # fn main() {}
    /// ```
    pub fn token_claims<C, F>(mut self, claims: impl Fn(TokenContext) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<C, StoreError>> + Send + 'static,
        C: Serialize,
    {
        self.claims = Some(Arc::new(move |context| {
            let claims = claims(context);
            Box::pin(async move {
                let claims = claims.await?;
                CustomClaims::new(&claims).map_err(|error| {
                    tracing::error!(target: "auth", %error, "`AuthBuilder::token_claims` returned claims that no token may have");
                    AccountError::Misconfigured { missing: "valid custom claims" }
                })
            })
        }));
        self
    }
}

/// What the application decides at the issue of an access token.
pub(crate) struct Grant {
    /// Those scopes of the session that the subject may have now.
    pub(crate) scope: String,
    pub(crate) claims: CustomClaims,
}

impl Auth {
    /// The scopes and the application's claims for an access token of this session. Asked before the session is stored or
    /// the refresh token is spent, so that a failure costs nothing.
    pub(crate) async fn grant(&self, session: &Session, roles: &[Box<str>]) -> Result<Grant, AccountError> {
        let scopes = session.scope.split_whitespace().map(Into::into).collect();
        let scope = self.verifier().allowed_scopes(&session.subject, roles, scopes).await?.join(" ");
        let claims = self.custom_claims(session, roles, &scope).await?;
        Ok(Grant { scope, claims })
    }

    async fn custom_claims(
        &self,
        session: &Session,
        roles: &[Box<str>],
        scope: &str,
    ) -> Result<CustomClaims, AccountError> {
        let Some(claims) = &self.service()?.claims else { return Ok(CustomClaims::default()) };
        let context = TokenContext {
            subject: session.subject.clone(),
            session: session.id.clone(),
            client_id: session.client_id.clone(),
            roles: roles.to_vec(),
            scope: scope.to_owned(),
            amr: session.amr.split_whitespace().map(str::to_owned).collect(),
            auth_time: session.authenticated_at,
        };
        timeout(PATIENCE, claims(context)).await.unwrap_or_else(|late| Err(StoreError::unavailable(late).into()))
    }
}
