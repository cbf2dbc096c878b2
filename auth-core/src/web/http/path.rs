//! Path parameters whose refusals look like every other refusal.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Rejection;
use crate::service::Auth;
use crate::web::Refusal;

/// The parameters of the path, as [`axum::extract::Path`]. Text that cannot be the parameter's type names nothing, so
/// the answer is 404 in the application's error body.
///
/// ```
/// use auth_core::http::Path;
/// use auth_core::prelude::*;
///
/// #[public]
/// async fn page(Path(number): Path<u32>) -> String {
///     format!("page {number}")
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use {axum::{body::Body, http::Request}, tower::ServiceExt as _};
/// # let auth = auth_core::testing::in_memory().build()?;
/// let app: axum::Router = GuardedRouter::new().route("/pages/{number}", get(page)).with_state(auth);
/// assert_eq!(app.oneshot(Request::get("/pages/last").body(Body::empty())?).await?.status(), 404);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    Auth: FromRef<S>,
    T: DeserializeOwned + Send,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Rejection::new(Refusal::NotFound { what: "resource" }, &Auth::from_ref(state))),
        }
    }
}
