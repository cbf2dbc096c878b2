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

use std::any::type_name;
use std::convert::Infallible;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::{self, MethodFilter, MethodRouter, Route};
use tower_layer::Layer;
use tower_service::Service;

use super::private::Private;
use super::router_state::Wiring;
use crate::policy::{Conditions, Declaration, Methods, Policy, Requirement, RoutePolicy, Statement};
use crate::web::guard::{Arguments, Callable, Decided, Evidence, HasAuth, Signature};

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
    pub(crate) wiring: Wiring<S>,
}

impl<S> Clone for GuardedMethodRouter<S> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), decisions: self.decisions.clone(), wiring: self.wiring }
    }
}

impl<S> std::fmt::Debug for GuardedMethodRouter<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedMethodRouter").field("decisions", &self.decisions).finish_non_exhaustive()
    }
}

macro_rules! methods {
    ($($name:ident $filter:ident),* $(,)?) => {
        $(
            #[doc = concat!("Routes `", stringify!($filter), "` requests to a guarded handler, as [`axum::routing::", stringify!($name), "`] does.")]
            pub fn $name<H, T, S, V, K>(handler: H) -> GuardedMethodRouter<S>
            where
                T: Decided<K> + Arguments<H, <S as HasAuth<V>>::State, K> + 'static,
                H: Signature<T>,
    V: 'static,
    K: Callable,
                S: HasAuth<V> + Clone + Send + Sync + 'static,
            {
                on(MethodFilter::$filter, handler)
            }
        )*

        impl<S> GuardedMethodRouter<S>
        where
            S: Clone + Send + Sync + 'static,
        {
            $(
                #[doc = concat!("Also routes `", stringify!($filter), "` requests.")]
                #[track_caller]
                pub fn $name<H, T, V, K>(self, handler: H) -> Self
                where
                    T: Decided<K> + Arguments<H, <S as HasAuth<V>>::State, K> + 'static,
                    H: Signature<T>,
    V: 'static,
    K: Callable,
                    S: HasAuth<V>,
                {
                    self.on(MethodFilter::$filter, handler)
                }
            )*
        }

        const METHODS: &[(MethodFilter, Methods)] = &[$((MethodFilter::$filter, stringify!($filter))),*];
    };
}

methods! {
    get GET, post POST, put PUT, patch PATCH, delete DELETE, head HEAD, options OPTIONS, trace TRACE, connect CONNECT,
}

/// Routes requests of these methods to a guarded handler, as [`axum::routing::on`] does.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::routing::on;
/// use axum::routing::MethodFilter;
///
/// #[require_auth]
/// async fn change() {}
///
/// let app: GuardedRouter<Auth> =
///     GuardedRouter::new().route("/note", on(MethodFilter::PUT.or(MethodFilter::PATCH), change));
/// assert_eq!(app.policy().routes().len(), 2);
/// ```
pub fn on<H, T, S, V, K>(methods: MethodFilter, handler: H) -> GuardedMethodRouter<S>
where
    T: Decided<K> + Arguments<H, <S as HasAuth<V>>::State, K> + 'static,
    H: Signature<T>,
    V: 'static,
    K: Callable,
    S: HasAuth<V> + Clone + Send + Sync + 'static,
{
    GuardedMethodRouter::new().on(methods, handler)
}

/// Routes requests of every method to a guarded handler, like [`axum::routing::any`].
pub fn any<H, T, S, V, K>(handler: H) -> GuardedMethodRouter<S>
where
    T: Decided<K> + Arguments<H, <S as HasAuth<V>>::State, K> + 'static,
    H: Signature<T>,
    V: 'static,
    K: Callable,
    S: HasAuth<V> + Clone + Send + Sync + 'static,
{
    let decision = Decision::of::<H, T, K>();
    let inner = routing::any(Private::new(T::__handler(handler), &decision));
    GuardedMethodRouter { inner, decisions: vec![("ANY", decision)], wiring: Some(<S as HasAuth<V>>::__auth) }
}

