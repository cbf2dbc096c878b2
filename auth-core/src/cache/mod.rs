//! Caches, what nodes share beside their store (invalidations and counters), and rate limits.
//!
//! A node caches subjects, sessions and API keys for at most [`AuthBuilder::cache_ttl`](crate::AuthBuilder::cache_ttl).
//! A [`Fanout`] invalidates the entries of a change on all nodes at once. It can only invalidate: an attacker with
//! access to its channel can cause queries, but not grant access. While it is unavailable or a node subscribes again,
//! changes become visible within `cache_ttl`; the log says so.

mod coherence;
mod coherent;
mod counters;
mod fanout;
mod limit;
mod lookups;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_counters;
#[cfg(feature = "redis")]
mod redis;
mod stores;

pub(crate) use coherence::Coherence;
pub use counters::{Count, Counters};
pub use fanout::{Change, ClusterError, Fanout, Subscription};
pub use limit::{By, InvalidQuota, InvalidRateLimits, Limited, Quota, RateLimits, Throttled};
pub(crate) use limit::{Limits, Who};
pub(crate) use lookups::Lookups;
pub use memory::{MemoryCounters, MemoryFanout};
#[cfg(feature = "postgres")]
pub use postgres::PostgresFanout;
#[cfg(feature = "postgres")]
pub use postgres_counters::PostgresCounters;
#[cfg(feature = "redis")]
pub use redis::{RedisCounters, RedisFanout};
pub(crate) use stores::Coherent;
