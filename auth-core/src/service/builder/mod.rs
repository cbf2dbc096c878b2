//! Assembling an `Auth`: the settings, and in `build` what they are held against.

mod build;

use std::sync::Arc;
use std::time::Duration;

pub use build::BuildError;
use http::Extensions;

use crate::base::{Clock, SystemClock};
use crate::cache::Fanout;
use crate::event::{EventSink, TracingSink};
#[cfg(feature = "server")]
use crate::policy::Role;
#[cfg(feature = "server")]
use crate::service::oauth::OAuthClient;
use crate::store::{ApiKeyStore, SessionStore, UserDirectory, UserRegistry, UserStore};
#[cfg(feature = "oidc")]
use crate::token::issuer::Issuer;
use crate::token::{KeySet, LegacyTokens, Lifetimes};
use crate::verify::CredentialSource;
use crate::verify::dpop::Dpop;

/// Assembles an [`Auth`](crate::Auth); begin with [`Auth::builder`](crate::Auth::builder).
///
/// | setting | default |
/// | --- | --- |
/// | [`access_ttl`](Self::access_ttl), [`refresh_ttl`](Self::refresh_ttl), [`session_ttl`](Self::session_ttl) | 15 minutes, 7 days, 30 days |
/// | [`refresh_leeway`](Self::refresh_leeway), [`clock_skew`](Self::clock_skew), [`cache_ttl`](Self::cache_ttl) | 10 seconds, 5 seconds, 5 seconds |
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
    trusted: Vec<Issuer>,
    lifetimes: Lifetimes,
    session_ttl: Option<Duration>,
    cache_ttl: Duration,
    token_cache: usize,
    fanout: Option<Arc<dyn Fanout>>,
    scopes: Vec<Box<str>>,
    #[cfg(feature = "server")]
    clients: Vec<OAuthClient>,
    new_user_roles: Vec<Box<str>>,
    sources: Vec<CredentialSource>,
    /// What the layer for the web framework keeps in the `Auth`.
    pub(crate) web: Extensions,
    clock: Arc<dyn Clock>,
    events: Arc<dyn EventSink>,
    users: Option<Arc<dyn UserStore>>,
    registry: Option<Arc<dyn UserRegistry>>,
    directory: Option<Arc<dyn UserDirectory>>,
    sessions: Option<Arc<dyn SessionStore>>,
    api_keys: Option<Arc<dyn ApiKeyStore>>,
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
            cache_ttl: Duration::from_secs(5),
            token_cache: 10_000,
            fanout: None,
            scopes: Vec::new(),
            #[cfg(feature = "server")]
            clients: Vec::new(),
            new_user_roles: Vec::new(),
            sources: Vec::new(),
            web: Extensions::new(),
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

    /// Where users are, without registration: [`Auth::routes`](crate::Auth::routes) then has no `/auth/register`.
    ///
    /// ```
    /// # use auth_core::{Context, AccountError, Registration, testing};
    /// use auth_core::store::MemoryStore;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = testing::in_memory().users(MemoryStore::new()).build()?;
    /// let registration = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await;
    /// assert_eq!(registration, Err(AccountError::Misconfigured { missing: "store that takes registrations" }));
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

    /// Where users are, register and are administered, as by [`Auth::update_account`](crate::Auth::update_account).
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
    pub fn trust(mut self, issuer: Issuer) -> Self {
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
    /// most 5 minutes. A token is taken for that much earlier than it says, and one of another issuer for that much longer; one
    /// of this service ends when its `expires_in` is over, within a second.
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
    pub fn cache_ttl(mut self, bound: Duration) -> Self {
        self.cache_ttl = bound;
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
    /// # use auth_core::{Context, Login, Registration, testing};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = testing::in_memory().scopes(["profile", "reports:read"]).build()?;
    /// # auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let mut login = Login::new("ada@example.com", "three words and a comma");
    /// login.scope = Some("reports:read admin".to_owned());
    /// assert_eq!(auth.login(&Context::system("example"), login).await?.scope, "reports:read"); // what was granted, not what was asked for
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
    #[cfg(feature = "server")]
    pub fn client(mut self, client: OAuthClient) -> Self {
        self.clients.push(client);
        self
    }

    /// The role of whoever registers by `POST /auth/register`; none by default.
    /// [`Auth::register`](crate::Auth::register) gives the roles that its [`Registration`](crate::Registration) names.
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
    #[cfg(feature = "server")]
    pub fn new_user_role(mut self, role: impl Role) -> Self {
        self.new_user_roles = vec![role.name().into()];
        self
    }

    /// Looks for credentials in one more place, after the built-in ones: another scheme of `Authorization`, a header, a
    /// cookie. See [`CredentialSource`].
    pub fn credential_source(mut self, source: CredentialSource) -> Self {
        self.sources.push(source);
        self
    }

    /// The source of the current time; the machine's clock by default.
    ///
    /// ```
    /// # use auth_core::{Context, Login, AccountError, Registration, Timestamp, testing};
    /// use std::time::Duration;
    ///
    /// use auth_core::testing::TestClock;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let clock = TestClock::at(Timestamp::from_secs(1_800_000_000));
    /// let auth = testing::in_memory().clock(clock.clone()).build()?;
    /// # auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
    /// let tokens = auth.login(&Context::system("example"), Login::new("ada@example.com", "three words and a comma")).await?;
    ///
    /// clock.advance(Duration::from_hours(7 * 24)); // the lifetime of a session that nobody refreshes
    /// assert_eq!(auth.refresh(&Context::system("example"), tokens.refresh.expose()).await.unwrap_err(), AccountError::InvalidRefreshToken);
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
}

impl std::fmt::Debug for AuthBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthBuilder").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
