//! Routes and services without an access guard; their methods end in `_unchecked`, so that a review finds them.

use std::convert::Infallible;
use std::panic::Location;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use tower_service::Service;

use super::GuardedRouter;
use super::router_guard::Covers;
use crate::policy::Unchecked;

impl<S> GuardedRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Adds the routes of a plain axum router, which have no access guards; the policy table has the position of this
    /// call in their place.
    ///
    /// For metrics exporters, static files and the like; the long name makes it easy to find in review.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// let metrics = axum::Router::new().route("/metrics", axum::routing::get(|| async { "requests 1" }));
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().merge_unchecked(metrics);
    /// assert_eq!(app.policy().unchecked()[0].path, "*");
    /// ```
    #[track_caller]
    pub fn merge_unchecked(mut self, unguarded: Router<S>) -> Self {
        self.enter_unchecked("*".to_owned());
        // It may have a fallback.
        self.covers = Covers::RoutesAndFallback;
        self.inner = self.inner.merge(unguarded);
        self
    }

    /// Adds the routes of a plain axum router under a prefix, like [`merge_unchecked`](Self::merge_unchecked).
    #[track_caller]
    pub fn nest_unchecked(mut self, prefix: &str, unguarded: Router<S>) -> Self {
        self.enter_unchecked(below(prefix));
        self.covers = Covers::RoutesAndFallback;
        self.inner = self.inner.nest(prefix, unguarded);
        self
    }

    /// Adds a service at one path, like [`axum::Router::route_service`]. It has no access guard; the policy table has the
    /// position of this call.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use axum::response::Redirect;
    /// use std::convert::Infallible;
    ///
    /// let home = tower::service_fn(|_| async { Ok::<_, Infallible>(Redirect::to("/home")) });
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route_service_unchecked("/", home);
    /// assert_eq!(app.policy().unchecked()[0].path, "/");
    /// ```
    #[track_caller]
    pub fn route_service_unchecked<T>(mut self, path: &str, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.enter_unchecked(path.to_owned());
        self.inner = self.inner.route_service(path, service);
        self
    }

    /// Adds a service under a prefix, such as one for static files, like [`axum::Router::nest_service`]. It has no access
    /// guard; the policy table has the position of this call.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// fn app<F>(files: F) -> GuardedRouter<Auth>
    /// where
    ///     F: tower::Service<axum::extract::Request, Error = std::convert::Infallible> + Clone + Send + Sync + 'static,
    ///     F::Response: axum::response::IntoResponse,
    ///     F::Future: Send,
    /// {
    ///     GuardedRouter::new().nest_service_unchecked("/static", files)
    /// }
    /// ```
    #[track_caller]
    pub fn nest_service_unchecked<T>(mut self, prefix: &str, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.enter_unchecked(below(prefix));
        self.inner = self.inner.nest_service(prefix, service);
        self
    }

    /// Answers requests that match no route with a service, like [`axum::Router::fallback_service`]. It has no access
    /// guard; the policy table has the position of this call.
    #[track_caller]
    pub fn fallback_service_unchecked<T>(mut self, service: T) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        self.replace_fallback();
        self.enter_unchecked("*".to_owned());
        self.inner = self.inner.fallback_service(service);
        self
    }

    #[track_caller]
    fn enter_unchecked(&mut self, path: String) {
        let place = Location::caller();
        let (guards, required) = (Vec::new(), Vec::new());
        self.take_unchecked(Unchecked { path, guards, file: place.file(), line: place.line(), required });
    }
}

/// All paths under a prefix.
fn below(prefix: &str) -> String {
    format!("{}/*", prefix.trim_end_matches('/'))
}
