//! The verifier: verifies the credentials in the head of a request.

use std::sync::Arc;

use super::dpop::Proofs;
use super::meters::Meters;
use super::{
    AccessError, Browser, CredentialError, CredentialSources, GrantScopes, KeyOwners, Origin, StaticKeys,
    TrustedProxies,
};
use crate::base::{Clock, Timestamp};
use crate::cache::{Limits, Lookups};
use crate::event::{EventKind, Events};
#[cfg(feature = "oidc")]
use crate::token::issuer::TrustedIssuers;
use crate::token::{AccessTokens, LegacyTokens};

/// The state of verification: keys, trusted issuers, credential sources, caches, the clock and the event sink.
pub(crate) struct Verifier {
    pub(crate) access_tokens: AccessTokens,
    pub(crate) legacy: Option<LegacyTokens>,
    pub(crate) dpop: Option<Proofs>,
    #[cfg(feature = "oidc")]
    pub(crate) issuers: TrustedIssuers,
    pub(crate) sources: CredentialSources,
    pub(crate) browser: Browser,
    pub(crate) proxies: TrustedProxies,
    pub(crate) key_owners: KeyOwners,
    pub(crate) grant_scopes: Option<GrantScopes>,
    pub(crate) static_keys: StaticKeys,
    pub(crate) lookups: Lookups,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Events,
    pub(crate) meters: Meters,
}

impl Verifier {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Records why a credential is invalid, and returns the refusal, which does not name the reason.
    pub(crate) fn refused(&self, origin: &dyn Origin, reason: impl Into<CredentialError>) -> AccessError {
        let reason = reason.into();
        if self.events.wants(EventKind::CREDENTIAL_REFUSED) {
            let kind = EventKind::CredentialRefused { reason: reason.to_string() };
            self.events.send(&origin.context(), self.now(), kind);
        }
        match reason {
            CredentialError::Token(_) => AccessError::invalid_credential(),
            CredentialError::Proof(_) => AccessError::InvalidDpopProof,
        }
    }

    /// Distinguishes the `Auth`s of a process.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}
