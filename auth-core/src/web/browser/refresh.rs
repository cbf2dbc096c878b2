//! The refresh token of a browser's cookie.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::service::Tokens;
use crate::verify::source::Excerpt;

/// The refresh token in the cookie of a request, set by the layer of a browser router after its check of the sender.
#[derive(Clone)]
pub(crate) enum RefreshCookie {
    Missing,
    Token(Excerpt),
    /// The layer has exchanged it already: a second use would count as theft.
    Renewed(Arc<Tokens>),
}

impl<S: Send + Sync> FromRequestParts<S> for RefreshCookie {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or(Self::Missing))
    }
}
