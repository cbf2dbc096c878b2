//! Waits until every node has received the changes so far.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use auth_core::SessionId;
use auth_core::cluster::{Change, Fanout, RedisFanout};
use auth_tests::{Node, Settle};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

/// A message takes a millisecond; the rest is for a busy machine.
const SOON: Duration = Duration::from_mins(1);

/// When another message is sent to a node that has not received the last.
const AGAIN: Duration = Duration::from_secs(1);

/// The log line of a node that could not publish a change in time, and the time within which others see it.
const LATE: &str = "could not publish a change: other nodes see it when their cached entries expire";
const BOUND: Duration = Duration::from_secs(5);

/// Messages of the nodes' channel arrive everywhere in the same order, and a change is published before its request is
/// answered. So a node that has received a message sent after the answer has received the change.
pub(crate) struct Propagation {
    fanout: RedisFanout,
    logs: Vec<PathBuf>,
    /// The number of changes so far that could not be published.
    late: Mutex<usize>,
}

impl Propagation {
    pub(crate) fn new(nodes: &[Node], redis: &str, namespace: &str) -> Self {
        let fanout = RedisFanout::new(redis, namespace).unwrap();
        Self { fanout, logs: nodes.iter().map(|node| node.path("log")).collect(), late: Mutex::default() }
    }

    /// Publishes a change of an unknown session.
    async fn publish(&self) -> String {
        let marker = SessionId::random();
        // A message that could not be published is not received, and another one is sent.
        let _ = self.fanout.publish(&[Change::Session(marker.clone())]).await;
        marker.to_string()
    }

    /// A node subscribes some time after it accepts connections, and misses earlier messages. When it subscribes again
    /// after its connection was lost, it clears its cache.
    pub(crate) async fn subscribed(&self) {
        for log in &self.logs {
            self.wait_for(log, 0).await;
        }
    }

    async fn wait_for(&self, log: &Path, from: u64) {
        let received = async { while timeout(AGAIN, is_in(log, &self.publish().await, from)).await.is_err() {} };
        timeout(SOON, received).await.expect("a node receives no changes");
    }
}

impl Settle for Propagation {
    fn settle(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            let ends: Vec<u64> = self.logs.iter().map(|log| fs::metadata(log).unwrap().len()).collect();
            for (log, end) in self.logs.iter().zip(ends) {
                self.wait_for(log, end).await;
            }
            // A node that could not publish a change in time has logged that before it answered.
            let mut late = self.late.lock().await;
            let said = self.logs.iter().map(|log| fs::read_to_string(log).unwrap().matches(LATE).count()).sum();
            if std::mem::replace(&mut *late, said) < said {
                sleep(BOUND).await;
            }
        })
    }
}

/// Waits until the log contains this text after its first `from` bytes.
async fn is_in(log: &Path, text: &str, from: u64) {
    let mut file = fs::File::open(log).unwrap();
    loop {
        let mut end = Vec::new();
        file.seek(SeekFrom::Start(from)).unwrap();
        file.read_to_end(&mut end).unwrap();
        if String::from_utf8_lossy(&end).contains(text) {
            return;
        }
        sleep(Duration::from_millis(1)).await;
    }
}
