//! Tokens that verified, so that one that comes again and again is looked up and not verified anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;

use super::Claims;

/// The claims of tokens whose signature and unchanging claims were found good under one set of keys.
///
/// It lives and dies with that set, holds nothing that was refused, and knows nothing of time, sessions and subjects:
/// those are looked at each time. A token is found by its whole text, which is compared in full. The table's hash is
/// keyed by chance, so that guesses and the time they take tell nothing of the tokens in it.
pub(super) struct VerifiedTokens(Option<Tables>);

/// 512 KiB of them.
const MOST_MARKS: usize = 1 << 16;

struct Tables {
    tokens: Cache<Box<str>, Arc<Claims>>,
    /// Marks of tokens that came once. A token that never comes again is not worth its memory, nor the time that it takes
    /// to push another one out, which is as much as to verify it.
    once: Box<[AtomicU64]>,
}

impl VerifiedTokens {
    /// For at most `capacity` tokens; zero holds none.
    pub(super) fn new(capacity: usize) -> Self {
        Self((capacity > 0).then(|| Tables {
            tokens: Cache::new(capacity),
            once: (0..capacity.min(MOST_MARKS)).map(|_| AtomicU64::new(0)).collect(),
        }))
    }

    pub(super) fn get(&self, token: &str) -> Option<Arc<Claims>> {
        self.0.as_ref()?.tokens.get(token)
    }

    /// Holds a token that has verified, if it is not the first time.
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
    /// Whether the token is the one that left its mark in this place. The end of a signature is as good as random, and if
    /// two tokens share a mark, one is held a request early.
    fn came_before(&self, token: &str) -> bool {
        let mark = token.as_bytes().last_chunk().map_or(0, |end| u64::from_le_bytes(*end));
        // Text has the same few bits in every byte; multiplied, all of them count (Fibonacci hashing).
        let place = usize::try_from(mark.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32).unwrap_or(0) % self.once.len();
        let before = self.once[place].load(Ordering::Relaxed);
        self.once[place].store(mark, Ordering::Relaxed);
        before == mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::OneOrMany;

    fn claims() -> Arc<Claims> {
        Arc::new(Claims {
            iss: "https://issuer.example".to_owned(),
            sub: "ada".parse().unwrap(),
            aud: OneOrMany::One("api".to_owned()),
            exp: 0,
            nbf: None,
            iat: None,
            jti: None,
            client_id: None,
            auth_time: None,
            amr: Vec::new(),
            scope: String::new(),
            roles: Vec::new(),
            sid: None,
            ver: None,
            cnf: None,
            raw: None,
        })
    }

    #[test]
    fn no_more_are_held_than_there_is_room_for() {
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
    fn a_token_is_held_when_it_comes_the_second_time() {
        let tokens = VerifiedTokens::new(10_000);
        // As unlike each other as signatures are.
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
        // Some have had their mark overwritten by another's.
        assert!(held() > 850, "{}", held());
    }

    #[test]
    fn without_room_none_is_held() {
        let tokens = VerifiedTokens::new(0);
        tokens.insert("a", &claims());
        tokens.insert("a", &claims());
        assert!(tokens.get("a").is_none());
    }
}
