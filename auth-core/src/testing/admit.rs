//! The guard's decision about a requirement that is made while the test runs.

use axum::http::request::Parts;

use crate::policy::{Declaration, Requirement};
use crate::service::Auth;
use crate::web::guard::decide;
use crate::web::http::Rejection;

const DECLARED: Declaration =
    Declaration { name: "testing::admit", module: module_path!(), file: file!(), line: line!() };

/// Decides about a request as [`Guard`](crate::Guard) does, by the very function: it verifies the credentials that
/// `requirement` looks at (once for each request, as guards that stand one behind the other) and holds the caller
/// against it.
///
/// A guard's requirement is a constant of its type; this is for tests that try more requirements than they could write
/// down as types.
///
/// ```
/// use auth_core::Requirement;
/// use auth_core::testing::{admit, in_memory};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = in_memory().build()?;
/// let (mut parts, ()) = axum::http::Request::new(()).into_parts();
/// assert!(admit(&auth, &mut parts, &Requirement::Public).await.is_ok());
/// let refused = admit(&auth, &mut parts, &Requirement::auth()).await.unwrap_err();
/// assert_eq!(refused.refusal().status(), 401);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// What the guard would answer.
pub async fn admit(auth: &Auth, parts: &mut Parts, requirement: &Requirement) -> Result<(), Rejection> {
    let decided = decide(auth, parts, requirement, requirement.kinds(), &DECLARED).await;
    decided.map(|_| ()).map_err(|refusal| Rejection::new(refusal, auth))
}
