//! A refusal on its way out: status, challenge and body.

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use axum::response::IntoResponse;

use super::challenge::add_challenges;
use super::{ErrorBody, Problem};
use crate::service::Auth;
use crate::verify::dpop::Schemes;
use crate::web::Refusal;

/// A [`Refusal`] as a response: what guards and extractors answer with.
///
/// ```
/// use auth_core::Refusal;
/// use auth_core::http::Rejection;
/// use axum::response::IntoResponse as _;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let auth = auth_core::testing::in_memory().build()?;
/// let answer = Rejection::new(Refusal::Forbidden, &auth).into_response();
/// assert_eq!(answer.status(), 403);
/// assert_eq!(answer.headers()["www-authenticate"], r#"Bearer realm="api", error="insufficient_scope""#);
/// assert_eq!(answer.extensions().get(), Some(&Refusal::Forbidden)); // for layers that count or rewrite
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Rejection {
    refusal: Refusal,
    realm: String,
    schemes: Schemes,
    body: ErrorBody,
}

impl Rejection {
    /// The answer that `auth` gives for this refusal, in its realm and with its error body.
    #[must_use]
    pub fn new(refusal: Refusal, auth: &Auth) -> Self {
        Self { refusal, realm: auth.realm().to_owned(), schemes: auth.schemes(), body: auth.error_body().clone() }
    }

    /// Why the caller was refused.
    #[must_use]
    pub const fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    fn problem(&self) -> Problem {
        let answer = self.refusal.answer();
        Problem::new(
            answer.status,
            format!("urn:auth-core:problem:{}", answer.slug),
            answer.title,
            self.refusal.to_string(),
        )
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response<Body> {
        let mut response = self.body.write(&self.problem());
        let headers = response.headers_mut();
        add_challenges(headers, &self.refusal, &self.realm, self.schemes);
        if matches!(self.refusal, Refusal::Busy | Refusal::Unavailable) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // For layers that write another body or count refusals.
        response.extensions_mut().insert(self.refusal);
        response
    }
}
