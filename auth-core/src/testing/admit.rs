//! Decisions of guards about requirements that tests create at runtime.

use axum::http::request::Parts;

use crate::policy::{Declaration, Requirement};
use crate::service::Auth;
use crate::verify::AccessError;
use crate::web::head;

const DECLARED: Declaration =
    Declaration { name: "testing::admit", module: module_path!(), file: file!(), line: line!() };

/// Decides about a request with the same function as [`Guard`](crate::Guard): verifies the credentials of the kinds
/// that `requirement` accepts (once per request, as stacked guards do) and checks the caller against it.
///
/// The requirement of a guard is a constant of its type; this is for tests that generate requirements.
///
/// ```
/// use auth_core::{AccessError, Requirement};
/// use auth_core::testing::{admit, in_memory};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = in_memory().build()?;
/// let (mut parts, ()) = axum::http::Request::new(()).into_parts();
/// assert!(admit(&auth, &mut parts, &Requirement::Public).await.is_ok());
/// let refused = admit(&auth, &mut parts, &Requirement::auth()).await.unwrap_err();
/// assert_eq!(refused, AccessError::NoCredential { api_key: false, scopes: vec![] });
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The error that the guard would return.
pub async fn admit(auth: &Auth, parts: &mut Parts, requirement: &Requirement) -> Result<(), AccessError> {
    auth.verifier().decide(&mut head(parts, auth), requirement, requirement.kinds(), &DECLARED).await.map(|_| ())
}
