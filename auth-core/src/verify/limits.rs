//! Rate limits of credentials that guards verify.

use super::{AccessError, ApiKeyIdentity, Origin, Verifier};
use crate::cache::{Limited, Throttled, Who};
use crate::event::EventKind;

impl Verifier {
    /// Verifies an API key, unless the client's address has sent too many invalid ones.
    pub(super) async fn identify_api_key_within_limits(
        &self,
        origin: &dyn Origin,
        text: &str,
    ) -> Result<ApiKeyIdentity, AccessError> {
        let who = Who::new(origin.address(), None);
        self.limits
            .may_fail(Limited::ApiKey, &who, false)
            .map_err(|used_up| self.rate_limited(origin, used_up, &who))?;
        let outcome = self.identify_api_key(origin, text).await;
        if let Err(AccessError::InvalidCredential { .. }) = outcome {
            self.limits
                .failed(Limited::ApiKey, &who, false)
                .map_err(|used_up| self.rate_limited(origin, used_up, &who))?;
        }
        outcome
    }

    /// Records that a limit is used up, and returns the refusal.
    pub(crate) fn rate_limited(&self, origin: &dyn Origin, used_up: Throttled, who: &Who) -> AccessError {
        if self.limits.is_news(&used_up, who) {
            let (operation, by) = (used_up.operation.to_owned(), used_up.by.name().to_owned());
            self.events.send(&origin.context(), self.now(), EventKind::RateLimited { operation, by });
        }
        AccessError::RateLimited(used_up)
    }
}
