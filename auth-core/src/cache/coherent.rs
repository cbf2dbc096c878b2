//! A cache that never gives back what was true before a change that this node made.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::time::timeout;

use crate::base::Timestamp;
use crate::store::StoreError;

/// How long a caller waits at most for a value. Those who ask for one key load it one after the other when it cannot be
/// had: without a limit of their own the last of a hundred would wait a hundred times as long as the first.
const PATIENCE: Duration = Duration::from_secs(5);

/// Loads of one key run once, whoever asks meanwhile waits for that one; [`forget`](Self::forget) also forgets a load
/// that is under way, so that what was read before a change cannot be put in after it.
pub(crate) struct CoherentCache<K, V> {
    entries: Cache<K, (Timestamp, Arc<V>)>,
    /// How old an entry may grow: the bound within which changes made by other nodes are seen.
    max_age: Duration,
}

/// How a load ended without a value.
enum Miss {
    Absent,
    Failed(StoreError),
}

impl<K: Eq + Hash + Clone, V> CoherentCache<K, V> {
    pub(crate) fn new(capacity: usize, max_age: Duration) -> Self {
        Self { entries: Cache::new(capacity), max_age }
    }

    /// The value of `key`, loaded if it is not held or too old. What does not exist is not held.
    pub(crate) async fn get(
        &self,
        key: &K,
        now: Timestamp,
        load: impl Future<Output = Result<Option<V>, StoreError>>,
    ) -> Result<Option<Arc<V>>, StoreError> {
        if let Some((loaded_at, value)) = self.entries.get(key) {
            if self.is_fresh(loaded_at, now) {
                return Ok(Some(value));
            }
            self.entries.remove_if(key, |(held, _)| *held == loaded_at);
        }
        // Boxed, so that the many requests that find what they need do not carry the room for this.
        Box::pin(self.load(key, now, load)).await
    }

    async fn load(
        &self,
        key: &K,
        now: Timestamp,
        load: impl Future<Output = Result<Option<V>, StoreError>>,
    ) -> Result<Option<Arc<V>>, StoreError> {
        let loaded = self.entries.get_or_insert_async(key, async {
            match load.await {
                Ok(Some(value)) => Ok((now, Arc::new(value))),
                Ok(None) => Err(Miss::Absent),
                Err(error) => Err(Miss::Failed(error)),
            }
        });
        match timeout(PATIENCE, loaded).await {
            Ok(Ok((_, value))) => Ok(Some(value)),
            Ok(Err(Miss::Absent)) => Ok(None),
            Ok(Err(Miss::Failed(error))) => Err(error),
            Err(late) => Err(StoreError::unavailable(late)),
        }
    }

    /// Forgets `key`: whoever asks from now on gets what the store says from now on.
    pub(crate) fn forget(&self, key: &K) {
        self.entries.remove(key);
    }

    /// Forgets everything, loads under way included.
    pub(crate) fn forget_all(&self) {
        self.entries.clear();
    }

    /// An entry from the future is as old as one from too long ago: the clock was set back, and no telling how far.
    fn is_fresh(&self, loaded_at: Timestamp, now: Timestamp) -> bool {
        loaded_at <= now && now.since(loaded_at) < self.max_age
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn cache() -> CoherentCache<u8, &'static str> {
        CoherentCache::new(16, Duration::from_secs(5))
    }

    async fn get(cache: &CoherentCache<u8, &'static str>, now: Timestamp, stored: &'static str) -> &'static str {
        *cache.get(&1, now, async { Ok(Some(stored)) }).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn what_was_loaded_is_held_for_its_time() {
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
    async fn a_load_that_began_before_a_change_is_not_kept_after_it() {
        is_not_kept(|cache| cache.forget(&1)).await;
    }

    #[tokio::test]
    async fn a_load_that_began_before_everything_was_forgotten_is_not_kept_after_it() {
        is_not_kept(CoherentCache::forget_all).await;
    }

    async fn is_not_kept(forget: impl FnOnce(&CoherentCache<u8, &'static str>)) {
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
    async fn absence_and_failure_are_not_held() {
        let cache = cache();
        assert!(cache.get(&1, NOW, async { Ok(None) }).await.unwrap().is_none());
        assert!(cache.get(&1, NOW, async { Err(StoreError::unavailable("down")) }).await.is_err());
        assert_eq!(get(&cache, NOW, "there").await, "there");
    }
}
