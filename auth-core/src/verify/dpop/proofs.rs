//! The one place that takes proofs, as the service is set.

use std::time::Duration;

use super::Dpop;
use super::replay::Replays;
use crate::base::Timestamp;
use crate::token::dpop::ProofError;
use crate::token::dpop::{Address, Proof, Purpose, Times, presented};
use crate::verify::Head;

/// Checks proofs; there is none where DPoP is off.
pub(crate) struct Proofs {
    pub(crate) required: bool,
    addresses: Vec<Address>,
    lifetime: Duration,
    skew: Duration,
    pub(crate) replays: Replays,
}

impl Proofs {
    /// # Errors
    ///
    /// What is wrong with the settings.
    pub(crate) fn new(dpop: Dpop, issuer: &str, skew: Duration) -> Result<Self, &'static str> {
        if dpop.lifetime < Duration::from_secs(1) || dpop.lifetime > Duration::from_mins(10) {
            return Err("proof_lifetime is not between a second and 10 minutes; a minute is usual");
        }
        let addresses = if dpop.addresses.is_empty() {
            let issuer = Address::parse(issuer).ok_or(
                "needs the address by which clients reach the service, since the issuer is no http or https URL; name it by Dpop::address (AUTH_DPOP_URLS)",
            )?;
            vec![issuer.origin()]
        } else {
            let parse = |url: &String| Address::parse(url).map(Address::into_prefix);
            let addresses = dpop.addresses.iter().map(parse).collect::<Option<_>>();
            addresses.ok_or("has an address that is no http or https URL, as `https://api.example.com` is")?
        };
        let replays = dpop.counters.map_or_else(|| Replays::local(dpop.remembered), Replays::Shared);
        Ok(Self { required: dpop.required, addresses, lifetime: dpop.lifetime, skew, replays })
    }

    /// The request's proof, checked against the request and `token`; `None` without one.
    pub(crate) fn of_request(
        &self,
        head: &Head<'_>,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Proof>, ProofError> {
        let Some(text) = presented(head.headers())? else { return Ok(None) };
        let secs = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let times = Times { now: now.as_secs(), lifetime: secs(self.lifetime), skew: secs(self.skew) };
        let purpose =
            Purpose { method: &head.parts.method, path: head.uri().path(), token, addresses: &self.addresses, times };
        Proof::read(text, &purpose).map(Some)
    }
}
