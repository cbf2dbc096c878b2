//! Password change.

use secrecy::SecretString;

use super::{Tokens, shortened};
use crate::base::{Context, Standing, SubjectId};
use crate::event::EventKind;
use crate::password::{Password, Verified};
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::{Holder, Session};
use crate::verify::Identity;

impl Auth {
    /// Changes the password of an identity's subject. Every session and token of the subject is revoked, this one's
    /// included; the returned tokens belong to a new session of the same client, key and scopes.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::{Context, Refusal};
    /// use axum::extract::State;
    ///
    /// #[require_auth]
    /// async fn change(identity: Identity, context: Context, State(auth): State<Auth>) -> Result<String, Refusal> {
    ///     let (current, new) = ("three words and a comma".into(), "four words and no comma".into());
    ///     let tokens = auth.change_password(&context, &identity, current, new).await?;
    ///     Ok(tokens.access.expose().to_owned())
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::WrongCurrentPassword`] when `current` is wrong; [`AccountError::WeakPassword`];
    /// [`AccountError::CallerChanged`] when the session or the account has changed meanwhile, also by another password
    /// change; [`AccountError::Overloaded`]; [`AccountError::Unavailable`] when a store does not answer: the session
    /// may have ended all the same.
    pub async fn change_password(
        &self,
        context: &Context,
        identity: &Identity,
        current: SecretString,
        new: SecretString,
    ) -> Result<Tokens, AccountError> {
        let service = self.service()?;
        let subject = identity.subject().clone();
        // A subject of another issuer has no password here, whatever its id.
        let standing = identity.standing();
        let user = if standing.is_some() { service.users.find_by_id(&subject).await? } else { None };
        let stored = user.as_ref().and_then(|user| user.password_hash.clone());
        let verified = service.hasher.verify(current, stored).await?;
        let (Some(user), Some(standing), Verified::Right { .. }) = (user, standing, verified) else {
            self.record(context, EventKind::LoginFailed { subject: Some(subject) });
            return Err(AccountError::WrongCurrentPassword);
        };
        let new = Password::new(new, None)?;
        let hash = service.hasher.hash(new.into_secret()).await?;
        let claims = identity.claims();
        let (scope, key) = (claims.scope.clone(), claims.cnf.as_ref().map(|key| key.jkt.clone()));
        self.change(context, "change_password", |change| async move {
            // The session and the account were checked before two hashes, which take long enough for a revocation.
            // Ending the session is the check that it still stands: of two calls, one ends it.
            let (version, session) = change.claim(&subject, standing).await?;
            // The version grows with the password in one step, and only from the version of the session: if the task
            // ends here, every session of the subject is already invalid.
            let recording = change.recording(Some(&subject), |version: &Option<u64>| {
                version.iter().map(|_| EventKind::PasswordChanged { subject: subject.clone() }).collect()
            });
            let users = &change.service()?.users;
            let write = users.set_password(&subject, version, &hash, recording.audit());
            let version = recording.of(write).await?.ok_or(AccountError::CallerChanged)?;
            change.end_sessions(&subject).await?;
            let session = session.as_ref();
            let holder = Holder {
                client_id: session.and_then(|session| session.client_id.as_ref()),
                dpop_jkt: session.and_then(|session| session.dpop_jkt.as_deref()),
            };
            let agent = session.and_then(|session| session.agent.as_deref()).or(change.context().agent.as_deref());
            let new = change.auth().new_session(subject.clone(), version, scope, "pwd", holder)?;
            let new = Session { agent: shortened(agent), ..new };
            change.begin_session(new, &user.state.roles, key.as_deref()).await
        })
        .await
    }
}

impl Change {
    /// Ends the session that a caller had, and returns the version of the subject that the caller may change. A legacy
    /// token has no session; its subject must have the version that the guard saw.
    async fn claim(&self, subject: &SubjectId, then: Standing) -> Result<(u64, Option<Session>), AccountError> {
        let Some(id) = then.session else { return Ok((then.version, None)) };
        let session = self.service()?.sessions.find(&id).await?.ok_or(AccountError::CallerChanged)?;
        if !self.end_session(subject, &id).await? {
            return Err(AccountError::CallerChanged);
        }
        Ok((session.version, Some(session)))
    }
}
