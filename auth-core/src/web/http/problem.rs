//! Error bodies: problem details (RFC 9457) by default.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::service::AuthBuilder;

/// The content of an error body (RFC 9457 section 3.1).
///
/// ```
/// use auth_core::http::{Problem, problem_json};
/// use axum::http::StatusCode;
///
/// let problem = Problem::new(StatusCode::CONFLICT, "about:blank", "Conflict", "The invoice has been paid.");
/// let response = problem_json(&problem);
/// assert_eq!(response.headers()["content-type"], "application/problem+json");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// A URI of the problem type.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short summary of the problem type.
    pub title: String,
    /// The HTTP status.
    #[serde(serialize_with = "as_number")]
    pub status: StatusCode,
    /// A human-readable explanation.
    pub detail: String,
    /// The fields of the request that cannot be used; left out when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// A field of the request that cannot be used: an entry of [`Problem::errors`], as in the example of RFC 9457 section 3.
///
/// ```
/// use auth_core::http::FieldProblem;
///
/// let problem = FieldProblem::new("username", "is taken");
/// assert_eq!(problem.pointer, "#/username");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FieldProblem {
    /// The broken rule, which goes on from the field's name.
    pub detail: String,
    /// The field, as a JSON Pointer in a URI fragment (RFC 6901 section 6).
    pub pointer: String,
}

impl FieldProblem {
    /// A problem of a member of the body.
    pub fn new(field: &str, detail: impl Into<String>) -> Self {
        let field = field.replace('~', "~0").replace('/', "~1");
        let field = percent_encoding::utf8_percent_encode(&field, OUTSIDE_FRAGMENT);
        Self { detail: detail.into(), pointer: format!("#/{field}") }
    }
}

/// Everything but the letters, digits and `-._~` of RFC 3986.
const OUTSIDE_FRAGMENT: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// An application's problem. `kind` is a URI; `about:blank` adds nothing to the status.
    pub fn new(
        status: StatusCode,
        kind: impl Into<String>,
        title: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self { kind: kind.into(), title: title.into(), status, detail: detail.into(), errors: Vec::new() }
    }
}

/// Writes error bodies, for [`AuthBuilder::error_body`]. It cannot change the status and the challenges: these are set
/// afterwards.
///
/// ```
/// use auth_core::http::{ErrorBody, Problem};
/// use axum::Json;
/// use axum::response::IntoResponse as _;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // `{"detail": ".."}`, as FastAPI answers
/// let body = ErrorBody::new(|problem: &Problem| {
///     Json(std::collections::HashMap::from([("detail", &problem.title)])).into_response()
/// });
/// let auth = auth_core::testing::in_memory().error_body(body).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ErrorBody(Arc<Write>);

type Write = dyn Fn(&Problem) -> Response<Body> + Send + Sync;

impl ErrorBody {
    /// Wraps a function that writes error bodies.
    pub fn new(write: impl Fn(&Problem) -> Response<Body> + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    pub(crate) fn write(&self, problem: &Problem) -> Response<Body> {
        let mut response = (self.0)(problem);
        *response.status_mut() = problem.status;
        response
    }
}

impl Default for ErrorBody {
    fn default() -> Self {
        Self::new(problem_json)
    }
}

impl fmt::Debug for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ErrorBody(..)")
    }
}

/// The default error body: `application/problem+json` (RFC 9457).
#[must_use]
pub fn problem_json(problem: &Problem) -> Response<Body> {
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

impl AuthBuilder {
    /// Sets the error body; [`problem_json`](crate::http::problem_json) by default. [`ErrorBody`] has an example.
    pub fn error_body(mut self, body: ErrorBody) -> Self {
        self.web.insert(body);
        self
    }
}
