//! How often something may happen.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// The longest period, and the longest time in which a used up quota is full again.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// How often something may happen: a number per period, and how many of them at once.
///
/// A quota that was used up is refilled evenly: `10/m` gives one more every six seconds. As text it is `10/m`, `5/15m` or
/// `100/m burst 200`; the units are `s`, `m`, `h` and `d`.
///
/// ```
/// use auth_core::limits::Quota;
///
/// assert_eq!("10/m".parse(), Ok(Quota::per_minute(10)));
/// assert_eq!("100/m burst 200".parse(), Ok(Quota::per_minute(100).burst(200)));
/// assert!("0/m".parse::<Quota>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quota {
    count: NonZeroU32,
    period: Duration,
    burst: NonZeroU32,
}

const fn at_least_one(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

impl Quota {
    /// `count` per second and at once; 0 counts as 1.
    #[must_use]
    pub const fn per_second(count: u32) -> Self {
        Self::new(count, Duration::from_secs(1))
    }

    /// `count` per minute and at once; 0 counts as 1.
    #[must_use]
    pub const fn per_minute(count: u32) -> Self {
        Self::new(count, Duration::from_mins(1))
    }

    /// `count` per hour and at once; 0 counts as 1.
    #[must_use]
    pub const fn per_hour(count: u32) -> Self {
        Self::new(count, Duration::from_hours(1))
    }

    /// Allows this many at once, also where that is less than the number per period; 0 counts as 1.
    #[must_use]
    pub const fn burst(self, burst: u32) -> Self {
        Self { burst: at_least_one(burst), ..self }
    }

    pub(crate) const fn new(count: u32, period: Duration) -> Self {
        Self { count: at_least_one(count), period, burst: at_least_one(count) }
    }

    /// The number per [period](Self::period).
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count.get()
    }

    /// The period of the number.
    #[must_use]
    pub const fn period(&self) -> Duration {
        self.period
    }

    /// The number that is allowed at once.
    #[must_use]
    pub const fn at_once(&self) -> u32 {
        self.burst.get()
    }

    /// The time after which one more is allowed: at least a nanosecond, and a full quota within [`LONGEST`].
    pub(super) fn interval(&self) -> Duration {
        let longest = LONGEST / self.burst.get();
        (self.period / self.count.get()).clamp(Duration::from_nanos(1), longest)
    }

    /// The time in which a used up quota is full again.
    pub(super) fn refill(&self) -> Duration {
        self.interval().saturating_mul(self.burst.get())
    }

    pub(super) fn for_governor(&self) -> governor::Quota {
        let quota = governor::Quota::with_period(self.interval());
        quota.unwrap_or_else(|| governor::Quota::per_second(NonZeroU32::MIN)).allow_burst(self.burst)
    }
}

/// The text is not a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a quota; write a number per period such as `10/m`, `5/15m` or `100/m burst 200`")]
pub struct InvalidQuota;

impl FromStr for Quota {
    type Err = InvalidQuota;

    fn from_str(text: &str) -> Result<Self, InvalidQuota> {
        let (rate, burst) = match text.split_once("burst") {
            Some((rate, burst)) => (rate, Some(burst)),
            None => (text, None),
        };
        let number = |text: &str| text.trim().parse::<NonZeroU32>().map_err(|_| InvalidQuota);
        let (count, period) = rate.split_once('/').ok_or(InvalidQuota)?;
        let count = number(count)?;
        let burst = burst.map_or(Ok(count), number)?;
        Ok(Self { count, period: period_of(period.trim())?, burst })
    }
}

fn period_of(text: &str) -> Result<Duration, InvalidQuota> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(InvalidQuota),
    };
    let many: u64 = if digits.is_empty() { 1 } else { digits.parse().map_err(|_| InvalidQuota)? };
    let period = many.checked_mul(unit).map(Duration::from_secs).ok_or(InvalidQuota)?;
    if period.is_zero() || period > LONGEST { Err(InvalidQuota) } else { Ok(period) }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.period.as_secs();
        let units = [(24 * 60 * 60, "d"), (60 * 60, "h"), (60, "m"), (1, "s")];
        let (size, unit) = units.into_iter().find(|(size, _)| secs.is_multiple_of(*size)).unwrap_or((1, "s"));
        match secs / size {
            1 => write!(f, "{}/{unit}", self.count)?,
            many => write!(f, "{}/{many}{unit}", self.count)?,
        }
        if self.burst == self.count { Ok(()) } else { write!(f, " burst {}", self.burst) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_its_text() {
        for text in ["10/m", "5/15m", "1/s", "2/90s", "100/m burst 200", "3/2d burst 1"] {
            assert_eq!(text.parse::<Quota>().unwrap().to_string(), text);
        }
        assert_eq!(" 10 / m burst 20 ".parse(), Ok(Quota::per_minute(10).burst(20)));
        for text in [
            "",
            "10",
            "/m",
            "10/",
            "0/m",
            "10/0m",
            "-1/m",
            "10/y",
            "10/m burst",
            "10/m burst 0",
            "1/367d",
            "1/99999999999999999999d",
            "4294967296/s",
            "1/é",
        ] {
            assert_eq!(text.parse::<Quota>(), Err(InvalidQuota), "{text}");
        }
    }

    #[test]
    fn every_quota_has_an_interval_and_is_full_again_within_a_year() {
        assert_eq!(Quota::per_minute(10).interval(), Duration::from_secs(6));
        assert_eq!(Quota::per_second(u32::MAX).interval(), Duration::from_nanos(1));
        let slow: Quota = "1/366d burst 4294967295".parse().unwrap();
        assert!(slow.refill() <= LONGEST);
    }
}
