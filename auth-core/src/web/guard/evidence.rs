//! How the router asks for a decision: a handler's first parameter must be evidence of one.

use axum::extract::FromRef;

use super::authorize::Gate;
use super::extract::Guard;
use crate::policy::Policy;
use crate::service::Auth;

/// What proves that access to a handler was decided: a [`Guard`], or what `#[authorize(..)]` puts in its place. The
/// attributes insert them.
#[diagnostic::on_unimplemented(
    message = "this handler has no access guard",
    label = "no access guard",
    note = "write `#[require_auth]`, `#[require_role(..)]`, `#[api_key]` or `#[public]` above the handler",
    note = "or take a guard as its first parameter: `async fn handler(_: Guard<MyPolicy>, ..)`"
)]
pub trait Evidence: sealed::Sealed {
    /// What a caller must meet, and where that was decided.
    type Policy: Policy;
}

#[diagnostic::do_not_recommend]
impl<P: Policy> Evidence for Guard<P> {
    type Policy = P;
}

#[diagnostic::do_not_recommend]
impl<P: Policy> Evidence for Gate<P> {
    type Policy = P;
}

/// A handler's parameters (axum's `T` of `Handler<T, S>`) whose first one is [`Evidence`].
#[diagnostic::on_unimplemented(
    message = "this handler has no access guard",
    label = "no access guard",
    note = "write `#[require_auth]`, `#[require_role(..)]`, `#[api_key]` or `#[public]` above the handler",
    note = "or take a guard as its first parameter: `async fn handler(_: Guard<MyPolicy>, ..)`"
)]
pub trait Decided: sealed::SealedArgs {
    /// The first parameter.
    type Evidence: Evidence;
}

/// A state that an [`Auth`] can be had from, which every guard needs.
///
/// axum's `FromRef` says how; with axum's feature `macros` it can be derived.
///
/// ```
/// use auth_core::prelude::*;
/// use axum::extract::FromRef;
///
/// #[derive(Clone)]
/// struct AppState {
///     auth: Auth,
///     greeting: &'static str,
/// }
///
/// impl FromRef<AppState> for Auth {
///     fn from_ref(state: &AppState) -> Self {
///         state.auth.clone()
///     }
/// }
///
/// #[require_auth]
/// async fn me() {}
///
/// let routes: GuardedRouter<AppState> = GuardedRouter::new().route("/me", get(me));
/// ```
#[diagnostic::on_unimplemented(
    message = "the state `{Self}` holds no `Auth`, which guards need to verify credentials",
    label = "no `Auth` in `{Self}`",
    note = "add one: `#[derive(Clone, axum::extract::FromRef)] struct AppState {{ auth: Auth, .. }}`"
)]
pub trait HasAuth {
    #[doc(hidden)]
    fn __auth(&self) -> Auth;
}

#[diagnostic::do_not_recommend]
impl<S> HasAuth for S
where
    Auth: FromRef<S>,
{
    fn __auth(&self) -> Auth {
        Auth::from_ref(self)
    }
}

/// Not the state of any router, and named for the error messages that it is seen in. Were `Auth` itself the only state
/// that an `Auth` is known to be had from, inference would take it for the state of a router whose own state holds none,
/// and every error would speak of that.
enum StateWithAuth {}

#[diagnostic::do_not_recommend]
impl FromRef<StateWithAuth> for Auth {
    fn from_ref(state: &StateWithAuth) -> Self {
        match *state {}
    }
}

mod sealed {
    pub trait Sealed {}
    impl<P: super::Policy> Sealed for super::Guard<P> {}
    impl<P: super::Policy> Sealed for super::Gate<P> {}
    pub trait SealedArgs {}
}

// One impl for each number of parameters that axum takes. Blanket over the first one (`G: Evidence`), not written for
// `Guard<P>`: an impl for `Guard<P>` alone lets inference guess that every handler has one, and the error then speaks
// of the handler's type instead of the missing guard.
macro_rules! decided {
    ($($ty:ident),*) => {
        impl<M, G, $($ty,)*> sealed::SealedArgs for (M, G, $($ty,)*) where G: Evidence {}
        #[diagnostic::do_not_recommend]
        impl<M, G, $($ty,)*> Decided for (M, G, $($ty,)*) where G: Evidence {
            type Evidence = G;
        }
    };
}

decided!();
decided!(T1);
decided!(T1, T2);
decided!(T1, T2, T3);
decided!(T1, T2, T3, T4);
decided!(T1, T2, T3, T4, T5);
decided!(T1, T2, T3, T4, T5, T6);
decided!(T1, T2, T3, T4, T5, T6, T7);
decided!(T1, T2, T3, T4, T5, T6, T7, T8);
decided!(T1, T2, T3, T4, T5, T6, T7, T8, T9);
decided!(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10);
decided!(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11);
decided!(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12);
decided!(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13);
decided!(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14);
decided!(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15);
