//! The built-in routes: a thin layer over public operations, in parts.

mod api_keys;
mod events;
mod introspect;
mod jwks;
mod login;
mod metadata;
mod own_api_keys;
mod part;
mod password;
mod recovery;
mod register;
mod revoke;
mod second_factor;
mod sessions;
mod token;
mod token_response;

use std::fmt;

use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
pub use part::Part;

use crate::policy::{Policy, PolicyTable, Requirement};
use crate::service::Auth;
use crate::verify::owner_requirement;
use crate::web::http::no_store;
use crate::web::router::routing::{delete, get, post};
use crate::web::router::{GuardedRouter, GuardedRoutes};

/// Far above every valid body of these routes.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// The ready routes of an [`Auth`]: which parts of them, and under which prefix.
///
/// [`GuardedRouter::merge`] and [`nest`](GuardedRouter::nest) take it; [`into_router`](Self::into_router) makes a router of
/// it alone. Each handler only calls an operation of [`Auth`], so a route of the application can replace it: leave the
/// part out, and add the own route.
///
/// ```
/// use auth_core::http::{FormOrJson, Json, NoStore};
/// use auth_core::prelude::*;
/// use auth_core::{Context, Login, Part, Refusal, TokenProof};
/// use axum::extract::State;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct Credentials {
///     username: String,
///     password: String,
/// }
///
/// #[derive(Serialize)]
/// struct LoggedIn {
///     token: String,
///     user: SubjectId,
/// }
///
/// #[public]
/// async fn login(
///     State(auth): State<Auth>,
///     context: Context,
///     proof: TokenProof,
///     FormOrJson(body): FormOrJson<Credentials>,
/// ) -> Result<(NoStore, Json<LoggedIn>), Refusal> {
///     let login = Login::new(body.username, body.password).proof(proof);
///     let tokens = auth.login(&context, login).await?;
///     Ok((NoStore, Json(LoggedIn { token: tokens.access.expose().to_owned(), user: tokens.subject })))
/// }
///
/// fn app(auth: &Auth) -> GuardedRouter<Auth> {
///     let ready = auth.routes().prefix("/api/v1/auth").without(Part::Login);
///     GuardedRouter::new().route("/api/v1/auth/login", post(login)).merge(ready)
/// }
/// # fn main() {}
/// ```
#[derive(Clone)]
#[must_use = "the routes do nothing until a GuardedRouter takes them"]
pub struct Routes {
    auth: Auth,
    /// Empty, or with a leading and no trailing slash.
    prefix: String,
    parts: Vec<Part>,
    /// Whether tokens are set as cookies.
    browser: bool,
    /// Parts that have a policy of the application.
    with_policy: Vec<fn(&Self) -> GuardedRouter<Auth>>,
}

impl Auth {
    /// The ready routes, under `/auth` and `/.well-known`: every [`Part`] that this `Auth` has the stores for.
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
    /// let app: axum::Router = GuardedRouter::new().merge(auth.routes()).with_state(auth.clone());
    ///
    /// let request = Request::post("/auth/login").header("content-type", "application/x-www-form-urlencoded");
    /// let request = request.body(Body::from("username=ada%40example.com&password=a+guess"))?;
    /// assert_eq!(app.oneshot(request).await?.status(), 401);
    /// # Ok(())
    /// # }
    /// ```
    pub fn routes(&self) -> Routes {
        let parts = Part::ALL.to_vec();
        Routes { auth: self.clone(), prefix: "/auth".to_owned(), parts, browser: false, with_policy: Vec::new() }
    }
}

impl Routes {
    /// Sets the prefix in place of `/auth`; an empty one puts the routes at the root. The authorization server metadata
    /// names the endpoints under it. Paths under `/.well-known` have no prefix (RFC 8615).
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().build()?;
    /// let table = auth.routes().prefix("/api/v1/auth").policy();
    /// assert!(table.routes().iter().any(|row| row.path == "/api/v1/auth/login"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When the prefix is not a fixed path: parameters (`{tenant}`) would be parameters of every ready route.
    #[track_caller]
    pub fn prefix(mut self, prefix: &str) -> Self {
        let path = prefix.trim_matches('/');
        assert!(
            !path.contains(['{', '}', '*', '?', '#']),
            "the prefix `{prefix}` is not a fixed path such as `/api/v1/auth`"
        );
        self.prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        self
    }

    /// Leaves a part out, or several. The metadata does not name the revocation or introspection endpoint or the key set
    /// of a part that is left out.
    ///
    /// ```
    /// use auth_core::{Auth, Part, Routes};
    ///
    /// fn first_party_only(auth: &Auth) -> Routes {
    ///     auth.routes().without(Part::Registration).without(Part::OAUTH)
    /// }
    /// ```
    pub fn without(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        for left_out in parts {
            self.parts.retain(|part| *part != left_out);
        }
        self
    }

