//! An `Auth` for tests.

use std::error::Error;

use crate::base::{Context, SubjectId};
use crate::service::{Auth, AuthBuilder, Registration};
use crate::store::MemoryStore;
use crate::token::{Hs256, KeyError, SigningKey, random_secret};

/// Begins an [`Auth`] with in-memory stores and a random signing secret, for the issuer `https://api.example.com` and
/// the audience `api`. Tests set everything else on the builder.
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
/// let ada = Registration::new("ada@example.com", "three words and a comma");
/// let (ada, _) = auth.register(&Context::system("example"), ada).await?;
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
/// When the operating system provides no randomness.
pub fn in_memory() -> AuthBuilder {
    let key = random_key().unwrap_or_else(|error| panic!("cannot generate a signing key: {error}"));
    Auth::builder(key, "https://api.example.com", "api").store(MemoryStore::new())
}

/// Runs a documentation example with a service, its one user `ada@example.com` and a context.
#[doc(hidden)]
pub fn example(run: impl AsyncFnOnce(Auth, SubjectId, Context) -> Result<(), Box<dyn Error>>) {
    let example = async {
        let (auth, context) = (in_memory().build()?, Context::system("example"));
        let ada = Registration::new("ada@example.com", "three words and a comma");
        let (ada, _) = auth.register(&context, ada).await?;
        run(auth, ada, context).await
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(example));
    done.unwrap_or_else(|error| panic!("the example failed: {error}"));
}

fn random_key() -> Result<SigningKey<Hs256>, KeyError> {
    let secret = random_secret().map_err(|_| KeyError::Unreadable("the operating system provides no randomness"))?;
    Ok(SigningKey::hs256(&secret)?)
}
