//! Remembers used proofs until they expire.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::base::Timestamp;
use crate::cache::{ClusterError, Counters};
use crate::token::dpop::Proof;

/// Proofs that expire within the same slice are dropped together.
const SLICE_SECS: i64 = 16;

/// Tolerated difference between the nodes' clocks: a node that is behind accepts a proof for longer.
const DRIFT: Duration = Duration::from_mins(1);

/// The replay memory: of this process, or shared by all nodes.
pub(crate) enum Replays {
    Local(Mutex<Seen>),
    Shared(Arc<dyn Counters>),
}

/// Result of recording a proof.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Use {
    First,
    Again,
    /// The memory has no room for another proof of this key. No entry is evicted early: a client that can fill the memory
    /// could replay the evicted proofs.
    Full,
}

impl Replays {
    pub(crate) fn local(capacity: usize) -> Self {
        Self::Local(Mutex::new(Seen::new(capacity)))
    }

    pub(crate) async fn record(&self, proof: &Proof, now: Timestamp) -> Result<Use, ClusterError> {
        match self {
            Self::Local(seen) => {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(seen.record(proof.key(), proof.id, proof.ends, now.as_secs()))
            }
            Self::Shared(counters) => {
                let key = format!("dpop:{}", BASE64_URL_SAFE_NO_PAD.encode(proof.id));
                let left = Timestamp::from_secs(proof.ends).since(now);
                let count = counters.add(&key, 1, left + DRIFT).await?;
                Ok(if count.value == 1 { Use::First } else { Use::Again })
            }
        }
    }
}

/// The used proofs of one process, grouped by expiry.
pub(crate) struct Seen {
    slices: BTreeMap<i64, HashMap<[u8; 32], Key>>,
    len: usize,
    capacity: usize,
    /// The number of proofs of each key.
    of_key: HashMap<Key, usize>,
    /// The slice after the last one that was dropped. Proofs that expire before it count as used even after the clock is set
    /// back; no later ones, or a clock that was ahead for a moment would lock every client out.
    floor: i64,
}

/// The first 8 bytes of a thumbprint in base64url: enough to count by.
type Key = [u8; 8];

impl Seen {
    fn new(capacity: usize) -> Self {
        Self { slices: BTreeMap::new(), len: 0, capacity, of_key: HashMap::new(), floor: i64::MIN }
    }

    /// `ends` is the second from which the proof is expired.
    ///
    /// A key may have as many proofs as there is room left: alone it fills half of the memory, n such keys leave one part
    /// in n + 1, and a key with few proofs always finds room.
    fn record(&mut self, key: &str, id: [u8; 32], ends: i64, now: i64) -> Use {
        self.forget(now.div_euclid(SLICE_SECS));
        let slice = ends.div_euclid(SLICE_SECS);
        if slice < self.floor || self.slices.values().any(|slice| slice.contains_key(&id)) {
            return Use::Again;
        }
        let key = key.as_bytes().first_chunk().copied().unwrap_or_default();
        let of_key = self.of_key.get(&key).copied().unwrap_or_default();
        if of_key >= self.capacity - self.len {
            return Use::Full;
        }
        self.slices.entry(slice).or_default().insert(id, key);
        self.len += 1;
        self.of_key.insert(key, of_key + 1);
        Use::First
    }

    fn forget(&mut self, floor: i64) {
        while let Some(slice) = self.slices.first_entry().filter(|slice| *slice.key() < floor) {
            self.floor = slice.key() + 1;
            for key in slice.remove().into_values() {
                self.len -= 1;
                if let Entry::Occupied(mut of_key) = self.of_key.entry(key) {
                    *of_key.get_mut() -= 1;
                    if *of_key.get() == 0 {
                        of_key.remove();
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    const OTHER: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

    fn id(n: u32) -> [u8; 32] {
        let mut id = [0; 32];
        id[..4].copy_from_slice(&n.to_be_bytes());
        id
    }

    #[test]
    fn a_proof_is_remembered_until_it_expires() {
        let mut seen = Seen::new(10);
        assert_eq!(seen.record(KEY, id(1), 1_065, 1_000), Use::First);
        for now in [1_000, 1_030, 1_064] {
            assert_eq!(seen.record(KEY, id(1), 1_065, now), Use::Again, "{now}");
        }
        // Another proof with the same id and a later expiry.
        assert_eq!(seen.record(KEY, id(1), 1_100, 1_064), Use::Again);
        assert_eq!(seen.record(KEY, id(1), 1_200, 1_140), Use::First);
    }

    #[test]
    fn full_memory_evicts_no_unexpired_proof() {
        let mut seen = Seen::new(6);
        for n in 0..3 {
            assert_eq!(seen.record(KEY, id(n), 1_065, 1_000), Use::First);
        }
        assert_eq!(seen.record(KEY, id(3), 1_065, 1_000), Use::Full);
        assert_eq!(seen.record(KEY, id(0), 1_065, 1_000), Use::Again);
        assert_eq!(seen.record(KEY, id(3), 1_145, 1_080), Use::First);
        assert_eq!((seen.len, seen.of_key.values().sum()), (1, 1));
        seen.forget(i64::MAX);
        assert!(seen.len == 0 && seen.of_key.is_empty() && seen.slices.is_empty());
    }

    #[test]
    fn keys_that_take_all_they_can_leave_room_for_others() {
        for greedy in 1..=9_usize {
            let mut seen = Seen::new(100);
            let mut n = 0;
            let mut record = |key: &str| {
                n += 1;
                seen.record(key, id(n), 1_065, 1_000)
            };
            let keys: Vec<_> = (0..greedy).map(|n| format!("greedy-{n}")).collect();
            while keys.iter().filter(|key| record(key) == Use::First).count() > 0 {}
            let taken = (0..100).take_while(|_| record(OTHER) == Use::First).count();
            assert!(taken >= 100 / (greedy + 1) / 2, "{taken} of 100 proofs beside {greedy} greedy keys");
        }
    }

    #[test]
    fn dropped_proofs_stay_used_after_the_clock_is_set_back() {
        let mut seen = Seen::new(10);
        assert_eq!(seen.record(KEY, id(1), 1_065, 1_000), Use::First);
        assert_eq!(seen.record(KEY, id(2), 2_065, 2_000), Use::First);
        assert_eq!(seen.record(KEY, id(1), 1_065, 1_000), Use::Again);
        assert_eq!(seen.record(KEY, id(2), 2_065, 1_000), Use::Again);
    }

    #[test]
    fn a_clock_that_was_ahead_for_a_moment_locks_no_client_out() {
        let mut seen = Seen::new(10);
        assert_eq!(seen.record(KEY, id(1), 1_065, 1_000), Use::First);
        assert_eq!(seen.record(OTHER, id(2), 100_065, 100_000), Use::First);
        assert_eq!(seen.record(KEY, id(1), 1_065, 1_020), Use::Again);
        assert_eq!(seen.record(KEY, id(3), 1_085, 1_020), Use::First);
        assert_eq!(seen.record(OTHER, id(2), 100_065, 1_020), Use::Again);
    }
}
