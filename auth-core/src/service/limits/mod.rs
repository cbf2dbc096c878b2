//! Rate limits of operations: a direct call is limited as its route is.

mod devices;

pub(crate) use devices::Devices;

use crate::base::Context;
use crate::cache::{By, Limited, Throttled, Who};
use crate::service::{AccountError, Auth};
use crate::token::TokenHash;

/// An operation within its limits.
pub(crate) struct Attempt<'a> {
    auth: &'a Auth,
    context: &'a Context,
    operation: Limited,
    account: Option<Box<str>>,
    who: Who,
    /// Whether the limits of the account were used up and the device is a known one.
    is_known: bool,
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
        let who = Who::new(context.address, account);
        let account = account.map(Box::from);
        let mut attempt = Attempt { auth: self, context, operation, account, who, is_known: false };
        let limits = &self.verifier().limits;
        if let Err(used_up) = limits.may_fail(operation, &attempt.who, false).await {
            attempt.is_known = matches!(used_up.by, By::Account | By::Global) && attempt.is_at_known_device().await;
            if !attempt.is_known {
                return Err(attempt.refused(used_up));
            }
            attempt.note(&used_up);
            limits.may_fail(operation, &attempt.who, true).await.map_err(|used_up| attempt.refused(used_up))?;
        }
        let charged = limits.attempt(operation, &attempt.who, attempt.is_known).await;
        charged.map_err(|used_up| attempt.refused(used_up))?;
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
        let mut outcome = limits.may_fail(self.operation, &self.who, self.is_known).await;
        if !self.is_known && outcome.is_err() && self.is_at_known_device().await {
            outcome = limits.may_fail(self.operation, &self.who, true).await;
        }
        outcome.map_err(|used_up| self.refused(used_up))
    }

    /// Counts a wrong credential: at a known device of the account by itself.
    pub(crate) async fn wrong(&self) -> Result<(), AccountError> {
        let is_known = self.is_known || self.is_at_known_device().await;
        let counted = self.auth.verifier().limits.failed(self.operation, &self.who, is_known).await;
        counted.map_err(|used_up| self.refused(used_up))
    }

    /// The device of a login, to be remembered.
    pub(crate) fn device(&self) -> Option<TokenHash> {
        if self.operation == Limited::Login { self.who.device() } else { None }
    }

    async fn is_at_known_device(&self) -> bool {
        match self.device() {
            Some(device) => self.auth.is_known_device(&device).await,
            None => false,
        }
    }

    fn refused(&self, used_up: Throttled) -> AccountError {
        self.note(&used_up);
        AccountError::RateLimited(used_up)
    }

    /// Records that a limit is used up, and tells the owner of an account whose logins are refused.
    fn note(&self, used_up: &Throttled) {
        let is_news = self.auth.verifier().note_rate_limit(self.context, used_up, &self.who);
        if let (true, Limited::Login, By::Account, Some(name)) = (is_news, self.operation, used_up.by, &self.account) {
            self.auth.record_slowed_login(self.context, name);
        }
    }
}
