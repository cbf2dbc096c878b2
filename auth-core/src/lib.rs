//! Guards for axum: one line above a handler says who may call it, and the compiler holds the router to it.
//!
//! # What to write
//!
//! ```
//! use auth_core::prelude::*;
//! use auth_core::store::MemoryStore; // or `SqliteStore`, `PostgresStore`, your own
//! use auth_core::token::{SigningKey, random_secret};
//! # use axum::{body::Body, http::Request};
//! # use tower::ServiceExt as _;
//!
//! #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
//! enum Role {
//!     User,
//!     #[role(includes(User))]
//!     Admin,
//! }
//!
//! #[require_auth]
//! async fn me(identity: Identity) -> String {
//!     identity.subject().to_string()
//! }
//!
//! #[require_role(Admin)]
//! async fn settings() {}
//!
//! #[public]
//! async fn health() -> &'static str {
//!     "ok"
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A service reads its keys by `Settings::from_env`.
//! let key = SigningKey::hs256(&random_secret()?)?;
//! let auth = Auth::builder(key, "https://api.example.com", "api").store(MemoryStore::new()).build()?;
//!
//! let app: axum::Router = GuardedRouter::new() // accepts only guarded handlers
//!     .route("/users/me", get(me))
//!     .route("/settings", put(settings))
//!     .route("/health", get(health))
//!     .merge(auth.routes()) // /auth/register, /auth/login, /auth/refresh, …
//!     .with_state(auth);
//!
//! # let call = |request: axum::http::request::Builder| app.clone().oneshot(request.body(Body::empty()).unwrap());
//! assert_eq!(call(Request::get("/health")).await?.status(), 200);
//! let refused = call(Request::get("/users/me")).await?;
//! assert_eq!(refused.status(), 401);
//! assert_eq!(refused.headers()["www-authenticate"], r#"Bearer realm="api""#);
//! # Ok(())
//! # }
//! ```
//!
//! | above a handler | who may call it |
//! | --- | --- |
//! | [`#[require_auth]`](macro@require_auth) | a subject with a valid access token |
//! | [`#[require_role(A, B)]`](macro@require_role) | a subject with one of these roles, or one that includes one of them |
//! | [`#[require_permission(A, B)]`](macro@require_permission) | a subject whose roles have these permissions, as data of a store |
//! | [`#[require_scope("a")]`](macro@require_scope) | a caller whose credential carries these scopes |
//! | [`#[api_key]`](macro@api_key) | a program with a valid API key |
//! | [`#[require(..)]`](macro@require) | a caller that meets a requirement of `any`, `all`, `not`, `fresh`, `mfa` and [named policies](macro@guard) |
//! | [`#[authorize(..)]`](macro@authorize) | a caller for whom this condition over the handler's parameters holds as well |
//! | [`#[rate_limit(..)]`](macro@rate_limit) | a caller who has not called too often |
//! | [`#[public]`](macro@public) | any caller |
//!
//! The repository's `docs/` holds the guide, which shows every word in use, `cargo test -p auth-ui-tests page` writes every compile error
//! with its remedy to `target/diagnostics.md`, `docs/operations.md` says what a running service asks of its machines, and `examples/quickstart` is a whole service.
//!
//! # When a caller is refused
//!
//! A guard runs before every other parameter of the handler, so a refused caller costs no body and no query.
//!
//! | | status | `WWW-Authenticate` (RFC 6750) |
//! | --- | --- | --- |
//! | no credential | 401 | `Bearer realm=".."`; also `ApiKey realm=".."` where a key would do |
//! | a credential that is not valid | 401 | with `error="invalid_token"` |
//! | too little role or scope, a condition that does not hold | 403 | with `error="insufficient_scope"` |
//! | an authentication that is too old or too weak (RFC 9470) | 401 | with `error="insufficient_user_authentication"` |
//! | a store that does not answer | 503 | none, but `Retry-After`: what cannot be decided is refused |
//!
//! The body is `application/problem+json` (RFC 9457); [`AuthBuilder::error_body`] replaces it in one place. Every refusal
//! is a [`Refusal`], is recorded by the [`EventSink`](event::EventSink), and never says which part of a credential was wrong.
//!
//! # Features
//!
//! | feature | |
//! | --- | --- |
//! | `server` (default) | accounts, sessions, OAuth endpoints and password hashing |
//! | `foreign-hashes` (default) | takes over the bcrypt, scrypt and PBKDF2 hashes of another application |
//! | `idn` (default) | e-mail addresses with other characters than those of ASCII; without it they are refused |
//! | `zxcvbn` | refuses new passwords that are easily guessed, by zxcvbn's estimate |
//! | `pwned-passwords` | refuses new passwords of data breaches, by the range API of Pwned Passwords |
//! | `sqlite` (default) | users, sessions and API keys in an SQLite file |
//! | `postgres` | the same in PostgreSQL, for any number of nodes |
//! | `redis` | word of changes between nodes, and shared counters, by Redis or Valkey |
//! | `openapi` | [`openapi`]: an `OpenAPI` 3.1 document from the guards, and Swagger UI |
//! | `oidc` | guards by tokens of other issuers: OpenID Connect discovery and JWKS |
//! | `serve` (default) | [`serve`], a server with time-outs, a connection limit and a graceful stop |
//! | `metrics` | counters and histograms by the [`metrics`](https://docs.rs/metrics) facade; `docs/metrics.md` lists them |
//! | `test-util` | `testing`: identities for tests, an `Auth` in memory, a clock to set, the policy lock, the access matrix, the suite for stores; does not compile in a release |
//!
//! Without `server` only guards for access tokens of other issuers remain. Without `sqlite` and `postgres` no database driver
//! is compiled, and the stores are your own.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Without accounts a part of each layer has no user.
#![cfg_attr(not(feature = "server"), allow(dead_code, unused_imports))]

