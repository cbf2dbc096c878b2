//! Data of a guarded router that is known only with its state, for its guards and its policy page.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::extract::Request;
use axum::http::Extensions;
use axum::response::{IntoResponse, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::GuardedRouter;
use crate::policy::PolicyTable;
use crate::service::Auth;
use crate::web::edge::finish;
#[cfg(feature = "openapi")]
use crate::web::openapi::Published;
use crate::web::resource::{is_served, token_scopes};

/// The function that finds the `Auth` in the state, if a guard or page of the router needs it.
pub(crate) type Wiring<S> = Option<fn(&S) -> Auth>;

/// The extension of every request of a router.
#[derive(Clone)]
pub(crate) struct Wired {
    pub(crate) auth: Option<Auth>,
    pub(crate) table: Arc<PolicyTable>,
    token_scopes: Arc<[&'static str]>,
    #[cfg(feature = "openapi")]
    pub(crate) published: Arc<Published>,
}

impl Wired {
    pub(crate) fn auth(extensions: &Extensions) -> Option<Auth> {
        extensions.get::<Self>()?.auth.clone()
    }

    pub(crate) fn table(extensions: &Extensions) -> Option<Arc<PolicyTable>> {
        extensions.get::<Self>().map(|wired| Arc::clone(&wired.table))
    }

    /// The scopes of access tokens that the routes of the whole application demand.
    pub(crate) fn token_scopes(extensions: &Extensions) -> Arc<[&'static str]> {
        extensions.get::<Self>().map(|wired| Arc::clone(&wired.token_scopes)).unwrap_or_default()
    }
}

/// The outermost layer of a router that has its state. Of routers within routers each has its own `Auth`, and the outermost
/// one's table is that of the whole application.
///
/// A layer by hand: that of `from_fn` boxes two futures of each request.
#[derive(Clone)]
struct Enter(Wired);

impl<Inner> Layer<Inner> for Enter {
    type Service = Entered<Inner>;

    fn layer(&self, inner: Inner) -> Entered<Inner> {
        Entered { wired: self.0.clone(), inner }
    }
}

#[derive(Clone)]
struct Entered<Inner> {
    wired: Wired,
    inner: Inner,
}

impl<Inner> Service<Request> for Entered<Inner>
where
    Inner: Service<Request, Response: IntoResponse>,
{
    type Response = Response;
    type Error = Inner::Error;
    type Future = Finishing<Inner::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let auth = self.wired.auth.clone();
        let outer = request.extensions().get::<Wired>().cloned();
        let wired = Wired { auth: auth.clone(), ..outer.unwrap_or_else(|| self.wired.clone()) };
        request.extensions_mut().insert(wired);
        Finishing { response: self.inner.call(request), auth }
    }
}

pin_project_lite::pin_project! {
    /// A response, whose refusal is [finished](finish).
    struct Finishing<F> {
        #[pin]
        response: F,
        auth: Option<Auth>,
    }
}

impl<F, R, E> Future for Finishing<F>
where
    F: Future<Output = Result<R, E>>,
    R: IntoResponse,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.response.poll(cx)).map(IntoResponse::into_response);
        Poll::Ready(match this.auth {
            Some(auth) => response.map(|response| finish(response, auth)),
            None => response,
        })
    }
}

impl<S> GuardedRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Provides the state, and returns a plain [`axum::Router`] that can be served.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn health() {}
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().build()?;
    /// let app: axum::Router = GuardedRouter::new().route("/health", get(health)).with_state(auth);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_state<S2>(self, state: S) -> Router<S2> {
        let router = self.wired(&state);
        for auth in router.auths.iter().filter(|auth| is_served(&router.table, auth)) {
            auth.0.resource.serve();
        }
        #[cfg(feature = "server")]
        let inner = router.inner.merge(router.outside_browser);
        #[cfg(not(feature = "server"))]
        let inner = router.inner;
        inner.with_state(state)
    }

    /// Gives the routes their state, and stays a guarded router: one that another, of another state, takes in with its
    /// rows in the policy table.
    ///
    /// Its own guards and handlers use the `Auth` of this state.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use axum::extract::FromRef;
    ///
    /// #[derive(Clone)]
    /// struct Billing {
    ///     auth: Auth,
    /// }
    ///
    /// impl FromRef<Billing> for Auth {
    ///     fn from_ref(state: &Billing) -> Self {
    ///         state.auth.clone()
    ///     }
    /// }
    ///
    /// #[require_auth]
    /// async fn invoices() {}
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     let billing: GuardedRouter<Billing> = GuardedRouter::new().route("/invoices", get(invoices));
    ///     GuardedRouter::new().nest("/billing", billing.provide_state(Billing { auth: auth.clone() }))
    /// }
    /// ```
    pub fn provide_state<S2>(self, state: S) -> GuardedRouter<S2> {
        let router = self.wired(&state);
        GuardedRouter {
            #[cfg(feature = "server")]
            outside_browser: router.outside_browser.with_state(state.clone()),
            inner: router.inner.with_state(state),
            table: router.table,
            guards: Vec::new(),
            covers: router.covers,
            browser: false,
            wiring: None,
            auths: router.auths,
            #[cfg(feature = "openapi")]
            openapi: router.openapi,
        }
    }

    /// The sealed router in the layer that gives guards and pages what they find by the state.
    fn wired(self, state: &S) -> Self {
        let mut router = self.sealed();
        let table = Arc::new(router.table.clone().sorted());
        let wired = Wired {
            auth: router.wiring.map(|auth| auth(state)),
            token_scopes: token_scopes(&table),
            table,
            #[cfg(feature = "openapi")]
            published: Arc::new(Published::new(router.openapi.clone())),
        };
        router.auths.extend(wired.auth.clone());
        let enter = Enter(wired);
        #[cfg(feature = "server")]
        {
            router.outside_browser = router.outside_browser.layer(enter.clone());
        }
        router.inner = router.inner.layer(enter);
        router
    }
}
