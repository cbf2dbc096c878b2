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
#[error("invalid timestamp: expected a time such as `2027-03-31T00:00:00Z`, or a date such as `2027-03-31`")]
pub struct InvalidTimestamp;

/// Parses RFC 3339, or a date, which means its midnight in UTC.
impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let in_utc = |text: &str| {
            let since_epoch = humantime::parse_rfc3339(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
            i64::try_from(since_epoch.as_millis()).ok()
        };
        // RFC 3339 section 5.6: `t` and `z` may be lower case.
        let upper = text.to_ascii_uppercase();
        let millis = match zone(&upper) {
            Some((local, offset)) => in_utc(&format!("{local}Z")).map(|millis| millis - offset),
            None if upper.contains('T') => in_utc(&upper),
            None => in_utc(&format!("{upper}T00:00:00Z")),
        };
        millis.map(Self).ok_or(InvalidTimestamp)
    }
}

/// The local time of a timestamp with a numeric offset, and the offset in milliseconds.
fn zone(text: &str) -> Option<(&str, i64)> {
    let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let sign = match offset.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = offset[1..].split_once(':')?;
    let number = |digits: &str, end: i64| {
        let is_number = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|number| is_number && *number < end)
    };
    let minutes = number(hours, 24)? * 60 + number(minutes, 60)?;
    local.contains('T').then_some((local, sign * minutes * 60_000))
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
    fn rfc3339_s5_6_a_time_may_have_an_offset_and_lower_case_letters() {
        let noon = Timestamp::from_secs(1_800_000_000 + 4 * 3600);
        for text in [
            "2027-01-15T12:00:00Z",
            "2027-01-15t12:00:00z",
            "2027-01-15T12:00:00-00:00",
            "2027-01-15T13:30:00+01:30",
            "2027-01-15T00:00:00.000-12:00",
            "2027-01-16T11:59:00+23:59",
        ] {
            assert_eq!(text.parse(), Ok(noon), "{text}");
        }
        for text in [
            "2027-01-15T12:00:00",
            "2027-01-15T12:00:00+01",
            "2027-01-15T12:00:00+0100",
            "2027-01-15T12:00:00+24:00",
            "2027-01-15T12:00:00+01:60",
            "2027-01-15T12:00:00+-1:00",
            "2027-01-15T12:00:00 01:00",
            "2027-01-15+01:00",
            "2027-01-15T",
            "",
            "\u{e9}\u{e9}\u{e9}",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn a_time_after_the_year_9999_is_its_end() {
        let end = "9999-12-31T23:59:59Z";
        assert_eq!(SystemClock.now().after(Duration::MAX).to_string(), end);
        assert_eq!(SystemClock.now().after(Duration::MAX), Timestamp::from_millis(LAST_MILLIS));
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), end);
    }
}
