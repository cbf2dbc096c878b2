//! Settings of DPoP.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::cache::Counters;

/// Enough for 7,000 requests a second with the default lifetime and skew.
const REMEMBERED: usize = 500_000;

/// Binds tokens to a key of the client (RFC 9449), so that a stolen token is useless without the key; for
/// [`AuthBuilder::dpop`](crate::AuthBuilder::dpop).
///
/// The client sends a signed proof in the `DPoP` header of each request. A proof with a token request binds the tokens:
/// `token_type` is `DPoP`, the access token names the key (`cnf`), and the session of a public client is refreshed only
/// with proofs of that key. A bound access token is sent as `Authorization: DPoP TOKEN`, with a new proof each time.
///
/// A proof names the method and the address of its request. The address is checked against [`address`](Self::address), by
/// default the issuer's, and the request's path; `Host` is ignored.
///
/// ```
/// use auth_core::{AuthBuilder, Dpop};
///
/// fn bound(builder: AuthBuilder) -> AuthBuilder {
///     builder.dpop(Dpop::optional().address("https://api.example.com"))
/// }
/// ```
#[derive(Clone)]
pub struct Dpop {
    pub(crate) required: bool,
    pub(crate) addresses: Vec<String>,
    pub(crate) lifetime: Duration,
    pub(crate) remembered: usize,
    pub(crate) counters: Option<Arc<dyn Counters>>,
}

impl Dpop {
    const fn new(required: bool) -> Self {
        Self {
            required,
            addresses: Vec::new(),
            lifetime: Duration::from_mins(1),
            remembered: REMEMBERED,
            counters: None,
        }
    }

    /// A token request with a proof gets bound tokens, one without gets bearer tokens.
    #[must_use]
    pub const fn optional() -> Self {
        Self::new(false)
    }

    /// Token requests without a proof and unbound access tokens are refused. API keys stay valid: they are not tokens.
    #[must_use]
    pub const fn required() -> Self {
        Self::new(true)
    }

    /// Adds an address of the service, in place of the issuer's scheme and host.
    ///
    /// Its path is a prefix that a proxy removes. [`build`](crate::AuthBuilder::build) refuses an address that is not an
    /// `http` or `https` URL without query and fragment.
    #[must_use]
    pub fn address(mut self, url: impl Into<String>) -> Self {
        self.addresses.push(url.into());
        self
    }

    /// How long after its `iat` a proof is accepted, plus [`AuthBuilder::clock_skew`](crate::AuthBuilder::clock_skew): 1 minute
    /// by default, 1 second to 10 minutes, in whole seconds.
    #[must_use]
    pub const fn proof_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// How many used proofs a node remembers until they expire: 500,000 by default, about 60 MB, enough for 7,000 requests
    /// a second, of which one key may make half.
    ///
    /// A key may have as many remembered proofs as there is room left, so that no key takes the room of all others. Beyond
    /// that its requests are answered 503: no proof is evicted early, since a client that can fill the memory could replay
    /// the evicted proofs.
    #[must_use]
    pub const fn remembered_proofs(mut self, proofs: usize) -> Self {
        self.remembered = proofs;
        self
    }

    /// Remembers used proofs in counters that all nodes share. While these are unavailable, requests with a proof are
    /// answered 503. The nodes' clocks may differ by up to a minute.
    ///
    /// Without it each node has its own memory: a captured proof can be replayed once on each other node, and after a
    /// restart, within its lifetime.
    #[must_use]
    pub fn replays_in(mut self, counters: impl Counters) -> Self {
        self.counters = Some(Arc::new(counters));
        self
    }
}

impl fmt::Debug for Dpop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dpop")
            .field("required", &self.required)
            .field("addresses", &self.addresses)
            .field("lifetime", &self.lifetime)
            .field("remembered", &self.remembered)
            .finish_non_exhaustive()
    }
}
