//! Requests to a router: in this process, and on a bound socket.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use tower_service::Service as _;

pub(super) const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Sends a request to a router in this process, without a socket, and returns the response with its body as text.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::testing::{TestAuth, send};
///
/// #[require_auth]
/// async fn me(identity: Identity) -> String {
///     identity.subject().to_string()
/// }
///
/// # #[tokio::main]
/// # async fn main() {
/// let test = TestAuth::new();
/// let app = GuardedRouter::new().route("/me", get(me)).with_state(test.auth());
/// let ada = test.as_user("ada").sign_in().await;
/// assert_eq!(send(&app, ada.get("/me")).await.body(), "ada");
/// # }
/// ```
///
/// # Panics
///
/// When the body cannot be read or is larger than 1 MiB.
pub async fn send(router: &Router, request: Request<Body>) -> Response<String> {
    exchange(router, request).await.unwrap_or_else(|error| panic!("cannot read the response: {error}"))
}

pub(super) async fn exchange(router: &Router, request: Request<Body>) -> Result<Response<String>, String> {
    let Ok(response) = router.clone().call(request).await;
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, MAX_BODY_BYTES).await.map_err(|error| error.to_string())?;
    Ok(Response::from_parts(head, String::from_utf8_lossy(&body).into_owned()))
}

/// Serves a router on a free port of this machine until the test's runtime ends, and returns its URL:
/// `http://127.0.0.1:PORT`.
///
/// ```
/// # auth_core::testing::example(async |_, _, _| {
/// let app = axum::Router::new();
/// let url = auth_core::testing::serve(app).await; // for any HTTP client
/// assert!(url.starts_with("http://127.0.0.1:"));
/// # Ok(()) });
/// ```
///
/// # Panics
///
/// When no port can be bound.
#[cfg(feature = "serve")]
pub async fn serve(router: Router) -> String {
    let bound = tokio::net::TcpListener::bind("127.0.0.1:0").await.and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    let (listener, address) = bound.unwrap_or_else(|error| panic!("cannot bind a port: {error}"));
    // Without a handler of signals: Ctrl-C ends the test.
    let server = crate::web::serve(listener, router).with_graceful_shutdown(std::future::pending());
    tokio::spawn(server.into_future());
    format!("http://{address}")
}
