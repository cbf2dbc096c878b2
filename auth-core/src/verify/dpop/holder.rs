//! Proof of possession: any client may use a bearer token; a bound token needs a proof of its key.

use super::Proofs;
use super::replay::Use;
use crate::token::dpop::{ALGORITHMS, Proof, ProofError};
use crate::token::{Confirmation, TokenError};
use crate::verify::source::Scheme;
use crate::verify::{AccessError, Head, Origin, Verifier};

/// The thumbprint of a key with a verified, now used proof. Tokens are bound to it.
pub(crate) struct ProvenKey(String);

impl ProvenKey {
    pub(crate) fn thumbprint(&self) -> &str {
        &self.0
    }
}

/// The built-in schemes that accept access tokens, as challenges name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Schemes {
    Bearer,
    BearerAndDpop,
    Dpop,
}

impl Verifier {
    pub(crate) fn schemes(&self) -> Schemes {
        match &self.dpop {
            None => Schemes::Bearer,
            Some(proofs) if proofs.required => Schemes::Dpop,
            Some(_) => Schemes::BearerAndDpop,
        }
    }

    /// The accepted signature algorithms of proofs; empty when DPoP is off.
    pub(crate) fn proof_algorithms(&self) -> &'static [&'static str] {
        if self.dpop.is_some() { &ALGORITHMS } else { &[] }
    }

    /// Checks the scheme and the proof of a request with a verified access token. A proof is valid for one request.
    ///
    /// A bound token is never accepted as a bearer token, even when DPoP is off (RFC 9449 section 7.2).
    pub(crate) async fn check_holder(
        &self,
        head: &Head<'_>,
        scheme: Scheme,
        token: &str,
        bound_to: Option<&Confirmation>,
    ) -> Result<(), AccessError> {
        match (scheme, bound_to, &self.dpop) {
            (Scheme::Bearer, None, Some(proofs)) if proofs.required => Err(self.refused(head, TokenError::NotBound)),
            (Scheme::Bearer, None, _) => Ok(()),
            (Scheme::Bearer, Some(_), _) => Err(self.refused(head, TokenError::Bound)),
            (Scheme::Dpop, _, None) => Err(self.refused(head, TokenError::DpopIsOff)),
            (Scheme::Dpop, None, Some(_)) => Err(self.refused(head, TokenError::NotBound)),
            (Scheme::Dpop, Some(key), Some(proofs)) => {
                let proof = proofs.of_request(head, Some(token), self.now());
                let proof = proof.and_then(|proof| proof.ok_or(ProofError::Missing));
                let proof = proof.map_err(|reason| self.refused(head, reason))?;
                // Before the proof is recorded: a thief's proof, of another key, must not enter the replay memory.
                if key.jkt != proof.key() {
                    return Err(self.refused(head, TokenError::Bound));
                }
                // Boxed to keep every guard's future small.
                Box::pin(self.use_up(head, proofs, &proof)).await
            }
        }
    }

    /// The proof of a token request; `None` without one and when DPoP is off.
    pub(crate) fn token_proof(&self, head: &Head<'_>) -> Result<Option<Proof>, AccessError> {
        let Some(proofs) = &self.dpop else { return Ok(None) };
        proofs.of_request(head, None, self.now()).map_err(|reason| self.refused(head, reason))
    }

    /// Refuses a token request without a required proof. Called before any work for the request.
    pub(crate) fn check_proof_is_there(
        &self,
        origin: &dyn Origin,
        proof: Option<&Proof>,
        client_is_bound: bool,
    ) -> Result<(), AccessError> {
        let required = client_is_bound || self.dpop.as_ref().is_some_and(|proofs| proofs.required);
        if required && proof.is_none() { Err(self.refused(origin, ProofError::Missing)) } else { Ok(()) }
    }

    /// Records the proof of a token request as used. Called just before the tokens are issued, so that refused requests
    /// do not fill the replay memory.
    pub(crate) async fn prove_key(
        &self,
        origin: &dyn Origin,
        proof: Option<&Proof>,
    ) -> Result<Option<ProvenKey>, AccessError> {
        let (Some(proof), Some(proofs)) = (proof, &self.dpop) else { return Ok(None) };
        self.use_up(origin, proofs, proof).await?;
        Ok(Some(ProvenKey(proof.key().to_owned())))
    }

    async fn use_up(&self, origin: &dyn Origin, proofs: &Proofs, proof: &Proof) -> Result<(), AccessError> {
        match proofs.replays.record(proof, self.now()).await {
            Ok(Use::First) => Ok(()),
            Ok(Use::Again) => Err(self.refused(origin, ProofError::Replayed)),
            Ok(Use::Full) => {
                tracing::error!(target: "auth", "no room for another DPoP proof of this key; the request is refused");
                Err(AccessError::Overloaded)
            }
            Err(error) => {
                tracing::error!(target: "auth", %error, "replay counters for DPoP proofs unavailable; request refused");
                Err(AccessError::Unavailable)
            }
        }
    }
}
