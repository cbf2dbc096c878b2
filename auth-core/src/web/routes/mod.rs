//! The built-in routes.

mod api_keys;
mod events;
mod introspect;
mod jwks;
mod login;
mod metadata;
mod password;
mod register;
mod revoke;
mod sessions;
mod token;
mod token_response;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};

use crate::policy::Policy;
use crate::service::Auth;
use crate::service::oauth::METADATA_PATH;
use crate::web::http::no_store;
use crate::web::router::GuardedRouter;
use crate::web::router::routing::{delete, get, post};

/// Far above every valid body of these routes.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

impl Auth {
    /// Login, refresh, logout, password and sessions, and registration where the user store takes any:
    /// `POST /auth/login`, `/auth/refresh`, `/auth/logout`, `/auth/logout-all`, `/auth/password`, `/auth/register`,
    /// `GET /auth/sessions`, `DELETE /auth/sessions/{id}`; and the public keys, `GET /.well-known/jwks.json`. Also OAuth's
    /// endpoints: `POST /auth/token` (RFC 6749), `/auth/revoke` (RFC 7009), `/auth/introspect` (RFC 7662, for API keys
    /// with the scope `introspect`, and for [clients that may](crate::OAuthClient::may_introspect)), and `GET /.well-known/oauth-authorization-server` (RFC 8414), which takes these
    /// routes to lie directly under the issuer.
    ///
    /// `GET /auth/sessions` answers up to `?limit=` sessions (1 to 1,000, by default 100), newest first; a `Link` header with
    /// `rel="next"` (RFC 8288) leads to the next ones ([`PageQuery`](crate::http::PageQuery)).
    ///
    /// A body is read up to 64 KiB; a longer one is answered 413. Responses carry `Cache-Control: no-store` (RFC 6749
    /// section 5.1), but for the public keys and the metadata.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use axum::body::Body;
    /// use axum::http::Request;
    /// use tower::ServiceExt as _;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().build()?;
    /// let app: axum::Router = auth.routes().with_state(auth.clone());
    ///
    /// let request = Request::post("/auth/login").header("content-type", "application/x-www-form-urlencoded");
    /// let request = request.body(Body::from("username=ada%40example.com&password=a+guess"))?;
    /// assert_eq!(app.oneshot(request).await?.status(), 401);
    /// # Ok(())
    /// # }
    /// ```
    pub fn routes<S>(&self) -> GuardedRouter<S> {
        let mut router = GuardedRouter::new()
            .route("/auth/login", post(login::login))
            .route("/auth/refresh", post(login::refresh))
            .route("/auth/logout", post(sessions::logout))
            .route("/auth/logout-all", post(sessions::logout_all))
            .route("/auth/password", post(password::change))
            .route("/auth/sessions", get(sessions::list))
            .route("/auth/sessions/{id}", delete(sessions::end))
            .route("/.well-known/jwks.json", get(jwks::keys));
        if self.0.service.as_ref().is_some_and(|service| service.registry.is_some()) {
            router = router.route("/auth/register", post(register::register));
        }
        self.finished(router.merge(self.oauth_routes()))
    }

    fn oauth_routes(&self) -> GuardedRouter<Auth> {
        let introspect = GuardedRouter::new();
        let introspect = if self.0.service.as_ref().is_some_and(|service| service.clients.any_introspects()) {
            introspect.route("/auth/introspect", post(introspect::by_client_or_api_key))
        } else {
            introspect.route("/auth/introspect", post(introspect::by_api_key))
        };
        let introspect = introspect.layer(from_fn_with_state(self.clone(), introspect::refusals));
        let mut router = GuardedRouter::new()
            .route("/auth/token", post(token::token))
            .route("/auth/revoke", post(revoke::revoke))
            .merge(introspect);
        // The metadata of an issuer with a path is below the well-known path; some clients omit the issuer's path.
        if let Some(path) = self.metadata_path() {
            router = router.route(METADATA_PATH, get(metadata::metadata));
            if path != METADATA_PATH {
                router = router.route(&path, get(metadata::metadata));
            }
        }
        router
    }

    /// Making, listing, rotating and revoking API keys, for those who meet the policy `P`: `POST` and
    /// `GET /auth/api-keys`, `POST /auth/api-keys/{id}/rotate`, `DELETE /auth/api-keys/{id}`.
    ///
    /// The owner of a key must meet `P` at each use of the key, too: a key stops with its owner's right to make it. `P`
    /// then names roles only; [`AuthBuilder::api_key_owner`](crate::AuthBuilder::api_key_owner) names another policy.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Role { Admin }
    /// guard!(pub AdminOnly = role(Admin));
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     GuardedRouter::new().merge(auth.routes()).merge(auth.api_key_routes::<AdminOnly, _>())
    /// }
    /// # fn main() {}
    /// ```
    pub fn api_key_routes<P, S>(&self) -> GuardedRouter<S>
    where
        P: Policy,
    {
        self.verifier().key_owners.mounted(const { &P::REQUIREMENT });
        let router = GuardedRouter::new()
            .route("/auth/api-keys", post(api_keys::create::<P>).get(api_keys::list::<P>))
            .route("/auth/api-keys/{id}/rotate", post(api_keys::rotate::<P>))
            .route("/auth/api-keys/{id}", delete(api_keys::revoke::<P>));
        self.finished(router)
    }

    /// Public routes among them answer with what is one client's as well.
    fn finished<S>(&self, router: GuardedRouter<Auth>) -> GuardedRouter<S> {
        let no_store = map_response(async |response| no_store(response));
        router.layer(no_store).layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES)).provide_state(self.clone())
    }

    /// The audit trail, newest first: `GET /auth/events` of all subjects, for callers who meet the policy `P`, and
    /// `GET /auth/events/mine` of the caller. The query has `limit` (100 by default, at most 1,000), `kind`, and `after`,
    /// the `next` of the previous page; of all subjects also `subject`.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// guard!(pub AuditorsOnly = scope("audit"));
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     GuardedRouter::new().merge(auth.routes()).merge(auth.event_routes::<AuditorsOnly, _>())
    /// }
    /// # fn main() {}
    /// ```
    pub fn event_routes<P, S>(&self) -> GuardedRouter<S>
    where
        P: Policy,
    {
        let router = GuardedRouter::new().route("/auth/events", get(events::all::<P>));
        self.finished(router.route("/auth/events/mine", get(events::mine)))
    }
}
