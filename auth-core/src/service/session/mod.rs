//! Sessions: login, refresh, end. Protections are part of the operations, not of their routes.

mod claims;
mod end;
mod login;
mod own_password;
mod password;
mod refresh;
mod register;
mod sign_in;
mod step_up;
mod token_request;
mod tokens;

use std::time::Duration;

use secrecy::SecretString;

pub(crate) use claims::ClaimsHook;
use claims::Grant;
pub use claims::TokenContext;
pub use password::Keep;
pub(crate) use password::words_of;
pub use register::{PendingRegistration, Registration};
pub use sign_in::SignIn;
pub(crate) use step_up::methods;
pub use step_up::{StepUp, SteppedUp};
pub use token_request::TokenProof;
pub(crate) use token_request::TokenRequest;
pub(crate) use tokens::TokenResponse;
pub use tokens::Tokens;

use crate::base::{SessionId, SubjectId};
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::{Holder, NewSession, Session};
use crate::token::{Access, NewAccessToken, Refresh, Token};

/// A session with less than this has ended: times of tokens count seconds.
const LEAST_LIFETIME: Duration = Duration::from_secs(1);

/// The stored length of a `User-Agent`.
const MAX_AGENT_CHARS: usize = 256;

/// A login by name and password, each of at most 1024 bytes; a longer one is refused as wrong.
///
/// ```
/// use auth_core::Login;
///
/// let mut login = Login::new("ada@example.com", "three words and a comma");
/// login.scope = Some("profile".to_owned());
/// assert!(!format!("{login:?}").contains("comma")); // the password is not printed
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Login {
    /// The login name, an e-mail address in the built-in stores.
    pub username: String,
    /// The password.
    pub password: SecretString,
    /// The requested scopes, separated by spaces. Scopes that are not in
    /// [`AuthBuilder::scopes`](crate::AuthBuilder::scopes) are not granted.
    pub scope: Option<String>,
    /// The name of the device in the user's list of sessions, usually the `User-Agent`; truncated to 256 characters.
    pub agent: Option<String>,
    /// A code of the second factor or a recovery code, for a user with a second factor.
    pub otp: Option<SecretString>,
    /// The DPoP proof of the request, to whose key the tokens are bound.
    pub proof: TokenProof,
}

impl Login {
    /// A login without scopes, agent, code or DPoP proof.
    pub fn new(username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        let (username, password) = (username.into(), password.into());
        Self { username, password, scope: None, agent: None, otp: None, proof: TokenProof::default() }
    }

    /// Binds the tokens to the key of this DPoP proof, if the request has one.
    #[must_use]
    pub fn proof(mut self, proof: TokenProof) -> Self {
        self.proof = proof;
        self
    }
}

impl Auth {
    /// A session of a subject that has authenticated just now, by `amr`.
    pub(crate) fn new_session(
        &self,
        subject: SubjectId,
        version: u64,
        scope: String,
        amr: &str,
        holder: Holder<'_>,
        agent: Option<&str>,
    ) -> Result<Session, AccountError> {
        let (now, lifetimes) = (self.now(), &self.service()?.lifetimes);
        Ok(Session {
            id: SessionId::random(),
            subject,
            version,
            scope,
            amr: amr.to_owned(),
            agent: agent.map(|agent| agent.chars().take(MAX_AGENT_CHARS).collect()),
            created_at: now,
            authenticated_at: now,
            last_used_at: now,
            expires_at: now.after(lifetimes.refresh),
            ends_at: now.after(lifetimes.session),
            client_id: holder.client_id.cloned(),
            dpop_jkt: holder.dpop_jkt.map(str::to_owned),
        })
    }

    /// The tokens of a session; the access token is bound to the key of this thumbprint if given.
    pub(crate) fn tokens(
        &self,
        session: Session,
        roles: &[Box<str>],
        refresh: Token<Refresh>,
        key: Option<&str>,
        grant: &Grant,
    ) -> Result<Tokens, AccountError> {
        let (access, lifetime) = self.issue_access_token(&session, roles, key, grant)?;
        let token_type = if key.is_some() { "DPoP" } else { "bearer" };
        let Session { subject, id: session, .. } = session;
        let scope = grant.scope.clone();
        Ok(Tokens { access, refresh, expires_in: lifetime.as_secs(), scope, subject, session, token_type })
    }

    /// Issues an access token that does not outlive its session, and returns its lifetime.
    fn issue_access_token(
        &self,
        session: &Session,
        roles: &[Box<str>],
        key: Option<&str>,
        grant: &Grant,
    ) -> Result<(Token<Access>, Duration), AccountError> {
        let now = self.now();
        let lifetime = self.service()?.lifetimes.access.min(session.ends_at.since(now));
        // Its `exp` counts seconds, so that the token would be dead.
        if lifetime < LEAST_LIFETIME {
            return Err(AccountError::CallerChanged);
        }
        let new = NewAccessToken {
            subject: &session.subject,
            session: &session.id,
            version: session.version,
            client_id: session.client_id.as_ref(),
            auth_time: session.authenticated_at,
            amr: &session.amr,
            scope: &grant.scope,
            roles,
            bound_to: key,
            custom: &grant.claims,
        };
        Ok((self.access_tokens().issue(&new, now, lifetime)?, lifetime))
    }
}

impl Change {
    /// Stores a new session and issues its first tokens.
    pub(crate) async fn begin_session(
        &self,
        session: Session,
        roles: &[Box<str>],
        key: Option<&str>,
    ) -> Result<Tokens, AccountError> {
        let grant = self.auth().grant(&session, roles).await?;
        self.begin_granted(session, roles, key, &grant).await
    }

    /// As [`begin_session`](Self::begin_session), with the scopes and claims that the application has granted.
    pub(crate) async fn begin_granted(
        &self,
        session: Session,
        roles: &[Box<str>],
        key: Option<&str>,
        grant: &Grant,
    ) -> Result<Tokens, AccountError> {
        let refresh = Token::random()?;
        let session = Session { scope: grant.scope.clone(), ..session };
        let new = NewSession { session: session.clone(), refresh_token: refresh.hash() };
        let begun = EventKind::LoginSucceeded { subject: session.subject.clone(), session: session.id.clone() };
        let recording = self.recording(Some(&session.subject), move |(): &()| vec![begun.clone()]);
        recording.of(self.service()?.sessions.create(new, recording.audit())).await?;
        self.auth().tokens(session, roles, refresh, key, grant)
    }
}
