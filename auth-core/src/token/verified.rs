//! Tokens that verified, so that one that comes again is looked up and not verified anew.

use std::sync::Arc;

use quick_cache::sync::Cache;

use super::Claims;

/// The claims of tokens whose signature and unchanging claims were found good under one set of keys.
///
/// It lives and dies with that set, holds nothing that was refused, and knows nothing of time, sessions and subjects:
/// those are looked at each time. A token is found by its whole text, which is compared in full. The table's hash is
/// keyed by chance, so that guesses and the time they take tell nothing of the tokens in it.
pub(super) struct VerifiedTokens(Option<Cache<Box<str>, Arc<Claims>>>);

impl VerifiedTokens {
    /// For at most `capacity` tokens; zero holds none.
    pub(super) fn new(capacity: usize) -> Self {
        Self((capacity > 0).then(|| Cache::new(capacity)))
    }

    pub(super) fn get(&self, token: &str) -> Option<Arc<Claims>> {
        self.0.as_ref()?.get(token)
    }

    pub(super) fn insert(&self, token: &str, claims: &Arc<Claims>) {
        if let Some(tokens) = &self.0 {
            tokens.insert(token.into(), Arc::clone(claims));
        }
    }

    pub(super) fn forget(&self, token: &str) {
        if let Some(tokens) = &self.0 {
            tokens.remove(token);
        }
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
        })
    }

    #[test]
    fn no_more_are_held_than_there_is_room_for() {
        let tokens = VerifiedTokens::new(100);
        for n in 0..10_000 {
            tokens.insert(&n.to_string(), &claims());
        }
        let held = tokens.0.as_ref().unwrap().len();
        assert!((1..=100).contains(&held), "{held}");
    }

    #[test]
    fn without_room_none_is_held() {
        let tokens = VerifiedTokens::new(0);
        tokens.insert("a", &claims());
        assert!(tokens.get("a").is_none());
    }
}
