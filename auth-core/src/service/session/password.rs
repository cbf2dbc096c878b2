//! Passwords: change by the user, change by the application, hashing for the application's own statements.

use secrecy::SecretString;

use super::Tokens;
use super::login::PasswordGuess;
use crate::base::{Context, Email, SubjectId, SubjectStanding};
use crate::cache::Limited;
use crate::event::EventKind;
use crate::password::{Password, PasswordHash, Verified};
use crate::service::change::Change;
use crate::service::{AccountError, Auth};
use crate::store::{Holder, Session, UserRecord};
use crate::verify::Identity;

/// The session that outlives a new password.
#[derive(Clone, Copy, Debug)]
pub enum Keep<'a> {
    /// None: every session and token of the subject is revoked.
    None,
    /// That of this identity, whose subject gets the password. It goes on as a new session of the same client, key and
    /// scopes, whose tokens the operation returns; its earlier tokens are revoked.
    Session(&'a Identity),
}

/// What a session hands on to its successor.
pub(super) struct Kept {
    pub(super) standing: SubjectStanding,
    scope: String,
    key: Option<String>,
}

impl Kept {
    fn of(identity: &Identity) -> Option<Self> {
        let claims = identity.claims();
        let (scope, key) = (claims.scope.clone(), claims.cnf.as_ref().map(|key| key.jkt.clone()));
        identity.standing().map(|standing| Self { standing, scope, key })
    }

    /// What is kept of the sessions of `subject`.
    pub(super) fn for_subject(keep: Keep<'_>, subject: &SubjectId) -> Result<Option<Self>, AccountError> {
        match keep {
            Keep::None => Ok(None),
            Keep::Session(identity) if identity.subject() == subject => {
                Self::of(identity).map(Some).ok_or(AccountError::NotFound { what: "session" })
            }
            Keep::Session(_) => Err(AccountError::InvalidInput { detail: "The session belongs to another subject." }),
        }
    }
}

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
    /// [`AccountError::WrongCurrentPassword`] when `current` is wrong; [`AccountError::RateLimited`];
    /// [`AccountError::WeakPassword`];
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
        let kept = Kept::of(identity);
        let attempt = self.limit(context, Limited::CurrentPassword, Some(subject.as_str())).await?;
        let user = if kept.is_some() { service.users.find_by_id(&subject).await? } else { None };
        let wrong = AccountError::WrongCurrentPassword;
        let guess = PasswordGuess { user, password: current, subject: Some(subject.clone()), wrong: wrong.clone() };
        let (user, _) = self.check_password(attempt, guess).await?;
        let kept = kept.ok_or(wrong)?;
        let hash = self.hash_password(new, &words_of(Some(&user))).await?;
        self.change(context, "change_password", |change| async move {
            // The session and the account were checked before two hashes, which take long enough for a revocation.
            // Ending the session is the check that it still stands: of two calls, one ends it.
            let (version, session) = change.claim(&subject, &kept.standing).await?;
            let version = change.replace_password(&subject, version, &hash).await?;
            change.succeed(&user, version, kept, session).await
        })
        .await
    }

    /// Sets the password of a subject, as an administrator or a reset does, or the first one of a subject without a
    /// password. Returns the tokens of a [kept](Keep) session.
    ///
    /// ```
    /// use auth_core::{Keep, Login};
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// auth.set_password(&system, &ada, "four words and no comma".into(), Keep::None).await?;
    /// auth.login(&system, Login::new("ada@example.com", "four words and no comma")).await?;
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::WeakPassword`]; [`AccountError::NotFound`] when there is no such active subject;
    /// [`AccountError::CallerChanged`] when the kept session or the account has changed meanwhile;
    /// [`AccountError::InvalidInput`] when the kept session is another subject's; [`AccountError::Overloaded`];
    /// [`AccountError::Unavailable`] when a store does not answer: sessions may have ended all the same.
    pub async fn set_password(
        &self,
        context: &Context,
        subject: &SubjectId,
        new: SecretString,
        keep: Keep<'_>,
    ) -> Result<Option<Tokens>, AccountError> {
        let user = self.service()?.users.find_by_id(subject).await?;
        let hash = self.hash_password(new, &words_of(user.as_ref())).await?;
        self.set_password_hash(context, subject, hash, keep).await
    }

    /// As [`set_password`](Self::set_password), with a hash of [`hash_password`](Self::hash_password): for an operation
    /// that checks the password first and writes something else in between.
    pub async fn set_password_hash(
        &self,
        context: &Context,
        subject: &SubjectId,
        hash: PasswordHash,
        keep: Keep<'_>,
    ) -> Result<Option<Tokens>, AccountError> {
        let kept = Kept::for_subject(keep, subject)?;
        let subject = subject.clone();
        self.change(context, "set_password", |change| async move {
            change.check_caller().await?;
            let user = change.service()?.users.find_by_id(&subject).await?.filter(|user| user.state.active);
            let user = user.ok_or(AccountError::NotFound { what: "active user" })?;
            let Some(kept) = kept else {
                change.replace_password(&subject, user.state.version, &hash).await?;
                return Ok(None);
            };
            let (version, session) = change.claim(&subject, &kept.standing).await?;
            let version = change.replace_password(&subject, version, &hash).await?;
            change.succeed(&user, version, kept, session).await.map(Some)
        })
        .await
    }

    /// Checks a new password by the [rules](crate::AuthBuilder::password_rules) and the
    /// [breach check](crate::AuthBuilder::breach_check) and hashes it, for an application that
    /// writes it by its own statement. `words` are known of the user: the e-mail address, the user name.
    ///
    /// ```
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let hash = auth.hash_password("three words and a comma".into(), &["ada"]).await?;
    /// assert!(hash.as_str().starts_with("$argon2id$"));
    /// assert!(auth.verify_password(&hash, "three words and a comma".into()).await?);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::WeakPassword`]; [`AccountError::Overloaded`] when too many passwords are being hashed;
    /// [`AccountError::Unavailable`] when a [required](crate::AuthBuilder::require_breach_check) breach check does not answer.
    pub async fn hash_password(&self, password: SecretString, words: &[&str]) -> Result<PasswordHash, AccountError> {
        let password = self.check_new_password(password, words).await?;
        Ok(self.service()?.hasher.hash(password.into_secret()).await?)
    }

    /// Checks a new password by the rules.
    pub(super) async fn check_new_password(
        &self,
        password: SecretString,
        words: &[&str],
    ) -> Result<Password, AccountError> {
        let service = self.service()?;
        let rules = &service.password_rules;
        // The name of the service is as easy to guess as that of the user.
        let words: Vec<&str> = words.iter().copied().chain([self.realm()]).collect();
        let words = words.as_slice();
        let password = if rules.is_slow() {
            let words = words.iter().map(|&word| word.to_owned()).collect();
            service.hasher.check(rules.clone(), password, words).await??
        } else {
            rules.check(password, words)?
        };
        service.breaches.check(&password).await?;
        Ok(password)
    }

    /// Whether `password` is that of `hash`, after the work of a login. It records no event and upgrades nothing.
    ///
    /// # Errors
    ///
    /// [`AccountError::Overloaded`] when too many passwords are being hashed.
    pub async fn verify_password(&self, hash: &PasswordHash, password: SecretString) -> Result<bool, AccountError> {
        let verified = self.service()?.hasher.verify(password, Some(hash.clone())).await?;
        Ok(matches!(verified, Verified::Right { .. }))
    }
}

