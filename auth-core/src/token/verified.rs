//! A cache of verified tokens, so that a repeated token needs no second signature check.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;

use super::Claims;

/// The claims of tokens whose signature and time-independent claims were verified by one key set.
///
/// The cache is dropped with its key set and holds no refused token. Times, sessions and subjects are checked on every
/// request. The key is the whole token, compared in full. The table's hash is randomly keyed, so that the timing of
/// guesses reveals nothing about cached tokens.
pub(super) struct VerifiedTokens(Option<Tables>);

/// The maximum number of marks: 512 KiB.
const MAX_MARKS: usize = 1 << 16;

struct Tables {
    tokens: Cache<Box<str>, Arc<Claims>>,
    /// Marks of tokens seen once. A token that never returns is not worth its memory, nor the time of an eviction,
    /// which is as long as a verification.
    once: Box<[AtomicU64]>,
}

impl VerifiedTokens {
    /// A cache of at most `capacity` tokens; zero disables it.
    pub(super) fn new(capacity: usize) -> Self {
        Self((capacity > 0).then(|| Tables {
            tokens: Cache::new(capacity),
            once: (0..capacity.min(MAX_MARKS)).map(|_| AtomicU64::new(0)).collect(),
        }))
    }

    pub(super) fn get(&self, token: &str) -> Option<Arc<Claims>> {
        self.0.as_ref()?.tokens.get(token)
    }

    /// Caches a verified token the second time it is seen.
    pub(super) fn insert(&self, token: &str, claims: &Arc<Claims>) {
        if let Some(tables) = &self.0
            && tables.came_before(token)
        {
            tables.tokens.insert(token.into(), Arc::clone(claims));
        }
    }

    pub(super) fn forget(&self, token: &str) {
        if let Some(tables) = &self.0 {
            tables.tokens.remove(token);
        }
    }
}

impl Tables {
    /// Whether the token left the last mark in its slot. The mark is the end of the signature, which is effectively
    /// random. If two tokens share a mark, one is cached a request early.
    fn came_before(&self, token: &str) -> bool {
        let mark = token.as_bytes().last_chunk().map_or(0, |end| u64::from_le_bytes(*end));
        // Bytes of text vary in few bits; the multiplication spreads them (Fibonacci hashing).
        let place = usize::try_from(mark.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32).unwrap_or(0) % self.once.len();
        let before = self.once[place].load(Ordering::Relaxed);
        self.once[place].store(mark, Ordering::Relaxed);
        before == mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Arc<Claims> {
        Arc::new(Claims::minimal("ada".parse().unwrap(), 0))
    }

    #[test]
    fn the_cache_is_bounded() {
        let tokens = VerifiedTokens::new(100);
        for n in 0..10_000 {
            let token = format!("token {n:08}");
            tokens.insert(&token, &claims());
            tokens.insert(&token, &claims());
        }
        let held = tokens.0.as_ref().unwrap().tokens.len();
        assert!((50..=100).contains(&held), "{held}");
    }

    #[test]
    fn a_token_is_cached_the_second_time() {
        let tokens = VerifiedTokens::new(10_000);
        // As random as signatures.
        let names: Vec<String> =
            (0_u64..1_000).map(|n| format!("{:016x}", n.wrapping_mul(0xd134_2543_de82_ef95))).collect();
        let held = || names.iter().filter(|name| tokens.get(name).is_some()).count();
        let insert_all = || {
            for name in &names {
                tokens.insert(name, &claims());
            }
        };
        insert_all();
        assert_eq!(held(), 0);
        insert_all();
        // Some marks were overwritten.
        assert!(held() > 850, "{}", held());
    }

    #[test]
    fn zero_capacity_disables_the_cache() {
        let tokens = VerifiedTokens::new(0);
        tokens.insert("a", &claims());
        tokens.insert("a", &claims());
        assert!(tokens.get("a").is_none());
    }
}