    /// Keeps these parts, and leaves the others out. Parts with a policy of their own, such as
    /// [`api_keys`](Self::api_keys), stay.
    ///
    /// ```
    /// use auth_core::{Auth, Part, Routes};
    ///
    /// fn sessions_alone(auth: &Auth) -> Routes {
    ///     auth.routes().only([Part::Logout, Part::Sessions])
    /// }
    /// ```
    pub fn only(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        let kept: Vec<Part> = parts.into_iter().collect();
        self.parts.retain(|part| kept.contains(part));
        self
    }

    /// Adds making, listing, rotating and revoking API keys, for callers who meet the policy `P`: `POST` and
    /// `GET /auth/api-keys`, `POST /auth/api-keys/{id}/rotate`, `DELETE /auth/api-keys/{id}`.
    ///
    /// The owner of a key must meet `P` at each use of the key, too: a key stops with its owner's right to make it. At a use
    /// there is no session, so a policy of more than roles and permissions does not compile:
    /// [`api_keys_owned_by`](Self::api_keys_owned_by) takes another one for owners.
    /// [`AuthBuilder::api_key_owner`](crate::AuthBuilder::api_key_owner) replaces it.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Role { Admin }
    /// guard!(pub AdminOnly = role(Admin));
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     GuardedRouter::new().merge(auth.routes().api_keys::<AdminOnly>())
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// ```compile_fail
    /// # use auth_core::prelude::*;
    /// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Role { Admin }
    /// guard!(pub RecentAdmin = all(role(Admin), fresh("10m")));
    ///
    /// # fn main() {
    /// let auth = auth_core::testing::in_memory().build().unwrap();
    /// let routes = auth.routes().api_keys::<RecentAdmin>(); // an owner never authenticates at the use of a key
    /// # }
    /// ```
    pub fn api_keys<P: Policy>(self) -> Self {
        self.api_keys_with::<P>(const { owner_requirement(&P::REQUIREMENT) })
    }

    /// As [`api_keys`](Self::api_keys), for callers who meet the policy `P`, and owners who meet `Owner` at each use of a key.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// # enum Role { Admin }
    /// guard!(pub Admins = role(Admin));
    /// guard!(pub RecentAdmins = all(role(Admin), fresh("10m")));
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     GuardedRouter::new().merge(auth.routes().api_keys_owned_by::<RecentAdmins, Admins>())
    /// }
    /// # fn main() {}
    /// ```
    pub fn api_keys_owned_by<P: Policy, Owner: Policy>(self) -> Self {
        self.api_keys_with::<P>(const { owner_requirement(&Owner::REQUIREMENT) })
    }

    fn api_keys_with<P: Policy>(mut self, owner: &'static Requirement) -> Self {
        self.auth.verifier().key_owners.mounted(owner, false);
        self.with_policy.push(|at| {
            GuardedRouter::new()
                .route(&at.path("/api-keys"), post(api_keys::create::<P>).get(api_keys::list::<P>))
                .route(&at.path("/api-keys/{id}/rotate"), post(api_keys::rotate::<P>))
                .route(&at.path("/api-keys/{id}"), delete(api_keys::revoke::<P>))
        });
        self
    }

    /// Adds the caller's own API keys, for subjects who meet the policy `P`: `POST` and `GET /auth/api-keys/mine`,
    /// `POST /auth/api-keys/mine/{id}/rotate`, `POST /auth/api-keys/mine/{id}/derive`, `DELETE /auth/api-keys/mine/{id}`;
    /// and `POST /auth/api-keys/derive` for the API key of the request. The bodies and answers are those of
    /// [`api_keys`](Self::api_keys).
    ///
    /// A key has only scopes that the access token carries; a derived one only scopes of the key above it, with which it
    /// ends. Keys of other subjects are answered 404. The owner must meet `P` at each use of such a key, and as for
    /// [`api_keys`](Self::api_keys) a policy of more than roles and permissions does not compile:
    /// [`own_api_keys_owned_by`](Self::own_api_keys_owned_by) takes another one for owners.
    /// [`AuthBuilder::own_api_key_owner`](crate::AuthBuilder::own_api_key_owner) replaces it.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// guard!(pub Subjects = auth);
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     GuardedRouter::new().merge(auth.routes().own_api_keys::<Subjects>())
    /// }
    /// # fn main() {}
    /// ```
    ///
    /// ```compile_fail
    /// # use auth_core::prelude::*;
    /// guard!(pub Managers = not(claim("kind", "guest")));
    ///
    /// # fn main() {
    /// let auth = auth_core::testing::in_memory().build().unwrap();
    /// let routes = auth.routes().own_api_keys::<Managers>(); // at the use of a key there is no claim, so each owner would do
    /// # }
    /// ```
    pub fn own_api_keys<P: Policy>(self) -> Self {
        self.own_api_keys_with::<P>(const { owner_requirement(&P::REQUIREMENT) })
    }

