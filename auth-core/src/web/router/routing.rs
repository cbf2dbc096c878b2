//! `get`, `post` and the other methods, which accept only handlers with an access guard.
//!
//! ```
//! use auth_core::prelude::*;
//! use auth_core::routing::head;
//!
//! #[public]
//! async fn alive() {}
//!
//! let app: GuardedRouter<Auth> = GuardedRouter::new().route("/alive", head(alive).options(alive));
//! ```

use std::convert::Infallible;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::{self, MethodRouter, Route};
use tower_layer::Layer;
use tower_service::Service;

use crate::policy::{Declaration, Methods, Policy, Requirement, RoutePolicy};
use crate::web::guard::{Decided, Evidence};

/// Handlers for the methods of one path, each with its requirement.
///
/// The counterpart of axum's [`MethodRouter`]: made by [`get`], [`post`] and the other methods, accepted by
/// [`GuardedRouter::route`](crate::GuardedRouter::route).
///
/// ```
/// use auth_core::prelude::*;
///
/// #[public]
/// async fn show() {}
///
/// #[require_auth]
/// async fn change() {}
///
/// let page: GuardedRouter<Auth> = GuardedRouter::new().route("/page", get(show).put(change).patch(change));
/// assert_eq!(page.policy().routes().len(), 3);
/// ```
#[must_use = "a method router does nothing until a GuardedRouter takes it"]
pub struct GuardedMethodRouter<S = ()> {
    pub(crate) inner: MethodRouter<S>,
    pub(crate) decisions: Vec<(Methods, Decision)>,
}

impl<S> Clone for GuardedMethodRouter<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), decisions: self.decisions.clone() }
    }
}

impl<S> std::fmt::Debug for GuardedMethodRouter<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedMethodRouter").field("decisions", &self.decisions).finish_non_exhaustive()
    }
}

macro_rules! methods {
    ($($name:ident $label:literal),* $(,)?) => {
        $(
            #[doc = concat!("Routes `", $label, "` requests to a guarded handler, as [`axum::routing::", stringify!($name), "`] does.")]
            pub fn $name<H, T, S>(handler: H) -> GuardedMethodRouter<S>
            where
                H: Handler<T, S>,
                T: Decided + 'static,
                S: Clone + Send + Sync + 'static,
            {
                GuardedMethodRouter {
                    inner: routing::$name(handler),
                    decisions: vec![($label, Decision::of::<T>())],
                }
            }
        )*

        impl<S> GuardedMethodRouter<S>
        where
            S: Clone + Send + Sync + 'static,
        {
            $(
                #[doc = concat!("Also routes `", $label, "` requests.")]
                pub fn $name<H, T>(mut self, handler: H) -> Self
                where
                    H: Handler<T, S>,
                    T: Decided + 'static,
                {
                    self.inner = self.inner.merge(routing::$name(handler));
                    self.decisions.push(($label, Decision::of::<T>()));
                    self
                }
            )*
        }
    };
}

// `any` answers every method; its row in the policy table is `ANY`.
methods! {
    get "GET", post "POST", put "PUT", patch "PATCH", delete "DELETE", head "HEAD", options "OPTIONS",
    trace "TRACE", connect "CONNECT",
}

impl<S> GuardedMethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Wraps the handlers added so far in a layer, as [`MethodRouter::layer`] does.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use axum::extract::DefaultBodyLimit;
    ///
    /// #[require_auth]
    /// async fn upload(body: String) {}
    ///
    /// let large = post(upload).layer(DefaultBodyLimit::max(64 * 1024 * 1024));
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/files", large);
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.inner = self.inner.layer(layer);
        self
    }
}

/// Routes requests of every method to a guarded handler, like [`axum::routing::any`].
pub fn any<H, T, S>(handler: H) -> GuardedMethodRouter<S>
where
    H: Handler<T, S>,
    T: Decided + 'static,
    S: Clone + Send + Sync + 'static,
{
    GuardedMethodRouter { inner: routing::any(handler), decisions: vec![("ANY", Decision::of::<T>())] }
}

/// The requirement of a route, from its handler's evidence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub(crate) requirement: Requirement,
    pub(crate) declared: Declaration,
}

impl Decision {
    pub(crate) const fn of<T: Decided>() -> Self {
        type By<T> = <<T as Decided>::Evidence as Evidence>::Policy;
        Self { requirement: By::<T>::REQUIREMENT, declared: By::<T>::DECLARED }
    }

    pub(crate) fn row(self, method: Methods, path: String) -> RoutePolicy {
        RoutePolicy { method, path, requirement: self.requirement.into(), declared: self.declared }
    }
}
