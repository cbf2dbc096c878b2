//! The proof of a request for tokens.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::service::Auth;
use crate::token::dpop::Proof;
use crate::web::Refusal;

/// The proof that a request for tokens carries, checked; where DPoP is off there is none, whatever is sent.
pub(crate) struct TokenProof(pub(crate) Result<Option<Proof>, Refusal>);

impl<S> FromRequestParts<S> for TokenProof
where
    S: Send + Sync,
    Auth: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let auth = Auth::from_ref(state);
        let Some(proofs) = auth.proofs() else { return Ok(Self(Ok(None))) };
        let proof = proofs.of_request(parts, None, auth.now());
        Ok(Self(proof.map_err(|reason| auth.proof_refused(reason, true))))
    }
}
