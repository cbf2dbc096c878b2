//! Evidence of an access decision, which the router requires as a handler's first parameter.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::handler::{Handler, Layered};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Allowed;
use super::authorize::Gate;
use super::extract::Guard;
use crate::policy::{Policy, Undecided};
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
pub trait Decided<K = ByEvidence>: sealed::SealedArgs<K> {
    /// The first parameter.
    type Evidence: Evidence;
}

/// What a first parameter is, by its kind `K`: with one kind alone a method with `&self` would only lack a guard.
#[doc(hidden)]
pub trait First<K> {
    type Evidence: Evidence;
}

/// The kind of a first parameter that is evidence.
#[doc(hidden)]
#[derive(Debug)]
pub enum ByEvidence {}

/// The kind of a first parameter that is a reference.
#[doc(hidden)]
#[derive(Debug)]
pub struct Reference<T: ?Sized>(PhantomData<T>);

#[diagnostic::do_not_recommend]
impl<G: Evidence> First<ByEvidence> for G {
    type Evidence = G;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> First<Reference<T>> for &T {
    type Evidence = Guard<Undecided>;
}

/// The handler of a first parameter that is a reference, so that this is reported and not as well that it is no extractor. Its
/// kind is not [`Callable`].
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Uncalled;

impl<T, S> Handler<T, S> for Uncalled {
    type Future = Ready<Response>;

    fn call(self, _: Request, _: S) -> Self::Future {
        ready(StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

/// A kind with which a router can call a handler.
#[diagnostic::on_unimplemented(
    message = "a handler takes no `&self`, because a router has none to call it with",
    label = "takes a reference",
    note = "take what it needs from the state: `State(service): State<Service>`",
    note = "a guard above an `impl` covers its functions without `self`"
)]
#[doc(hidden)]
pub trait Callable: sealed::SealedKind {}

#[diagnostic::do_not_recommend]
impl Callable for ByEvidence {}

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
    note = "add one: `#[derive(Clone, axum::extract::FromRef)] struct AppState {{ auth: Auth, .. }}`",
    note = "if it is no state, but a part of it that a parameter `State<{Self}>` takes, the state must give it: by that derive, or \
            by `impl FromRef<AppState> for {Self}`"
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
pub trait Arguments<H, S, K = ByEvidence>: Sized {
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
    pub trait SealedArgs<K> {}
    pub trait SealedKind {}
    impl SealedKind for super::ByEvidence {}
    /// Implemented by nothing.
    pub trait Never {
        fn never(&self) -> super::Auth;
    }
}

// One impl for each number of parameters that axum supports. Generic over the first one: an impl for `Guard<P>` alone lets
// inference assume it, and the error names the handler's type instead of the missing guard.
macro_rules! decided {
    ($($first:ident $(, $rest:ident)*)?) => {
        impl<M, K, G, $($first, $($rest,)*)?> sealed::SealedArgs<K> for (M, G, $($first, $($rest,)*)?) where G: First<K> {}
        #[diagnostic::do_not_recommend]
        impl<M, K, G, $($first, $($rest,)*)?> Decided<K> for (M, G, $($first, $($rest,)*)?) where G: First<K> {
            type Evidence = G::Evidence;
        }
        #[diagnostic::do_not_recommend]
        impl<F, R, M, G, $($first, $($rest,)*)?> Signature<(M, G, $($first, $($rest,)*)?)> for F
        where
            F: FnOnce(G, $($first, $($rest,)*)?) -> R,
            R: Future,
        {
        }
        #[diagnostic::do_not_recommend]
        impl<H, S, M, T: ?Sized, $($first, $($rest,)*)?> Arguments<H, S, Reference<T>> for (M, &T, $($first, $($rest,)*)?) {
            type Handler = Uncalled;

            fn __handler(_: H) -> Uncalled {
                Uncalled
            }
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
