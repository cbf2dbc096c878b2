//! The way out of a handler that has begun: where a condition of `#[authorize(..)]` leaves its answer, and who fetches it.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::http::Extensions;
use axum::response::{IntoResponse, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::policy::Declaration;
use crate::verify::AccessError;

/// Where a handler's conditions leave the answer that they give in its place. Each request has its own.
#[derive(Clone, Default)]
pub(crate) struct Exit(Arc<Mutex<Option<Response>>>);

impl Exit {
    /// The one that [`AuthorizeLayer`] has put into the request; `declared` is the handler that needs it.
    ///
    /// # Errors
    ///
    /// [`AccessError::Misconfigured`] when there is none: nobody would fetch the answer.
    pub(crate) fn of(extensions: &Extensions, declared: &Declaration) -> Result<Self, AccessError> {
        extensions.get::<Self>().cloned().ok_or_else(|| {
            let Declaration { name, file, line, .. } = declared;
            tracing::error!(
                target: "auth",
                "`{name}` ({file}:{line}) has an `#[authorize(..)]` and stands in a plain axum router: refused; put it \
                 into a `GuardedRouter`, or lay `auth_core::AuthorizeLayer` around it"
            );
            AccessError::Misconfigured
        })
    }

    pub(crate) fn leave(&self, answer: Response) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    fn take(&self) -> Option<Response> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Answers for handlers whose `#[authorize(..)]` does not hold.
///
/// A [`GuardedRouter`](crate::GuardedRouter) lays it around each such handler by itself. A plain axum router needs it
/// right around them; without it they answer 503 to whomever their guard lets in.
///
/// ```
/// use auth_core::AuthorizeLayer;
/// use auth_core::prelude::*;
/// use axum::extract::Path;
///
/// #[require_auth]
/// #[authorize(identity.subject().as_str() == id)]
/// async fn profile(identity: Identity, Path(id): Path<String>) {}
///
/// let app: axum::Router<Auth> =
///     axum::Router::new().route("/users/{id}", axum::routing::get(profile).layer(AuthorizeLayer));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct AuthorizeLayer;

impl<Inner> Layer<Inner> for AuthorizeLayer {
    type Service = Authorizing<Inner>;

    fn layer(&self, inner: Inner) -> Authorizing<Inner> {
        Authorizing(inner)
    }
}

/// A service behind an [`AuthorizeLayer`].
#[derive(Clone, Debug)]
pub struct Authorizing<Inner>(Inner);

impl<Inner> Service<Request> for Authorizing<Inner>
where
    Inner: Service<Request, Response: IntoResponse, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let exit = Exit::default();
        request.extensions_mut().insert(exit.clone());
        let mut handler = Box::pin(self.0.call(request));
        Box::pin(poll_fn(move |cx| match handler.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(answer.map(IntoResponse::into_response)),
            Poll::Pending => exit.take().map_or(Poll::Pending, |refusal| Poll::Ready(Ok(refusal))),
        }))
    }
}
