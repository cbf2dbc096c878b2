//! `#[authorize(..)]` at run time: the gate at the beginning of a handler.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::{Exit, Rule};
use crate::base::Context as Origin;
use crate::policy::Policy;
use crate::service::Auth;
use crate::store::StoreError;
use crate::verify::{AccessError, Caller, Principal, Proof};
use crate::web::head;
use crate::web::http::Rejection;

/// The evidence of a handler with conditions: the caller has met the policy `P`, and here the conditions are decided.
///
/// A condition stands where the handler's own `?` and `return` work, so it cannot answer for the handler by a value: it
/// leaves its answer at the `Exit` and waits for ever. [`AuthorizeLayer`](crate::AuthorizeLayer) gives up the handler
/// for it; where there is none nobody is let in.
pub struct Gate<P: Policy> {
    auth: Auth,
    caller: Caller,
    origin: Origin,
    exit: Exit,
    _proof: Proof<P>,
}

impl<P: Policy> std::fmt::Debug for Gate<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("policy", &P::DECLARED.name).finish_non_exhaustive()
    }
}

impl<S, P> FromRequestParts<S> for Gate<P>
where
    P: Policy,
    S: Send + Sync,
    Auth: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let auth = Auth::from_ref(state);
        let refused = |refusal: AccessError| Rejection::new(refusal, &auth);
        let (proof, caller) = auth.verifier().prove(&mut head(parts)).await.map_err(refused)?;
        let exit = Exit::of(&parts.extensions, &P::DECLARED).map_err(refused)?;
        let origin = head(parts).context_of(caller.actor());
        Ok(Self { auth, caller, origin, exit, _proof: proof })
    }
}

// What these give is named and boxed: rustc looks into the futures of `async fn`s anew in every handler that awaits them,
// which a crate of handlers feels in its build.
impl<P: Policy> Gate<P> {
    /// Comes back only if `condition` holds; answers for the handler otherwise. The macro writes one call for each
    /// condition: `__gate.check(condition).await;`.
    pub fn check<'a>(&'a self, condition: Asked<'a>) -> Wait<'a, ()> {
        Wait(Box::pin(async move {
            match condition.holds(self.caller.principal()).await {
                Ok(true) => {}
                Ok(false) => self.refuse(AccessError::Forbidden).await,
                Err(refusal) => self.refuse(refusal.where_api_key(P::REQUIREMENT.wants_api_key())).await,
            }
        }))
    }

    async fn refuse(&self, refusal: AccessError) {
        self.auth.verifier().record_refused(&P::DECLARED, &self.caller, &refusal, || self.origin.clone());
        self.leave::<()>(Rejection::new(refusal, &self.auth).into_response()).await;
    }

    /// Reads the parameter that had to wait for the conditions; does not come back when it cannot be read.
    pub fn read<'a, T: Send + 'a>(&'a self, deferred: Deferred<T>) -> Wait<'a, T> {
        Wait(Box::pin(async move {
            match deferred.0.await {
                Ok(read) => read,
                Err(rejection) => self.leave(rejection).await,
            }
        }))
    }

    async fn leave<T>(&self, answer: Response) -> T {
        self.exit.leave(answer);
        std::future::pending().await
    }
}

/// What a condition or a deferred parameter is waited for by.
#[must_use = "a condition decides nothing until it is awaited"]
pub struct Wait<'a, T>(Pin<Box<dyn Future<Output = T> + Send + 'a>>);

impl<T> Future for Wait<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.as_mut().poll(cx)
    }
}

impl<T> std::fmt::Debug for Wait<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}

/// What can stand in `#[authorize(..)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "neither a `bool` nor a `Rule`",
    note = "`#[authorize(..)]` takes an expression of type `bool`, or a value whose type implements `auth_core::Rule`",
    note = "a future is awaited (`may_edit(id).await`), a role, a number or an `Option` compared or asked (`.is_some()`)"
)]
pub trait Condition {
    #[doc(hidden)]
    fn asked<'a>(self) -> Asked<'a>
    where
        Self: 'a;
}

#[diagnostic::do_not_recommend]
impl Condition for bool {
    fn asked<'a>(self) -> Asked<'a> {
        Asked(Answer::Known(self))
    }
}

#[diagnostic::do_not_recommend]
impl<R: Rule> Condition for R {
    fn asked<'a>(self) -> Asked<'a>
    where
        Self: 'a,
    {
        Asked(Answer::Of(Box::new(move |caller| Box::pin(async move { self.allows(&caller).await }))))
    }
}

/// A condition of whatever type, ready to be decided. One type for all of them, so that the compiler complains of a type
/// that is no condition where it stands, and not again wherever its value goes.
pub struct Asked<'a>(Answer<'a>);

enum Answer<'a> {
    Known(bool),
    Of(Box<dyn FnOnce(Principal) -> Decision<'a> + Send + 'a>),
}

type Decision<'a> = Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send + 'a>>;

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}

impl Asked<'_> {
    async fn holds(self, caller: Option<Principal>) -> Result<bool, AccessError> {
        match (self.0, caller) {
            (Answer::Known(held), _) => Ok(held),
            (Answer::Of(rule), Some(principal)) => Ok(rule(principal).await?),
            (Answer::Of(_), None) => Err(AccessError::NoCredential { api_key: false }),
        }
    }
}

/// A last parameter that is read only when the conditions hold: the request as it was, and how to read it.
pub struct Deferred<T>(Pin<Box<dyn Future<Output = Result<T, Response>> + Send>>);

impl<T> std::fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deferred").finish_non_exhaustive()
    }
}

/// Keeps apart, for the compiler, how `T` is read (axum's marker `M`) from how [`Deferred<T>`] is.
#[derive(Debug)]
pub struct Via<M>(PhantomData<fn() -> M>);

impl<S, T, M> FromRequest<S, Via<M>> for Deferred<T>
where
    S: Clone + Send + Sync + 'static,
    T: FromRequest<S, M> + 'static,
    M: 'static,
{
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let state = state.clone();
        Ok(Self(Box::pin(async move { T::from_request(request, &state).await.map_err(IntoResponse::into_response) })))
    }
}
