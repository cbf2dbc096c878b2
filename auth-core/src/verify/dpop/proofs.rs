//! Reads and checks proofs by the service's settings.

use std::time::Duration;

use super::Dpop;
use super::replay::Replays;
use crate::base::{Timestamp, is_service_url};
use crate::token::dpop::ProofError;
use crate::token::dpop::{Address, Proof, Purpose, Times, presented};
use crate::verify::Head;

/// Checks proofs; absent when DPoP is off.
pub(crate) struct Proofs {
    pub(crate) required: bool,
    addresses: Vec<Address>,
    lifetime: Duration,
    skew: Duration,
    pub(crate) replays: Replays,
}

impl Proofs {
    pub(crate) fn new(dpop: Dpop, issuer: &str, skew: Duration) -> Result<Self, &'static str> {
        if dpop.lifetime < Duration::from_secs(1) || dpop.lifetime > Duration::from_mins(10) {
            return Err("proof_lifetime must be between 1 second and 10 minutes; the default is 1 minute");
        }
        if dpop.remembered == 0 && dpop.counters.is_none() {
            return Err("remembered_proofs must be 1 or more: without memory every proof is refused");
        }
        let addresses = if dpop.addresses.is_empty() {
            let issuer = Address::parse(issuer).ok_or(
                "needs the service's address, since the issuer is not an http or https URL; set it with Dpop::address (AUTH_DPOP_URLS)",
            )?;
            vec![issuer.origin()]
        } else {
            let is_base = |url: &&String| is_service_url(url);
            let parse =
                |url: &String| Some(url).filter(is_base).and_then(|url| Address::parse(url)).map(Address::into_prefix);
            let addresses = dpop.addresses.iter().map(parse).collect::<Option<_>>();
            addresses
                .ok_or("has an address that is not an http or https URL without query and fragment; write one such as `https://api.example.com`")?
        };
        let replays = dpop.counters.map_or_else(|| Replays::local(dpop.remembered), Replays::Shared);
        Ok(Self { required: dpop.required, addresses, lifetime: dpop.lifetime, skew, replays })
    }

    /// The request's proof, checked for this request and its access `token`, if it has one; `None` without a proof.
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
