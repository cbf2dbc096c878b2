//! The counters of one limit in a table of a fixed size.

use std::sync::{Arc, Mutex, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;

/// The number of counters that share a place.
const WAYS: usize = 8;

/// Shards with a lock of their own.
const SHARDS: usize = 64;

/// Sets of [`WAYS`] counters in a shard: 131,072 counters of a limit in 2 MiB.
const SETS: usize = 256;

/// A key, and the time until which its quota is in use (the theoretical arrival time of GCRA). Zeros are a free place.
type Counter = (u64, u64);

/// Sets under one lock. Their memory is taken at the first use of one.
type Shard = Mutex<Vec<[Counter; WAYS]>>;

/// Counters by the hash of their key, in memory that does not grow with the number of keys.
///
/// A key has its place in one set. In a full set a new key takes the place of the counter with the least use, *and its
/// use*: a counter that comes back finds no more than it had left, so that random keys cannot refill a limit. An
/// attacker who keeps every counter of a set in use slows down other keys of that set. Each limit therefore has a table of
/// its own: one whose counters stay in use for hours must not slow down another one.
pub(super) struct Table {
    shards: Box<[Shard]>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self { shards: std::iter::repeat_with(Shard::default).take(SHARDS).collect() }
    }

    /// Calls `change` with the use of `key`, and stores what it returns.
    fn update<T, E>(&self, key: u64, change: impl FnOnce(u64) -> Result<(T, Option<u64>), E>) -> Result<T, E> {
        self.with_set(key, |ways| {
            let known = ways.iter().position(|(of, _)| *of == key);
            let way = known.or_else(|| (0..WAYS).min_by_key(|way| ways[*way].1)).unwrap_or_default();
            let (done, used) = change(ways[way].1)?;
            if let Some(used) = used {
                ways[way] = (key, used);
            }
            Ok(done)
        })
    }

    /// Takes back a use of `key`, unless another key has taken the place of its counter.
    pub(super) fn take_back(&self, key: u64, use_of_one: u64) {
        self.with_set(key, |ways| {
            if let Some((_, used)) = ways.iter_mut().find(|(of, _)| *of == key) {
                *used = used.saturating_sub(use_of_one);
            }
        });
    }

    fn with_set<T>(&self, key: u64, work: impl FnOnce(&mut [Counter; WAYS]) -> T) -> T {
        let place = usize::try_from(key % (SHARDS * SETS) as u64).unwrap_or_default();
        let (shard, set) = (place / SETS, place % SETS);
        let mut shard = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        if shard.is_empty() {
            shard.resize(SETS, [(0, 0); WAYS]);
        }
        work(&mut shard[set])
    }
}

/// A table whose counters are charged.
pub(super) struct Charged(pub(super) Arc<Table>);

/// A table whose counters are only read.
pub(super) struct Peeked(pub(super) Arc<Table>);

impl StateStore for Charged {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.update(*key, |used| f(Some(used.into())).map(|(done, used)| (done, Some(used.into()))))
    }
}

impl StateStore for Peeked {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.update(*key, |used| f(Some(used.into())).map(|(done, _)| (done, None)))
    }
}
