//! Data of a guarded router that is known only with its state, for its guards and its policy page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Extensions;
use axum::middleware::Next;
use axum::response::Response;

use crate::policy::PolicyTable;
use crate::service::Auth;
use crate::web::edge::finish;
#[cfg(feature = "openapi")]
use crate::web::openapi::Published;

/// The function that finds the `Auth` in the state, if a guard or page of the router needs it.
pub(crate) type Wiring<S> = Option<fn(&S) -> Auth>;

/// The extension of every request of a router.
#[derive(Clone)]
pub(crate) struct Wired {
    pub(crate) auth: Option<Auth>,
    pub(crate) table: Arc<PolicyTable>,
    #[cfg(feature = "openapi")]
    pub(crate) published: Arc<Published>,
}

impl Wired {
    pub(crate) fn auth(extensions: &Extensions) -> Option<Auth> {
        extensions.get::<Self>()?.auth.clone()
    }

    pub(crate) fn table(extensions: &Extensions) -> Option<Arc<PolicyTable>> {
        extensions.get::<Self>().map(|wired| Arc::clone(&wired.table))
    }
}

/// The outermost layer of a router that has its state. Of routers within routers each has its own `Auth`, and the outermost
/// one's table is that of the whole application.
pub(crate) async fn enter(State(wired): State<Wired>, mut request: Request, next: Next) -> Response {
    let auth = wired.auth.clone();
    let outer = request.extensions().get::<Wired>().cloned();
    request.extensions_mut().insert(Wired { auth: auth.clone(), ..outer.unwrap_or(wired) });
    let response = next.run(request).await;
    match auth {
        Some(auth) => finish(response, &auth),
        None => response,
    }
}
