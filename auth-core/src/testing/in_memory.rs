//! An `Auth` to try things out on.

use crate::service::{Auth, AuthBuilder};
use crate::store::MemoryStore;
use crate::token::{Hs256, KeyError, SigningKey, random_secret};

/// Begins an [`Auth`] that keeps everything in memory and signs by a random secret, as `https://api.example.com` for the
/// audience `api`. What a test needs otherwise it sets on the builder.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::testing::{in_memory, sign_in};
/// use auth_core::{Context, Registration};
/// use axum::body::Body;
/// use axum::http::Request;
/// use tower::ServiceExt as _; // `oneshot`
///
/// #[require_auth]
/// async fn me(identity: Identity) -> String {
///     identity.subject().to_string()
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = in_memory().build()?;
/// let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
/// let token = sign_in(&auth, &ada, "pwd", "").await?;
///
/// let app: axum::Router = GuardedRouter::new().route("/me", get(me)).with_state(auth);
/// let request = Request::get("/me").header("authorization", format!("Bearer {}", token.expose()));
/// assert_eq!(app.clone().oneshot(request.body(Body::empty())?).await?.status(), 200);
/// assert_eq!(app.oneshot(Request::get("/me").body(Body::empty())?).await?.status(), 401);
/// # Ok(())
/// # }
/// ```
///
/// # Panics
///
/// When the machine gives no randomness.
pub fn in_memory() -> AuthBuilder {
    let key = random_key().unwrap_or_else(|error| panic!("no random signing key could be made: {error}"));
    Auth::builder(key, "https://api.example.com", "api").store(MemoryStore::new())
}

fn random_key() -> Result<SigningKey<Hs256>, KeyError> {
    let secret = random_secret().map_err(|_| KeyError::Unreadable("there is no randomness"))?;
    Ok(SigningKey::hs256(&secret)?)
}