// The attributes' output names this crate by its name, also within it.
extern crate self as auth_core;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[macro_use]
mod base;
mod cache;
pub mod event;
#[cfg(all(doctest, feature = "test-util", feature = "oidc"))]
mod guide;
pub mod password;
mod policy;
mod service;
pub mod store;
#[cfg(feature = "test-util")]
pub mod testing;
pub mod token;
mod verify;
mod web;

pub use auth_macros::*;
pub use base::{
    Actor, ApiKeyId, ClientId, Clock, Context, Email, FactorId, InvalidEmail, InvalidIdentifier, InvalidTimestamp,
    SessionId, SubjectId, SystemClock, Timestamp,
};
pub use policy::{
    Bound, Declaration, Leaf, Permission, Policy, PolicyTable, Requirement, Role, RoutePolicy, RouteRequirement,
    Unchecked, UnknownPermission, UnknownRole,
};
#[cfg(feature = "server")]
pub use service::{
    AccountError, CodeLogin, Finding, GrantType, InvalidClient, IssuedApiKey, Keep, Login, MagicLinkLogin, NewApiKey,
    OAuthClient, PendingRegistration, PinnedHead, PurgeTask, RecoveryCodes, Registration, SignIn, StepUp, SteppedUp,
    TokenContext, TokenProof, Tokens, TotpEnrolment, TrailHeads, TrailReport,
};
pub use service::{Auth, AuthBuilder, BuildError, Settings, SettingsError};
/// The database driver of the built-in stores, so that an application uses the same release: a pool of another release is
/// another type.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sqlx;
pub use token::dpop::ProofError;
#[cfg(feature = "oidc")]
pub use token::issuer;
pub use token::{ApiKey, Claims, LegacyTokens};
pub use verify::dpop::Dpop;
pub use verify::{
    AccessError, ApiKeyIdentity, BrowserMode, CredentialKind, CredentialSource, Identity, InvalidProxies,
    InvalidStaticKey, Principal, Proof, ScopeRequest, StaticApiKey, TrustedProxies,
};
pub use web::{
    Allowed, Arguments, BodyError, CurrentUser, Decided, Evidence, FromSubject, Guard, GuardLayer, Guarded,
    GuardedMethodRouter, GuardedMethods, GuardedRouter, GuardedRoutes, HasAuth, PolicyLayer, Refusal, Rule, Signature,
    http, routing,
};
#[cfg(feature = "server")]
pub use web::{Part, Routes};
#[cfg(feature = "serve")]
pub use web::{Serve, serve};

/// Questions about policies: who can call a route, what changed, and requirements as values to ask with.
pub mod analysis {
    pub use crate::policy::{
        AnalysisError, ChangeKind, InvalidPattern, InvalidPolicy, InvalidRequirement, KeyWitness, OwnedRequirement,
        PolicyDiff, PolicySnapshot, QuestionError, Reach, RedundantRequirement, RouteCallers, RouteChange, RouteReach,
        SubjectWitness, Witness, all, amr, any, api_key, auth, claim, fresh, not, permission, role, scope,
    };
}

