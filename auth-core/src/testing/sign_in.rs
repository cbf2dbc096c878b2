//! Access tokens without a password.

use std::time::Duration;

use crate::base::SubjectId;
use crate::service::{AccountError, Auth};
use crate::store::{Audit, Holder, NewSession, Session};
use crate::token::{Access, CustomClaims, Token};

/// Begins a session of `subject` as if it had just logged in, with these authentication methods (`amr`, RFC 8176) and
/// scopes, both separated by spaces, and returns its access token. No password is checked.
///
/// ```
/// use auth_core::testing::sign_in;
///
/// # auth_core::testing::example(async |auth, ada, system| {
/// let token = sign_in(&auth, &ada, "pwd otp mfa", "reports:read").await?;
/// let authorization = format!("Bearer {}", token.expose());
/// # Ok(()) });
/// ```
///
/// # Errors
///
/// [`AccountError::NotFound`] when there is no such subject; [`AccountError::Unavailable`] when a store does not
/// answer.
pub async fn sign_in(auth: &Auth, subject: &SubjectId, amr: &str, scope: &str) -> Result<Token<Access>, AccountError> {
    mint(auth, subject, Mint { amr, scope, ago: Duration::ZERO, claims: CustomClaims::default() }).await
}

/// A session and its access token.
pub(super) struct Mint<'a> {
    /// Separated by spaces, as the scopes.
    pub(super) amr: &'a str,
    pub(super) scope: &'a str,
    /// The time since authentication.
    pub(super) ago: Duration,
    /// Claims beside those of the application.
    pub(super) claims: CustomClaims,
}

pub(super) async fn mint(auth: &Auth, subject: &SubjectId, new: Mint<'_>) -> Result<Token<Access>, AccountError> {
    let now = auth.now();
    let state = auth.verifier().lookups.subject(subject, now).await?.ok_or(AccountError::NotFound { what: "user" })?;
    let refresh = Token::random()?;
    let session =
        auth.new_session(subject.clone(), state.version, new.scope.to_owned(), new.amr, Holder::default(), None)?;
    let session = Session { authenticated_at: now.before(new.ago), ..session };
    let mut grant = auth.grant(&session, &state.roles).await?;
    grant.claims = grant.claims.and(new.claims);
    let stored = NewSession { session: session.clone(), refresh_token: refresh.hash() };
    auth.service()?.sessions.create(stored, Audit::none()).await?;
    Ok(auth.tokens(session, &state.roles, refresh, None, &grant)?.access)
}