impl Change {
    /// Ends the session that a caller had, and returns the version of the subject that the caller may change. A legacy
    /// token has no session; its subject must have the version that the guard saw.
    async fn claim(&self, subject: &SubjectId, then: &SubjectStanding) -> Result<(u64, Option<Session>), AccountError> {
        let Some(id) = &then.session else { return Ok((then.version, None)) };
        let session = self.service()?.sessions.find(id).await?.ok_or(AccountError::CallerChanged)?;
        if !self.end_session(subject, id).await? {
            return Err(AccountError::CallerChanged);
        }
        Ok((session.version, Some(session)))
    }

    /// Sets the password in one step with the version, and only from this version: if the task ends here, every session
    /// of the subject is already invalid.
    pub(crate) async fn replace_password(
        &self,
        subject: &SubjectId,
        version: u64,
        hash: &PasswordHash,
    ) -> Result<u64, AccountError> {
        let recording = self.recording(Some(subject), |version: &Option<u64>| {
            version.iter().map(|_| EventKind::PasswordChanged { subject: subject.clone() }).collect()
        });
        let write = self.service()?.users.set_password(subject, version, hash, recording.audit());
        let version = recording.of(write).await?.ok_or(AccountError::CallerChanged)?;
        self.end_sessions(subject).await?;
        Ok(version)
    }

    /// Begins the session that goes on for one that was claimed.
    pub(super) async fn succeed(
        &self,
        user: &UserRecord,
        version: u64,
        kept: Kept,
        session: Option<Session>,
    ) -> Result<Tokens, AccountError> {
        let session = session.as_ref();
        let holder = Holder {
            client_id: session.and_then(|session| session.client_id.as_ref()),
            dpop_jkt: session.and_then(|session| session.dpop_jkt.as_deref()),
        };
        let agent = session.and_then(|session| session.agent.as_deref()).or(self.context().agent.as_deref());
        let new = self.auth().new_session(user.id.clone(), version, kept.scope, "pwd", holder, agent)?;
        let tokens = self.begin_session(new, &user.state.roles, kept.key.as_deref()).await?;
        self.remember_device_of(user).await;
        Ok(tokens)
    }
}

/// The words that a new password of this user must not be.
pub(crate) fn words_of(user: Option<&UserRecord>) -> Vec<&str> {
    let email = user.and_then(|user| user.email.as_ref()).map(Email::as_str);
    let others = user.into_iter().flat_map(|user| user.words.iter().map(AsRef::as_ref));
    email.into_iter().chain(others).collect()
}
