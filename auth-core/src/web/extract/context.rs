//! `Context` as an extractor.

use std::convert::Infallible;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::base::Context;
use crate::service::Auth;
use crate::verify::Identity;
use crate::web::head;

/// The actor is the caller that a guard or extractor has verified, otherwise anonymous. The client's address needs
/// [`ConnectInfo`](axum::extract::ConnectInfo), and behind proxies
/// [`AuthBuilder::trusted_proxies`](crate::AuthBuilder::trusted_proxies).
impl<S> FromRequestParts<S> for Context
where
    S: Send + Sync,
    Auth: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let auth = Auth::from_ref(state);
        let caller = auth.verifier().known(parts);
        let context = head(parts, &auth).context_of(&caller).at(auth.now());
        let authenticated_at = caller.subject.as_ref().map(Identity::authenticated_at);
        Ok(Context { standing: caller.standing(), authenticated_at, ..context })
    }
}
