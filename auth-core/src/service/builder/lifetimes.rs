//! How long tokens, sessions and cached answers are valid.

use std::time::Duration;

use super::AuthBuilder;

impl AuthBuilder {
    /// The lifetime of an access token; 15 minutes by default, from 1 second to 10 years.
    pub fn access_ttl(mut self, ttl: Duration) -> Self {
        self.lifetimes.access = ttl;
        self
    }

    /// The lifetime of a session that is not refreshed; 7 days by default, at least [`access_ttl`](Self::access_ttl), at most 10
    /// years.
    pub fn refresh_ttl(mut self, ttl: Duration) -> Self {
        self.lifetimes.refresh = ttl;
        self
    }

    /// The lifetime of a session however often it is refreshed; 30 days by default, or
    /// [`refresh_ttl`](Self::refresh_ttl) if that is longer; at most 10 years.
    pub fn session_ttl(mut self, ttl: Duration) -> Self {
        self.session_ttl = Some(ttl);
        self
    }

    /// How long after its first use a refresh token may be retried and returns the same successor, while that is
    /// unused; 10 seconds by default, at most 5 minutes, zero to disable. Without it, a lost response or a second tab
    /// counts as theft.
    pub fn refresh_leeway(mut self, leeway: Duration) -> Self {
        self.lifetimes.leeway = leeway;
        self
    }

    /// The tolerated difference between the clocks of issuer and verifier; 5 seconds by default, in whole seconds, at
    /// most 5 minutes. Tokens are accepted that much before their start, and tokens of other issuers that much after
    /// their end. Tokens of this service end within a second of their `expires_in`.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// The time within which guards see changes to subjects, sessions and keys by other nodes or by SQL of the
    /// application; 5 seconds by default, at most 1 hour, zero queries the stores for every request. Changes through this `Auth` are
    /// visible at once.
    pub fn cache_ttl(mut self, bound: Duration) -> Self {
        self.cache_ttl = bound;
        self
    }

    /// The number of verified access tokens in the cache, which skips the signature check of a token from its third use
    /// on; 10,000 by default, zero disables it. Expiry, session and subject are checked for every request, and a change
    /// of the keys clears the cache.
    ///
    /// An entry holds the text and the claims of a token, about 1.3 KiB, until it is found expired or evicted. An
    /// attacker who can read the memory of the process can use the tokens in it that have not expired.
    pub fn token_cache(mut self, tokens: usize) -> Self {
        self.token_cache = tokens;
        self
    }
}
