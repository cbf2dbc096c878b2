//! Until every node has heard what was said before.

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use auth_core::SessionId;
use auth_core::cluster::{Change, Fanout, RedisFanout};
use auth_tests::{Node, Settle};
use tokio::time::{sleep, timeout};

/// A message takes a millisecond; this is for a machine that is busy with something else.
const SOON: Duration = Duration::from_mins(1);

/// Messages of the nodes' own channel arrive everywhere in one order, and a change is published before it is answered. So
/// a node that has heard a message sent after the answer has heard of the change.
pub(crate) struct Heard {
    fanout: RedisFanout,
    logs: Vec<PathBuf>,
}

impl Heard {
    pub(crate) fn by(nodes: &[Node], redis: &str) -> Self {
        let fanout = RedisFanout::new(redis, "quickstart").unwrap();
        Self { fanout, logs: nodes.iter().map(|node| node.path("log")).collect() }
    }

    /// Says something that touches nothing.
    async fn say(&self) -> String {
        let marker = SessionId::random();
        self.fanout.publish(&[Change::Session(marker.clone())]).await.unwrap();
        marker.to_string()
    }

    /// A node listens some time after it accepts, and what was said before is lost on it.
    pub(crate) async fn listening(&self) {
        for log in &self.logs {
            let listens =
                async { while timeout(Duration::from_millis(200), is_in(log, &self.say().await, 0)).await.is_err() {} };
            timeout(SOON, listens).await.expect("a node does not listen");
        }
    }
}

impl Settle for Heard {
    fn settle(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            let ends: Vec<u64> = self.logs.iter().map(|log| fs::metadata(log).unwrap().len()).collect();
            let marker = self.say().await;
            for (log, end) in self.logs.iter().zip(ends) {
                timeout(SOON, is_in(log, &marker, end)).await.expect("a node has stopped listening");
            }
        })
    }
}

/// When a log has this text after its first bytes.
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
