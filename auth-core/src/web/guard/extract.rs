//! `Guard<P>`: the extractor that a handler's decision is made of.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::policy::Policy;
use crate::service::Auth;
use crate::verify::Proof;
use crate::web::head;
use crate::web::http::Rejection;

/// Evidence that the caller of this request has met the policy `P`.
///
/// As a handler's first parameter it runs before every other extractor, so a refused caller costs neither a body nor a
/// query. The attributes insert it; with a policy declared by [`guard!`](crate::guard!) it can be written by hand.
///
/// ```
/// use auth_core::Context;
/// use auth_core::prelude::*;
///
/// guard!(pub Careful = fresh("10m"));
///
/// async fn purge(_: Guard<Careful>) {} // by hand: no attribute is needed
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use {axum::{body::Body, http::Request}, tower::ServiceExt as _};
/// # use auth_core::{Registration, testing::{in_memory, sign_in}};
/// # let auth = in_memory().build()?;
/// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
/// let token = sign_in(&auth, &ada, "pwd", "").await?;
/// let app: axum::Router = GuardedRouter::new().route("/purge", post(purge)).with_state(auth);
///
/// let request = Request::post("/purge").header("authorization", format!("Bearer {}", token.expose()));
/// assert_eq!(app.clone().oneshot(request.body(Body::empty())?).await?.status(), 200);
/// assert_eq!(app.oneshot(Request::post("/purge").body(Body::empty())?).await?.status(), 401);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The rejection answers 401 or 403 with an RFC 6750 challenge, or 503 when a store did not answer.
#[must_use = "a guard that is dropped still guarded the request, but its proof is lost"]
pub struct Guard<P: Policy> {
    proof: Proof<P>,
}

impl<P: Policy> Guard<P> {
    /// The proof to hand to functions that must not run without the policy: `fn purge(by: &Proof<StaffOnly>, ..)`.
    ///
    /// It borrows the guard, and neither can be cloned, so it cannot outlive the handling of this request by copy.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// guard!(pub Careful = fresh("10m"));
    ///
    /// fn delete_all(_by: &Proof<Careful>) {} // callable only with a proof of the policy
    ///
    /// #[require(Careful)]
    /// async fn purge(guard: Guard<Careful>) {
    ///     delete_all(guard.proof());
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub const fn proof(&self) -> &Proof<P> {
        &self.proof
    }
}

impl<P: Policy> std::fmt::Debug for Guard<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("policy", &P::DECLARED.name).finish()
    }
}

impl<S, P> FromRequestParts<S> for Guard<P>
where
    P: Policy,
    S: Send + Sync,
    Auth: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = Auth::from_ref(state);
        match auth.verifier().prove(&mut head(parts)).await {
            Ok((proof, _)) => Ok(Self { proof }),
            Err(refusal) => Err(Rejection::new(refusal, &auth)),
        }
    }
}
