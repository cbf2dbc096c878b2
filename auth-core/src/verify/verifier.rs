//! The verifier: the head of a request becomes a caller.

use std::sync::Arc;

use super::dpop::Proofs;
use super::{AccessError, CredentialError, CredentialSources, Origin};
use crate::base::{Clock, Timestamp};
use crate::cache::Lookups;
use crate::event::{EventKind, Events};
#[cfg(feature = "oidc")]
use crate::token::issuer::TrustedIssuers;
use crate::token::{AccessTokens, LegacyTokens};

/// What guards need: keys, other issuers, credential sources, caches, the clock and the sink of events.
pub(crate) struct Verifier {
    pub(crate) access_tokens: AccessTokens,
    pub(crate) legacy: Option<LegacyTokens>,
    pub(crate) dpop: Option<Proofs>,
    #[cfg(feature = "oidc")]
    pub(crate) issuers: TrustedIssuers,
    pub(crate) sources: CredentialSources,
    pub(crate) lookups: Lookups,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Events,
}

impl Verifier {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Records why a credential did not verify, and gives the refusal, which does not say why.
    pub(crate) fn refused(&self, origin: &dyn Origin, reason: impl Into<CredentialError>) -> AccessError {
        let reason = reason.into();
        if self.events.wants(EventKind::CREDENTIAL_REFUSED) {
            let kind = EventKind::CredentialRefused { reason: reason.to_string() };
            self.events.send(&origin.context(), self.now(), kind);
        }
        match reason {
            CredentialError::Token(_) => AccessError::InvalidCredential { api_key: false },
            CredentialError::Proof(_) => AccessError::InvalidDpopProof,
        }
    }

    /// Tells one `Auth` from another within a process.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}
