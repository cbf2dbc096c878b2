//! A router that takes nothing undecided.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

use super::evidence::Decided;
use super::routing::GuardedMethodRouter;
use super::table::{Decision, RoutePolicy};

/// An axum router whose every handler has been decided about.
///
/// It takes handlers only through [`routing`](crate::routing)'s `get`, `post`, …, which demand a guard, and becomes a
/// plain [`axum::Router`] by [`with_state`](Self::with_state).
///
/// ```
/// use auth_core::prelude::*;
///
/// #[public]
/// async fn health() -> &'static str { "ok" }
///
/// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
/// # fn main() {}
/// ```
///
/// Without a decision it does not compile:
///
/// ```compile_fail
/// use auth_core::prelude::*;
///
/// async fn health() -> &'static str { "ok" }
///
/// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
/// # fn main() {}
/// ```
#[must_use = "a router does nothing until it is served"]
pub struct GuardedRouter<S = ()> {
    inner: Router<S>,
    table: Vec<RoutePolicy>,
}

impl<S> Clone for GuardedRouter<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), table: self.table.clone() }
    }
}

impl<S> std::fmt::Debug for GuardedRouter<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedRouter").field("table", &self.table).finish_non_exhaustive()
    }
}

impl<S> Default for GuardedRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<S> GuardedRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// A router without routes.
    pub fn new() -> Self {
        Self { inner: Router::new(), table: Vec::new() }
    }

    /// Adds the handlers of one path; the path is written as for [`axum::Router::route`], which also states when it
    /// panics (a malformed or doubled path, at start).
    pub fn route(mut self, path: &str, methods: GuardedMethodRouter<S>) -> Self {
        self.table.extend(methods.decisions.iter().map(|(method, decision)| row(method, path, *decision)));
        self.inner = self.inner.route(path, methods.inner);
        self
    }

    /// Puts all routes of `other` under a prefix.
    pub fn nest(mut self, prefix: &str, other: Self) -> Self {
        let below = prefix.trim_end_matches('/');
        self.table.extend(other.table.into_iter().map(|row| {
            let path = if row.path == "/" { below.to_owned() } else { format!("{below}{}", row.path) };
            RoutePolicy { path, ..row }
        }));
        self.inner = self.inner.nest(prefix, other.inner);
        self
    }

    /// Adds all routes of `other`.
    pub fn merge(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        self.inner = self.inner.merge(other.inner);
        self
    }

    /// Answers requests that match no route; the handler is guarded like any other.
    pub fn fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: Decided + 'static,
    {
        self.table.push(row("ANY", "*", Decision::of::<T>()));
        self.inner = self.inner.fallback(handler);
        self
    }

    /// Answers requests that match a path but none of its methods; the handler is guarded like any other.
    pub fn method_not_allowed_fallback<H, T>(mut self, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: Decided + 'static,
    {
        self.inner = self.inner.method_not_allowed_fallback(handler);
        self
    }

    /// Wraps all routes added so far in a layer, as [`axum::Router::layer`] does. Guards need no layer.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.inner = self.inner.layer(layer);
        self
    }

    /// Takes in the routes of a plain axum router, which nobody has decided about and no policy table lists.
    ///
    /// For metrics exporters, static files and the like; the long name is meant to be found in review.
    pub fn merge_unchecked(mut self, unguarded: Router<S>) -> Self {
        self.inner = self.inner.merge(unguarded);
        self
    }

    /// Every route with its requirement and the place where that was decided.
    #[must_use]
    pub fn policy(&self) -> &[RoutePolicy] {
        &self.table
    }

    /// Gives the routes their state and becomes a plain [`axum::Router`], ready to be served.
    pub fn with_state<S2>(self, state: S) -> Router<S2> {
        self.inner.with_state(state)
    }
}

fn row(method: &'static str, path: &str, Decision { requirement, declared }: Decision) -> RoutePolicy {
    RoutePolicy { method, path: path.to_owned(), requirement, declared }
}
