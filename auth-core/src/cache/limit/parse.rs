//! Limits as text: changes of the defaults, for a variable of the environment.

use std::str::FromStr;

use super::quota::{InvalidQuota, Quota};
use super::settings::{By, Counted, Limited, RateLimits};

/// The text is not a list of limits. The message has the number of the invalid entry, and not its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry}: {problem}")]
pub struct InvalidRateLimits {
    entry: usize,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error(
        "write `on`, `off`, or an operation, `failures` or `attempts`, what counts and a quota, such as `login failures \
         account 20/h`"
    )]
    Form,
    #[error(
        "unknown operation; use `login`, `current_password`, `refresh`, `registration`, `message`, `one_time_token`, \
         `one_time_code`, `client`, `introspection` or `api_key`"
    )]
    Operation,
    #[error("use `failures` or `attempts`")]
    Counted,
    #[error("use `address`, `account`, `device` or `global`")]
    By,
    #[error("the operation does not count this")]
    NotCounted,
    #[error("{0}, or `off`")]
    Quota(#[from] InvalidQuota),
    #[error("an earlier entry sets the same limit")]
    Twice,
}

/// The defaults with the changes of a list, separated by commas. An entry has the [name](Limited::name) of an operation,
/// `failures` or `attempts`, the [name](By::name) of what counts, and a [`Quota`], or `off` for no limit.
///
/// ```
/// use auth_core::limits::{By, Limited, Quota, RateLimits};
///
/// let limits: RateLimits = "login failures account 20/h, registration attempts address 5/h burst 10".parse()?;
/// let same = RateLimits::new()
///     .failures(Limited::Login, By::Account, Quota::per_hour(20))
///     .attempts(Limited::Registration, By::Address, Quota::per_hour(5).burst(10));
/// assert_eq!(limits, same);
/// # Ok::<(), auth_core::limits::InvalidRateLimits>(())
/// ```
impl FromStr for RateLimits {
    type Err = InvalidRateLimits;

    fn from_str(text: &str) -> Result<Self, InvalidRateLimits> {
        let (mut limits, mut seen) = (Self::new(), Vec::new());
        for (entry, text) in (1..).zip(text.split(',')) {
            let invalid = |problem| InvalidRateLimits { entry, problem };
            let (operation, counted, by, quota) = entry_of(text).map_err(invalid)?;
            if seen.contains(&(operation, counted, by)) {
                return Err(invalid(Problem::Twice));
            }
            seen.push((operation, counted, by));
            limits = limits.set(operation, counted, by, quota);
        }
        Ok(limits)
    }
}

fn entry_of(text: &str) -> Result<(Limited, Counted, By, Option<Quota>), Problem> {
    let (operation, rest) = word(text).ok_or(Problem::Form)?;
    let (counted, rest) = word(rest).ok_or(Problem::Form)?;
    let (by, quota) = word(rest).ok_or(Problem::Form)?;
    let operation = Limited::ALL.into_iter().find(|known| known.name() == operation).ok_or(Problem::Operation)?;
    let counted = Counted::ALL.into_iter().find(|known| known.name() == counted).ok_or(Problem::Counted)?;
    let by = By::ALL.into_iter().find(|known| known.name() == by).ok_or(Problem::By)?;
    if !operation.counts(counted, by) {
        return Err(Problem::NotCounted);
    }
    let quota = if quota == "off" { None } else { Some(quota.parse()?) };
    Ok((operation, counted, by, quota))
}

/// The first word, and the rest of the text, which is not empty.
fn word(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.trim().split_once(char::is_whitespace)?;
    Some((word, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_changes_the_defaults_and_leaves_the_others() {
        let limits: RateLimits =
            " login failures account 20/h ,client failures address off,one_time_code failures global 10/m burst 3"
                .parse()
                .unwrap();
        let quota = |operation, by| limits.quota(operation, Counted::Failures, by);
        assert_eq!(quota(Limited::Login, By::Account), Some(Quota::per_hour(20)));
        assert_eq!(quota(Limited::Client, By::Address), None);
        assert_eq!(quota(Limited::OneTimeCode, By::Global), Some(Quota::per_minute(10).burst(3)));
        let default = RateLimits::new();
        for (operation, by) in [(Limited::Login, By::Address), (Limited::OneTimeCode, By::Account)] {
            assert_eq!(quota(operation, by), default.quota(operation, Counted::Failures, by));
        }
        assert!(!"client failures address off".parse::<RateLimits>().unwrap().is_off());
    }

    #[test]
    fn every_limit_of_the_defaults_is_counted_and_reads_as_itself() {
        for operation in Limited::ALL {
            for counted in Counted::ALL {
                for by in By::ALL {
                    let text = format!("{} {} {} 7/m", operation.name(), counted.name(), by.name());
                    let is_counted = text.parse::<RateLimits>().is_ok();
                    assert_eq!(is_counted, operation.counts(counted, by), "{text}");
                    let is_limited = RateLimits::new().quota(operation, counted, by).is_some();
                    assert!(is_counted || !is_limited, "{text} has a default and no effect");
                }
            }
        }
    }

    #[test]
    fn an_invalid_entry_is_named_by_its_number() {
        let good = "login failures account 20/h";
        for (text, problem) in [
            ("", Problem::Form),
            ("login failures account", Problem::Form),
            ("20/h", Problem::Form),
            ("logins failures account 20/h", Problem::Operation),
            ("Login failures account 20/h", Problem::Operation),
            ("login failure account 20/h", Problem::Counted),
            ("login failures user 20/h", Problem::By),
            ("login failures account 20/hour", Problem::Quota(InvalidQuota)),
            ("login failures account 0/h", Problem::Quota(InvalidQuota)),
            ("login failures account Off", Problem::Quota(InvalidQuota)),
            // They would have no effect.
            ("registration failures address 5/h", Problem::NotCounted),
            ("api_key attempts address 5/h", Problem::NotCounted),
            ("client failures account 5/h", Problem::NotCounted),
            ("refresh failures device 5/h", Problem::NotCounted),
        ] {
            let invalid = InvalidRateLimits { entry: 2, problem };
            assert_eq!(format!("{good},{text}").parse::<RateLimits>(), Err(invalid), "{text}");
        }
        let twice = InvalidRateLimits { entry: 2, problem: Problem::Twice };
        assert_eq!(format!("{good},{good}").parse::<RateLimits>(), Err(twice));
        assert_eq!(format!("{good},").parse::<RateLimits>().unwrap_err().entry, 2);
    }
}
