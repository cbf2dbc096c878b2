//! The limits of each operation, as settings.

use super::quota::Quota;

/// An operation, or several that share their limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limited {
    /// A login by name and password, also by the password grant.
    Login,
    /// A check of the current password of a subject that is logged in. Its account is the subject.
    CurrentPassword,
    /// A refresh. Its attempts by address are also those of revocations (RFC 7009).
    Refresh,
    /// A registration. Its account is the e-mail address.
    Registration,
    /// A message on demand, such as a reset or a magic link. Its account is the address that it goes to.
    Message,
    /// The use of a token from a message.
    OneTimeToken,
    /// A code of a few digits. Its account is the subject; that of a login code is its challenge.
    OneTimeCode,
    /// The authentication of an OAuth client.
    Client,
    /// An introspection.
    Introspection,
    /// The use of an API key.
    ApiKey,
}

impl Limited {
    pub(super) const ALL: [Self; 10] = [
        Self::Login,
        Self::CurrentPassword,
        Self::Refresh,
        Self::Registration,
        Self::Message,
        Self::OneTimeToken,
        Self::OneTimeCode,
        Self::Client,
        Self::Introspection,
        Self::ApiKey,
    ];

    /// The name in headers, events and settings, for instance `login`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::CurrentPassword => "current_password",
            Self::Refresh => "refresh",
            Self::Registration => "registration",
            Self::Message => "message",
            Self::OneTimeToken => "one_time_token",
            Self::OneTimeCode => "one_time_code",
            Self::Client => "client",
            Self::Introspection => "introspection",
            Self::ApiKey => "api_key",
        }
    }

    /// Whether the operation counts such calls: others have no effect on a limit.
    pub(super) const fn counts(self, counted: Counted, by: By) -> bool {
        let has_calls = match counted {
            Counted::Failures => !matches!(self, Self::Registration | Self::Message | Self::Introspection),
            Counted::Attempts => !matches!(self, Self::ApiKey),
        };
        has_calls
            && match by {
                By::Address | By::Global => true,
                By::Account => matches!(
                    self,
                    Self::Login | Self::CurrentPassword | Self::Registration | Self::Message | Self::OneTimeCode
                ),
                By::Device => {
                    matches!(self, Self::Login | Self::CurrentPassword | Self::Message | Self::OneTimeCode)
                }
            }
    }
}

/// What a limit counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum By {
    /// The client's address: an IPv4 address, or the first 64 bits of an IPv6 address.
    Address,
    /// The account, whether it exists or not.
    Account,
    /// The account together with an address from which it has logged in before. These are not counted by
    /// [`Account`](Self::Account) and [`Global`](Self::Global), unless there is a limit by account and none by device.
    Device,
    /// Nothing: all clients together.
    Global,
}

impl By {
    pub(super) const ALL: [Self; 4] = [Self::Address, Self::Account, Self::Device, Self::Global];

    /// The name in headers, events and settings, for instance `address`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Account => "account",
            Self::Device => "device",
            Self::Global => "global",
        }
    }
}

/// Which calls of an operation a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    /// All.
    Attempts,
    /// Those with a wrong credential. While the quota is used up, a right one is refused as well.
    Failures,
}

impl Counted {
    pub(super) const ALL: [Self; 2] = [Self::Attempts, Self::Failures];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Failures => "failures",
        }
    }
}

/// The rate limits of the operations; see [`AuthBuilder::rate_limits`](crate::AuthBuilder::rate_limits).
///
/// | operation | failures | all attempts |
/// | --- | --- | --- |
/// | login | 10/m for an account, 20/m for an account at a known address, 100/m (200 at once) for an address, 6000/m in all | 1000/m (2000 at once) for an address |
/// | current password | 10/m for an account, 20/m for an account at a known address, 100/m (200 at once) for an address | |
/// | refresh | 100/m (300 at once) for an address | 3000/m (6000 at once) for an address |
/// | registration | | 10/h (20 at once) for an e-mail address, 60/m (300 at once) for an address, 1000/m in all |
/// | message | | 20/h (10 at once) for its address, as many for it from a known address, 30/m (100 at once) for an address, 1000/m in all |
/// | one-time token | 100/m (200 at once) for an address | |
/// | one-time code | 20/h (10 at once) for an account, as many for an account at a known address, 100/m (200 at once) for an address | |
/// | client | 100/m (200 at once) for an address | |
/// | introspection | | 60000/m for an address |
/// | API key | 3000/m (6000 at once) for an address | |
///
/// ```
/// use auth_core::limits::{By, Limited, Quota, RateLimits};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let limits = RateLimits::new()
///     .failures(Limited::Login, By::Account, Quota::per_hour(20))
///     .attempts(Limited::Registration, By::Address, Quota::per_hour(5));
/// let auth = auth_core::testing::in_memory().rate_limits(limits).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits(Vec<(Limited, Counted, By, Quota)>);

