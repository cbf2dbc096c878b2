//! Rate limits of operations: a direct call is limited as its route is.

mod devices;

use std::borrow::Cow;

pub(crate) use devices::Devices;

use crate::base::Context;
use crate::cache::{By, Limited, Throttled, Who};
use crate::service::{AccountError, Auth};
use crate::token::TokenHash;

/// An operation within its limits.
///
/// Whatever a limit decides, it decides before a write: a committed change is never answered as one that was refused.
pub(crate) struct Attempt<'a> {
    auth: Cow<'a, Auth>,
    context: Cow<'a, Context>,
    operation: Limited,
    account: Option<Box<str>>,
    who: Who,
    /// Whether the limits of the account were used up and the device is a known one.
    is_known: bool,
}

impl Auth {
    /// Begins a limited operation: counts the attempt, by the context's address, in all and by `account`. `account` is
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
        self.limit_with(context, operation, account, true).await
    }

    /// As [`limit`](Self::limit), with the same limits at known devices: whether a device is known tells that there is an
    /// account.
    pub(crate) async fn limit_everywhere<'a>(
        &'a self,
        context: &'a Context,
        operation: Limited,
        account: Option<&str>,
    ) -> Result<Attempt<'a>, AccountError> {
        self.limit_with(context, operation, account, false).await
    }

    async fn limit_with<'a>(
        &'a self,
        context: &'a Context,
        operation: Limited,
        account: Option<&str>,
        exempts_devices: bool,
    ) -> Result<Attempt<'a>, AccountError> {
        let who = Who::new(context.address, account);
        let account = account.map(Box::from);
        let (auth, context) = (Cow::Borrowed(self), Cow::Borrowed(context));
        let mut attempt = Attempt { auth, context, operation, account, who, is_known: false };
        let limits = &self.verifier().limits;
        // First: what follows may query the store, also for an attempt that is refused.
        let charged = limits.attempt_of_address(operation, &attempt.who).await;
        charged.map_err(|used_up| attempt.refused(used_up))?;
        if let Err(used_up) = limits.may_fail(operation, &attempt.who, false).await {
            attempt.is_known =
                exempts_devices && matches!(used_up.by, By::Account | By::Global) && attempt.is_at_known_device().await;
            if !attempt.is_known {
                return Err(attempt.refused(used_up));
            }
            attempt.note(&used_up);
            limits.may_fail(operation, &attempt.who, true).await.map_err(|used_up| attempt.refused(used_up))?;
        }
        if let Err(used_up) = limits.attempt(operation, &attempt.who, attempt.is_known).await {
            let is_known = exempts_devices
                && operation == Limited::Message
                && matches!(used_up.by, By::Account | By::Global)
                && attempt.is_at_known_device().await;
            if !is_known {
                return Err(attempt.refused(used_up));
            }
            attempt.note(&used_up);
            limits.attempt(operation, &attempt.who, true).await.map_err(|used_up| attempt.refused(used_up))?;
        }
        Ok(attempt)
    }
}

impl Auth {
    /// Counts an attempt by the context's address alone, for an operation that a wrong credential of others must not stop.
    pub(crate) async fn limit_address(&self, context: &Context, operation: Limited) -> Result<(), AccountError> {
        let who = Who::new(context.address, None);
        let charged = self.verifier().limits.attempt_of_address(operation, &who).await;
        charged.map_err(|used_up| {
            self.verifier().note_rate_limit(context, &used_up, &who);
            AccountError::RateLimited(used_up)
        })
    }
}

impl Attempt<'_> {
    /// The attempt for a change, which outlives the request.
    pub(crate) fn into_owned(self) -> Attempt<'static> {
        let Self { auth, context, operation, account, who, is_known } = self;
        let (auth, context) = (Cow::Owned(auth.into_owned()), Cow::Owned(context.into_owned()));
        Attempt { auth, context, operation, account, who, is_known }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Counts the outcome of a check that has changed nothing. Once a limit of failures is used up, the outcome of every
    /// check is that, whether the credential was right or wrong: requests that began at the same time get no further
    /// answers.
    pub(crate) async fn outcome<T>(&self, checked: Result<T, AccountError>) -> Result<T, AccountError> {
        match &checked {
            Ok(_) => self.right().await?,
            Err(error) => self.count(error).await?,
        }
        checked
    }

    /// Counts an error, if it is that of a wrong credential.
    pub(crate) async fn count(&self, error: &AccountError) -> Result<(), AccountError> {
        if error.is_wrong_credential() { self.wrong().await } else { Ok(()) }
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

    /// Counts a guess on all nodes before its check, whose [outcome](Guess::outcome) takes a right one back: of guesses at the
    /// same time, each of which takes no work, no more are checked than the limit has left. For a check that is part of a
    /// change.
    pub(crate) async fn guess(&self) -> Result<Guess<'_>, AccountError> {
        let is_known = self.is_known || self.is_at_known_device().await;
        let counted = self.auth.verifier().limits.failed(self.operation, &self.who, is_known).await;
        counted.map_err(|used_up| self.refused(used_up))?;
        Ok(Guess { attempt: self, is_known })
    }

    /// The account at the client's address, as the store of known devices keeps it: by its name, by its subject, or where
    /// the account may be either, by both.
    fn devices(&self) -> [Option<TokenHash>; 2] {
        match self.operation {
            Limited::Login => [self.who.device(), None],
            Limited::CurrentPassword | Limited::OneTimeCode => [None, self.who.subject_device()],
            Limited::Message => [self.who.device(), self.who.subject_device()],
            _ => [None, None],
        }
    }

    async fn is_at_known_device(&self) -> bool {
        if !self.auth.verifier().limits.exempts_devices(self.operation) {
            return false;
        }
        for device in self.devices().iter().flatten() {
            if self.auth.is_known_device(device).await {
                return true;
            }
        }
        false
    }

    fn refused(&self, used_up: Throttled) -> AccountError {
        self.note(&used_up);
        AccountError::RateLimited(used_up)
    }

    /// Records that a limit is used up, and tells the owner of an account whose logins are refused.
    fn note(&self, used_up: &Throttled) {
        let is_news = self.auth.verifier().note_rate_limit(&*self.context, used_up, &self.who);
        if let (true, Limited::Login, By::Account, Some(name)) = (is_news, self.operation, used_up.by, &self.account) {
            self.auth.record_slowed_login(&self.context, name);
        }
    }
}

/// A guess that is counted as a wrong one.
#[must_use = "a right one stays counted without its outcome"]
pub(crate) struct Guess<'a> {
    attempt: &'a Attempt<'a>,
    is_known: bool,
}

impl Guess<'_> {
    /// Takes the guess back, unless the outcome of its check is that of a wrong credential.
    pub(crate) async fn outcome<T>(self, checked: Result<T, AccountError>) -> Result<T, AccountError> {
        if !checked.as_ref().is_err_and(AccountError::is_wrong_credential) {
            let Attempt { auth, operation, who, .. } = self.attempt;
            auth.verifier().limits.take_back(*operation, who, self.is_known).await;
        }
        checked
    }
}
