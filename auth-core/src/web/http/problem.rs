//! Error bodies: problem details (RFC 9457) unless the application says otherwise.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::service::AuthBuilder;

/// What an error body tells.
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
    /// A URI that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short name for the kind.
    pub title: String,
    /// The HTTP status.
    #[serde(serialize_with = "as_number")]
    pub status: StatusCode,
    /// What to make of it, for people.
    pub detail: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem of the application's own, which goes through the same error body as every refusal.
    ///
    /// `kind` is a URI; `about:blank` says that the status tells all.
    pub fn new(
        status: StatusCode,
        kind: impl Into<String>,
        title: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self { kind: kind.into(), title: title.into(), status, detail: detail.into() }
    }
}

/// Writes the body of an error. Status and challenge are set afterwards and are not its to change.
///
/// ```
/// use auth_core::http::{ErrorBody, Problem};
/// use auth_core::prelude::*;
/// use axum::Json;
/// use axum::response::IntoResponse as _;
///
/// #[require_auth]
/// async fn me() {}
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use {axum::{body::{Body, to_bytes}, http::Request}, tower::ServiceExt as _};
/// // `{"detail": ".."}`, as FastAPI answers
/// let body = ErrorBody::new(|problem: &Problem| {
///     Json(std::collections::HashMap::from([("detail", &problem.title)])).into_response()
/// });
/// let auth = auth_core::testing::in_memory().error_body(body).build()?;
/// let app: axum::Router = GuardedRouter::new().route("/me", get(me)).with_state(auth);
///
/// let answer = app.oneshot(Request::get("/me").body(Body::empty())?).await?;
/// assert_eq!(answer.status(), 401); // whatever the function says
/// assert_eq!(answer.headers()["www-authenticate"], r#"Bearer realm="api""#);
/// assert_eq!(to_bytes(answer.into_body(), 1024).await?, r#"{"detail":"Authentication required"}"#);
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

/// `application/problem+json` (RFC 9457); the default error body.
#[must_use]
pub fn problem_json(problem: &Problem) -> Response<Body> {
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

impl AuthBuilder {
    /// Replaces how error bodies look; [`problem_json`](crate::http::problem_json) by default.
    ///
    /// ```
    /// # use auth_core::testing;
    /// use auth_core::http::{ErrorBody, Problem};
    /// use axum::Json;
    /// use axum::response::IntoResponse as _;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let body = |problem: &Problem| Json([("detail", problem.detail.clone())]).into_response();
    /// let auth = testing::in_memory().error_body(ErrorBody::new(body)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn error_body(mut self, body: ErrorBody) -> Self {
        self.web.insert(body);
        self
    }
}
