//! Data of a guarded router that is known only with its state, for its guards and its policy page.

use std::sync::Arc;

use axum::http::Extensions;

use crate::policy::PolicyTable;
use crate::service::Auth;
use crate::web::guard::HasAuth;

/// The function that finds the `Auth` in the state, if a guard or page of the router needs it.
pub(crate) struct Wiring<S>(Option<fn(&S) -> Auth>);

impl<S> Wiring<S> {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) fn of_state() -> Self
    where
        S: HasAuth,
    {
        Self(Some(S::__auth))
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.0 = self.0.or(other.0);
    }

    /// The extension of every request of the router; `None` if no guard or page needs it.
    pub(crate) fn wired(&self, state: &S, table: &PolicyTable) -> Option<Wired> {
        self.0.map(|auth| Wired { auth: auth(state), table: Arc::new(table.clone()) })
    }
}

impl<S> Clone for Wiring<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Wiring<S> {}

/// Added to every request by [`GuardedRouter::with_state`](crate::GuardedRouter::with_state), which is the only way to
/// a router that can be served.
#[derive(Clone)]
pub(crate) struct Wired {
    pub(crate) auth: Auth,
    table: Arc<PolicyTable>,
}

impl Wired {
    pub(crate) fn auth(extensions: &Extensions) -> Option<Auth> {
        extensions.get::<Self>().map(|wired| wired.auth.clone())
    }

    pub(crate) fn table(extensions: &Extensions) -> Option<Arc<PolicyTable>> {
        extensions.get::<Self>().map(|wired| Arc::clone(&wired.table))
    }
}
