//! The check of new passwords against breached ones.

use std::sync::Arc;

use tokio::time::timeout;

use super::AccountError;
use crate::password::{BREACH_PATIENCE, BreachCheck, BreachCheckError, Password, WeakPassword};

/// The list of breached passwords, if there is one.
#[derive(Clone, Default)]
pub(crate) struct Breaches {
    pub(crate) check: Option<Arc<dyn BreachCheck>>,
    /// Whether a password is refused while the list does not answer.
    pub(crate) is_required: bool,
}

impl Breaches {
    /// Refuses a password of the list.
    pub(crate) async fn check(&self, password: &Password) -> Result<(), AccountError> {
        let Some(check) = &self.check else { return Ok(()) };
        let answer = timeout(BREACH_PATIENCE, check.is_breached(password.secret())).await;
        match answer.unwrap_or_else(|late| Err(BreachCheckError::new(late))) {
            Ok(false) => Ok(()),
            Ok(true) => Err(WeakPassword::Breached.into()),
            Err(error) if self.is_required => {
                tracing::error!(target: "auth", %error, "a new password was refused without a check for breaches");
                Err(AccountError::Unavailable)
            }
            // NIST SP 800-63B-4 asks for a blocklist, and the other rules have one: an outage elsewhere stops no one.
            Err(error) => {
                tracing::warn!(target: "auth", %error, "a new password was accepted without a check for breaches");
                Ok(())
            }
        }
    }
}
