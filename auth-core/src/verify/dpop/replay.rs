//! Which proofs were used, for as long as they could be used again.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::base::Timestamp;
use crate::cache::{ClusterError, Counters};
use crate::token::dpop::Proof;

/// What is forgotten together.
const SLICE_SECS: i64 = 16;

/// How far the clocks of nodes may be apart without a proof's being good again: one that is behind takes it for that much
/// longer than the node that saw it first remembers it.
const DRIFT: Duration = Duration::from_mins(1);

/// Remembers used proofs: of this process, or by counters that all nodes share.
pub(crate) enum Replays {
    Local(Mutex<Seen>),
    Shared(Arc<dyn Counters>),
}

/// What became of a proof's use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Use {
    First,
    Again,
    /// The memory is full until a proof expires. None is dropped early: an attacker could fill the memory and replay what
    /// was dropped.
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
                Ok(seen.record(proof.id, proof.ends, now.as_secs()))
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

/// The used proofs of one process, by when their time is over.
pub(crate) struct Seen {
    slices: BTreeMap<i64, HashSet<[u8; 32]>>,
    len: usize,
    capacity: usize,
    /// Slices below have been dropped. A clock that was set back does not bring them back: what ends in them is over.
    floor: i64,
}

impl Seen {
    fn new(capacity: usize) -> Self {
        Self { slices: BTreeMap::new(), len: 0, capacity, floor: i64::MIN }
    }

    /// `ends` is the second from which the proof is refused whatever is remembered of it.
    fn record(&mut self, id: [u8; 32], ends: i64, now: i64) -> Use {
        self.forget(now.div_euclid(SLICE_SECS));
        let slice = ends.div_euclid(SLICE_SECS);
        if slice < self.floor || self.slices.values().any(|slice| slice.contains(&id)) {
            return Use::Again;
        }
        if self.len >= self.capacity {
            return Use::Full;
        }
        self.slices.entry(slice).or_default().insert(id);
        self.len += 1;
        Use::First
    }

    fn forget(&mut self, floor: i64) {
        if floor <= self.floor {
            return;
        }
        self.floor = floor;
        let living = self.slices.split_off(&floor);
        let dead = std::mem::replace(&mut self.slices, living);
        self.len -= dead.values().map(HashSet::len).sum::<usize>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> [u8; 32] {
        let mut id = [0; 32];
        id[..4].copy_from_slice(&n.to_be_bytes());
        id
    }

    #[test]
    fn a_proof_is_remembered_until_its_time_is_over() {
        let mut seen = Seen::new(10);
        assert_eq!(seen.record(id(1), 1_065, 1_000), Use::First);
        for now in [1_000, 1_030, 1_064] {
            assert_eq!(seen.record(id(1), 1_065, now), Use::Again, "{now}");
        }
        // Another proof by the same name, whose time is over later.
        assert_eq!(seen.record(id(1), 1_100, 1_064), Use::Again);
        assert_eq!(seen.record(id(1), 1_200, 1_140), Use::First);
    }

    #[test]
    fn full_memory_forgets_nothing_that_could_be_used_again() {
        let mut seen = Seen::new(3);
        for n in 0..3 {
            assert_eq!(seen.record(id(n), 1_065, 1_000), Use::First);
        }
        assert_eq!(seen.record(id(3), 1_065, 1_000), Use::Full);
        assert_eq!(seen.record(id(0), 1_065, 1_000), Use::Again);
        assert_eq!(seen.record(id(3), 1_145, 1_080), Use::First);
        assert_eq!(seen.len, 1);
    }

    #[test]
    fn what_was_forgotten_is_over_though_the_clock_is_set_back() {
        let mut seen = Seen::new(10);
        assert_eq!(seen.record(id(1), 1_065, 1_000), Use::First);
        assert_eq!(seen.record(id(2), 2_065, 2_000), Use::First);
        assert_eq!(seen.record(id(1), 1_065, 1_000), Use::Again);
        assert_eq!(seen.record(id(2), 2_065, 1_000), Use::Again);
    }
}
