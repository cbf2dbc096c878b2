//! `#[authorize(..)]` at run time: the conditions at the beginning of a handler.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::Rule;
use crate::base;
use crate::policy::Policy;
use crate::service::Auth;
use crate::verify::{AccessError, Caller, Principal, Proof};
use crate::web::http::Rejection;
use crate::web::{Refusal, head};

/// The evidence of a handler with conditions: the caller meets the policy `P`, and the gate checks the conditions.
///
/// The handler returns `Result<_, EarlyResponse>`: a false condition ends it like any other error.
pub struct Gate<P: Policy> {
    auth: Auth,
    caller: Caller,
    context: base::Context,
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
        match auth.verifier().prove(&mut head(parts, &auth)).await {
            Ok((proof, caller)) => {
                let context = head(parts, &auth).context_of(&caller);
                Ok(Self { auth, caller, context, _proof: proof })
            }
            Err(refusal) => Err(Rejection::new(refusal, &auth)),
        }
    }
}

// The returned futures are named and boxed: rustc would analyse those of `async fn`s again in every handler.
impl<P: Policy> Gate<P> {
    /// Checks one condition; the macro writes `__gate.check(condition).await?;` for each.
    ///
    /// # Errors
    ///
    /// The refusal, when the condition is false or cannot be decided.
    pub fn check<'a>(&'a self, condition: Asked<'a>) -> Wait<'a, ()> {
        Wait(Box::pin(async move {
            let refusal = match condition.holds(self.caller.principal()).await {
                Ok(true) => return Ok(()),
                Ok(false) => AccessError::Forbidden.into(),
                Err(Refusal::Access(refusal)) => refusal.where_api_key(P::REQUIREMENT.wants_api_key()).into(),
                Err(refusal) => refusal,
            };
            let access = if let Refusal::Access(refusal) = &refusal { Some(refusal) } else { None };
            self.auth.verifier().meters.refused(&P::DECLARED, access);
            self.auth.verifier().record_refused(&P::DECLARED, &self.caller, &refusal, || self.context.clone());
            Err(EarlyResponse::of(Rejection::new(refusal, &self.auth)))
        }))
    }

    /// Reads the deferred parameter, after the conditions.
    ///
    /// # Errors
    ///
    /// The extractor's rejection.
    pub fn read<'a, T: Send + 'a>(&'a self, deferred: Deferred<T>) -> Wait<'a, T> {
        Wait(Box::pin(deferred.0))
    }
}

/// The response of a handler that ends before its body: a condition is false, or the last parameter cannot be read.
pub struct EarlyResponse(Box<Response>);

impl EarlyResponse {
    fn of(response: impl IntoResponse) -> Self {
        Self(Box::new(response.into_response()))
    }
}

impl IntoResponse for EarlyResponse {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl std::fmt::Debug for EarlyResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("EarlyResponse").field(&self.0.status()).finish()
    }
}

/// For attributes that show a handler's error, such as `#[tracing::instrument(err)]`.
impl std::fmt::Display for EarlyResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "answered {} before the handler ran", self.0.status())
    }
}

/// The future of a condition or of a deferred parameter.
#[must_use = "a condition decides nothing until it is awaited"]
pub struct Wait<'a, T>(Pin<Box<dyn Future<Output = Result<T, EarlyResponse>> + Send + 'a>>);

impl<T> Future for Wait<'_, T> {
    type Output = Result<T, EarlyResponse>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl<T> std::fmt::Debug for Wait<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}

/// A condition of `#[authorize(..)]`: a `bool`, a `Result<bool, E>` whose error is or becomes a [`Refusal`], or a [`Rule`];
/// or what is written in place of one and has a message of its own, by its kind `K`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "neither a `bool` nor a `Rule`",
    note = "`#[authorize(..)]` takes an expression of type `bool` or `Result<bool, Refusal>`, or a value whose type implements \
            `auth_core::Rule`",
    note = "await a future (`may_edit(id).await`); compare a role or a number; ask an `Option` (`.is_some()`)"
)]
pub trait Condition<K> {
    #[doc(hidden)]
    fn asked<'a>(self) -> Asked<'a>
    where
        Self: 'a,
        K: Decidable<Self>,
        Self: Sized;
}

#[diagnostic::do_not_recommend]
impl Condition<()> for bool {
    fn asked<'a>(self) -> Asked<'a> {
        Asked(Answer::Known(Ok(self)))
    }
}

