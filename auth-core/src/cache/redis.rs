//! Fan-out and counters by Redis or Valkey.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, PubSubSink, PubSubStream};
use redis::{Client, Script, cmd};
use tokio::time::timeout;

use super::{Change, ClusterError, Count, Counters, Fanout, Subscription};

/// The time limit of connecting and of a response.
const TIMEOUT: Duration = Duration::from_millis(400);

/// The time without messages after which the connection is probed, and the time limit of the probe.
const PROBE_AFTER: Duration = Duration::from_secs(1);

impl From<redis::RedisError> for ClusterError {
    fn from(error: redis::RedisError) -> Self {
        Self::new(error)
    }
}

fn connect(url: &str) -> Result<(Client, ConnectionManager), ClusterError> {
    let client = Client::open(url)?;
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(TIMEOUT))
        .set_response_timeout(Some(TIMEOUT))
        .set_number_of_retries(1);
    let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
    Ok((client, connection))
}

/// Fan-out by the pub/sub of Redis or Valkey.
///
/// ```no_run
/// use auth_core::cluster::RedisFanout;
///
/// let fanout = RedisFanout::new("rediss://cache.internal", "service")?; // for `AuthBuilder::fanout`
/// # Ok::<(), auth_core::cluster::ClusterError>(())
/// ```
#[derive(Clone)]
pub struct RedisFanout {
    client: Client,
    connection: ConnectionManager,
    channel: String,
}

impl RedisFanout {
    /// Creates a fan-out between the nodes with the same `namespace` on the server at `url` (`redis://` or
    /// `rediss://`). It connects at first use, so a node starts while the server is down. Call it within a Tokio
    /// runtime.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] if `url` is invalid.
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
        // A broken connection fails at its next use. Retrying is safe: invalidations are idempotent.
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
            let Ok(message) = timeout(PROBE_AFTER, self.messages.next()).await else {
                timeout(PROBE_AFTER, self.sink.ping::<redis::Value>()).await.map_err(ClusterError::new)??;
                continue;
            };
            let message = message.ok_or_else(|| ClusterError::new("disconnected"))?;
            return serde_json::from_slice(message.get_payload_bytes()).map_err(ClusterError::new);
        }
    }
}

/// Counters in Redis or Valkey, shared by all nodes with the same namespace.
///
/// ```no_run
/// use auth_core::cluster::RedisCounters;
///
/// let attempts = RedisCounters::new("rediss://cache.internal", "service")?;
/// # Ok::<(), auth_core::cluster::ClusterError>(())
/// ```
#[derive(Clone)]
pub struct RedisCounters {
    connection: ConnectionManager,
    namespace: String,
    add: Script,
    take_back: Script,
}

/// One atomic script: a node that crashes between two commands would leave a counter that never expires. An addition of 0
/// only looks, and makes no counter.
const ADD: &str = "
if ARGV[1] == '0' then
    local left = redis.call('PTTL', KEYS[1])
    return {tonumber(redis.call('GET', KEYS[1]) or 0), left < 0 and tonumber(ARGV[2]) or left}
end
local value = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    left = tonumber(ARGV[2])
end
return {value, left}
";

/// One atomic script, so that a counter which expires meanwhile is not begun without an end.
const TAKE_BACK: &str = "
local value = tonumber(redis.call('GET', KEYS[1]) or 0)
if value > 0 then
    redis.call('DECRBY', KEYS[1], math.min(value, tonumber(ARGV[1])))
end
return 0
";

impl RedisCounters {
    /// Creates counters on the server at `url`, as [`RedisFanout::new`].
    ///
    /// # Errors
    ///
    /// [`ClusterError`] if `url` is invalid.
    pub fn new(url: &str, namespace: &str) -> Result<Self, ClusterError> {
        let (_, connection) = connect(url)?;
        Ok(Self {
            connection,
            namespace: namespace.to_owned(),
            add: Script::new(ADD),
            take_back: Script::new(TAKE_BACK),
        })
    }

    fn name(&self, key: &str) -> String {
        format!("{}:auth:count:{key}", self.namespace)
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
        // A window of zero would leave a counter that never expires.
        let window = u64::try_from(window.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 50);
        let mut call = self.add.prepare_invoke();
        call.key(self.name(key)).arg(by).arg(window);
        let mut connection = self.connection.clone();
        let (value, left): (u64, u64) = call.invoke_async(&mut connection).await?;
        Ok(Count { value, expires_in: Duration::from_millis(left) })
    }

    async fn take_back(&self, key: &str, by: u32) -> Result<(), ClusterError> {
        let mut call = self.take_back.prepare_invoke();
        call.key(self.name(key)).arg(by);
        let mut connection = self.connection.clone();
        Ok(call.invoke_async::<()>(&mut connection).await?)
    }
}
