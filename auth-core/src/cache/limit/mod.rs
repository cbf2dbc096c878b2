//! Rate limits: quotas, their counters in a bounded table, and the limits of each operation.

mod bucket;
mod keys;
mod limits;
mod parse;
mod quota;
mod routes;
mod settings;
mod shared;
mod table;
mod ticks;

pub(crate) use keys::Who;
pub(crate) use limits::Limits;
pub use limits::Throttled;
pub use parse::InvalidRateLimits;
pub use quota::{InvalidQuota, Quota};
pub use settings::{By, Limited, RateLimits};
