//! What several nodes share beside their store: word of changes, and counters.
//!
//! A node caches subjects, sessions and API keys for at most
//! [`AuthBuilder::cache_ttl`](crate::AuthBuilder::cache_ttl). A [`Fanout`] lets the others forget at once what one
//! node has changed. It can only make a node forget, so whoever writes to its channel can cause queries and allow nothing.
//! While it is down, and in the moment in which a node loses and finds it again, the bound is what remains; the log says
//! so.

mod change;
mod coherence;
mod coherent;
mod counters;
mod fanout;
mod lookups;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
mod stores;

pub use change::Change;
pub(crate) use coherence::Coherence;
pub use counters::{Count, Counters};
pub use fanout::{ClusterError, Fanout, Subscription};
pub(crate) use lookups::Lookups;
pub use memory::{MemoryCounters, MemoryFanout};
#[cfg(feature = "postgres")]
pub use postgres::PostgresFanout;
#[cfg(feature = "redis")]
pub use redis::{RedisCounters, RedisFanout};
pub(crate) use stores::Coherent;
