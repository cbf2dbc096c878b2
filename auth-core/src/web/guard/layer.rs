//! A policy as a tower layer, for plain axum routers and for guarded ones as a whole.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::http::Request;
use axum::response::{IntoResponse, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::policy::Policy;
use crate::service::Auth;
use crate::verify::AccessError;
use crate::web::http::Rejection;
use crate::web::router::Wired;
use crate::web::{Refusal, head};

/// Lets through only callers who meet the policy `P`, and answers the others as [`Guard`](crate::Guard) does. Made by
/// [`PolicyLayer::layer`].
///
/// Guards and extractors behind it reuse its verification of the caller's credentials.
///
/// ```
/// use auth_core::prelude::*;
/// use axum::body::Body;
/// use axum::http::Request;
/// use tower::ServiceExt as _;
///
/// guard!(Programs = all(api_key, scope("metrics")));
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = auth_core::testing::in_memory().build()?;
/// let metrics = axum::Router::new().route("/metrics", axum::routing::get(|| async { "requests 1" }));
/// let app: axum::Router = metrics.layer(Programs::layer(&auth));
/// assert_eq!(app.oneshot(Request::get("/metrics").body(Body::empty())?).await?.status(), 401);
/// # Ok(())
/// # }
/// ```
pub struct GuardLayer<P> {
    auth: Whose,
    policy: PhantomData<fn() -> P>,
}

/// Whose `Auth` decides.
#[derive(Clone)]
enum Whose {
    Given(Auth),
    /// That of the state of the guarded router around.
    TheRouters,
}

impl<P: Policy> GuardLayer<P> {
    fn of(auth: &Auth) -> Self {
        Self { auth: Whose::Given(auth.clone()), policy: PhantomData }
    }

    pub(crate) const fn of_router() -> Self {
        Self { auth: Whose::TheRouters, policy: PhantomData }
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

/// A [`Policy`] as a tower layer; the prelude brings it into scope.
pub trait PolicyLayer: Policy + Sized {
    /// The policy as a tower layer, for a plain axum router: it lets through only those who meet the policy, and answers
    /// the others as a guard does.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Role { Moderator }
    /// guard!(pub Staff = role(Moderator));
    ///
    /// fn metrics(auth: &Auth) -> axum::Router {
    ///     axum::Router::new().route("/metrics", axum::routing::get(|| async { "requests 1" })).layer(Staff::layer(auth))
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
        // The one that was polled ready is the one to call.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let auth = self.layer.auth.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let auth = match auth {
                Whose::Given(auth) => Some(auth),
                Whose::TheRouters => Wired::auth(&parts.extensions),
            };
            let Some(auth) = auth else {
                tracing::error!(target: "auth", "a router's guard met a request without the router's Auth; refused");
                return Ok(Refusal::from(AccessError::Misconfigured).into_response());
            };
            match auth.verifier().prove::<P>(&mut head(&mut parts)).await {
                Ok(_) => inner.call(Request::from_parts(parts, body)).await.map(IntoResponse::into_response),
                Err(refusal) => Ok(Rejection::new(refusal, &auth).into_response()),
            }
        })
    }
}
