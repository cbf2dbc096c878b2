//! The rejection of guards and extractors.

use std::fmt;

use axum::response::{IntoResponse, Response};

use crate::service::Auth;
use crate::web::{Edge, Refusal};

/// The rejection of guards and extractors: a [`Refusal`] with the realm, schemes and error body of the `Auth`.
///
/// ```
/// use auth_core::http::Rejection;
/// use auth_core::prelude::*;
/// use auth_core::Refusal;
///
/// #[public]
/// async fn why(identity: Result<Identity, Rejection>) -> String {
///     match identity {
///         Ok(identity) => identity.subject().to_string(),
///         Err(rejection) => Refusal::from(rejection).to_string(),
///     }
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
pub struct Rejection {
    refusal: Refusal,
    edge: Edge,
}

impl Rejection {
    /// The answer that `auth` gives for this refusal, in its realm and with its error body.
    pub(crate) fn new(refusal: impl Into<Refusal>, auth: &Auth) -> Self {
        Self { refusal: refusal.into(), edge: Edge::of(auth) }
    }

    /// Why the caller was refused.
    #[must_use]
    pub const fn refusal(&self) -> &Refusal {
        &self.refusal
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl std::error::Error for Rejection {}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        rejection.refusal
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.edge.response(self.refusal)
    }
}
