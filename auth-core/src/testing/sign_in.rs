//! Access tokens without a password.

use crate::base::SubjectId;
use crate::service::{AccountError, Auth};
use crate::store::{Audit, Holder, NewSession};
use crate::token::{Access, Token};

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
    let now = auth.now();
    let state = auth.verifier().lookups.subject(subject, now).await?.ok_or(AccountError::NotFound { what: "user" })?;
    let refresh = Token::random()?;
    let session = auth.new_session(subject.clone(), state.version, scope.to_owned(), amr, Holder::default())?;
    let grant = auth.grant(&session, &state.roles).await?;
    let new = NewSession { session: session.clone(), refresh_token: refresh.hash() };
    auth.service()?.sessions.create(new, Audit::none()).await?;
    Ok(auth.tokens(session, &state.roles, refresh, None, &grant)?.access)
}
