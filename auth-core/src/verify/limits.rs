//! Rate limits of credentials that guards verify.

use std::time::Duration;

use super::{AccessError, ApiKeyIdentity, Caller, Head, Origin, Verifier};
use crate::cache::{By, Limited, Quota, Throttled, Who};
use crate::event::EventKind;
use crate::policy::{CountBy, RouteLimit, Statement};

/// An API key that is being looked up. Dropped meanwhile, since the client has hung up, it counts as an invalid one: clients
/// that never wait for the answer would cause any number of queries.
struct Undecided<'a>(&'a Verifier, &'a Who);

impl Drop for Undecided<'_> {
    fn drop(&mut self) {
        let Self(verifier, who) = self;
        // The client is gone, and so is the answer.
        let _ = verifier.limits.failed_here(Limited::ApiKey, who, false);
    }
}

impl Verifier {
    /// Verifies an API key, unless the client's address has sent too many invalid ones. Nodes count these apart: guards
    /// wait for no other service.
    pub(super) async fn identify_api_key_within_limits(
        &self,
        origin: &dyn Origin,
        text: &str,
    ) -> Result<ApiKeyIdentity, AccessError> {
        let who = Who::new(origin.address(), None);
        let refused = |used_up| {
            self.note_rate_limit(origin, &used_up, &who);
            AccessError::RateLimited(used_up)
        };
        self.limits.may_fail_here(Limited::ApiKey, &who, false).map_err(refused)?;
        let undecided = Undecided(self, &who);
        let outcome = self.identify_api_key(origin, text).await;
        std::mem::forget(undecided);
        match &outcome {
            Ok(key) => self.note_use(key).await,
            Err(AccessError::InvalidCredential { .. }) => {
                self.limits.failed_here(Limited::ApiKey, &who, false).map_err(refused)?;
            }
            Err(_) => {}
        }
        outcome
    }

    /// Counts a call of a handler by the limits that need no caller, or by the others. A caller without what a limit counts
    /// by counts by the address.
    pub(super) async fn limit_route(
        &self,
        head: &Head<'_>,
        stated: &'static Statement,
        caller: Option<&Caller>,
    ) -> Result<(), AccessError> {
        let limits = stated.conditions.all_limits();
        let due = limits.iter().enumerate().filter(|(_, limit)| limit.by.is_known_first() == caller.is_none());
        for (number, RouteLimit { count, secs, burst, by }) in due {
            let (subject, key) = caller.map(Caller::ids).unwrap_or_default();
            let account = match by {
                CountBy::Subject => subject.map(String::from),
                CountBy::Key => key.map(String::from),
                CountBy::Address => None,
            };
            let (by, address) = match account {
                Some(_) => (By::Account, None),
                None => (By::Address, head.address()),
            };
            let who = Who::new(address, account.as_deref());
            let quota = Quota::new(*count, Duration::from_secs(*secs)).burst(*burst);
            let route = (stated.declared.module, stated.declared.name, number);
            self.limits.route(route, by, quota, &who).await.map_err(|used_up| {
                self.note_rate_limit(head, &used_up, &who);
                AccessError::RateLimited(used_up)
            })?;
        }
        Ok(())
    }

    /// Records that a limit is used up. `false` when that was recorded within an hour.
    pub(crate) fn note_rate_limit(&self, origin: &dyn Origin, used_up: &Throttled, who: &Who) -> bool {
        self.meters.rate_limited.add("", used_up.operation, used_up.by.name());
        let is_news = self.limits.is_news(used_up, who);
        if is_news {
            let (operation, by) = (used_up.operation.to_owned(), used_up.by.name().to_owned());
            self.events.send(&origin.context(), self.now(), EventKind::RateLimited { operation, by });
        }
        is_news
    }
}