#[diagnostic::do_not_recommend]
impl<R: Rule> Condition<()> for R {
    fn asked<'a>(self) -> Asked<'a>
    where
        Self: 'a,
    {
        Asked(Answer::Of(Box::new(move |caller| Box::pin(async move { self.allows(&caller).await }))))
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Condition<AResult<Self>> for Result<T, E> {
    fn asked<'a>(self) -> Asked<'a>
    where
        Self: 'a,
        AResult<Self>: Decidable<Self>,
    {
        Asked(Answer::Known(AResult::known(self)))
    }
}

#[diagnostic::do_not_recommend]
impl<P> Condition<Self> for TypeArgument<PhantomData<P>> {
    fn asked<'a>(self) -> Asked<'a>
    where
        Self: Decidable<Self> + 'a,
    {
        Asked(Answer::Known(Self::known(self)))
    }
}

/// What a condition can be. Without one implementation for each kind rustc would not show its message.
pub trait Decidable<C> {
    /// The decision of a condition that is known by itself.
    #[doc(hidden)]
    fn known(_: C) -> Result<bool, Refusal> {
        Ok(false)
    }
}

impl<C> Decidable<C> for () {}

impl<T: Unwrapped> Decidable<T> for AResult<T> {
    fn known(result: T) -> Result<bool, Refusal> {
        result.refusable()
    }
}

impl<P: Met> Decidable<Self> for TypeArgument<PhantomData<P>> {}

/// A `Result` for a condition.
#[derive(Debug)]
pub struct AResult<T>(PhantomData<T>);

/// A `Result` that decides without a `?`: its error is an answer.
#[diagnostic::on_unimplemented(
    message = "this `Result` is not a condition",
    label = "a `{Self}`",
    note = "write `?` after it: the handler ends with the error; where the value does not matter, write `.is_ok()`",
    note = "a `Result<bool, E>` is a condition where `E` is `auth_core::Refusal` or becomes one by `?`"
)]
pub trait Unwrapped {
    #[doc(hidden)]
    fn refusable(self) -> Result<bool, Refusal>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Refusal>> Unwrapped for Result<bool, E> {
    fn refusable(self) -> Result<bool, Refusal> {
        self.map_err(Into::into)
    }
}

/// Implemented by nothing.
#[diagnostic::on_unimplemented(
    message = "the policy `{Self}` is not a condition",
    label = "a policy",
    note = "write `#[require({Self})]` above the handler"
)]
pub trait Met {}

/// The value of a policy's name where a value is expected. rustc alone reports only that there is none.
/// Derived for a marker of the policy: a constant of this type can be a pattern.
#[derive(Debug, PartialEq, Eq)]
pub struct TypeArgument<P>(P);

impl<P> TypeArgument<PhantomData<P>> {
    /// The only value.
    pub const VALUE: Self = Self(PhantomData);
}

/// A handler's return type that supports `?` in a condition.
#[diagnostic::on_unimplemented(
    message = "`?` in a condition needs a handler that returns `Result`, this one returns `{Self}`",
    label = "this condition contains a `?`",
    note = "return a `Result`, or decide without `?`: `#[authorize(id.parse::<u32>().is_ok_and(|id| id == 7))]`"
)]
pub trait Fallible<E> {
    #[doc(hidden)]
    fn failed(error: E) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E> Fallible<E> for Result<T, E> {
    fn failed(error: E) -> Self {
        Err(error)
    }
}

/// A condition of any type, ready to be decided. With one type for all conditions the compiler reports a wrong type once.
pub struct Asked<'a>(Answer<'a>);

enum Answer<'a> {
    Known(Result<bool, Refusal>),
    Of(Box<dyn FnOnce(Principal) -> Decision<'a> + Send + 'a>),
}

type Decision<'a> = Pin<Box<dyn Future<Output = Result<bool, Refusal>> + Send + 'a>>;

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").finish_non_exhaustive()
    }
}

impl Asked<'_> {
    async fn holds(self, caller: Option<Principal>) -> Result<bool, Refusal> {
        match (self.0, caller) {
            (Answer::Known(held), _) => held,
            (Answer::Of(rule), Some(principal)) => rule(principal).await,
            (Answer::Of(_), None) => Err(AccessError::no_credential().into()),
        }
    }
}

/// A last parameter that is read only after the conditions are met.
pub struct Deferred<T>(Pin<Box<dyn Future<Output = Result<T, EarlyResponse>> + Send>>);

impl<T> std::fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deferred").finish_non_exhaustive()
    }
}

/// Distinguishes the extraction of `T` (axum's marker `M`) from that of [`Deferred<T>`].
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
        Ok(Self(Box::pin(async move { T::from_request(request, &state).await.map_err(EarlyResponse::of) })))
    }
}