impl RateLimits {
    /// The limits of the table above.
    #[must_use]
    pub fn new() -> Self {
        use By::{Account, Address, Device, Global};
        use Counted::{Attempts, Failures};
        use Limited::{
            ApiKey, Client, CurrentPassword, Introspection, Login, Message, OneTimeCode, OneTimeToken, Refresh,
            Registration,
        };
        let guesses = Quota::per_minute(100).burst(200);
        Self(vec![
            (Login, Failures, Account, Quota::per_minute(10)),
            (Login, Failures, Device, Quota::per_minute(20)),
            (Login, Failures, Address, guesses),
            (Login, Failures, Global, Quota::per_minute(6_000)),
            (Login, Attempts, Address, Quota::per_minute(1_000).burst(2_000)),
            (CurrentPassword, Failures, Account, Quota::per_minute(10)),
            (CurrentPassword, Failures, Device, Quota::per_minute(20)),
            (CurrentPassword, Failures, Address, guesses),
            (Refresh, Failures, Address, Quota::per_minute(100).burst(300)),
            (Refresh, Attempts, Address, Quota::per_minute(3_000).burst(6_000)),
            (Registration, Attempts, Account, Quota::per_hour(10).burst(20)),
            (Registration, Attempts, Address, Quota::per_minute(60).burst(300)),
            (Registration, Attempts, Global, Quota::per_minute(1_000)),
            (Message, Attempts, Account, Quota::per_hour(20).burst(10)),
            (Message, Attempts, Device, Quota::per_hour(20).burst(10)),
            (Message, Attempts, Address, Quota::per_minute(30).burst(100)),
            (Message, Attempts, Global, Quota::per_minute(1_000)),
            (OneTimeToken, Failures, Address, guesses),
            (OneTimeCode, Failures, Account, Quota::per_hour(20).burst(10)),
            (OneTimeCode, Failures, Device, Quota::per_hour(20).burst(10)),
            (OneTimeCode, Failures, Address, guesses),
            (Client, Failures, Address, guesses),
            (Introspection, Attempts, Address, Quota::per_minute(60_000)),
            (ApiKey, Failures, Address, Quota::per_minute(3_000).burst(6_000)),
        ])
    }

    /// No limits.
    #[must_use]
    pub const fn off() -> Self {
        Self(Vec::new())
    }

    /// Limits the failures of an operation.
    #[must_use]
    pub fn failures(self, operation: Limited, by: By, quota: Quota) -> Self {
        self.set(operation, Counted::Failures, by, Some(quota))
    }

    /// Limits all attempts of an operation.
    #[must_use]
    pub fn attempts(self, operation: Limited, by: By, quota: Quota) -> Self {
        self.set(operation, Counted::Attempts, by, Some(quota))
    }

    /// Removes the limits of an operation.
    #[must_use]
    pub fn without(mut self, operation: Limited) -> Self {
        self.0.retain(|(of, ..)| *of != operation);
        self
    }

    pub(super) fn set(mut self, operation: Limited, counted: Counted, by: By, quota: Option<Quota>) -> Self {
        self.0.retain(|(of, what, whose, _)| (*of, *what, *whose) != (operation, counted, by));
        self.0.extend(quota.map(|quota| (operation, counted, by, quota)));
        self
    }

    pub(crate) fn is_off(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn quota(&self, operation: Limited, counted: Counted, by: By) -> Option<Quota> {
        let found = self.0.iter().find(|(of, what, whose, _)| (*of, *what, *whose) == (operation, counted, by));
        found.map(|(.., quota)| *quota)
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::new()
    }
}
