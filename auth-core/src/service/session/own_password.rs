//! Passwords that the application writes itself.

use super::Tokens;
use super::password::{Keep, Kept};
use crate::base::{Context, SubjectId};
use crate::cache;
use crate::event::EventKind;
use crate::service::change::{Change, answered};
use crate::service::{AccountError, Auth};
use crate::store::Session;

impl Auth {
    /// As [`set_password_hash`](Self::set_password_hash), by a statement of the application, which may write other columns
    /// in the same step.
    ///
    /// `write` gets the version that it may replace. In one statement or transaction it sets the hash of
    /// [`hash_password`](Self::hash_password), raises the version by one, and returns whether there was an active user with
    /// that version. It goes on when the client disconnects, as does what follows it: sessions end, and the event is
    /// recorded. Sessions end after the write alone, so that an error of the application's own costs no session.
    ///
    /// ```
    /// use auth_core::{AccountError, Keep};
    /// # use auth_core::store::{Audit, UserStore as _};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = auth_core::store::MemoryStore::new();
    /// # let auth = auth_core::testing::in_memory().store(store.clone()).build()?;
    /// # let context = auth_core::Context::system("test");
    /// # let ada = auth_core::Registration::new("ada@example.com", "three words and a comma");
    /// # let ada = auth.register(&context, ada).await?.0;
    /// let hash = auth.hash_password("four words and no comma".into(), &["ada@example.com"]).await?;
    /// # let id = ada.clone();
    /// let write = async move |version: u64| {
    ///     // UPDATE users SET name = $4, hash = $3, version = version + 1 WHERE id = $1 AND version = $2 AND active
    ///     # let rows_affected = store.set_password(&id, version, &hash, Audit::none()).await?.iter().count();
    ///     Ok::<_, AccountError>(rows_affected == 1)
    /// };
    /// auth.set_password_with(&context, &ada, Keep::None, write).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `write`, and as those of its error type: [`AccountError::NotFound`] when there is no such active subject;
    /// [`AccountError::CallerChanged`] when the kept session or the account has changed meanwhile;
    /// [`AccountError::InvalidInput`] when the kept session is another subject's; [`AccountError::Misconfigured`] when
    /// `write` has not raised the version; [`AccountError::Unavailable`] when a store does not answer: the password may
    /// have been set all the same.
    pub async fn set_password_with<E, F>(
        &self,
        context: &Context,
        subject: &SubjectId,
        keep: Keep<'_>,
        write: impl FnOnce(u64) -> F + Send + 'static,
    ) -> Result<Option<Tokens>, E>
    where
        E: From<AccountError> + Send + 'static,
        F: Future<Output = Result<bool, E>> + Send + 'static,
    {
        let kept = Kept::for_subject(keep, subject)?;
        let subject = subject.clone();
        self.change_by(context, "set_password", |change| async move {
            let (version, session) = change.replaceable(&subject, kept.as_ref()).await?;
            let written = answered(write(version)).await;
            // Also after an error: the statement may have been committed.
            let lookups = &change.auth().verifier().lookups;
            lookups.coherence.changed(&[cache::Change::Subject(subject.clone())]).await;
            if written.is_err() {
                let undecided = change.undecided(Some(subject.clone()));
                change.auth().verifier().events.deliver(undecided).await;
            }
            if !written.map_err(AccountError::from)?? {
                return Err(AccountError::CallerChanged.into());
            }
            Ok(change.replaced(&subject, version, kept, session).await?)
        })
        .await
    }
}

impl Change {
    /// The version that the application may replace, with the session that is kept.
    async fn replaceable(
        &self,
        subject: &SubjectId,
        kept: Option<&Kept>,
    ) -> Result<(u64, Option<Session>), AccountError> {
        self.check_caller().await?;
        let user = self.service()?.users.find_by_id(subject).await?.filter(|user| user.state.active);
        let user = user.ok_or(AccountError::NotFound { what: "active user" })?;
        let Some(kept) = kept else { return Ok((user.state.version, None)) };
        let Some(id) = &kept.standing.session else { return Ok((kept.standing.version, None)) };
        let session = self.service()?.sessions.find(id).await?.ok_or(AccountError::CallerChanged)?;
        Ok((session.version, Some(session)))
    }

    /// What follows from a password that the application has written.
    async fn replaced(
        &self,
        subject: &SubjectId,
        version: u64,
        kept: Option<Kept>,
        session: Option<Session>,
    ) -> Result<Option<Tokens>, AccountError> {
        let changed = EventKind::PasswordChanged { subject: subject.clone() };
        self.auth().announce(self.context(), "set_password", changed).await;
        // Ending the kept session is the check that it still stands: of this and a logout, one ends it.
        let is_claimed = match &session {
            Some(session) => self.end_session(subject, &session.id).await?,
            None => true,
        };
        self.end_sessions(subject).await?;
        let user = self.service()?.users.find_by_id(subject).await?.ok_or(AccountError::CallerChanged)?;
        if user.state.version <= version {
            return Err(AccountError::misconfigured("statement that raises the version with the password"));
        }
        let Some(kept) = kept else { return Ok(None) };
        // A later version is that of another change since the write, such as the end of all sessions: it ends this one, too.
        let is_unchanged = user.state.active && user.state.version == version + 1;
        if !is_claimed || !is_unchanged {
            return Err(AccountError::CallerChanged);
        }
        self.succeed(&user, user.state.version, kept, session).await.map(Some)
    }
}
