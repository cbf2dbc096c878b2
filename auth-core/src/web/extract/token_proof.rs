//! The DPoP proof of a token request (RFC 9449 section 5).

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::service::{AccountError, Auth};
use crate::token::dpop::Proof;
use crate::web::head;

/// `None` without a proof and when DPoP is off. The operation decides whether a proof is required.
pub(crate) struct TokenProof(pub(crate) Result<Option<Proof>, AccountError>);

impl<S> FromRequestParts<S> for TokenProof
where
    S: Send + Sync,
    Auth: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(Auth::from_ref(state).verifier().token_proof(&head(parts)).map_err(AccountError::from)))
    }
}