/// `OpenAPI` 3.1 from the guards: security, scopes and refusals of each operation come from the policy table, so the document
/// says what the router enforces.
///
/// [`GuardedRouter::openapi_route`] serves the document, [`GuardedRouter::docs_route`] Swagger UI for it. Handlers with
/// [`#[utoipa::path]`](https://docs.rs/utoipa) above or below the guard are added by [`routes!`](crate::openapi::routes), with
/// their parameters, bodies and responses; other handlers appear with what the router knows of them. The ready routes are
/// documented.
///
/// ```
/// use auth_core::openapi::{ApiInfo, routes};
/// use auth_core::prelude::*;
/// use axum::Json;
/// use serde::Serialize;
/// use utoipa::ToSchema;
///
/// #[derive(Serialize, ToSchema)]
/// struct Report {
///     title: String,
/// }
///
/// /// The report of this quarter.
/// #[require_scope("reports:read")]
/// #[utoipa::path(get, path = "/reports", responses((status = 200, body = Report)))]
/// async fn report() -> Json<Report> {
///     Json(Report { title: "Q3".to_owned() })
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let auth = auth_core::testing::in_memory().build()?;
/// let app: GuardedRouter<Auth> = GuardedRouter::new()
///     .routes(routes!(report)) // does not compile without an access guard
///     .merge(auth.routes())
///     .openapi_route("/openapi.json", ApiInfo::new("Reports", "1.0.0"))
///     .docs_route("/docs");
///
/// let document = app.openapi(&auth);
/// let report = &document["paths"]["/reports"]["get"];
/// assert_eq!(report["security"][0]["login"][0], "reports:read");
/// assert_eq!(report["responses"]["403"]["$ref"], "#/components/responses/Forbidden");
/// # Ok(())
/// # }
/// ```
///
/// # What the document says of a guard
///
/// `any` and `all` become OpenAPI's alternatives; each access token has the alternatives `login` (`OAuth2`, where the router has
/// a token endpoint), `bearer` and those of the [credential sources](crate::CredentialSource). Roles, claims, negations and
/// [`#[authorize]`](macro@crate::authorize) have no counterpart: the description and `x-requirement` have the requirement in
/// full, but no conditions, which are source code.
///
/// A requirement in `#[utoipa::path(security(..))]` is replaced: the guard is what is enforced.
#[cfg(feature = "openapi")]
pub mod openapi {
    /// Handlers with `#[utoipa::path]` and an access guard, for [`GuardedRouter::routes`](crate::GuardedRouter::routes): the
    /// counterpart of `utoipa_axum::routes!`. Path and methods are those of the attribute.
    ///
    /// ```
    /// use auth_core::openapi::routes;
    /// use auth_core::prelude::*;
    ///
    /// #[utoipa::path(get, path = "/notes")]
    /// #[require_auth]
    /// async fn notes() {}
    ///
    /// #[require_scope("notes:write")]
    /// #[utoipa::path(post, path = "/notes")]
    /// async fn add_note() {}
    ///
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().routes(routes!(notes, add_note));
    /// assert_eq!(app.policy().routes().len(), 2);
    /// ```
    ///
    /// Without a guard it does not compile:
    ///
    /// ```compile_fail
    /// # use auth_core::openapi::routes;
    /// # use auth_core::prelude::*;
    /// #[utoipa::path(get, path = "/notes")]
    /// async fn notes() {}
    ///
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().routes(routes!(notes));
    /// ```
    #[doc(inline)]
    pub use crate::__documented_routes as routes;
    pub use crate::web::openapi::*;
}

/// Rate limits of the operations.
pub mod limits {
    pub use crate::cache::{By, InvalidQuota, InvalidRateLimits, Limited, Quota, RateLimits, Throttled};
}

/// Changes made known between nodes, and counters that they share.
pub mod cluster {
    pub use crate::cache::{Change, ClusterError, Count, Counters, Fanout, MemoryCounters, MemoryFanout, Subscription};
    #[cfg(feature = "postgres")]
    pub use crate::cache::{PostgresCounters, PostgresFanout};
    #[cfg(feature = "redis")]
    pub use crate::cache::{RedisCounters, RedisFanout};
}

/// Messages with one-time tokens: for a new password, for the verification of an e-mail address, for a login.
#[cfg(feature = "server")]
pub mod recovery {
    pub use crate::service::recovery::{Delivery, DeliveryError, LogDelivery, Message, MessageKind};
    pub use crate::token::{AddressChange, LoginCode, MagicLink, Purpose, Reset, Verification};
}

/// Everything that a module with guarded handlers needs: the attributes and `derive(Role)`, the router with `get`, `post`
/// and their siblings, the extractors, [`Auth`].
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require_auth]
/// async fn me(identity: Identity) -> String {
///     identity.subject().to_string()
/// }
///
/// fn app(auth: &Auth) -> GuardedRouter<Auth> {
///     GuardedRouter::new().route("/me", get(me)).merge(auth.routes())
/// }
/// ```
pub mod prelude {
    pub use auth_macros::*;

    // Its methods; the name is the application's, whose enum is usually called `Role`.
    pub use crate::base::SubjectId;
    pub use crate::policy::Permission as _;
    pub use crate::policy::Policy;
    pub use crate::policy::Role as _;
    pub use crate::service::Auth;
    pub use crate::token::Claims;
    pub use crate::verify::{ApiKeyIdentity, Identity, Principal, Proof};
    pub use crate::web::extract::{CurrentUser, FromSubject};
    pub use crate::web::guard::{Allowed, Guard, PolicyLayer as _};
    pub use crate::web::router::GuardedRouter;
    pub use crate::web::router::routing::{any, delete, get, patch, post, put};
}
