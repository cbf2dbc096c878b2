//! Rate limits of operations: a direct call is limited as its route is.

use crate::base::Context;
use crate::cache::{Limited, Throttled, Who};
use crate::event::EventKind;
use crate::service::{AccountError, Auth};

/// An operation within its limits.
pub(crate) struct Attempt<'a> {
    auth: &'a Auth,
    context: &'a Context,
    operation: Limited,
    who: Who,
}

impl Auth {
    /// Begins a limited operation: counts the attempt, by the context's address, by `account` and in all. `account` is
    /// what an attacker guesses for or what a message goes to: a login name, an address, a subject. It need not exist;
    /// an account that does not is limited alike.
    ///
    /// An operation that checks a credential gives the outcome of the check to [`Attempt::outcome`].
    pub(crate) async fn limit<'a>(
        &'a self,
        context: &'a Context,
        operation: Limited,
        account: Option<&str>,
    ) -> Result<Attempt<'a>, AccountError> {
        let attempt = Attempt { auth: self, context, operation, who: Who::new(context.address, account) };
        let limits = &self.verifier().limits;
        limits.may_fail(operation, &attempt.who, false).map_err(|used_up| attempt.refused(used_up))?;
        limits.attempt(operation, &attempt.who, false).map_err(|used_up| attempt.refused(used_up))?;
        Ok(attempt)
    }
}

impl Attempt<'_> {
    /// Counts a wrong credential. Once a limit of failures is used up, the outcome of every check is that, whether the
    /// credential was right or wrong: requests that began at the same time get no further answers.
    pub(crate) async fn outcome<T>(&self, checked: Result<T, AccountError>) -> Result<T, AccountError> {
        let limits = &self.auth.verifier().limits;
        let within = match &checked {
            Ok(_) => limits.may_fail(self.operation, &self.who, false),
            Err(error) if error.is_wrong_credential() => limits.failed(self.operation, &self.who, false),
            Err(_) => Ok(()),
        };
        within.map_err(|used_up| self.refused(used_up))?;
        checked
    }

    fn refused(&self, used_up: Throttled) -> AccountError {
        if self.auth.verifier().limits.is_news(&used_up, &self.who) {
            let (operation, by) = (used_up.operation.to_owned(), used_up.by.name().to_owned());
            self.auth.record(self.context, EventKind::RateLimited { operation, by });
        }
        AccountError::RateLimited(used_up)
    }
}
