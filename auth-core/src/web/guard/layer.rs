//! A policy as a tower layer, for plain axum routers and for guarded ones as a whole.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::http::Request;
use axum::response::{IntoResponse, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::policy::{Policy, Requirement};
use crate::service::Auth;
use crate::verify::AccessError;
use crate::web::http::{Rejection, no_store};
use crate::web::router::Wired;
use crate::web::{Refusal, head};

/// A tower layer that passes only requests of callers who meet the policy `P`, and refuses the others as
/// [`Guard`](crate::Guard) does. Made by [`Policy::layer`](PolicyLayer::layer).
///
/// Guards and extractors behind it reuse its verification. Responses get `Cache-Control: no-store` unless they have a
/// `Cache-Control`.
pub struct GuardLayer<P> {
    auth: AuthSource,
    policy: PhantomData<fn() -> P>,
}

/// Source of the `Auth` that decides.
#[derive(Clone)]
enum AuthSource {
    Given(Auth),
    /// The state of the guarded router around.
    Router,
}

impl<P: Policy> GuardLayer<P> {
    fn of(auth: &Auth) -> Self {
        Self { auth: AuthSource::Given(auth.clone()), policy: PhantomData }
    }

    pub(crate) const fn of_router() -> Self {
        Self { auth: AuthSource::Router, policy: PhantomData }
    }
}

impl<P> Clone for GuardLayer<P> {
    fn clone(&self) -> Self {
        Self { auth: self.auth.clone(), policy: PhantomData }
    }
}

impl<P: Policy> std::fmt::Debug for GuardLayer<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardLayer").field("policy", &P::DECLARED.name).finish_non_exhaustive()
    }
}

impl<P, Inner> Layer<Inner> for GuardLayer<P> {
    type Service = Guarded<P, Inner>;

    fn layer(&self, inner: Inner) -> Guarded<P, Inner> {
        Guarded { layer: self.clone(), inner }
    }
}

/// Makes a tower layer of a [`Policy`]; the prelude brings it into scope.
pub trait PolicyLayer: Policy + Sized {
    /// The policy as a tower layer, for a plain axum router.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// guard!(Programs = all(api_key, scope("metrics")));
    ///
    /// fn metrics(auth: &Auth) -> axum::Router {
    ///     axum::Router::new().route("/metrics", axum::routing::get(|| async { "1" })).layer(Programs::layer(auth))
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    fn layer(auth: &Auth) -> GuardLayer<Self> {
        GuardLayer::of(auth)
    }
}

impl<P: Policy> PolicyLayer for P {}

/// A service behind a [`GuardLayer`].
pub struct Guarded<P, Inner> {
    layer: GuardLayer<P>,
    inner: Inner,
}

impl<P, Inner: Clone> Clone for Guarded<P, Inner> {
    fn clone(&self) -> Self {
        Self { layer: self.layer.clone(), inner: self.inner.clone() }
    }
}

impl<P: Policy, Inner> std::fmt::Debug for Guarded<P, Inner> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guarded").field("layer", &self.layer).finish_non_exhaustive()
    }
}

impl<P, Inner, B> Service<Request<B>> for Guarded<P, Inner>
where
    P: Policy,
    Inner: Service<Request<B>, Response: IntoResponse, Future: Send> + Clone + Send + 'static,
    B: Send + 'static,
{
    type Response = Response;
    type Error = Inner::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Inner::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // `call` must use the instance that `poll_ready` was called on.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let auth = self.layer.auth.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let auth = match auth {
                AuthSource::Given(auth) => Some(auth),
                AuthSource::Router => Wired::auth(&parts.extensions),
            };
            let Some(auth) = auth else {
                tracing::error!(target: "auth", "router guard got a request without the router's Auth; request refused");
                return Ok(Refusal::from(AccessError::Misconfigured).into_response());
            };
            match auth.verifier().prove::<P>(&mut head(&mut parts, &auth)).await {
                Ok(_) => {
                    let response = inner.call(Request::from_parts(parts, body)).await?.into_response();
                    Ok(if P::REQUIREMENT == Requirement::Public { response } else { no_store(response) })
                }
                Err(refusal) => Ok(Rejection::new(refusal, &auth).into_response()),
            }
        })
    }
}
