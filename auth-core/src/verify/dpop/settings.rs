//! What a service wants of DPoP.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::cache::Counters;

/// Those of 7,000 requests a second with the usual lifetime and skew.
const REMEMBERED: usize = 500_000;

/// Binds tokens to a key of the client's (RFC 9449), so that who steals them cannot use them; for
/// [`AuthBuilder::dpop`](crate::AuthBuilder::dpop).
///
/// A client proves that it holds its key by a signed proof in the `DPoP` header of each request. Where tokens are asked
/// for, the proof binds them: `token_type` is then `DPoP`, the access token names the key (`cnf`), and the session of a
/// public client can only be refreshed with it. Where a bound access token is used it is sent as `Authorization: DPoP
/// TOKEN`, each time with a proof of its own.
///
/// A proof names the method and the address of its request. Which address that is, the request's `Host` does not say: it
/// is [`address`](Self::address), the issuer's by default, and the path as it came in.
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

    /// A client that proves a key gets tokens that are bound to it; one that does not gets bearer tokens.
    #[must_use]
    pub const fn optional() -> Self {
        Self::new(false)
    }

    /// Issues no token without a proof, and refuses access tokens that are bound to no key. API keys stay valid.
    #[must_use]
    pub const fn required() -> Self {
        Self::new(true)
    }

    /// An address by which clients reach the service, in place of the issuer's scheme and host. Several may be given.
    ///
    /// A path in it stands for a prefix that a proxy takes off before the request comes here. It must be an `http` or
    /// `https` URL; [`build`](crate::AuthBuilder::build) says so otherwise.
    #[must_use]
    pub fn address(mut self, url: impl Into<String>) -> Self {
        self.addresses.push(url.into());
        self
    }

    /// For how long after its `iat` a proof is taken, besides
    /// [`AuthBuilder::clock_skew`](crate::AuthBuilder::clock_skew); a minute by default, 10 minutes at most, in whole
    /// seconds.
    #[must_use]
    pub const fn proof_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// How many used proofs a node remembers, each until it expires; 500,000 by default, about 50 MB, enough for 7,000
    /// requests a second. When the memory is full, requests with a proof are answered 503 until some expire. No proof is
    /// dropped early: an attacker could fill the memory and replay what was dropped.
    #[must_use]
    pub const fn remembered_proofs(mut self, proofs: usize) -> Self {
        self.remembered = proofs;
        self
    }

    /// Remembers used proofs in counters that all nodes share, so that none is good on two of them. While the counters
    /// cannot be reached, requests with a proof are answered 503. The nodes' clocks may be up to a minute apart.
    ///
    /// Without it each node remembers by itself: a proof that was captured could be used once more on each other node,
    /// and after a restart, within its lifetime.
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
