//! Fan-out and counters by Redis or Valkey.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, PubSubSink, PubSubStream};
use redis::{Client, Script, cmd};
use tokio::time::timeout;

use super::{Change, ClusterError, Count, Counters, Fanout, Subscription};

/// How long a connection or an answer may take.
const PATIENCE: Duration = Duration::from_millis(400);

/// How long a subscription may be silent before it is asked whether it is still there, and how long it may take to answer.
const SILENCE: Duration = Duration::from_secs(1);

impl From<redis::RedisError> for ClusterError {
    fn from(error: redis::RedisError) -> Self {
        Self::new(error)
    }
}

fn connect(url: &str) -> Result<(Client, ConnectionManager), ClusterError> {
    let client = Client::open(url)?;
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE))
        .set_number_of_retries(1);
    let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
    Ok((client, connection))
}

/// Fan-out by Redis' publish and subscribe.
///
/// ```no_run
/// use auth_core::cluster::RedisFanout;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let fanout = RedisFanout::new("rediss://cache.internal", "service")?; // for `AuthBuilder::fanout`
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisFanout {
    client: Client,
    connection: ConnectionManager,
    channel: String,
}

impl RedisFanout {
    /// By the server that `url` names (`redis://` or `rediss://`), among those who use the same `namespace`. It connects
    /// when it is needed, so that a node starts while the server is away. Call it within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] when `url` cannot be one.
    pub fn new(url: &str, namespace: &str) -> Result<Self, ClusterError> {
        let (client, connection) = connect(url)?;
        Ok(Self { client, connection, channel: format!("{namespace}:auth:changes") })
    }
}

impl fmt::Debug for RedisFanout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisFanout").field("channel", &self.channel).finish_non_exhaustive()
    }
}

#[async_trait]
impl Fanout for RedisFanout {
    async fn publish(&self, changes: &[Change]) -> Result<(), ClusterError> {
        let message = serde_json::to_vec(changes).map_err(ClusterError::new)?;
        let mut connection = self.connection.clone();
        let mut publish = cmd("PUBLISH");
        publish.arg(&self.channel).arg(message);
        // A connection that broke shows when it is used, and that use is lost. Saying a thing twice does no harm.
        if publish.query_async::<()>(&mut connection).await.is_err() {
            publish.query_async::<()>(&mut connection).await?;
        }
        Ok(())
    }

    async fn subscribe(&self) -> Result<Box<dyn Subscription>, ClusterError> {
        let (mut sink, messages) = self.client.get_async_pubsub().await?.split();
        sink.subscribe(&self.channel).await?;
        Ok(Box::new(RedisSubscription { sink, messages }))
    }
}

struct RedisSubscription {
    sink: PubSubSink,
    messages: PubSubStream,
}

#[async_trait]
impl Subscription for RedisSubscription {
    async fn next(&mut self) -> Result<Vec<Change>, ClusterError> {
        loop {
            let Ok(message) = timeout(SILENCE, self.messages.next()).await else {
                timeout(SILENCE, self.sink.ping::<redis::Value>()).await.map_err(ClusterError::new)??;
                continue;
            };
            let message = message.ok_or_else(|| ClusterError::new("disconnected"))?;
            return serde_json::from_slice(message.get_payload_bytes()).map_err(ClusterError::new);
        }
    }
}

/// Counters in Redis, shared by all nodes that use the same namespace.
///
/// ```no_run
/// use std::time::Duration;
///
/// use auth_core::cluster::{Counters as _, RedisCounters};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let attempts = RedisCounters::new("rediss://cache.internal", "service")?;
/// let count = attempts.add("login:203.0.113.7", 1, Duration::from_mins(1)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisCounters {
    connection: ConnectionManager,
    namespace: String,
    add: Script,
}

/// In one step on the server: a node that dies between two could leave a counter that never expires.
const ADD: &str = "
local value = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    left = tonumber(ARGV[2])
end
return {value, left}
";

impl RedisCounters {
    /// On the server that `url` names, as [`RedisFanout::new`].
    ///
    /// # Errors
    ///
    /// [`ClusterError`] when `url` cannot be one.
    pub fn new(url: &str, namespace: &str) -> Result<Self, ClusterError> {
        let (_, connection) = connect(url)?;
        Ok(Self { connection, namespace: namespace.to_owned(), add: Script::new(ADD) })
    }
}

impl fmt::Debug for RedisCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCounters").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

#[async_trait]
impl Counters for RedisCounters {
    async fn add(&self, key: &str, by: u32, window: Duration) -> Result<Count, ClusterError> {
        // A window of zero would leave a counter without an end.
        let window = u64::try_from(window.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 50);
        let mut call = self.add.prepare_invoke();
        call.key(format!("{}:auth:count:{key}", self.namespace)).arg(by).arg(window);
        let mut connection = self.connection.clone();
        let (value, left): (u64, u64) = call.invoke_async(&mut connection).await?;
        Ok(Count { value, expires_in: Duration::from_millis(left) })
    }
}
