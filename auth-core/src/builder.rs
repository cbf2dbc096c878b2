//! Assembling an `Auth`.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::{Auth, Inner};
use crate::clock::{Clock, SystemClock};
use crate::cluster::{Coherence, Coherent, Fanout};
use crate::dpop::{Dpop, Proofs};
use crate::event::{EventSink, TracingSink};
use crate::http::ErrorBody;
use crate::oauth::{Clients, OAuthClient};
use crate::password::{Hasher, PasswordError};
use crate::store::{ApiKeyStore, SessionStore, UserDirectory, UserRegistry, UserStore};
use crate::token::{AccessTokens, KeySet, Lifetimes};
use crate::{LegacyTokens, Role};

/// Assembles an [`Auth`]; begin with [`Auth::builder`].
///
/// | setting | default |
/// | --- | --- |
/// | [`access_ttl`](Self::access_ttl), [`refresh_ttl`](Self::refresh_ttl), [`session_ttl`](Self::session_ttl) | 15 minutes, 7 days, 30 days |
/// | [`refresh_leeway`](Self::refresh_leeway), [`clock_skew`](Self::clock_skew), [`cache_bound`](Self::cache_bound) | 10 seconds, 5 seconds, 5 seconds |
/// | [`scopes`](Self::scopes), [`client`](Self::client), [`new_user_role`](Self::new_user_role) | none |
/// | [`error_body`](Self::error_body) | problem details (RFC 9457) |
/// | [`clock`](Self::clock), [`events`](Self::events), [`fanout`](Self::fanout) | the machine's, `tracing`, none |
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::prelude::*;
/// use auth_core::store::MemoryStore;
/// use auth_core::token::{SigningKey, random_secret};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = SigningKey::hs256(&random_secret()?)?;
/// let auth = Auth::builder(key, "https://api.example.com", "api")
///     .store(MemoryStore::new())
///     .access_ttl(Duration::from_mins(5))
///     .scopes(["reports:read"])
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct AuthBuilder {
    keys: KeySet,
    issuer: String,
    audience: String,
    clock_skew: Duration,
    legacy: Option<LegacyTokens>,
    dpop: Option<Dpop>,
    #[cfg(feature = "oidc")]
    trusted: Vec<crate::issuer::Issuer>,
    lifetimes: Lifetimes,
    session_ttl: Option<Duration>,
    cache_bound: Duration,
    token_cache: usize,
    fanout: Option<Arc<dyn Fanout>>,
    scopes: Vec<Box<str>>,
    clients: Vec<OAuthClient>,
    new_user_roles: Vec<Box<str>>,
    error_body: ErrorBody,
    clock: Arc<dyn Clock>,
    events: Arc<dyn EventSink>,
    users: Option<Arc<dyn UserStore>>,
    registry: Option<Arc<dyn UserRegistry>>,
    directory: Option<Arc<dyn UserDirectory>>,
    sessions: Option<Arc<dyn SessionStore>>,
    api_keys: Option<Arc<dyn ApiKeyStore>>,
}

