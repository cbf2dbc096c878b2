//! Handlers whose responses are for their caller alone.

use std::marker::PhantomData;

use axum::extract::Request;
use axum::handler::Handler;
use axum::response::Response;
use futures_util::FutureExt as _;
use futures_util::future::Map;

use super::routing::Decision;
use crate::policy::Requirement;
use crate::web::guard::HasAuth;
use crate::web::http::no_store;

/// A guarded handler. Caches may not store its responses, unless it is public or sets its own `Cache-Control`.
pub(crate) struct Private<H, V> {
    handler: H,
    finish: fn(Response) -> Response,
    via: PhantomData<fn() -> V>,
}

impl<H, V> Private<H, V> {
    pub(crate) fn new(handler: H, decision: &Decision) -> Self {
        let is_public = decision.requirement == Requirement::Public;
        let finish = if is_public { std::convert::identity } else { no_store };
        Self { handler, finish, via: PhantomData }
    }
}

impl<H: Clone, V> Clone for Private<H, V> {
    fn clone(&self) -> Self {
        Self { handler: self.handler.clone(), ..*self }
    }
}

// Not a layer: it costs a request nothing but the header.
impl<H, T, S, V> Handler<T, S> for Private<H, V>
where
    H: Handler<T, <S as HasAuth<V>>::State>,
    S: HasAuth<V>,
    V: 'static,
{
    type Future = Map<H::Future, fn(Response) -> Response>;

    fn call(self, request: Request, state: S) -> Self::Future {
        self.handler.call(request, state.__state()).map(self.finish)
    }
}
