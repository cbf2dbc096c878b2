//! `TokenProof` as an extractor.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::service::{AccountError, Auth, TokenProof};
use crate::web::head;

impl<S> FromRequestParts<S> for TokenProof
where
    S: Send + Sync,
    Auth: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let auth = Auth::from_ref(state);
        Ok(Self(auth.verifier().token_proof(&head(parts, &auth)).map_err(AccountError::from)))
    }
}