/// An `Auth` could not be assembled.
///
/// ```
/// use auth_core::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let key = auth_core::token::SigningKey::hs256(&auth_core::token::random_secret()?)?;
/// let missing = Auth::builder(key, "https://api.example.com", "api").build().unwrap_err();
/// assert_eq!(missing.to_string(), "no user store was given: call `AuthBuilder::users`, or `store` for all of them");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A store was not given.
    #[error("no {what} store was given: call `AuthBuilder::{method}`, or `store` for all of them")]
    NoStore {
        /// Of what.
        what: &'static str,
        /// The builder's method that gives one.
        method: &'static str,
    },
    /// Something that the setting says cannot work.
    #[error("{setting} {why}")]
    Setting {
        /// The builder's method or argument.
        setting: &'static str,
        /// What is wrong with it, and what would do.
        why: &'static str,
    },
    /// Another issuer cannot be trusted as it is described.
    #[cfg(feature = "oidc")]
    #[error(transparent)]
    Issuer(#[from] crate::issuer::IssuerError),
    /// The password hasher could not start.
    #[error("the password hasher could not start: {0}")]
    Hasher(#[from] PasswordError),
}

impl AuthBuilder {
    pub(crate) fn new(keys: KeySet, issuer: String, audience: String) -> Self {
        Self {
            keys,
            issuer,
            audience,
            clock_skew: Duration::from_secs(5),
            legacy: None,
            dpop: None,
            #[cfg(feature = "oidc")]
            trusted: Vec::new(),
            lifetimes: Lifetimes {
                access: Duration::from_mins(15),
                refresh: Duration::from_hours(7 * 24),
                session: Duration::from_hours(30 * 24),
                leeway: Duration::from_secs(10),
            },
            session_ttl: None,
            cache_bound: Duration::from_secs(5),
            token_cache: 10_000,
            fanout: None,
            scopes: Vec::new(),
            clients: Vec::new(),
            new_user_roles: Vec::new(),
            error_body: ErrorBody::default(),
            clock: Arc::new(SystemClock),
            events: Arc::new(TracingSink),
            users: None,
            registry: None,
            directory: None,
            sessions: None,
            api_keys: None,
        }
    }

    /// Keeps users (registration and administration included), sessions and API keys in one store.
    pub fn store<S>(self, store: S) -> Self
    where
        S: UserDirectory + SessionStore + ApiKeyStore + Clone,
    {
        self.directory(store.clone()).sessions(store.clone()).api_keys(store)
    }

    /// Where users are, without registration: [`Auth::routes`] then has no `/auth/register`.
    ///
    /// ```
    /// # use auth_core::{Refusal, Registration, testing};
    /// use auth_core::store::MemoryStore;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = testing::in_memory().users(MemoryStore::new()).build()?;
    /// let registration = auth.register(Registration::new("ada@example.com", "three words and a comma")).await;
    /// assert_eq!(registration, Err(Refusal::NotFound { what: "registration" }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn users(mut self, users: impl UserStore) -> Self {
        self.users = Some(Arc::new(users));
        self.registry = None;
        self.directory = None;
        self
    }

    /// Where users are and register.
    pub fn registry(self, users: impl UserRegistry) -> Self {
        let users = Arc::new(users);
        Self { users: Some(users.clone()), registry: Some(users), directory: None, ..self }
    }

    /// Where users are, register and are administered, as by [`Auth::update_account`].
    pub fn directory(self, users: impl UserDirectory) -> Self {
        let users = Arc::new(users);
        Self { users: Some(users.clone()), registry: Some(users.clone()), directory: Some(users), ..self }
    }

    /// Takes access tokens of a former service as well, until the time that they name; none by default. A warning in the
    /// log says so at every start.
    pub fn legacy_tokens(mut self, tokens: LegacyTokens) -> Self {
        self.legacy = Some(tokens);
        self
    }

    /// Accepts access tokens of another issuer as well. Its subjects have no sessions here, and their roles and scopes
    /// are what its tokens say; nothing but the end of a token takes them away.
    #[cfg(feature = "oidc")]
    pub fn trust(mut self, issuer: crate::issuer::Issuer) -> Self {
        self.trusted.push(issuer);
        self
    }

    /// Where sessions and refresh tokens are.
    pub fn sessions(mut self, sessions: impl SessionStore) -> Self {
        self.sessions = Some(Arc::new(sessions));
        self
    }

    /// Where API keys are.
    pub fn api_keys(mut self, api_keys: impl ApiKeyStore) -> Self {
        self.api_keys = Some(Arc::new(api_keys));
        self
    }

    /// How long an access token lives; 15 minutes by default, 1 second or more.
    pub fn access_ttl(mut self, ttl: Duration) -> Self {
        self.lifetimes.access = ttl;
        self
    }

    /// How long a session lives without being refreshed; 7 days by default, [`access_ttl`](Self::access_ttl) or more.
    pub fn refresh_ttl(mut self, ttl: Duration) -> Self {
        self.lifetimes.refresh = ttl;
        self
    }

    /// How long a session lives however often it is refreshed; 30 days by default, or [`refresh_ttl`](Self::refresh_ttl)
    /// if that is longer. After that the user logs in again.
    pub fn session_ttl(mut self, ttl: Duration) -> Self {
        self.session_ttl = Some(ttl);
        self
    }

    /// How long after its first use a refresh token may be retried and gets the same successor; 10 seconds by default, at
    /// most 5 minutes, zero turns it off. It keeps a lost response or two tabs from looking like theft.
    pub fn refresh_leeway(mut self, leeway: Duration) -> Self {
        self.lifetimes.leeway = leeway;
        self
    }

    /// How far the clocks of those who issue and verify tokens may be apart; 5 seconds by default, in whole seconds, at
    /// most 5 minutes. A
    /// token is taken for that much longer than it says.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// Binds tokens to keys of the clients' (RFC 9449); off by default. Off means that a `DPoP` header is ignored, that
    /// every token issued is a bearer token, and that tokens which are bound to a key are refused.
    pub fn dpop(mut self, dpop: Dpop) -> Self {
        self.dpop = Some(dpop);
        self
    }

    /// Within which time changes that other nodes or the application's own SQL make to subjects, sessions and keys are
    /// seen; 5 seconds by default, zero asks the stores for every request. Changes made through this `Auth` are seen at once.
    pub fn cache_bound(mut self, bound: Duration) -> Self {
        self.cache_bound = bound;
        self
    }

    /// How many verified access tokens are remembered, so that one that comes a third time is not verified anew; 10,000
    /// by default, zero remembers none. Its time, its session and its subject are looked at all the same, and a change of
    /// the keys forgets all of them.
    ///
    /// Of each its text and its claims are in memory, about 1.3 KiB, until it is found to have expired or others have taken
    /// its place: whoever can read the memory of the process can use those that have not expired.
    pub fn token_cache(mut self, tokens: usize) -> Self {
        self.token_cache = tokens;
        self
    }

    /// Lets other nodes see at once what this one changes, and this one what they change; none by default. `build` must
    /// then be called within a Tokio runtime, where the node listens.
    pub fn fanout(mut self, fanout: impl Fanout) -> Self {
        self.fanout = Some(Arc::new(fanout));
        self
    }

    /// Scopes that the service's own client may ask for; none by default. Others that a login asks for are not granted;
    /// at `/auth/token` they are `invalid_scope`.
    ///
    /// ```
    /// # use auth_core::{Login, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = testing::in_memory().scopes(["profile", "reports:read"]).build()?;
    /// # auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let mut login = Login::new("ada@example.com", "three words and a comma");
    /// login.scope = Some("reports:read admin".to_owned());
    /// assert_eq!(auth.login(login).await?.scope, "reports:read"); // what was granted, not what was asked for
    /// # Ok(())
    /// # }
    /// ```
    pub fn scopes<I: IntoIterator<Item: Into<Box<str>>>>(mut self, scopes: I) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Registers a client of the token endpoint. Without any, only the service's own client uses it: it is public, named
    /// as the audience, and who asks when a request names no client, as `/auth/login` and Swagger UI do.
    ///
    /// ```
    /// # use auth_core::testing;
    /// use auth_core::{GrantType, OAuthClient};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let app = OAuthClient::public("mobile-app")?.grants([GrantType::Password, GrantType::RefreshToken]);
    /// let auth = testing::in_memory().client(app).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn client(mut self, client: OAuthClient) -> Self {
        self.clients.push(client);
        self
    }

    /// The role of whoever registers by `POST /auth/register`; none by default. [`Auth::register`] gives the roles that
    /// its [`Registration`](crate::Registration) names.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use axum::body::{Body, to_bytes};
    /// use axum::http::Request;
    /// use tower::ServiceExt as _;
    ///
    /// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// enum Role {
    ///     User,
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().new_user_role(Role::User).build()?;
    /// let app: axum::Router = auth.routes().with_state(auth.clone());
    /// let body = r#"{"email": "ada@example.com", "password": "three words and a comma"}"#;
    /// let request = Request::post("/auth/register").header("content-type", "application/json");
    /// let answer = app.oneshot(request.body(Body::from(body))?).await?;
    /// let user: serde_json::Value = serde_json::from_slice(&to_bytes(answer.into_body(), 1024).await?)?;
    /// assert_eq!(user["role"], "User");
    /// # Ok(())
    /// # }
    /// ```
    pub fn new_user_role(mut self, role: impl Role) -> Self {
        self.new_user_roles = vec![role.name().into()];
        self
    }

    /// Replaces how error bodies look; [`problem_json`](crate::http::problem_json) by default.
    ///
    /// ```
    /// # use auth_core::testing;
    /// use auth_core::http::{ErrorBody, Problem};
    /// use axum::Json;
    /// use axum::response::IntoResponse as _;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let body = |problem: &Problem| Json([("detail", problem.detail.clone())]).into_response();
    /// let auth = testing::in_memory().error_body(ErrorBody::new(body)).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn error_body(mut self, body: ErrorBody) -> Self {
        self.error_body = body;
        self
    }

    /// Where the time comes from; the machine's clock by default.
    ///
    /// ```
    /// # use auth_core::{Login, Refusal, Registration, Timestamp, testing};
    /// use std::time::Duration;
    ///
    /// use auth_core::testing::TestClock;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let clock = TestClock::at(Timestamp::from_secs(1_800_000_000));
    /// let auth = testing::in_memory().clock(clock.clone()).build()?;
    /// # auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let tokens = auth.login(Login::new("ada@example.com", "three words and a comma")).await?;
    ///
    /// clock.advance(Duration::from_hours(7 * 24)); // the lifetime of a session that nobody refreshes
    /// assert_eq!(auth.refresh(tokens.refresh.expose()).await.unwrap_err(), Refusal::InvalidRefreshToken);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where events go; to `tracing` by default.
    pub fn events(mut self, events: impl EventSink) -> Self {
        self.events = Arc::new(events);
        self
    }

    /// Assembles the `Auth`.
    ///
    /// # Errors
    ///
    /// [`BuildError`] names what is missing or cannot work.
    pub fn build(mut self) -> Result<Auth, BuildError> {
        self.lifetimes.session = self.session_ttl.unwrap_or(self.lifetimes.session.max(self.lifetimes.refresh));
        self.check()?;
        let clients = clients(&self.audience, &self.scopes, self.clients)?;
        let missing = |what, method| BuildError::NoStore { what, method };
        let users = self.users.ok_or(missing("user", "users"))?;
        let sessions = self.sessions.ok_or(missing("session", "sessions"))?;
        let api_keys = self.api_keys.ok_or(missing("API key", "api_keys"))?;
        let no_runtime = BuildError::Setting { setting: "fanout", why: "needs a Tokio runtime; build within one" };
        if self.dpop.is_none() && clients.any_dpop_bound() {
            let why = "is to have bound tokens alone while DPoP is off; turn it on by AuthBuilder::dpop (AUTH_DPOP)";
            return Err(BuildError::Setting { setting: "client", why });
        }
        let dpop = self.dpop.map(|dpop| Proofs::new(dpop, &self.issuer, self.clock_skew)).transpose()?;
        let coherence = Arc::new(Coherence::new(self.cache_bound, self.fanout).ok_or(no_runtime)?);
        #[cfg(feature = "oidc")]
        let own = Some(self.issuer.as_str()).filter(|own| !own.is_empty());
        if let Some(legacy) = &self.legacy {
            legacy.announce(self.clock.now())?;
        }
        Ok(Auth(Arc::new(Inner {
            legacy: self.legacy,
            #[cfg(feature = "oidc")]
            issuers: crate::issuer::TrustedIssuers::new(self.trusted, own)?,
            realm: self.audience.clone(),
            access_tokens: AccessTokens::new(self.keys, self.issuer, self.audience, self.clock_skew, self.token_cache),
            dpop,
            lifetimes: self.lifetimes,
            clients,
            scopes: self.scopes,
            new_user_roles: self.new_user_roles,
            error_body: self.error_body,
            clock: self.clock,
            events: self.events,
            hasher: Hasher::new()?,
            users: Coherent::new(users, &coherence),
            registry: self.registry.map(|users| Coherent::new(users, &coherence) as Arc<dyn UserRegistry>),
            directory: self.directory.map(|users| Coherent::new(users, &coherence) as Arc<dyn UserDirectory>),
            sessions: Coherent::new(sessions, &coherence),
            api_keys: Coherent::new(api_keys, &coherence),
            coherence,
        })))
    }

    /// A resource server, which has other issuers instead of one of its own.
    #[cfg(feature = "oidc")]
    fn issues_nothing(&self) -> bool {
        self.keys.signing().is_err() && !self.trusted.is_empty()
    }

    #[cfg(not(feature = "oidc"))]
    #[expect(clippy::unused_self, reason = "it asks the builder where there are other issuers")]
    const fn issues_nothing(&self) -> bool {
        false
    }

    fn check(&self) -> Result<(), BuildError> {
        let wrong = |setting, why| Err(BuildError::Setting { setting, why });
        if self.issuer.is_empty() && !self.issues_nothing() {
            return wrong("the issuer", "is empty; give the service's URL");
        }
        if self.audience.is_empty() {
            return wrong("the audience", "is empty; give the service's name");
        }
        if self.lifetimes.access < Duration::from_secs(1) {
            return wrong("access_ttl", "is under a second; 15 minutes is usual");
        }
        if self.lifetimes.refresh < self.lifetimes.access {
            return wrong("refresh_ttl", "is shorter than access_ttl; 7 days is usual");
        }
        if self.lifetimes.session < self.lifetimes.refresh {
            return wrong("session_ttl", "is shorter than refresh_ttl; 30 days is usual");
        }
        if self.clock_skew > Duration::from_mins(5) {
            return wrong("clock_skew", "is over 5 minutes, which would keep expired tokens alive; 5 seconds is usual");
        }
        if self.lifetimes.leeway > Duration::from_mins(5) {
            return wrong("refresh_leeway", "is over 5 minutes, which would hide theft; 10 seconds is usual");
        }
        Ok(())
    }
}

fn clients(audience: &str, scopes: &[Box<str>], registered: Vec<OAuthClient>) -> Result<Clients, BuildError> {
    let wrong = |setting, why| BuildError::Setting { setting, why };
    let own = audience.parse().map_err(|_| wrong("the audience", "is over 255 bytes or has control characters"))?;
    let mut clients = Clients::new(own, scopes);
    for client in registered {
        if !clients.register(client) {
            return Err(wrong(
                "client",
                "was given an id twice, or the audience, which is the service's own client's id",
            ));
        }
    }
    Ok(clients)
}

impl std::fmt::Debug for AuthBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