    /// As [`own_api_keys`](Self::own_api_keys), for subjects who meet the policy `P`, and owners who meet `Owner` at each use
    /// of a key.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// guard!(pub Subjects = auth);
    /// guard!(pub WithSecondFactor = mfa);
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     GuardedRouter::new().merge(auth.routes().own_api_keys_owned_by::<WithSecondFactor, Subjects>())
    /// }
    /// # fn main() {}
    /// ```
    pub fn own_api_keys_owned_by<P: Policy, Owner: Policy>(self) -> Self {
        self.own_api_keys_with::<P>(const { owner_requirement(&Owner::REQUIREMENT) })
    }

    fn own_api_keys_with<P: Policy>(mut self, owner: &'static Requirement) -> Self {
        self.auth.verifier().key_owners.mounted(owner, true);
        self.with_policy.push(|at| {
            GuardedRouter::new()
                .route(&at.path("/api-keys/mine"), post(own_api_keys::create::<P>).get(own_api_keys::list::<P>))
                .route(&at.path("/api-keys/mine/{id}"), delete(own_api_keys::revoke::<P>))
                .route(&at.path("/api-keys/mine/{id}/rotate"), post(own_api_keys::rotate::<P>))
                .route(&at.path("/api-keys/mine/{id}/derive"), post(own_api_keys::derive::<P>))
                .route(&at.path("/api-keys/derive"), post(own_api_keys::derive_by_key))
        });
        self
    }

    /// Adds the audit trail, newest first: `GET /auth/events` of all subjects, for callers who meet the policy `P`, and
    /// `GET /auth/events/mine` of the caller. The query has `limit` (100 by default, at most 1,000), `kind`, and `after`,
    /// the `next` of the previous page; of all subjects also `subject`.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// guard!(pub AuditorsOnly = scope("audit"));
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     GuardedRouter::new().merge(auth.routes().events::<AuditorsOnly>())
    /// }
    /// # fn main() {}
    /// ```
    pub fn events<P: Policy>(mut self) -> Self {
        self.with_policy.push(|at| {
            GuardedRouter::new()
                .route(&at.path("/events"), get(events::all::<P>))
                .route(&at.path("/events/mine"), get(events::mine))
        });
        self
    }

    /// Sets tokens as cookies, which scripts cannot read, and takes them from cookies: [`GuardedRouter::browser`]. The body
    /// of a login has then `expires_in` and `scope` alone, `POST /auth/refresh` needs no body, and a logout removes the
    /// cookies. OAuth's endpoints ([`Part::OAUTH`]) and the public keys answer as before, for clients that are no browsers:
    /// no browser mode covers them, not even that of a router around these routes.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// fn app(auth: &Auth, pages: GuardedRouter<Auth>) -> GuardedRouter<Auth> {
    ///     pages.browser().merge(auth.routes().browser())
    /// }
    /// ```
    pub fn browser(mut self) -> Self {
        self.browser = true;
        self
    }

    /// A router of these routes alone, for any state: they have their `Auth`.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use axum::extract::DefaultBodyLimit;
    ///
    /// fn app(auth: &Auth) -> GuardedRouter<Auth> {
    ///     auth.routes().into_router().layer(DefaultBodyLimit::max(16 * 1024))
    /// }
    /// ```
    pub fn into_router<S>(self) -> GuardedRouter<S> {
        let routers = |parts: &mut dyn Iterator<Item = GuardedRouter<Auth>>| {
            parts.fold(GuardedRouter::new(), GuardedRouter::merge)
        };
        let (others, own): (Vec<Part>, Vec<Part>) = self.parts.iter().copied().partition(|part| part.is_for_clients());
        let own = own.into_iter().map(|part| part.router(&self));
        let router = routers(&mut own.chain(self.with_policy.iter().map(|router| router(&self))));
        let for_clients = routers(&mut others.into_iter().map(|part| part.router(&self)));
        // Outside of browser mode also where a router around these has it.
        let router =
            if self.browser { router.browser().merge_outside_browser(for_clients) } else { router.merge(for_clients) };
        // Public routes among them answer with what is one client's as well.
        let no_store = map_response(async |response| no_store(response));
        router.layer(no_store).layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES)).provide_state(self.auth)
    }

    /// Every route with its requirement and declaration.
    #[must_use]
    pub fn policy(&self) -> PolicyTable {
        self.clone().into_router::<()>().policy()
    }

    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

impl<S> From<Routes> for GuardedRouter<S> {
    fn from(routes: Routes) -> Self {
        routes.into_router()
    }
}

#[diagnostic::do_not_recommend]
impl<S> GuardedRoutes<S> for Routes {
    fn guarded(self) -> GuardedRouter<S> {
        self.into_router()
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes").field("prefix", &self.prefix).field("parts", &self.parts).finish_non_exhaustive()
    }
}
