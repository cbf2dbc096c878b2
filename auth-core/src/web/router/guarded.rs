//! A router that accepts only handlers with an access guard.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRef, Request};
#[cfg(feature = "server")]
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

use super::into_guarded::{GuardedMethods, GuardedRoutes};
use super::private::Private;
use super::router_guard::{Covers, WholeGuard};
use super::router_state::Wiring;
use super::routing::Decision;
use crate::policy::Policy;
use crate::policy::{PolicyTable, RoutePolicy, Unchecked};
use crate::service::Auth;
#[cfg(feature = "server")]
use crate::web::browser::browser;
use crate::web::guard::{Arguments, Callable, Decided, HasAuth, Signature};
#[cfg(feature = "openapi")]
use crate::web::openapi::Collected;
use crate::web::policy_page;

/// An axum router whose every handler has an access guard.
///
/// It accepts handlers only through [`routing`](crate::routing)'s `get`, `post`, …, which demand a guard, and becomes a
/// plain [`axum::Router`] by [`with_state`](Self::with_state).
///
/// ```
/// use auth_core::prelude::*;
///
/// #[public]
/// async fn health() -> &'static str { "ok" }
///
/// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
/// ```
///
/// Without a guard it does not compile:
///
/// ```compile_fail
/// use auth_core::prelude::*;
///
/// async fn health() -> &'static str { "ok" }
///
/// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
/// ```
#[must_use = "a router does nothing until it is served"]
pub struct GuardedRouter<S = ()> {
    pub(super) inner: Router<S>,
    /// Routes for clients that are no browsers, which browser mode does not cover, neither of this router nor of one around
    /// it.
    #[cfg(feature = "server")]
    pub(super) outside_browser: Router<S>,
    /// The rows already contain the guards of the whole router.
    pub(super) table: PolicyTable,
    /// Guards of the whole router, applied when no more routes can be added.
    pub(super) guards: Vec<WholeGuard<S>>,
    pub(super) covers: Covers,
    /// Whether browser mode is around the routes and guards.
    pub(super) browser: bool,
    pub(super) wiring: Wiring<S>,
    /// Those of the states that this router and those within it have received.
    pub(super) auths: Vec<Auth>,
    #[cfg(feature = "openapi")]
    pub(crate) openapi: Collected,
}

