//! Ending sessions.

use crate::base::{SessionId, SubjectId};
use crate::event::Event;
use crate::service::Auth;
use crate::store::{Audit, Session};
use crate::verify::Identity;
use crate::web::Refusal;

impl Auth {
    /// Ends the session of this identity; its access and refresh tokens are refused from now on.
    ///
    /// ```
    /// use auth_core::http::Rejection;
    /// use auth_core::prelude::*;
    /// use axum::extract::State;
    ///
    /// #[require_auth]
    /// async fn logout(identity: Identity, State(auth): State<Auth>) -> Result<(), Rejection> {
    ///     auth.logout(&identity).await.map_err(|refusal| auth.reject(refusal))
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] when the access token belongs to no session here, and so cannot be ended here;
    /// [`Refusal::Unavailable`] when the store does not answer; the session then still stands.
    pub async fn logout(&self, identity: &Identity) -> Result<(), Refusal> {
        let session = identity.session().ok_or(Refusal::NotFound { what: "session" })?;
        self.end_session(identity.subject(), session).await.map(|_| ())
    }

    /// Ends every session of a subject, those that begin at the same time included, and every access token.
    ///
    /// ```
    /// # use auth_core::{Login, Refusal, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let tokens = auth.login(Login::new("ada@example.com", "three words and a comma")).await?;
    /// auth.logout_everywhere(&ada).await?;
    /// assert_eq!(auth.refresh(tokens.refresh.expose()).await.unwrap_err(), Refusal::InvalidRefreshToken);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] when a store does not answer.
    pub async fn logout_everywhere(&self, subject: &SubjectId) -> Result<(), Refusal> {
        // First and in one step: a login under way has read the version before, and a token of a former service belongs
        // to no session.
        self.0.users.revoke_tokens(subject, Audit::none()).await?;
        self.end_sessions(subject, None).await
    }

    /// The living sessions of a subject, newest first.
    ///
    /// ```
    /// # use auth_core::{Login, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let mut login = Login::new("ada@example.com", "three words and a comma");
    /// login.agent = Some("Firefox on Linux".to_owned());
    /// auth.login(login).await?;
    /// assert_eq!(auth.sessions(&ada).await?[0].agent.as_deref(), Some("Firefox on Linux"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] when the store does not answer.
    pub async fn sessions(&self, subject: &SubjectId) -> Result<Vec<Session>, Refusal> {
        let now = self.now();
        let mut sessions = self.0.sessions.list(subject, now).await?;
        // One of an older version is dead, though it may lie in the store until it expires.
        let version = self.subject_state(subject, now).await?.map(|state| state.version);
        sessions.retain(|session| Some(session.version) == version);
        Ok(sessions)
    }

    /// Ends one session of a subject; `false` when the subject has no such session.
    ///
    /// ```
    /// # use auth_core::{Login, Registration, SubjectId, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let tokens = auth.login(Login::new("ada@example.com", "three words and a comma")).await?;
    /// let session = auth.sessions(&ada).await?.remove(0).id;
    /// let bob = SubjectId::random();
    /// assert!(!auth.end_session(&bob, &session).await?); // not his
    /// assert!(auth.end_session(&ada, &session).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] when the store does not answer.
    pub async fn end_session(&self, subject: &SubjectId, session: &SessionId) -> Result<bool, Refusal> {
        let ended = self.0.sessions.end(subject, session, Audit::none()).await?;
        if ended {
            self.record(&Event::SessionEnded { subject, session });
        }
        Ok(ended)
    }

    /// Ends all sessions of a subject but `keep`, which is lifted to the subject's given version.
    pub(super) async fn end_sessions(
        &self,
        subject: &SubjectId,
        keep: Option<(&SessionId, u64)>,
    ) -> Result<(), Refusal> {
        let ended = self.0.sessions.end_all(subject, keep, Audit::none()).await?;
        self.record(&Event::SessionsEnded { subject, count: ended.len() });
        Ok(())
    }
}
