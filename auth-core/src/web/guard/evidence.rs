//! Evidence of an access decision, which the router requires as a handler's first parameter.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, FromRequestParts};
use axum::handler::{Handler, Layered};
use axum::response::IntoResponse;

use super::Allowed;
use super::authorize::Gate;
use super::extract::Guard;
use crate::policy::Policy;
use crate::service::Auth;

/// Evidence of a handler's access decision: a [`Guard`], an [`Allowed`], or the gate of `#[authorize(..)]`. The attributes
/// insert it.
#[diagnostic::on_unimplemented(
    message = "this handler has no access guard",
    label = "no access guard",
    note = "write `#[require_auth]`, `#[require_role(..)]`, `#[api_key]` or `#[public]` above the handler",
    note = "or take a guard as its first parameter: `async fn handler(_: Guard<MyPolicy>, ..)`"
)]
pub trait Evidence: sealed::Sealed {
    /// The policy that a caller must meet.
    type Policy: Policy;
}

#[diagnostic::do_not_recommend]
impl<P: Policy> Evidence for Guard<P> {
    type Policy = P;
}

#[diagnostic::do_not_recommend]
impl<P: Policy, U> Evidence for Allowed<P, U> {
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

/// A state that contains an [`Auth`], which every guard needs: implement axum's `FromRef`, or derive it with axum's
/// feature `macros`. An `Arc` of such a state contains it as well.
///
/// ```
/// use auth_core::prelude::*;
/// use axum::extract::FromRef;
///
/// #[derive(Clone)]
/// struct AppState {
///     auth: Auth,
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
/// let shared: GuardedRouter<std::sync::Arc<AppState>> = GuardedRouter::new().route("/me", get(me));
/// ```
#[diagnostic::on_unimplemented(
    message = "the state `{Self}` holds no `Auth`, which guards need to verify credentials",
    label = "no `Auth` in `{Self}`",
    note = "add one: `#[derive(Clone, axum::extract::FromRef)] struct AppState {{ auth: Auth, .. }}`"
)]
pub trait HasAuth<Via = InState>: Sized {
    /// The state itself. Handlers are bound by this name of it: where a state has none because it holds no `Auth`, rustc
    /// reports that alone, and not as well that axum's `Handler` is not implemented.
    #[doc(hidden)]
    type State;

    #[doc(hidden)]
    fn __auth(&self) -> Auth;

    #[doc(hidden)]
    fn __state(self) -> Self::State;
}

/// The one way in which a state holds an `Auth`. With a second one rustc looks whether either applies before it takes
/// `State` for known.
#[doc(hidden)]
#[derive(Debug)]
pub enum InState {}

#[diagnostic::do_not_recommend]
impl<S> HasAuth<InState> for S
where
    Auth: FromRef<S>,
{
    type State = S;

    fn __auth(&self) -> Auth {
        Auth::from_ref(self)
    }

    fn __state(self) -> S {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<S: sealed::Never> HasAuth<()> for S {
    type State = S;

    fn __auth(&self) -> Auth {
        self.never()
    }

    fn __state(self) -> S {
        self
    }
}

/// A state behind an `Arc` holds what it holds. Applications cannot say so: neither trait nor type is theirs.
#[diagnostic::do_not_recommend]
impl<S> FromRef<Arc<S>> for Auth
where
    Auth: FromRef<S>,
{
    fn from_ref(state: &Arc<S>) -> Self {
        Self::from_ref(&**state)
    }
}

/// A function with the parameters `T` (axum's `T` of `Handler<T, S>`) that returns a future, or a handler in layers.
#[diagnostic::on_unimplemented(
    message = "this handler has no access guard",
    label = "not an `async fn` with an access guard",
    note = "write `#[require_auth]`, `#[require_role(..)]`, `#[api_key]` or `#[public]` above an `async fn`"
)]
pub trait Signature<T> {}

#[diagnostic::do_not_recommend]
impl<L, H, T, S> Signature<T> for Layered<L, H, T, S> {}

/// Parameters of the handler `H` that are extractors for the state `S`. rustc reports which one is not; of axum's `Handler`
/// it would report only that `H` does not implement it. The implementations prove that `H` is one, so that the
/// application's build does not prove it a second time.
pub trait Arguments<H, S>: Sized {
    /// `H`.
    #[doc(hidden)]
    type Handler: Handler<Self, S>;

    #[doc(hidden)]
    fn __handler(handler: H) -> Self::Handler;
}

mod sealed {
    pub trait Sealed {}
    impl<P: super::Policy> Sealed for super::Guard<P> {}
    impl<P: super::Policy, U> Sealed for super::Allowed<P, U> {}
    impl<P: super::Policy> Sealed for super::Gate<P> {}
    pub trait SealedArgs {}
    /// Implemented by nothing.
    pub trait Never {
        fn never(&self) -> super::Auth;
    }
}

// One impl for each number of parameters that axum supports. Generic over the first one: an impl for `Guard<P>` alone lets
// inference assume it, and the error names the handler's type instead of the missing guard.
macro_rules! decided {
    ($($first:ident $(, $rest:ident)*)?) => {
        impl<M, G, $($first, $($rest,)*)?> sealed::SealedArgs for (M, G, $($first, $($rest,)*)?) where G: Evidence {}
        #[diagnostic::do_not_recommend]
        impl<M, G, $($first, $($rest,)*)?> Decided for (M, G, $($first, $($rest,)*)?) where G: Evidence {
            type Evidence = G;
        }
        #[diagnostic::do_not_recommend]
        impl<F, R, M, G, $($first, $($rest,)*)?> Signature<(M, G, $($first, $($rest,)*)?)> for F
        where
            F: FnOnce(G, $($first, $($rest,)*)?) -> R,
            R: Future,
        {
        }
        $(decided!($($rest),*);)?
    };
}

#[diagnostic::do_not_recommend]
impl<F, R> Signature<((),)> for F
where
    F: FnOnce() -> R,
    R: Future,
{
}

#[diagnostic::do_not_recommend]
impl<L, H, T, S> Arguments<Layered<L, H, T, S>, S> for T
where
    Layered<L, H, T, S>: Handler<T, S>,
{
    type Handler = Layered<L, H, T, S>;

    fn __handler(handler: Self::Handler) -> Self::Handler {
        handler
    }
}

#[diagnostic::do_not_recommend]
impl<H, R, S> Arguments<H, S> for ((),)
where
    H: FnOnce() -> R + Clone + Send + Sync + 'static,
    R: Future<Output: IntoResponse> + Send,
{
    type Handler = H;

    fn __handler(handler: H) -> H {
        handler
    }
}

macro_rules! arguments {
    ($($earlier:ident),*; $last:ident $(, $rest:ident)*) => {
        impl<H, R, S, M, $($earlier,)* $last> Arguments<H, S> for (M, $($earlier,)* $last,)
        where
            $($earlier: FromRequestParts<S> + Send,)*
            $last: FromRequest<S, M> + Send,
            H: FnOnce($($earlier,)* $last) -> R + Clone + Send + Sync + 'static,
            R: Future<Output: IntoResponse> + Send,
            S: Send + Sync + 'static,
        {
            type Handler = H;

            fn __handler(handler: H) -> H {
                handler
            }
        }
        arguments!($($earlier,)* $last; $($rest),*);
    };
    ($($earlier:ident),*;) => {};
}

arguments!(; T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15, T16);

decided!(T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13, T14, T15);
