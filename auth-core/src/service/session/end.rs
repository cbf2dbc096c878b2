//! Ending of sessions.

use crate::base::{Context, SessionId, SubjectId};
use crate::event::EventKind;
use crate::service::change::{BATCH, Change};
use crate::service::{AccountError, Auth};
use crate::store::{Page, Session};
use crate::verify::Identity;

impl Auth {
    /// Ends the session of an identity. Its access and refresh tokens are refused from now on.
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
    /// [`AccountError::NotFound`] when the access token has no session in this service; [`AccountError::Unavailable`]
    /// when the store does not answer: the session may not have ended.
    pub async fn logout(&self, context: &Context, identity: &Identity) -> Result<(), AccountError> {
        let session = identity.session().ok_or(AccountError::NotFound { what: "session" })?;
        self.end_session(context, identity.subject(), session).await.map(|_| ())
    }

    /// Ends every session of a subject, including logins in progress, and revokes every access token. Its known devices
    /// are forgotten.
    pub async fn logout_everywhere(&self, context: &Context, subject: &SubjectId) -> Result<(), AccountError> {
        let subject = subject.clone();
        self.change(context, "logout_everywhere", |change| async move {
            // First and in one step: a login in progress has read the old version, and legacy tokens have no session.
            change.revoke_tokens(&subject).await?;
            change.end_sessions(&subject).await
        })
        .await
    }

    /// Returns a page of the live sessions of a subject, newest first.
    ///
    /// ```
    /// use auth_core::Login;
    /// use auth_core::store::Page;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// for _ in 0..3 {
    ///     auth.login(&system, Login::new("ada@example.com", "three words and a comma")).await?;
    /// }
    /// let first = auth.sessions(&ada, Page::first(2)).await?;
    /// let last = first[1].cursor();
    /// let second = auth.sessions(&ada, Page { after: Some(&last), limit: 2 }).await?;
    /// assert_eq!((first.len(), second.len()), (2, 1));
    /// # Ok(()) });
    /// ```
    pub async fn sessions(&self, subject: &SubjectId, page: Page<'_, SessionId>) -> Result<Vec<Session>, AccountError> {
        let now = self.now();
        // A session of an older version is invalid, although the store keeps it until it expires.
        let Some(state) = self.verifier().lookups.subject(subject, now).await? else { return Ok(Vec::new()) };
        Ok(self.service()?.sessions.list(subject, state.version, now, page).await?)
    }

    /// Ends one session of a subject; `false` when the subject has no such session.
    pub async fn end_session(
        &self,
        context: &Context,
        subject: &SubjectId,
        session: &SessionId,
    ) -> Result<bool, AccountError> {
        let (subject, session) = (subject.clone(), session.clone());
        self.change(context, "end_session", |change| async move { change.end_session(&subject, &session).await }).await
    }
}

impl Change {
    /// Ends one session of a subject; of several concurrent calls one returns `true`.
    pub(super) async fn end_session(&self, subject: &SubjectId, session: &SessionId) -> Result<bool, AccountError> {
        let event = || EventKind::SessionEnded { subject: subject.clone(), session: session.clone() };
        let recording = self.recording_if(Some(subject), event);
        recording.of(self.service()?.sessions.end(subject, session, recording.audit())).await
    }

    /// Raises the version of a subject, so that every earlier session and token is refused.
    pub(crate) async fn revoke_tokens(&self, subject: &SubjectId) -> Result<(), AccountError> {
        let recording = self.recording(Some(subject), |version: &Option<u64>| {
            version.iter().map(|_| EventKind::TokensRevoked { subject: subject.clone() }).collect()
        });
        recording.of(self.service()?.users.revoke_tokens(subject, recording.audit())).await.map(drop)
    }

    /// Ends the sessions of a subject but for `kept`.
    pub(crate) async fn end_other_sessions(
        &self,
        subject: &SubjectId,
        kept: Option<&SessionId>,
    ) -> Result<(), AccountError> {
        let service = self.service()?;
        let Some(user) = service.users.find_by_id(subject).await? else { return Ok(()) };
        loop {
            let page = Page::first(BATCH);
            let sessions = service.sessions.list(subject, user.state.version, self.now(), page).await?;
            for session in sessions.iter().filter(|session| Some(&session.id) != kept) {
                self.end_session(subject, &session.id).await?;
            }
            if sessions.len() < BATCH as usize {
                return Ok(());
            }
        }
    }

    /// Ends all sessions of a subject. The subject's version or the subject itself has changed before, so that they are
    /// refused already; short steps let other writers in. The known devices go with them.
    pub(crate) async fn end_sessions(&self, subject: &SubjectId) -> Result<(), AccountError> {
        self.end_each_session(subject, true).await.map(drop)
    }

    /// As [`end_sessions`](Self::end_sessions), without an event if there are none. Returns their number.
    pub(crate) async fn end_found_sessions(&self, subject: &SubjectId) -> Result<usize, AccountError> {
        self.end_each_session(subject, false).await
    }

    async fn end_each_session(&self, subject: &SubjectId, records_none: bool) -> Result<usize, AccountError> {
        let (mut count, mut is_recorded) = (0, !records_none);
        loop {
            let recording = self.recording(Some(subject), |sessions: &Vec<SessionId>| {
                let ended = EventKind::SessionsEnded { subject: subject.clone(), count: sessions.len() };
                if is_recorded && sessions.is_empty() { Vec::new() } else { vec![ended] }
            });
            let sessions = &self.service()?.sessions;
            let ended = recording.of(sessions.end_all(subject, BATCH, recording.audit())).await?;
            count += ended.len();
            if ended.len() < BATCH as usize {
                break;
            }
            drop(recording);
            is_recorded = true;
        }
        self.forget_devices(subject).await?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::session::{Registration, SignIn};
    use crate::store::MemoryStore;
    use crate::token::{SigningKey, random_secret};

    #[tokio::test]
    async fn of_more_sessions_than_one_page_all_others_end() {
        let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
        let builder = Auth::builder(key, "https://api.example.com", "api").store(MemoryStore::new());
        let (auth, system) = (builder.build().unwrap(), Context::system("test"));
        let ada = Registration::new("ada@example.com", "three words and a comma");
        let ada = auth.register(&system, ada).await.unwrap().0;
        let kept = auth.sign_in(&system, SignIn::subject(&ada)).await.unwrap().session;
        for _ in 0..2 * BATCH {
            auth.sign_in(&system, SignIn::subject(&ada)).await.unwrap();
        }
        let (subject, session) = (ada.clone(), kept.clone());
        let ended = auth
            .change(&system, "test", |change| async move { change.end_other_sessions(&subject, Some(&session)).await });
        ended.await.unwrap();
        let left = auth.sessions(&ada, Page::first(3 * BATCH)).await.unwrap();
        assert_eq!(left.iter().map(|session| &session.id).collect::<Vec<_>>(), [&kept]);
    }
}
