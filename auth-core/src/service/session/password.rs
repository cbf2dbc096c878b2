//! Changing a password.

use secrecy::SecretString;

use crate::event::Event;
use crate::password::{Password, Verified};
use crate::service::Auth;
use crate::store::Audit;
use crate::verify::Identity;
use crate::web::Refusal;

impl Auth {
    /// Changes the password of this identity's subject. The session it was done in goes on; every other session and
    /// token of the subject is dead.
    ///
    /// ```
    /// use auth_core::http::Rejection;
    /// use auth_core::prelude::*;
    /// use axum::extract::State;
    /// use secrecy::SecretString;
    ///
    /// # async fn handler(
    /// #     identity: Identity, State(auth): State<Auth>, current: SecretString, new: SecretString,
    /// # ) -> Result<(), Rejection> {
    /// auth.change_password(&identity, current, new).await.map_err(|refusal| auth.reject(refusal))
    /// # }
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongCurrentPassword`] when `current` is wrong; [`Refusal::WeakPassword`]; [`Refusal::Busy`];
    /// [`Refusal::Unavailable`] when a store does not answer.
    pub async fn change_password(
        &self,
        identity: &Identity,
        current: SecretString,
        new: SecretString,
    ) -> Result<(), Refusal> {
        let subject = identity.subject();
        let user = self.0.users.find_by_id(subject).await?;
        let stored = user.and_then(|user| user.password_hash);
        if matches!(self.0.hasher.verify(current, stored).await?, Verified::Wrong) {
            self.record(&Event::LoginFailed { subject: Some(subject) });
            return Err(Refusal::WrongCurrentPassword);
        }
        let new = Password::new(new, None)?;
        let hash = self.0.hasher.hash(new.into_secret()).await?;
        // The version grows with the password, in one step: should this end here, every session of the subject is dead
        // already, this one included.
        let version =
            self.0.users.set_password(subject, &hash, Audit::none()).await?.ok_or(Refusal::WrongCurrentPassword)?;
        self.record(&Event::PasswordChanged { subject });
        self.end_sessions(subject, identity.session().map(|session| (session, version))).await
    }
}
