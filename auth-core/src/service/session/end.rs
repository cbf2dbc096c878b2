//! Ending sessions.

use crate::base::{Context, SessionId, SubjectId};
use crate::event::EventKind;
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::Session;
use crate::verify::Identity;

impl Auth {
    /// Ends the session of this identity; its access and refresh tokens are refused from now on.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::{Context, Refusal};
    /// use axum::extract::State;
    ///
    /// #[require_auth]
    /// async fn logout(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<(), Refusal> {
    ///     Ok(auth.logout(&context, &identity).await?)
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when the access token belongs to no session here, and so cannot be ended here;
    /// [`AccountError::Unavailable`] when the store does not answer; the session then still stands.
    pub async fn logout(&self, context: &Context, identity: &Identity) -> Result<(), AccountError> {
        let session = identity.session().ok_or(AccountError::NotFound { what: "session" })?;
        self.end_session(context, identity.subject(), session).await.map(|_| ())
    }

    /// Ends every session of a subject, those that begin at the same time included, and every access token.
    ///
    /// ```
    /// # use auth_core::{Context, Login, AccountError, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let tokens = auth.login(&Context::system("example"), Login::new("ada@example.com", "three words and a comma")).await?;
    /// auth.logout_everywhere(&Context::system("example"), &ada).await?;
    /// assert_eq!(auth.refresh(&Context::system("example"), tokens.refresh.expose()).await.unwrap_err(), AccountError::InvalidRefreshToken);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::Unavailable`] when a store does not answer.
    pub async fn logout_everywhere(&self, context: &Context, subject: &SubjectId) -> Result<(), AccountError> {
        let subject = subject.clone();
        self.change(context, "logout_everywhere", |change| async move {
            // First and in one step: a login under way has read the version before, and a token of a former service belongs
            // to no session.
            let recording = change.recording(Some(&subject), |version: &Option<u64>| {
                version.iter().map(|_| EventKind::TokensRevoked { subject: subject.clone() }).collect()
            });
            recording.of(change.service()?.users.revoke_tokens(&subject, recording.audit())).await?;
            change.end_sessions(&subject, None).await
        })
        .await
    }

    /// The living sessions of a subject, newest first.
    ///
    /// ```
    /// # use auth_core::{Context, Login, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let mut login = Login::new("ada@example.com", "three words and a comma");
    /// login.agent = Some("Firefox on Linux".to_owned());
    /// auth.login(&Context::system("example"), login).await?;
    /// assert_eq!(auth.sessions(&ada).await?[0].agent.as_deref(), Some("Firefox on Linux"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::Unavailable`] when the store does not answer.
    pub async fn sessions(&self, subject: &SubjectId) -> Result<Vec<Session>, AccountError> {
        let now = self.now();
        let mut sessions = self.service()?.sessions.list(subject, now).await?;
        // One of an older version is dead, though it may lie in the store until it expires.
        let version = self.verifier().lookups.subject(subject, now).await?.map(|state| state.version);
        sessions.retain(|session| Some(session.version) == version);
        Ok(sessions)
    }

    /// Ends one session of a subject; `false` when the subject has no such session.
    ///
    /// ```
    /// # use auth_core::{Context, Login, Registration, SubjectId, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let auth = testing::in_memory().build()?;
    /// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let tokens = auth.login(&Context::system("example"), Login::new("ada@example.com", "three words and a comma")).await?;
    /// let session = auth.sessions(&ada).await?.remove(0).id;
    /// let bob = SubjectId::random();
    /// assert!(!auth.end_session(&Context::system("example"), &bob, &session).await?); // not his
    /// assert!(auth.end_session(&Context::system("example"), &ada, &session).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::Unavailable`] when the store does not answer.
    pub async fn end_session(
        &self,
        context: &Context,
        subject: &SubjectId,
        session: &SessionId,
    ) -> Result<bool, AccountError> {
        let (subject, session) = (subject.clone(), session.clone());
        self.change(context, "end_session", |change| async move {
            let recording = change.recording(Some(&subject), |ended: &bool| match ended {
                true => vec![EventKind::SessionEnded { subject: subject.clone(), session: session.clone() }],
                false => Vec::new(),
            });
            recording.of(change.service()?.sessions.end(&subject, &session, recording.audit())).await
        })
        .await
    }
}

impl Change {
    /// Ends all sessions of a subject but `keep`, which is lifted to the subject's given version.
    pub(super) async fn end_sessions(
        &self,
        subject: &SubjectId,
        keep: Option<(&SessionId, u64)>,
    ) -> Result<(), AccountError> {
        let recording = self.recording(Some(subject), |sessions: &Vec<SessionId>| {
            vec![EventKind::SessionsEnded { subject: subject.clone(), count: sessions.len() }]
        });
        recording.of(self.service()?.sessions.end_all(subject, keep, recording.audit())).await.map(|_| ())
    }
}
