//! A guarded router is no service before it has its state.

use std::convert::Infallible;
use std::future::Ready;
use std::task::{Context, Poll};

use axum::Router;
use tower_service::Service;

use super::GuardedRouter;

/// A state that a router has already. Nothing implements it.
#[diagnostic::on_unimplemented(
    message = "a `GuardedRouter` cannot be served before it has its state",
    label = "a router without its state, which is a `{Self}`",
    note = "write `.with_state(state)`, and serve the `axum::Router` that it returns"
)]
pub trait Provided {
    #[doc(hidden)]
    fn never() -> Ready<Result<Router, Infallible>>;
}

/// For rustc's message alone: `axum::serve` demands a service.
#[doc(hidden)]
impl<S, R> Service<R> for GuardedRouter<S>
where
    S: Provided,
{
    type Response = Router;
    type Error = Infallible;
    type Future = Ready<Result<Router, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: R) -> Self::Future {
        S::never()
    }
}
