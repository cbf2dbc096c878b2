//! The one place that takes proofs, as the service is set.

use std::time::Duration;

use axum::extract::OriginalUri;
use axum::http::request::Parts;

use super::Dpop;
use super::replay::Replays;
use crate::base::Timestamp;
use crate::service::BuildError;
use crate::token::dpop::ProofError;
use crate::token::dpop::{Address, Proof, Purpose, Times, presented};

/// Checks proofs; there is none where DPoP is off.
pub(crate) struct Proofs {
    pub(crate) required: bool,
    addresses: Vec<Address>,
    lifetime: Duration,
    skew: Duration,
    pub(crate) replays: Replays,
}

impl Proofs {
    pub(crate) fn new(dpop: Dpop, issuer: &str, skew: Duration) -> Result<Self, BuildError> {
        let wrong = |why| BuildError::Setting { setting: "dpop", why };
        if dpop.lifetime < Duration::from_secs(1) || dpop.lifetime > Duration::from_mins(10) {
            return Err(wrong("proof_lifetime is not between a second and 10 minutes; a minute is usual"));
        }
        let addresses = if dpop.addresses.is_empty() {
            let issuer = Address::parse(issuer).ok_or(wrong(
                "needs the address by which clients reach the service, since the issuer is no http or https URL; name it by Dpop::address (AUTH_DPOP_URLS)",
            ))?;
            vec![issuer.origin()]
        } else {
            let parse = |url: &String| Address::parse(url).map(Address::into_prefix);
            let addresses = dpop.addresses.iter().map(parse).collect::<Option<_>>();
            addresses.ok_or(wrong("has an address that is no http or https URL, as `https://api.example.com` is"))?
        };
        let replays = dpop.counters.map_or_else(|| Replays::local(dpop.remembered), Replays::Shared);
        Ok(Self { required: dpop.required, addresses, lifetime: dpop.lifetime, skew, replays })
    }

    /// The request's proof, good for it and for `token`, if that is one that it comes with; `None` without any.
    pub(crate) fn of_request(
        &self,
        parts: &Parts,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Proof>, ProofError> {
        let Some(text) = presented(&parts.headers)? else { return Ok(None) };
        // Within a nested router the request's own URI has lost its prefix.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let secs = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let times = Times { now: now.as_secs(), lifetime: secs(self.lifetime), skew: secs(self.skew) };
        let purpose = Purpose { method: &parts.method, path: uri.path(), token, addresses: &self.addresses, times };
        Proof::read(text, &purpose).map(Some)
    }
}
