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
    label = "not a `GuardedRouter` of the same state",
    note = "build it as a `GuardedRouter`, or add a plain `axum::Router` by `merge_unchecked` or `nest_unchecked`, \
            which the policy table shows as unchecked"
)]
pub trait GuardedRoutes<S>: sealed::Sealed {
    #[doc(hidden)]
    fn guarded(self) -> GuardedRouter<S>;
}

#[diagnostic::do_not_recommend]
impl<S> GuardedRoutes<S> for GuardedRouter<S> {
    fn guarded(self) -> Self {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl<S> Sealed for super::GuardedMethodRouter<S> {}
    impl<S> Sealed for super::GuardedRouter<S> {}
    #[cfg(feature = "server")]
    impl Sealed for crate::web::Routes {}
}
