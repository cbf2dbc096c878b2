//! Access tokens without a password.

use crate::base::{SessionId, SubjectId};
use crate::service::Auth;
use crate::store::{Audit, NewSession, Session};
use crate::token::{Access, Token};
use crate::web::Refusal;

/// Begins a session of `subject` as if it had logged in just now by these methods (`amr`, RFC 8176) and been granted
/// these scopes, both separated by spaces, and gives its access token. No password is checked and no hash computed.
///
/// ```
/// # use auth_core::Registration;
/// use auth_core::testing::{in_memory, sign_in};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = in_memory().build()?;
/// let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
/// let token = sign_in(&auth, &ada, "pwd otp mfa", "reports:read").await?;
/// let authorization = format!("Bearer {}", token.expose());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Refusal::InvalidCredential`] when there is no such subject, [`Refusal::Unavailable`] when a store does not answer.
pub async fn sign_in(auth: &Auth, subject: &SubjectId, amr: &str, scope: &str) -> Result<Token<Access>, Refusal> {
    let now = auth.now();
    let state = auth.subject_state(subject, now).await?.ok_or(Refusal::InvalidCredential { api_key: false })?;
    let refresh = Token::random()?;
    let ends_at = now.after(auth.0.lifetimes.refresh);
    let session = Session {
        id: SessionId::random(),
        subject: subject.clone(),
        version: state.version,
        scope: scope.to_owned(),
        amr: amr.to_owned(),
        agent: None,
        created_at: now,
        last_used_at: now,
        expires_at: ends_at,
        ends_at,
        client_id: None,
        dpop_jkt: None,
    };
    auth.0
        .sessions
        .create(NewSession { session: session.clone(), refresh_token: refresh.hash() }, Audit::none())
        .await?;
    Ok(auth.tokens(session, &state.roles, refresh, None)?.access)
}
