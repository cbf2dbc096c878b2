//! Points in time, and the source of the current time.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time: milliseconds since the Unix epoch. Serialises as RFC 3339 in UTC, to the second.
///
/// ```
/// use auth_core::Timestamp;
///
/// let time = Timestamp::from_secs(1_800_000_000);
/// assert_eq!(time.to_string(), "2027-01-15T08:00:00Z");
/// assert_eq!("2027-03-31".parse::<Timestamp>(), "2027-03-31T00:00:00Z".parse());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// The last second of the year 9999, the end of RFC 3339.
const LAST_MILLIS: i64 = 253_402_300_799_999;

impl Timestamp {
    /// Creates a timestamp from milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Creates a timestamp from seconds since the Unix epoch, the unit of JWT's `NumericDate`.
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

    /// The time elapsed since `earlier`; zero if `earlier` is later than `self`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The time `span` after this one, at most the end of the year 9999.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)).min(LAST_MILLIS))
    }

    /// The time `span` before this one.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since_epoch = Duration::from_millis(u64::try_from(self.0.min(LAST_MILLIS)).unwrap_or(0));
        humantime::format_rfc3339_seconds(UNIX_EPOCH + since_epoch).fmt(f)
    }
}

/// The text is not a timestamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid timestamp: expected a time in UTC such as `2027-03-31T00:00:00Z`, or a date such as `2027-03-31`")]
pub struct InvalidTimestamp;

/// Parses RFC 3339 in UTC, or a date, which means its midnight in UTC.
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

/// The source of the current time: [`SystemClock`] by default, `testing::TestClock` in tests.
///
/// ```
/// use auth_core::{Clock, Timestamp};
///
/// struct Fixed(Timestamp);
///
/// impl Clock for Fixed {
///     fn now(&self) -> Timestamp {
///         self.0
///     }
/// }
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system; the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_after_the_year_9999_is_its_end() {
        let end = "9999-12-31T23:59:59Z";
        assert_eq!(SystemClock.now().after(Duration::MAX).to_string(), end);
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), end);
    }
}
