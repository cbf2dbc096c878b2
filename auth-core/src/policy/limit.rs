//! Rate limits of a handler.

use std::fmt;

/// A limit of `#[rate_limit(..)]`. The attribute has checked its numbers.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RouteLimit {
    pub count: u32,
    pub secs: u64,
    pub burst: u32,
    pub by: CountBy,
}

/// What a limit counts by.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CountBy {
    Subject,
    Address,
    Key,
}

impl CountBy {
    /// Whether it is known before the caller is verified.
    pub(crate) const fn is_known_first(self) -> bool {
        matches!(self, Self::Address)
    }
}

/// As the attribute's arguments.
impl fmt::Display for RouteLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, secs, burst, by } = self;
        let units = [(24 * 60 * 60, "d"), (60 * 60, "h"), (60, "m"), (1, "s")];
        let (size, unit) = units.into_iter().find(|(size, _)| secs.is_multiple_of(*size)).unwrap_or((1, "s"));
        write!(f, "\"{count}/")?;
        match secs / size {
            1 => write!(f, "{unit}")?,
            many => write!(f, "{many}{unit}")?,
        }
        if burst != count {
            write!(f, " burst {burst}")?;
        }
        let by = match by {
            CountBy::Subject => "subject",
            CountBy::Address => "address",
            CountBy::Key => "key",
        };
        write!(f, "\", by = {by}")
    }
}
