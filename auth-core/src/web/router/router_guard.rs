//! A policy over a whole router: it joins what each route demands of itself.

use axum::Router;

use crate::policy::{Declaration, Policy, Requirement};
use crate::policy::{RoutePolicy, Unchecked};
use crate::web::guard::GuardLayer;

/// A policy that every route of a router must meet besides its own.
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

/// Whether the router's fallback is guarded with its routes. Axum's own fallback is not: merged into another router, it
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

    /// Makes `row` that of a route behind this guard. That happens once for each, while the router is made, so what the row
    /// points at may live as long as the program.
    ///
    /// # Panics
    ///
    /// When the guard cannot join the route; [`check`](Self::check) says when.
    #[track_caller]
    pub(crate) fn join(&self, row: &mut RoutePolicy) {
        self.check(row);
        let parts: &'static [_; 2] = Box::leak(Box::new([self.requirement, row.requirement]));
        row.requirement = Requirement::All(Box::leak(Box::new(parts.each_ref().map(Requirement::bound))));
    }

    pub(crate) fn join_unchecked(&self, row: &mut Unchecked) {
        row.guards.push(self.declared.name);
    }

    /// Refuses a route that this guard cannot join.
    ///
    /// # Panics
    ///
    /// When the route is public.
    #[track_caller]
    fn check(&self, row: &RoutePolicy) {
        let Self { declared, .. } = self;
        let (policy, route) = (declared.name, format!("{} {}", row.method, row.path));
        let Declaration { name, file, line, .. } = row.declared;
        assert!(
            !matches!(row.requirement, Requirement::Public),
            "`{route}` is public (`{name}`, {file}:{line}), and the router's guard `{policy}` would close it: take the \
             route out of this router, or give it a guard of its own"
        );
    }
}

fn wrap<P: Policy, S: Clone + Send + Sync + 'static>(router: Router<S>, covers: Covers) -> Router<S> {
    match covers {
        Covers::RoutesAndFallback => router.layer(GuardLayer::<P>::of_router()),
        // Without routes there is nothing to guard, and axum panics.
        Covers::Routes if router.has_routes() => router.route_layer(GuardLayer::<P>::of_router()),
        Covers::Routes => router,
    }
}
