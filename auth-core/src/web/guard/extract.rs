//! `Guard<P>`, the extractor that decides access to a handler.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::policy::Policy;
use crate::verify::Proof;
use crate::web::guard::HasAuth;
use crate::web::head;
use crate::web::http::Rejection;

/// Evidence that the caller of this request meets the policy `P`.
///
/// As a handler's first parameter it runs before every other extractor: no body or query of a refused caller is read. The
/// attributes insert it; a policy declared by [`guard!`](crate::guard!) can be written by hand. The rejection answers 401 or
/// 403 with an RFC 6750 challenge, or 503 when a store did not answer.
///
/// ```
/// use auth_core::prelude::*;
///
/// guard!(pub Careful = fresh("10m"));
///
/// fn delete_all(_by: &Proof<Careful>) {} // callable only with a proof of the policy
///
/// async fn purge(guard: Guard<Careful>) {
///     delete_all(guard.proof());
/// }
///
/// # fn main() {
/// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/purge", post(purge));
/// # }
/// ```
#[must_use = "the request is guarded either way, but dropping the guard loses its proof"]
pub struct Guard<P: Policy> {
    proof: Proof<P>,
}

impl<P: Policy> Guard<P> {
    /// The proof for functions that must not run without the policy. Neither it nor the guard can be cloned.
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
    S: HasAuth + Send + Sync,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = state.__auth();
        match auth.verifier().prove(&mut head(parts, &auth)).await {
            Ok((proof, _)) => Ok(Self { proof }),
            Err(refusal) => Err(Rejection::new(refusal, &auth)),
        }
    }
}
