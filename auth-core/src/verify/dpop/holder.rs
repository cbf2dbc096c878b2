//! Who may hold a token: anybody a bearer token, the holder of its key a bound one.

use axum::http::request::Parts;

use super::Proofs;
use super::replay::Use;
use crate::event::Event;
use crate::service::Auth;
use crate::service::session::Grantee;
use crate::token::dpop::{ALGORITHMS, Proof, ProofError};
use crate::token::{Confirmation, TokenError};
use crate::verify::credential::Scheme;
use crate::web::Refusal;

/// The thumbprint of a key whose proof was used up for this: what a token can be bound to.
pub(crate) struct ProvenKey(String);

impl ProvenKey {
    pub(crate) fn thumbprint(&self) -> &str {
        &self.0
    }
}

/// The schemes by which access tokens are taken, as challenges name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schemes {
    Bearer,
    BearerAndDpop,
    Dpop,
}

impl Auth {
    pub(crate) fn proofs(&self) -> Option<&Proofs> {
        self.0.dpop.as_ref()
    }

    pub(crate) fn schemes(&self) -> Schemes {
        match self.proofs() {
            None => Schemes::Bearer,
            Some(proofs) if proofs.required => Schemes::Dpop,
            Some(_) => Schemes::BearerAndDpop,
        }
    }

    /// The algorithms that a proof may be signed by; none where DPoP is off.
    pub(crate) fn proof_algorithms(&self) -> &'static [&'static str] {
        if self.proofs().is_some() { &ALGORITHMS } else { &[] }
    }

    /// Holds the request that brought a verified access token against what the token is bound to: with every request
    /// anew, since a proof is good for one.
    ///
    /// A bound token is never taken as a bearer token, whether or not DPoP is on (RFC 9449 section 7.2).
    pub(crate) async fn check_holder(
        &self,
        parts: &Parts,
        scheme: Scheme,
        token: &str,
        bound_to: Option<&Confirmation>,
    ) -> Result<(), Refusal> {
        match (scheme, bound_to, self.proofs()) {
            (Scheme::Bearer, None, Some(proofs)) if proofs.required => Err(self.refused(TokenError::NotBound)),
            (Scheme::Bearer, None, _) => Ok(()),
            (Scheme::Bearer, Some(_), _) => Err(self.refused(TokenError::Bound)),
            (Scheme::Dpop, _, None) => Err(self.refused(TokenError::DpopIsOff)),
            (Scheme::Dpop, None, Some(_)) => Err(self.refused(TokenError::NotBound)),
            (Scheme::Dpop, Some(key), Some(proofs)) => {
                let proof = proofs.of_request(parts, Some(token), self.now());
                let proof = proof.and_then(|proof| proof.ok_or(ProofError::Missing));
                let proof = proof.map_err(|reason| self.proof_refused(reason, false))?;
                // Before the proof counts as used: a thief's must not be remembered among the holder's.
                if key.jkt != proof.key() {
                    return Err(self.refused(TokenError::Bound));
                }
                // Boxed, since every guard's future would be larger for what few requests need.
                Box::pin(self.use_up(proofs, &proof, false)).await
            }
        }
    }

    /// Refuses a request for tokens without a proof where one is required. Comes before any work for the request.
    pub(crate) fn check_proof_is_there(&self, grantee: &Grantee<'_>) -> Result<(), Refusal> {
        let required = grantee.dpop_bound || self.proofs().is_some_and(|proofs| proofs.required);
        if required && grantee.proof.is_none() { Err(self.proof_refused(ProofError::Missing, true)) } else { Ok(()) }
    }

    /// Uses up the proof of a request for tokens, just before they are made: whoever is refused has filled no memory.
    pub(crate) async fn prove_key(&self, grantee: &Grantee<'_>) -> Result<Option<ProvenKey>, Refusal> {
        self.check_proof_is_there(grantee)?;
        let (Some(proof), Some(proofs)) = (grantee.proof, self.proofs()) else { return Ok(None) };
        self.use_up(proofs, proof, true).await?;
        Ok(Some(ProvenKey(proof.key().to_owned())))
    }

    async fn use_up(&self, proofs: &Proofs, proof: &Proof, for_tokens: bool) -> Result<(), Refusal> {
        match proofs.replays.record(proof, self.now()).await {
            Ok(Use::First) => Ok(()),
            Ok(Use::Again) => Err(self.proof_refused(ProofError::Replayed, for_tokens)),
            Ok(Use::Full) => {
                tracing::error!(target: "auth", "no more used DPoP proofs can be remembered; requests with one are refused");
                Err(Refusal::Busy)
            }
            Err(error) => {
                tracing::error!(target: "auth", %error, "used DPoP proofs cannot be looked up; the request is refused");
                Err(Refusal::Unavailable)
            }
        }
    }

    /// Records why a proof was refused, and gives the refusal, which does not say why.
    pub(crate) fn proof_refused(&self, reason: ProofError, for_tokens: bool) -> Refusal {
        self.record(&Event::CredentialRefused { reason: TokenError::Proof(reason) });
        Refusal::InvalidDpopProof { for_tokens }
    }
}
