//! Time as this crate reckons it, and where it comes from.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time: milliseconds since the Unix epoch. Serialises as RFC 3339 in UTC, to the second.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::Timestamp;
///
/// let then = Timestamp::from_secs(1_800_000_000);
/// let later = then.after(Duration::from_mins(15));
/// assert_eq!(later.to_string(), "2027-01-15T08:15:00Z");
/// assert_eq!(later.since(then), Duration::from_mins(15));
/// assert_eq!(then.since(later), Duration::ZERO); // never less than nothing
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From seconds since the Unix epoch, the unit of JWT's `NumericDate`.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This much later.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This much earlier.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since_epoch = Duration::from_millis(u64::try_from(self.0).unwrap_or(0));
        humantime::format_rfc3339_seconds(UNIX_EPOCH + since_epoch).fmt(f)
    }
}

/// Text that is no point in time.
///
/// ```
/// use auth_core::{InvalidTimestamp, Timestamp};
///
/// assert_eq!("next spring".parse::<Timestamp>(), Err(InvalidTimestamp));
/// assert_eq!("2027-03-31".parse::<Timestamp>(), "2027-03-31T00:00:00Z".parse());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a time in UTC such as `2027-03-31T00:00:00Z`, or a date such as `2027-03-31`, which is its beginning")]
pub struct InvalidTimestamp;

/// RFC 3339 in UTC, or a date alone, which is its beginning in UTC.
impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let time = humantime::parse_rfc3339(text).or_else(|_| humantime::parse_rfc3339(&format!("{text}T00:00:00Z")));
        let since_epoch = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).ok_or(InvalidTimestamp)?;
        i64::try_from(since_epoch.as_millis()).map(Self).map_err(|_| InvalidTimestamp)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A source of the current time.
///
/// `testing::TestClock` is one that tests set.
///
/// ```
/// use auth_core::{Clock, SystemClock, Timestamp};
///
/// /// A clock that is known to be a minute behind.
/// struct Corrected;
///
/// impl Clock for Corrected {
///     fn now(&self) -> Timestamp {
///         SystemClock.now().after(std::time::Duration::from_mins(1))
///     }
/// }
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock; the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}
