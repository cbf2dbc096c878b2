//! `Tokens` as a response (RFC 6749 section 5.1), which a browser router turns into cookies.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};

use crate::service::{SteppedUp, Tokens};
use crate::web::browser::{Issued, IssuedTokens};
use crate::web::http::{Json, NO_STORE};

/// The response of tokens that are its body.
fn issued(mut response: Response, tokens: IssuedTokens) -> Response {
    response.extensions_mut().insert(Issued { tokens, are_body: true });
    response
}

impl IntoResponse for SteppedUp {
    fn into_response(self) -> Response {
        let response = (NO_STORE, Json(&self)).into_response();
        issued(response, IssuedTokens::Access(Arc::new(self)))
    }
}

impl IntoResponse for Tokens {
    fn into_response(self) -> Response {
        let response = (NO_STORE, Json(&self)).into_response();
        issued(response, IssuedTokens::All(Arc::new(self)))
    }
}

/// Tokens that a browser router has set already.
pub(super) fn again(tokens: Arc<Tokens>) -> Response {
    let response = (NO_STORE, Json(&*tokens)).into_response();
    issued(response, IssuedTokens::All(tokens))
}
