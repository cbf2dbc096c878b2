//! Password change.

use secrecy::SecretString;

use crate::base::Context;
use crate::event::EventKind;
use crate::password::{Password, Verified};
use crate::service::{AccountError, Auth};
use crate::verify::Identity;

impl Auth {
    /// Changes the password of an identity's subject. The current session continues; every other session and token of
    /// the subject is revoked.
    ///
    /// # Errors
    ///
    /// [`AccountError::WrongCurrentPassword`] when `current` is wrong; [`AccountError::WeakPassword`];
    /// [`AccountError::Overloaded`]; [`AccountError::Unavailable`] when a store does not answer.
    pub async fn change_password(
        &self,
        context: &Context,
        identity: &Identity,
        current: SecretString,
        new: SecretString,
    ) -> Result<(), AccountError> {
        let service = self.service()?;
        let subject = identity.subject().clone();
        let user = service.users.find_by_id(&subject).await?;
        let stored = user.and_then(|user| user.password_hash);
        if matches!(service.hasher.verify(current, stored).await?, Verified::Wrong) {
            self.record(context, EventKind::LoginFailed { subject: Some(subject) });
            return Err(AccountError::WrongCurrentPassword);
        }
        let new = Password::new(new, None)?;
        let hash = service.hasher.hash(new.into_secret()).await?;
        let session = identity.session().cloned();
        self.change(context, "change_password", |change| async move {
            // The version grows with the password in one step: if the task ends here, every session of the subject is
            // already invalid, including this one.
            let recording = change.recording(Some(&subject), |version: &Option<u64>| {
                version.iter().map(|_| EventKind::PasswordChanged { subject: subject.clone() }).collect()
            });
            let users = &change.service()?.users;
            let version = recording.of(users.set_password(&subject, &hash, recording.audit())).await?;
            let version = version.ok_or(AccountError::WrongCurrentPassword)?;
            change.end_sessions(&subject, session.as_ref().map(|session| (session, version))).await
        })
        .await
    }
}
