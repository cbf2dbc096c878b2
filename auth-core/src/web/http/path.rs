//! Path parameters with refusals in the application's error body.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Rejection;
use crate::service::Auth;
use crate::web::Refusal;

/// The parameters of the path, like [`axum::extract::Path`]. A value that does not parse is answered 404 in the
/// application's error body.
///
/// ```
/// use auth_core::http::Path;
/// use auth_core::prelude::*;
///
/// #[public]
/// async fn page(Path(number): Path<u32>) -> String {
///     format!("page {number}")
/// }
/// # fn main() {}
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
