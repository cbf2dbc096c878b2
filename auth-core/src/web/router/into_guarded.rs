//! Arguments of a [`GuardedRouter`]. They are traits so that the compiler's message names the replacement for axum's own
//! types.

use super::GuardedRouter;
use super::routing::GuardedMethodRouter;

/// The guarded handlers of one path: a [`GuardedMethodRouter`].
#[diagnostic::on_unimplemented(
    message = "the handlers of this path have no access guard",
    label = "not made by `auth_core::routing`",
    note = "axum's own `get`, `post`, … accept handlers without a guard; import those of auth-core: \
            `use auth_core::routing::{{get, post}};`, or `use auth_core::prelude::*;`"
)]
pub trait GuardedMethods<S>: sealed::Sealed {
    #[doc(hidden)]
    fn guarded(self) -> GuardedMethodRouter<S>;
}

#[diagnostic::do_not_recommend]
impl<S> GuardedMethods<S> for GuardedMethodRouter<S> {
    fn guarded(self) -> Self {
        self
    }
}

/// Routes with access guards: a [`GuardedRouter`], or the ready `Routes` of an [`Auth`](crate::Auth).
#[diagnostic::on_unimplemented(
    message = "the routes of this router have no access guard",
    label = "not a `GuardedRouter`",
    note = "build it as a `GuardedRouter`, or add a plain `axum::Router` by `merge_unchecked` or `nest_unchecked`, \
            which the policy table shows as unchecked",
    note = "a `GuardedRouter` with a state of its own stays one by `.provide_state(state)` in place of `.with_state(state)`"
)]
pub trait GuardedRoutes<S>: sealed::Sealed {
    #[doc(hidden)]
    fn guarded(self) -> GuardedRouter<S>;
}

impl<Own, S> GuardedRoutes<S> for GuardedRouter<Own>
where
    States: Same<Own, S>,
{
    fn guarded(self) -> GuardedRouter<S> {
        States::same(self)
    }
}

/// For [`Same`], whose own type must be known where one of the states is inferred from the other.
#[derive(Debug)]
pub enum States {}

/// The state of an inner router is that of the outer one.
#[diagnostic::on_unimplemented(
    message = "this router has the state `{Own}`, and the router around it the state `{S}`",
    label = "a router of another state",
    note = "give it its own state: `.provide_state(state)`"
)]
pub trait Same<Own, S> {
    #[doc(hidden)]
    fn same(router: GuardedRouter<Own>) -> GuardedRouter<S>;
}

#[diagnostic::do_not_recommend]
impl<S> Same<S, S> for States {
    fn same(router: GuardedRouter<S>) -> GuardedRouter<S> {
        router
    }
}

mod sealed {
    pub trait Sealed {}
    impl<S> Sealed for super::GuardedMethodRouter<S> {}
    impl<S> Sealed for super::GuardedRouter<S> {}
    #[cfg(feature = "server")]
    impl Sealed for crate::web::Routes {}
}