impl<S> Clone for GuardedRouter<S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            #[cfg(feature = "server")]
            outside_browser: self.outside_browser.clone(),
            table: self.table.clone(),
            guards: self.guards.clone(),
            auths: self.auths.clone(),
            #[cfg(feature = "openapi")]
            openapi: self.openapi.clone(),
            ..*self
        }
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
        Self {
            inner: Router::new(),
            #[cfg(feature = "server")]
            outside_browser: Router::new(),
            table: PolicyTable::default(),
            guards: Vec::new(),
            covers: Covers::Routes,
            browser: false,
            wiring: None,
            auths: Vec::new(),
            #[cfg(feature = "openapi")]
            openapi: Collected::default(),
        }
    }

    /// Adds the handlers of one path. Syntax and panics are those of [`axum::Router::route`] (a malformed or doubled
    /// path, at start).
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// #[require_auth]
    /// async fn show() {}
    ///
    /// #[require_scope("notes:write")]
    /// async fn change() {}
    ///
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/notes/{id}", get(show).put(change));
    /// print!("{}", app.policy()); // a row for each method
    /// ```
    #[track_caller]
    pub fn route(mut self, path: &str, methods: impl GuardedMethods<S>) -> Self {
        let methods = methods.guarded();
        self.wiring = self.wiring.or(methods.wiring);
        for (method, decision) in &methods.decisions {
            self.enter(decision.row(method, path.to_owned()));
        }
        self.inner = self.inner.route(path, methods.inner);
        self
    }

    /// Puts all routes of `other` under a prefix.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn health() {}
    /// let inner: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
    /// let app = GuardedRouter::new().nest("/v1", inner);
    /// assert_eq!(app.policy().routes()[0].path, "/v1/health");
    /// ```
    ///
    /// # Panics
    ///
    /// At start, for the same reasons as [`axum::Router::nest`]: an empty prefix, or two routes of one path. And when a
    /// router nested in `other` has a fallback, and `other` has none: axum would drop it.
    #[track_caller]
    pub fn nest(mut self, prefix: &str, other: impl GuardedRoutes<S>) -> Self {
        let other = other.guarded().sealed();
        other.table.keeps_fallbacks(prefix);
        self.auths.extend(other.auths);
        self.take(other.table.below(prefix), other.wiring, other.covers);
        #[cfg(feature = "openapi")]
        self.openapi.merge(other.openapi.below(prefix));
        self.inner = self.inner.nest(prefix, other.inner);
        #[cfg(feature = "server")]
        if other.outside_browser.has_routes() {
            self.outside_browser = self.outside_browser.nest(prefix, other.outside_browser);
        }
        self
    }

    /// Adds all routes of `other`.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// fn app(auth: &Auth, own: GuardedRouter<Auth>) -> GuardedRouter<Auth> {
    ///     own.merge(auth.routes())
    /// }
    /// ```
    ///
    /// # Panics
    ///
    /// At start, for the same reasons as [`axum::Router::merge`]: two routes of one path and method, or two fallbacks.
    #[track_caller]
    pub fn merge(mut self, other: impl GuardedRoutes<S>) -> Self {
        let other = other.guarded().sealed();
        self.auths.extend(other.auths);
        self.take(other.table, other.wiring, other.covers);
        #[cfg(feature = "openapi")]
        self.openapi.merge(other.openapi);
        self.inner = self.inner.merge(other.inner);
        #[cfg(feature = "server")]
        {
            self.outside_browser = self.outside_browser.merge(other.outside_browser);
        }
        self
    }

    /// Adds all routes of `other`, and leaves them out of browser mode.
    #[cfg(feature = "server")]
    #[track_caller]
    pub(crate) fn merge_outside_browser(self, mut other: Self) -> Self {
        for row in &mut other.table.routes {
            row.outside_browser = true;
        }
        let routes = std::mem::take(&mut other.inner);
        other.outside_browser = other.outside_browser.merge(routes);
        self.merge(other)
    }

    /// Demands the policy `P` of the callers of every route of this router, besides what the route demands of itself: of
    /// those added before and after this call, of routers nested and merged into it, plain ones included, and of its
    /// fallback. The policy table shows `all(P, own)`.
    ///
    /// `P` is checked before any layer of this router runs. A layer that must answer unverified callers, such as CORS
    /// preflights, belongs around this router.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Role { Moderator }
    /// guard!(Staff = role(Moderator));
    ///
    /// #[require(fresh("10m"))]
    /// async fn purge() {}
    ///
    /// # fn main() {
    /// let staff: GuardedRouter<Auth> = GuardedRouter::new().guard::<Staff>().route("/purge", post(purge));
    /// let app = GuardedRouter::new().nest("/staff", staff);
    /// assert_eq!(app.policy().routes()[0].requirement.to_string(), r#"all(role(Moderator), fresh("10m"))"#);
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At start, when the router has or gets a public route, which the guard would close.
    #[track_caller]
    pub fn guard<P: Policy /* write `.guard::<Staff>()` */>(mut self) -> Self
    where
        S: HasAuth,
    {
        let guard = WholeGuard::of::<P>();
        for row in &mut self.table.routes {
            guard.join(row);
        }
        for row in &mut self.table.unchecked {
            guard.join_unchecked(row);
        }
        self.guards.push(guard);
        self.wiring = Some(S::__auth);
        self
    }

    /// Lets browsers log in by cookies, on all routes of this router: those added before and after this call, and those of
    /// routers nested and merged into it. [`BrowserMode`](crate::BrowserMode) has the settings. Access tokens in headers are
    /// accepted as before; without this call, cookies of browser mode are no credential.
    ///
    /// - Responses with [`Tokens`](crate::Tokens) or [`SetTokens`](crate::http::SetTokens) set cookies, which scripts cannot
    ///   read, and their body loses the tokens. [`ClearTokens`](crate::http::ClearTokens) removes the cookies.
    /// - A request whose access token has ended is renewed by its refresh token, so that a browser stays logged in while
    ///   the session lives. Requests at the same time get the same tokens, within
    ///   [`AuthBuilder::refresh_leeway`](crate::AuthBuilder::refresh_leeway).
    /// - A request by another method than `GET`, `HEAD` and `OPTIONS`, and one for a WebSocket, must come from a page of the
    ///   service (`Sec-Fetch-Site`, then `Origin`), or have the value of the cookie `__Host-csrf` in the header
    ///   `X-CSRF-Token`; otherwise it is refused with [`AccessError::CrossSite`](crate::AccessError::CrossSite), also on
    ///   public routes, since a login is one. A credential in a header needs no such check. Calls of other services, such as
    ///   webhooks, belong into another router.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[require_auth]
    /// # async fn notes() {}
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     let pages = GuardedRouter::new().route("/notes", get(notes)).browser();
    ///     pages.merge(auth.routes().browser())
    /// }
    /// # fn main() {}
    /// ```
    #[cfg(feature = "server")]
    pub fn browser(mut self) -> Self
    where
        S: HasAuth,
    {
        self.browser = true;
        for row in &mut self.table.routes {
            row.in_browser = !row.outside_browser;
        }
        self.wiring = Some(S::__auth);
        self
    }

    /// Answers requests that match no route; the handler is guarded like any other.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use axum::http::StatusCode;
    ///
    /// #[public]
    /// async fn not_found() -> StatusCode {
    ///     StatusCode::NOT_FOUND
    /// }
    ///
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().fallback(not_found);
    /// ```
    #[track_caller]
    pub fn fallback<H, T, V, K>(mut self, handler: H) -> Self
    where
        T: Decided<K> + Arguments<H, <S as HasAuth<V>>::State, K> + 'static,
        H: Signature<T>,
        V: 'static,
        K: Callable,
        S: HasAuth<V>,
    {
        let decision = Decision::of::<H, T, K>();
        self.replace_fallback();
        self.enter(decision.row("ANY", "*".to_owned()));
        self.inner = self.inner.fallback(Private::new(T::__handler(handler), &decision));
        self.wiring = Some(<S as HasAuth<V>>::__auth);
        self
    }

    /// Answers requests that match a path of a route added so far but none of its methods; the handler is guarded like
    /// any other.
    #[track_caller]
    pub fn method_not_allowed_fallback<H, T, V, K>(mut self, handler: H) -> Self
    where
        T: Decided<K> + Arguments<H, <S as HasAuth<V>>::State, K> + 'static,
        H: Signature<T>,
        V: 'static,
        K: Callable,
        S: HasAuth<V>,
    {
        let decision = Decision::of::<H, T, K>();
        self.enter(decision.row("OTHER", "*".to_owned()));
        let handler = Private::new(T::__handler(handler), &decision);
        #[cfg(feature = "server")]
        {
            self.outside_browser = self.outside_browser.method_not_allowed_fallback(handler.clone());
        }
        self.inner = self.inner.method_not_allowed_fallback(handler);
        self.wiring = Some(<S as HasAuth<V>>::__auth);
        self
    }

    /// Answers `GET` at `path` with the policy table of the whole application, for callers that meet `P`: an HTML page
    /// for browsers (`Accept: text/html`), otherwise JSON. The route is a row of it.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Role { Admin }
    /// guard!(AdminOnly = role(Admin));
    ///
    /// # fn main() {
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().policy_route::<AdminOnly>("/policy");
    /// assert_eq!(app.policy().routes()[0].requirement.to_string(), "role(Admin)");
    /// # }
    /// ```
    #[track_caller]
    pub fn policy_route<P: Policy>(self, path: &str) -> Self
    where
        Auth: FromRef<S>,
    {
        self.route(path, super::routing::get(policy_page::show::<P>))
    }

    /// Wraps all routes added so far in a layer, as [`axum::Router::layer`] does. Guards need no layer.
    ///
    /// The layer runs before the guards of these routes: a layer that answers without its handler, such as a cache,
    /// answers unverified callers. Only [`guard`](Self::guard) runs before the layers of its router.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use axum::extract::DefaultBodyLimit;
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     auth.routes().into_router().layer(DefaultBodyLimit::max(16 * 1024))
    /// }
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        #[cfg(feature = "server")]
        {
            self.outside_browser = self.outside_browser.layer(layer.clone());
        }
        self.inner = self.inner.layer(layer);
        self
    }

    /// Wraps the routes added so far in a layer, as [`axum::Router::route_layer`] does: not the answer to paths without a
    /// route. As for [`layer`](Self::layer), the layer comes before the guards of these routes.
    ///
    /// # Panics
    ///
    /// At start, where axum's does: without a route.
    #[track_caller]
    pub fn route_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        #[cfg(feature = "server")]
        if self.outside_browser.has_routes() {
            self.outside_browser = self.outside_browser.route_layer(layer.clone());
        }
        self.inner = self.inner.route_layer(layer);
        self
    }

    /// Every route with its requirement and declaration.
    #[must_use]
    pub fn policy(&self) -> PolicyTable {
        self.table.clone().sorted()
    }

    #[track_caller]
    fn enter(&mut self, mut row: RoutePolicy) {
        for guard in &self.guards {
            guard.join(&mut row);
        }
        row.in_browser |= self.browser && !row.outside_browser;
        self.table.routes.push(row);
    }

    pub(super) fn take_unchecked(&mut self, mut row: Unchecked) {
        for guard in &self.guards {
            guard.join_unchecked(&mut row);
        }
        self.table.unchecked.push(row);
    }

    #[track_caller]
    fn take(&mut self, table: PolicyTable, wiring: Wiring<S>, covers: Covers) {
        for row in table.routes {
            self.enter(row);
        }
        for row in table.unchecked {
            self.take_unchecked(row);
        }
        self.wiring = self.wiring.or(wiring);
        if covers == Covers::RoutesAndFallback {
            self.covers = covers;
        }
    }

    /// Axum has one fallback, so a second one takes the place of the first, whose row goes.
    pub(super) fn replace_fallback(&mut self) {
        self.table.routes.retain(|row| (row.method, &*row.path) != ("ANY", "*"));
        self.covers = Covers::RoutesAndFallback;
    }

    /// The router with its guards around all routes.
    pub(super) fn sealed(mut self) -> Self {
        for guard in std::mem::take(&mut self.guards) {
            self.inner = guard.wrap(self.inner, self.covers);
            #[cfg(feature = "server")]
            {
                self.outside_browser = guard.wrap(self.outside_browser, Covers::Routes);
            }
        }
        #[cfg(feature = "server")]
        if std::mem::take(&mut self.browser) {
            self.inner = self.covers.layer(self.inner, from_fn(browser));
        }
        self
    }
}
