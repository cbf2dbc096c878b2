//! A cache that never returns a value from before a change that this node made.

use std::hash::Hash;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::time::timeout;

use crate::base::Timestamp;
use crate::base::meter::{self, Counter};
use crate::store::StoreError;

/// The time limit of each caller. Callers of one key retry a failed load one after the other: without a limit of its
/// own, the last of a hundred callers would wait a hundred times as long as the first.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Coalesces concurrent loads of a key; a call does not join a load that began by the maximum age or more before it.
/// [`forget`](Self::forget) also discards a load in progress, so that a value read before a change is not cached after it.
pub(crate) struct CoherentCache<K, V> {
    entries: Cache<K, (Timestamp, Arc<V>)>,
    /// The maximum age of an entry: the time within which changes of other nodes become visible.
    max_age: Duration,
    hits: Counter,
    misses: Counter,
}

/// The outcome of a load without a value.
enum Miss {
    Absent,
    Failed(StoreError),
}

impl<K: Eq + Hash + Clone, V> CoherentCache<K, V> {
    /// `name` is the cache's name in metrics.
    pub(crate) fn new(name: &str, capacity: usize, max_age: Duration) -> Self {
        let counter = |metric| Counter::new(metric, &[("cache", name)]);
        Self {
            entries: Cache::new(capacity),
            max_age,
            hits: counter(meter::CACHE_HITS),
            misses: counter(meter::CACHE_MISSES),
        }
    }

    /// Returns the value of `key`, loaded if it is not cached or too old. Absence is not cached.
    pub(crate) async fn get(
        &self,
        key: &K,
        now: Timestamp,
        load: impl Future<Output = Result<Option<V>, StoreError>>,
    ) -> Result<Option<Arc<V>>, StoreError> {
        if let Some((loaded_at, value)) = self.entries.get(key) {
            if self.is_fresh(loaded_at, now) {
                self.hits.add();
                return Ok(Some(value));
            }
            self.entries.remove_if(key, |(held, _)| *held == loaded_at);
        }
        self.misses.add();
        // Boxed to keep the future of a cache hit small.
        Box::pin(self.load(key, now, load)).await
    }

    async fn load(
        &self,
        key: &K,
        now: Timestamp,
        load: impl Future<Output = Result<Option<V>, StoreError>>,
    ) -> Result<Option<Arc<V>>, StoreError> {
        let mut load = pin!(load);
        let mut is_own = false;
        let value = async {
            let loaded = self.entries.get_or_insert_async(key, async {
                is_own = true;
                match load.as_mut().await {
                    Ok(Some(value)) => Ok((now, Arc::new(value))),
                    Ok(None) => Err(Miss::Absent),
                    Err(error) => Err(Miss::Failed(error)),
                }
            });
            let loaded = loaded.await;
            match loaded {
                Ok((loaded_at, value)) if is_own || self.is_fresh(loaded_at, now) => Ok(Some(value)),
                // The load of another caller, who began it too long before this call.
                Ok(_) => Ok(load.as_mut().await?.map(Arc::new)),
                Err(Miss::Absent) => Ok(None),
                Err(Miss::Failed(error)) => Err(error),
            }
        };
        timeout(TIMEOUT, value).await.unwrap_or_else(|late| Err(StoreError::unavailable(late)))
    }

    /// Invalidates `key`: later calls read the store.
    pub(crate) fn forget(&self, key: &K) {
        self.entries.remove(key);
    }

    /// Invalidates all entries and discards loads in progress.
    pub(crate) fn forget_all(&self) {
        self.entries.clear();
    }

    /// An entry from the future is stale: the clock was set back by an unknown amount.
    fn is_fresh(&self, loaded_at: Timestamp, now: Timestamp) -> bool {
        loaded_at <= now && now.since(loaded_at) < self.max_age
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    const MAX_AGE: Duration = Duration::from_secs(5);

    fn cache() -> CoherentCache<u8, &'static str> {
        CoherentCache::new("test", 16, MAX_AGE)
    }

    async fn get(cache: &CoherentCache<u8, &'static str>, now: Timestamp, stored: &'static str) -> &'static str {
        *cache.get(&1, now, async { Ok(Some(stored)) }).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_value_is_cached_until_its_maximum_age() {
        let cache = cache();
        assert_eq!(get(&cache, NOW, "old").await, "old");
        assert_eq!(get(&cache, NOW.after(Duration::from_millis(4_999)), "new").await, "old");
        assert_eq!(get(&cache, NOW.after(Duration::from_secs(5)), "new").await, "new");
    }

    #[tokio::test]
    async fn a_clock_set_back_does_not_keep_entries_alive() {
        let cache = cache();
        assert_eq!(get(&cache, NOW, "old").await, "old");
        assert_eq!(get(&cache, Timestamp::from_secs(400), "new").await, "new");
    }

    #[tokio::test]
    async fn a_load_that_began_before_a_change_is_not_cached() {
        is_not_cached(|cache| cache.forget(&1)).await;
        is_not_cached(CoherentCache::forget_all).await;
    }

    async fn is_not_cached(forget: impl FnOnce(&CoherentCache<u8, &'static str>)) {
        let cache = Arc::new(cache());
        let (release, released) = tokio::sync::oneshot::channel::<()>();
        let (begin, started) = tokio::sync::oneshot::channel::<()>();
        let slow = tokio::spawn({
            let cache = Arc::clone(&cache);
            async move {
                let load = async {
                    begin.send(()).unwrap();
                    released.await.unwrap();
                    Ok(Some("before the change"))
                };
                *cache.get(&1, NOW, load).await.unwrap().unwrap()
            }
        });
        started.await.unwrap();
        forget(&cache);
        release.send(()).unwrap();
        assert_eq!(slow.await.unwrap(), "before the change");
        assert_eq!(get(&cache, NOW, "after the change").await, "after the change");
    }

    #[tokio::test]
    async fn a_load_is_joined_by_later_calls_within_the_maximum_age() {
        assert_eq!(joined(MAX_AGE, NOW.after(Duration::from_millis(4_999))).await, "of the first call");
        assert_eq!(joined(MAX_AGE, NOW.after(MAX_AGE)).await, "of the second call");
        assert_eq!(joined(Duration::ZERO, NOW).await, "of the second call");
    }

    /// What a call at `now` returns while the load of a call at [`NOW`] is in progress.
    async fn joined(max_age: Duration, now: Timestamp) -> &'static str {
        let cache = CoherentCache::new("test", 16, max_age);
        let (release, released) = tokio::sync::oneshot::channel::<()>();
        let first = cache.get(&1, NOW, async {
            released.await.unwrap();
            Ok(Some("of the first call"))
        });
        let second = async {
            let mut second = pin!(get(&cache, now, "of the second call"));
            let pending = std::future::poll_fn(|context| Poll::Ready(second.as_mut().poll(context).is_pending())).await;
            assert!(pending, "the second call did not find the load of the first");
            release.send(()).unwrap();
            second.await
        };
        // The first one begins first.
        let (first, second) = tokio::join!(biased; first, second);
        assert_eq!(*first.unwrap().unwrap(), "of the first call");
        second
    }

    #[tokio::test]
    async fn absence_and_failure_are_not_cached() {
        let cache = cache();
        assert!(cache.get(&1, NOW, async { Ok(None) }).await.unwrap().is_none());
        assert!(cache.get(&1, NOW, async { Err(StoreError::unavailable("down")) }).await.is_err());
        assert_eq!(get(&cache, NOW, "there").await, "there");
    }
}
