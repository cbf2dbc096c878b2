//! The ready routes.

mod api_keys;
mod jwks;
mod login;
mod no_store;
mod password;
mod register;
mod sessions;

use axum::extract::{DefaultBodyLimit, FromRef};

use crate::guard::routing::{delete, get, post};
use crate::{Auth, GuardedRouter, Policy};

/// No body of these routes comes near this.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

impl Auth {
    /// Login, refresh, logout, password and sessions, and registration where the user store takes any:
    /// `POST /auth/login`, `/auth/refresh`, `/auth/logout`, `/auth/logout-all`, `/auth/password`, `/auth/register`,
    /// `GET /auth/sessions`, `DELETE /auth/sessions/{id}`; and the public keys, `GET /.well-known/jwks.json`.
    pub fn routes<S>(&self) -> GuardedRouter<S>
    where
        S: Clone + Send + Sync + 'static,
        Auth: FromRef<S>,
    {
        let mut router = GuardedRouter::new()
            .route("/auth/login", post(login::login))
            .route("/auth/refresh", post(login::refresh))
            .route("/auth/logout", post(sessions::logout))
            .route("/auth/logout-all", post(sessions::logout_all))
            .route("/auth/password", post(password::change))
            .route("/auth/sessions", get(sessions::list))
            .route("/auth/sessions/{id}", delete(sessions::end))
            .route("/.well-known/jwks.json", get(jwks::keys));
        if self.0.registry.is_some() {
            router = router.route("/auth/register", post(register::register));
        }
        router.layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
    }

    /// Making, listing, rotating and revoking API keys, for those who meet the policy `P`: `POST` and
    /// `GET /auth/api-keys`, `POST /auth/api-keys/{id}/rotate`, `DELETE /auth/api-keys/{id}`.
    pub fn api_key_routes<P, S>(&self) -> GuardedRouter<S>
    where
        P: Policy,
        S: Clone + Send + Sync + 'static,
        Auth: FromRef<S>,
    {
        GuardedRouter::new()
            .route("/auth/api-keys", post(api_keys::create::<P>).get(api_keys::list::<P>))
            .route("/auth/api-keys/{id}/rotate", post(api_keys::rotate::<P>))
            .route("/auth/api-keys/{id}", delete(api_keys::revoke::<P>))
            .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
    }
}
