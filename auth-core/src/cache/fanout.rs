//! Publication of changes to all nodes.

use std::error::Error;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::base::{ApiKeyId, SessionId, SubjectId};

/// A change in a store, which invalidates the cached entry on every node. The built-in fan-outs send it as JSON:
/// `{"subject":"42"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// A subject: roles, version or state changed, or it was removed.
    Subject(SubjectId),
    /// A session: ended or raised to a new version.
    Session(SessionId),
    /// An API key: rotated, revoked or used.
    ApiKey(ApiKeyId),
    /// A stored role: its permissions changed, or it was removed.
    Role(Box<str>),
    /// Everything that is cached.
    All,
}

/// The pub/sub or counter backend is unavailable.
#[derive(Debug, thiserror::Error)]
#[error("pub/sub backend unavailable: {0}")]
pub struct ClusterError(#[source] Box<dyn Error + Send + Sync>);

impl ClusterError {
    /// Wraps the error of a backend's client.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// Publishes the changes of one node to all nodes. Set it by [`AuthBuilder::fanout`](crate::AuthBuilder::fanout).
///
/// # Errors
///
/// [`ClusterError`] if the backend is unavailable. The change is made anyway; other nodes see it within
/// [`AuthBuilder::cache_ttl`](crate::AuthBuilder::cache_ttl).
///
/// ```
/// use auth_core::SubjectId;
/// use auth_core::cluster::{Change, Fanout as _, MemoryFanout};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fanout = MemoryFanout::new();
/// let mut subscription = fanout.subscribe().await?;
/// let change = Change::Subject(SubjectId::random());
/// fanout.publish(std::slice::from_ref(&change)).await?;
/// assert_eq!(subscription.next().await?, [change]);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Fanout: Send + Sync + 'static {
    /// Publishes at most 100 changes to all subscriptions, this node's included. The future is dropped after 500 ms:
    /// the operation that made the change then ends, published or not.
    async fn publish(&self, changes: &[Change]) -> Result<(), ClusterError>;

    /// Subscribes. The subscription receives every change published after this returns.
    async fn subscribe(&self) -> Result<Box<dyn Subscription>, ClusterError>;
}

/// A subscription to changes of other nodes.
///
/// At the first error the node drops it, subscribes again and clears its caches, since it may have missed changes.
#[async_trait]
pub trait Subscription: Send {
    /// Returns the next changes; an error if the connection is lost. A silent loss must be detected within a few
    /// seconds.
    async fn next(&mut self) -> Result<Vec<Change>, ClusterError>;
}
