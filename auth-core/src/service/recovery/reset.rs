//! A new password by a token.

use secrecy::SecretString;

use crate::base::Context;
use crate::service::session::words_of;
use crate::service::{AccountError, Auth};
use crate::token::Reset;

impl Auth {
    /// Sets a new password with the token of a [reset message](Self::request_password_reset). Every session and token of
    /// the subject is revoked; the user logs in with the new password, and with the second factor where there is one. The
    /// address of the message is verified from then on.
    ///
    /// Where the subject has not verified this address before, its API keys are revoked, and where it has verified none, its
    /// second factors are removed as well: a client that registered the address of another person, or changed that of its
    /// account to it, may have made them, and would keep the account. A factor outlives a change of the address, since a thief
    /// of a session could get rid of it otherwise.
    ///
    /// The client's address counts as a known device from then on: the user can log in while other parties use up the limits of
    /// the account.
    ///
    /// A password that the rules refuse does not spend the token.
    ///
    /// ```
    /// use auth_core::AccountError;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let token = "pr_unknown"; // from the message
    /// let refused = auth.reset_password(&system, token, "four words and no comma".into()).await;
    /// assert_eq!(refused, Err(AccountError::InvalidOneTimeToken));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// [`AccountError::InvalidOneTimeToken`] for every refused token, whatever the reason;
    /// [`AccountError::RateLimited`]; [`AccountError::WeakPassword`]; [`AccountError::Overloaded`] when too many passwords are being hashed;
    /// [`AccountError::Unavailable`] when a store does not answer: the token may be spent, and the password may have
    /// changed.
    pub async fn reset_password(&self, context: &Context, token: &str, new: SecretString) -> Result<(), AccountError> {
        let (token, user) = self.presented::<Reset>(context, token).await?;
        let hash = self.hash_password(new, &words_of(Some(&user))).await?;
        let subject = user.id;
        self.change(context, "reset_password", |change| async move {
            let verified = change.service()?.recovery.tokens()?.verified_email(&subject).await?;
            let (user, address) = change.auth().find_one_time(change.context(), token).await?;
            // From the version that the token has: another change of the credentials meanwhile has made it invalid.
            let changed = change.replace_password(&user.id, user.state.version, &hash).await;
            changed.map_err(|error| match error {
                AccountError::CallerChanged => AccountError::InvalidOneTimeToken,
                other => other,
            })?;
            // Another client may have registered the address, or changed that of its account to it.
            if verified.as_ref().is_none_or(|verified| verified.email != address) {
                change.revoke_api_keys(&user.id).await?;
            }
            if verified.is_none() {
                change.remove_all_factors(&user.id).await?;
            }
            // Last, since it verifies the address: where a store fails before, the next reset is the first one as well. The new
            // version has made the token invalid, so that no other call uses it meanwhile.
            change.spend_one_time(token).await?;
            // Other parties may have used up the logins at unknown devices, and all devices are that since the new password.
            change.remember_device_of(&user).await;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, OnceLock};

    use async_trait::async_trait;

    use super::*;
    use crate::base::SubjectId;
    use crate::password::{BreachCheck, BreachCheckError};
    use crate::service::Registration;
    use crate::service::recovery::{Delivery, DeliveryError, Message};
    use crate::store::{Audit, MemoryStore, UserStore as _};
    use crate::token::{Purpose, SigningKey, random_secret};

    #[derive(Clone, Default)]
    struct Outbox(Arc<Mutex<String>>);

    #[async_trait]
    impl Delivery for Outbox {
        async fn send(&self, message: Message) -> Result<(), DeliveryError> {
            if message.kind.purpose() == Purpose::PasswordReset {
                message.token().clone_into(&mut self.0.lock().unwrap());
            }
            Ok(())
        }
    }

    /// Another request revokes the tokens of this user while a new password is checked.
    struct Meanwhile(MemoryStore, Arc<OnceLock<SubjectId>>);

    #[async_trait]
    impl BreachCheck for Meanwhile {
        async fn is_breached(&self, _: &SecretString) -> Result<bool, BreachCheckError> {
            if let Some(user) = self.1.get() {
                self.0.revoke_tokens(user, Audit::none()).await.map_err(BreachCheckError::new)?;
            }
            Ok(false)
        }
    }

    #[tokio::test]
    async fn a_token_is_invalid_after_another_change_since_its_check() {
        let (store, outbox, user) = (MemoryStore::new(), Outbox::default(), Arc::new(OnceLock::new()));
        let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
        let builder = Auth::builder(key, "https://api.example.com", "api").store(store.clone());
        let builder = builder.delivery(outbox.clone()).breach_check(Meanwhile(store.clone(), Arc::clone(&user)));
        let (auth, system) = (builder.build().unwrap(), Context::system("test"));
        let (old, new) = ("three words and a comma", "four words and no comma");
        let ada = auth.register(&system, Registration::new("ada@example.com", old)).await.unwrap().0;
        auth.request_password_reset(&system, "ada@example.com").await.unwrap();
        auth.settled().await;
        let token = outbox.0.lock().unwrap().clone();
        user.set(ada.clone()).unwrap();
        let refused = auth.reset_password(&system, &token, new.into()).await;
        assert_eq!(refused, Err(AccountError::InvalidOneTimeToken));
        let stored = store.find_by_id(&ada).await.unwrap().unwrap().password_hash.unwrap();
        assert!(auth.verify_password(&stored, old.into()).await.unwrap(), "the password was set");
    }
}
