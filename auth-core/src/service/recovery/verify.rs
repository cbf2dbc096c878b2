//! Verification of e-mail addresses.

use super::MessageKind;
use super::request::{Recipient, token_of};
use crate::base::{Context, SubjectId, Timestamp};
use crate::cache::Limited;
use crate::service::{AccountError, Auth};
use crate::token::{AddressChange, OpaqueKind as _, Verification};

impl Auth {
    /// Sends a message with a token that verifies the subject's address. The token replaces an earlier one and is valid
    /// for 24 hours, until the address or the password changes. It returns at once, as
    /// [`request_password_reset`](Self::request_password_reset) does.
    ///
    /// Where a [`delivery`](crate::AuthBuilder::delivery) is set, [`register`](Self::register) and a change of the address
    /// by [`update_account`](Self::update_account) do it themselves.
    ///
    /// # Errors
    ///
    /// As [`request_password_reset`](Self::request_password_reset).
    pub async fn request_email_verification(&self, context: &Context, subject: &SubjectId) -> Result<(), AccountError> {
        self.limit(context, Limited::Message, Some(subject.as_str())).await?;
        let recipient = Recipient::Subject(subject.clone());
        let new = token_of::<Verification>(MessageKind::from);
        self.send_later(context, "request_email_verification", recipient, new)
    }

    /// Verifies the address to which a [message](Self::request_email_verification) was sent, by its token, and returns
    /// the subject. The token of [`AddressChange`](crate::recovery::MessageKind::AddressChange) makes its address that of the
    /// account.
    ///
    /// ```
    /// use auth_core::AccountError;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let refused = auth.verify_email(&system, "ev_unknown").await; // from the message
    /// assert_eq!(refused, Err(AccountError::InvalidOneTimeToken));
    /// assert_eq!(auth.email_verified_at(&ada).await?, None);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidOneTimeToken`] for every refused token, whatever the reason;
    /// [`AccountError::RateLimited`]; [`AccountError::Unavailable`] when a store does not answer: the token may be spent, but for one
    /// that changes an address, which works again until the change is made.
    pub async fn verify_email(&self, context: &Context, token: &str) -> Result<SubjectId, AccountError> {
        if token.starts_with(AddressChange::PREFIX) {
            return self.change_address(context, token).await;
        }
        let (token, _) = self.presented::<Verification>(context, token).await?;
        let verified =
            self.change(context, "verify_email", |change| async move { change.redeem_one_time(token).await });
        Ok(verified.await?.0.id)
    }

    /// Returns when the present address of a subject was verified, by any token that a message carried to it; `None` when
    /// it was not, or has changed since.
    ///
    /// # Errors
    ///
    /// [`AccountError::NotFound`] when there is no such user; [`AccountError::Misconfigured`] without a store of one-time
    /// tokens.
    pub async fn email_verified_at(&self, subject: &SubjectId) -> Result<Option<Timestamp>, AccountError> {
        let service = self.service()?;
        let user = service.users.find_by_id(subject).await?.ok_or(AccountError::NotFound { what: "user" })?;
        let verified = service.recovery.tokens()?.verified_email(subject).await?;
        Ok(verified.filter(|verified| user.email.as_ref() == Some(&verified.email)).map(|verified| verified.at))
    }
}

impl Auth {
    /// Sends a message to a new address, where messages are sent at all. That it cannot be sent now is no reason to fail:
    /// the user may request another one.
    pub(crate) fn verify_address_later(&self, context: &Context, subject: &SubjectId) {
        if self.service().is_ok_and(|service| service.recovery.is_on()) {
            let recipient = Recipient::Subject(subject.clone());
            let new = token_of::<Verification>(MessageKind::from);
            let sent = self.send_later(context, "request_email_verification", recipient, new);
            drop(sent.inspect_err(|error| tracing::warn!(target: "auth", %error, "no message to a new address")));
        }
    }
}
