//! A policy for a whole router, in addition to each route's own requirement.

use std::convert::Infallible;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use tower_layer::Layer;
use tower_service::Service;

use crate::policy::{Declaration, Policy, Requirement};
use crate::policy::{RoutePolicy, Unchecked};
use crate::web::guard::GuardLayer;

/// A policy that every route of a router must meet in addition to its own.
pub(crate) struct WholeGuard<S> {
    requirement: Requirement,
    declared: Declaration,
    wrap: fn(Router<S>, Covers) -> Router<S>,
}

impl<S> Clone for WholeGuard<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for WholeGuard<S> {}

/// Whether the router's fallback is guarded with its routes. axum's own fallback is not: merged into another router, it
/// would answer 401 in place of that router's 404.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Covers {
    Routes,
    RoutesAndFallback,
}

impl<S: Clone + Send + Sync + 'static> WholeGuard<S> {
    pub(crate) fn of<P: Policy>() -> Self {
        Self { requirement: P::REQUIREMENT, declared: P::DECLARED, wrap: wrap::<P, S> }
    }

    pub(crate) fn wrap(&self, router: Router<S>, covers: Covers) -> Router<S> {
        (self.wrap)(router, covers)
    }

    /// Adds this guard to the requirement of `row`.
    ///
    /// # Panics
    ///
    /// When the route is public.
    #[track_caller]
    pub(crate) fn join(&self, row: &mut RoutePolicy) {
        let (policy, route) = (self.declared.name, format!("{} {}", row.method, row.path));
        let Declaration { name, file, line, .. } = row.declared;
        assert!(
            !matches!(row.requirement.own(), Requirement::Public),
            "`{route}` is public (`{name}`, {file}:{line}), and the router's guard `{policy}` would close it: take the \
             route out of this router, or give it a guard of its own"
        );
        row.requirement.guard(self.requirement);
    }

    pub(crate) fn join_unchecked(&self, row: &mut Unchecked) {
        row.guards.push(self.declared.name);
        row.required.push(self.requirement);
    }
}

fn wrap<P: Policy, S: Clone + Send + Sync + 'static>(router: Router<S>, covers: Covers) -> Router<S> {
    covers.layer(router, GuardLayer::<P>::of_router())
}

impl Covers {
    /// The router in a layer that covers this.
    pub(super) fn layer<S, L>(self, router: Router<S>, layer: L) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        match self {
            Self::RoutesAndFallback => router.layer(layer),
            // Without routes there is nothing to cover, and axum would panic.
            Self::Routes if router.has_routes() => router.route_layer(layer),
            Self::Routes => router,
        }
    }
}