impl<S> Default for GuardedMethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<S> GuardedMethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Without handlers.
    ///
    /// ```
    /// use auth_core::GuardedMethodRouter;
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn show() {}
    /// let page: GuardedMethodRouter<Auth> = GuardedMethodRouter::new().get(show);
    /// ```
    pub fn new() -> Self {
        Self { inner: MethodRouter::new(), decisions: Vec::new(), wiring: None }
    }

    /// Also routes requests of these methods, as [`MethodRouter::on`] does.
    ///
    /// # Panics
    ///
    /// At start, where axum's does: when a method has a handler already.
    #[track_caller]
    pub fn on<H, T, V, K>(mut self, methods: MethodFilter, handler: H) -> Self
    where
        T: Decided<K> + Arguments<H, <S as HasAuth<V>>::State, K> + 'static,
        H: Signature<T>,
        V: 'static,
        K: Callable,
        S: HasAuth<V>,
    {
        let decision = Decision::of::<H, T, K>();
        self.inner = self.inner.on(methods, Private::new(T::__handler(handler), &decision));
        let answered = METHODS.iter().filter(|(one, _)| methods.or(*one) == methods);
        self.decisions.extend(answered.map(|(_, name)| (*name, decision)));
        self.wiring = Some(<S as HasAuth<V>>::__auth);
        self
    }

    /// Answers the methods that no handler of this path answers, as [`MethodRouter::fallback`] does: in place of an earlier
    /// fallback, and of the handler of [`any`].
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn show() {}
    /// #[require_auth]
    /// async fn others() {}
    ///
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/note", get(show).fallback(others));
    /// assert_eq!(app.policy().routes()[1].method, "OTHER");
    /// ```
    pub fn fallback<H, T, V, K>(mut self, handler: H) -> Self
    where
        T: Decided<K> + Arguments<H, <S as HasAuth<V>>::State, K> + 'static,
        H: Signature<T>,
        V: 'static,
        K: Callable,
        S: HasAuth<V>,
    {
        let decision = Decision::of::<H, T, K>();
        self.inner = self.inner.fallback(Private::new(T::__handler(handler), &decision));
        self.decisions.retain(|(methods, _)| !matches!(*methods, "ANY" | "OTHER"));
        self.decisions.push(("OTHER", decision));
        self.wiring = Some(<S as HasAuth<V>>::__auth);
        self
    }

    /// Adds the handlers of `other`, as [`MethodRouter::merge`] does.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[public]
    /// # async fn show() {}
    /// # #[require_auth]
    /// # async fn change() {}
    /// let (reading, writing) = (get(show), put(change).patch(change));
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/note", reading.merge(writing));
    /// assert_eq!(app.policy().routes().len(), 3);
    /// ```
    ///
    /// # Panics
    ///
    /// At start, where axum's does: when both have a handler for a method, or a fallback.
    #[track_caller]
    pub fn merge(mut self, other: Self) -> Self {
        self.inner = self.inner.merge(other.inner);
        self.decisions.extend(other.decisions);
        self.wiring = self.wiring.or(other.wiring);
        self
    }

    /// Wraps the handlers of methods added so far in a layer, as [`MethodRouter::route_layer`] does. A fallback and
    /// [`any`]'s handler stay without it.
    ///
    /// # Panics
    ///
    /// At start, where axum's does: without a handler of a method.
    #[track_caller]
    pub fn route_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.inner = self.inner.route_layer(layer);
        self
    }

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

/// The requirement of a route, from its handler's evidence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub(crate) requirement: Requirement,
    declared: Declaration,
    conditions: Conditions,
    function: Option<&'static str>,
}

impl Decision {
    /// Of the handler `H` with the parameters `T`.
    pub(crate) fn of<H, T: Decided<K>, K>() -> Self {
        type By<T, K> = <<T as Decided<K>>::Evidence as Evidence>::Policy;
        Self::new(&By::<T, K>::STATED, type_name::<By<T, K>>(), type_name::<H>())
    }

    fn new(stated: &Statement, policy: &'static str, handler: &'static str) -> Self {
        let Statement { requirement, declared, conditions } = *stated;
        // Attributes make a policy for each handler, which has the handler's name; the type of one by `guard!` has its own.
        let is_shared = without_arguments(policy).rsplit("::").next() == Some(declared.name);
        // A handler with layers is a type of axum.
        let function = Some(without_arguments(handler)).filter(|function| is_shared && !function.starts_with("axum::"));
        Self { requirement, declared, conditions, function }
    }

    pub(crate) fn row(self, method: Methods, path: String) -> RoutePolicy {
        let conditions = self.conditions.texts();
        let limits = self.conditions.all_limits().into_iter().map(ToString::to_string).collect();
        let Self { requirement, declared, function, .. } = self;
        RoutePolicy {
            method,
            path,
            requirement: requirement.into(),
            conditions,
            limits,
            function,
            declared,
            in_browser: false,
            outside_browser: false,
        }
    }
}

/// The name of a type without its generic arguments.
fn without_arguments(name: &'static str) -> &'static str {
    name.split('<').next().unwrap_or(name)
}
