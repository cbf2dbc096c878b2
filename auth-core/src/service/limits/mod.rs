//! Rate limits of operations: a direct call is limited as its route is.

use crate::base::Context;
use crate::cache::{Limited, Throttled, Who};
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
    /// Counts the outcome of a check. Once a limit of failures is used up, the outcome of every check is that, whether the
    /// credential was right or wrong: requests that began at the same time get no further answers.
    pub(crate) async fn outcome<T>(&self, checked: Result<T, AccountError>) -> Result<T, AccountError> {
        match &checked {
            Ok(_) => self.right().await?,
            Err(error) if error.is_wrong_credential() => self.wrong().await?,
            Err(_) => {}
        }
        checked
    }

    /// A right credential, which may be used unless a limit of failures is used up.
    pub(crate) async fn right(&self) -> Result<(), AccountError> {
        let limits = &self.auth.verifier().limits;
        limits.may_fail(self.operation, &self.who, false).map_err(|used_up| self.refused(used_up))
    }

    /// Counts a wrong credential.
    pub(crate) async fn wrong(&self) -> Result<(), AccountError> {
        let limits = &self.auth.verifier().limits;
        limits.failed(self.operation, &self.who, false).map_err(|used_up| self.refused(used_up))
    }

    fn refused(&self, used_up: Throttled) -> AccountError {
        self.auth.verifier().rate_limited(self.context, used_up, &self.who).into()
    }
}
