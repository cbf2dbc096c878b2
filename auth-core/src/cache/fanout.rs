//! Word of changes, from the node that made them to all others.

use std::error::Error;

use async_trait::async_trait;

use super::Change;

/// The engine between the nodes failed.
#[derive(Debug, thiserror::Error)]
#[error("the engine between the nodes did not answer: {0}")]
pub struct ClusterError(#[source] Box<dyn Error + Send + Sync>);

impl ClusterError {
    /// Wraps the error of an engine's client.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// Tells all nodes what one of them has changed. Give it to [`AuthBuilder::fanout`](crate::AuthBuilder::fanout).
///
/// # Errors
///
/// [`ClusterError`] when the engine did not answer. A change is then made all the same, and seen by the others within the
/// cache's bound.
///
/// ```
/// use auth_core::SubjectId;
/// use auth_core::cluster::{Change, Fanout as _, MemoryFanout};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fanout = MemoryFanout::new();
/// let mut heard = fanout.subscribe().await?;
/// let change = Change::Subject(SubjectId::random());
/// fanout.publish(std::slice::from_ref(&change)).await?;
/// assert_eq!(heard.next().await?, [change]);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Fanout: Send + Sync + 'static {
    /// Tells everybody who has subscribed, this node included. At most 100 changes at a time. Dropped after half a
    /// second: the operation that made the change is answered then whether the others know or not.
    async fn publish(&self, changes: &[Change]) -> Result<(), ClusterError>;

    /// Begins to listen. Everything that is published after this has returned is received.
    async fn subscribe(&self) -> Result<Box<dyn Subscription>, ClusterError>;
}

/// A node's ear. It is dropped at the first error, and everything cached with it, since words may have been missed; then
/// the node subscribes anew.
#[async_trait]
pub trait Subscription: Send {
    /// The next changes. An error when the connection is lost, also when that does not show by itself: a subscription
    /// finds out within a few seconds.
    async fn next(&mut self) -> Result<Vec<Change>, ClusterError>;
}
