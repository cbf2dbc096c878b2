//! The settings of an `Auth`.

mod build;
mod grant_scopes;
mod lifetimes;
#[cfg(feature = "server")]
mod passwords;
mod stores;

use std::sync::Arc;
use std::time::Duration;

pub use build::BuildError;
use http::Extensions;

use crate::base::{Clock, SystemClock};
use crate::cache::{Counters, Fanout, RateLimits};
use crate::event::{AuditSampling, EventSink, TracingSink};
#[cfg(feature = "server")]
use crate::password::{ForeignHash, PasswordRules};
use crate::policy::{KnownRoles, Policy, Requirement, Role};
#[cfg(feature = "server")]
use crate::service::breach::Breaches;
#[cfg(feature = "server")]
use crate::service::oauth::OAuthClient;
#[cfg(feature = "server")]
use crate::service::recovery::Delivery;
#[cfg(feature = "server")]
use crate::service::session::ClaimsHook;
use crate::store::{
    ApiKeyStore, AuditLog, Housekeeping, KnownDevices, OneTimeTokens, RolePermissions, RoleStore, SecondFactors,
    SessionStore, UserDirectory, UserRegistry, UserStore,
};
#[cfg(feature = "oidc")]
use crate::token::issuer::Issuer;
use crate::token::{AuditKey, KeySet, LegacyTokens, Lifetimes, MfaKey};
use crate::verify::dpop::Dpop;
use crate::verify::{BrowserMode, CredentialSource, GrantScopes, StaticApiKey, TrustedProxies, owner_requirement};

/// A builder for [`Auth`](crate::Auth); see [`Auth::builder`](crate::Auth::builder).
///
/// | setting | default |
/// | --- | --- |
/// | [`access_ttl`](Self::access_ttl), [`refresh_ttl`](Self::refresh_ttl), [`session_ttl`](Self::session_ttl) | 15 minutes, 7 days, 30 days |
/// | [`refresh_leeway`](Self::refresh_leeway), [`clock_skew`](Self::clock_skew), [`cache_ttl`](Self::cache_ttl) | 10 seconds, 5 seconds, 5 seconds |
/// | [`scopes`](Self::scopes), [`client`](Self::client), [`new_user_role`](Self::new_user_role) | none |
/// | [`rate_limits`](Self::rate_limits) | [`RateLimits::new`] |
/// | [`error_body`](Self::error_body) | problem details (RFC 9457) |
/// | [`clock`](Self::clock), [`events`](Self::events), [`fanout`](Self::fanout) | the system clock, `tracing`, none |
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
#[must_use = "a builder does nothing until `build` is called"]
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
    #[cfg(feature = "server")]
    private_registration: bool,
    known_roles: KnownRoles,
    #[cfg(feature = "server")]
    password_rules: PasswordRules,
    #[cfg(feature = "server")]
    breaches: Breaches,
    #[cfg(feature = "server")]
    foreign_hashes: Vec<Box<dyn ForeignHash>>,
    #[cfg(feature = "server")]
    pub(super) claims: Option<ClaimsHook>,
    needed_roles: Vec<Box<str>>,
    pub(super) resource: Option<String>,
    sources: Vec<CredentialSource>,
    browser: BrowserMode,
    browser_origins: Vec<Box<str>>,
    key_owner: Option<&'static Requirement>,
    static_keys: Vec<StaticApiKey>,
    own_key_owner: Option<&'static Requirement>,
    grant_scopes: Option<GrantScopes>,
    /// Whether `build` starts a purge task.
    #[cfg(feature = "server")]
    pub(super) purge: bool,
    housekeeping: Option<Arc<dyn Housekeeping>>,
    audit: Option<Arc<dyn AuditLog>>,
    audit_keys: Vec<AuditKey>,
    audit_retention: Option<Duration>,
    one_time: Option<Arc<dyn OneTimeTokens>>,
    second_factors: Option<Arc<dyn SecondFactors>>,
    mfa_keys: Vec<MfaKey>,
    #[cfg(feature = "server")]
    delivery: Option<Arc<dyn Delivery>>,
    /// State of the web layer.
    pub(crate) web: Extensions,
    rate_limits: RateLimits,
    shared_limits: Option<Arc<dyn Counters>>,
    devices: Option<Arc<dyn KnownDevices>>,
    proxies: TrustedProxies,
    clock: Arc<dyn Clock>,
    events: Arc<dyn EventSink>,
    audit_sampling: AuditSampling,
    users: Option<Arc<dyn UserStore>>,
    registry: Option<Arc<dyn UserRegistry>>,
    directory: Option<Arc<dyn UserDirectory>>,
    sessions: Option<Arc<dyn SessionStore>>,
    api_keys: Option<Arc<dyn ApiKeyStore>>,
    role_permissions: Option<Arc<dyn RolePermissions>>,
    role_store: Option<Arc<dyn RoleStore>>,
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
            lifetimes: Lifetimes::DEFAULT,
            session_ttl: None,
            cache_ttl: Duration::from_secs(5),
            token_cache: 10_000,
            fanout: None,
            scopes: Vec::new(),
            #[cfg(feature = "server")]
            clients: Vec::new(),
            new_user_roles: Vec::new(),
            #[cfg(feature = "server")]
            private_registration: false,
            known_roles: KnownRoles::default(),
            #[cfg(feature = "server")]
            password_rules: PasswordRules::nist(),
            #[cfg(feature = "server")]
            breaches: Breaches::default(),
            #[cfg(feature = "server")]
            foreign_hashes: Vec::new(),
            #[cfg(feature = "server")]
            claims: None,
            needed_roles: Vec::new(),
            resource: None,
            sources: Vec::new(),
            browser: BrowserMode::new(),
            browser_origins: Vec::new(),
            key_owner: None,
            static_keys: Vec::new(),
            own_key_owner: None,
            grant_scopes: None,
            #[cfg(feature = "server")]
            purge: false,
            housekeeping: None,
            audit: None,
            audit_keys: Vec::new(),
            audit_retention: None,
            one_time: None,
            second_factors: None,
            mfa_keys: Vec::new(),
            #[cfg(feature = "server")]
            delivery: None,
            web: Extensions::new(),
            rate_limits: RateLimits::new(),
            shared_limits: None,
            devices: None,
            proxies: TrustedProxies::default(),
            clock: Arc::new(SystemClock),
            events: Arc::new(TracingSink),
            audit_sampling: AuditSampling::new(),
            users: None,
            registry: None,
            directory: None,
            sessions: None,
            api_keys: None,
            role_permissions: None,
            role_store: None,
        }
    }

    /// The share of refusals and granted accesses that the audit trail records; every refusal by default, at most 1,000 in
    /// a minute, and no granted access.
    pub fn audit_sampling(mut self, sampling: AuditSampling) -> Self {
        self.audit_sampling = sampling;
        self
    }

    /// Adds a key that links the rows of the audit trail; none by default. The first one links, all of them verify.
    ///
    /// [`Auth::verify_events`](crate::Auth::verify_events) finds changed, removed and inserted rows in any case. Without a key a
    /// party that may write to the database could link all of them again; with one it would need the key, which is not in
    /// the database. After the first start with a key, call [`Auth::adopt_events`](crate::Auth::adopt_events): it takes the
    /// rows from before under the key. A key that was replaced stays as a second one for as long as rows have its links.
    ///
    /// ```
    /// use auth_core::token::{AuditKey, random_secret};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let builder = auth_core::testing::in_memory();
    /// let key = AuditKey::new(&random_secret()?)?; // in production: `AUTH_AUDIT_KEY`
    /// let auth = builder.audit_key(key).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn audit_key(mut self, key: AuditKey) -> Self {
        self.audit_keys.push(key);
        self
    }

    /// How long the audit trail keeps events, at least a day; for ever by default. The [`PurgeTask`](crate::PurgeTask) of an
    /// `Auth` that [`Auth::from_settings`](crate::Auth::from_settings) began removes older ones by whole days, and the event
    /// [`EventsExpired`](crate::event::EventKind::EventsExpired) says how many. The rest is still verified. Without that task
    /// `build` refuses it: [`Auth::forget_events`](crate::Auth::forget_events) removes events at once.
    pub fn audit_retention(mut self, kept_for: Duration) -> Self {
        self.audit_retention = Some(kept_for);
        self
    }

    /// Adds a key that encrypts the secrets of second factors in the store. The first one encrypts, all of them decrypt.
    ///
    /// By default the key is derived from the HS256 secret that signs tokens. A key of its own is needed where an asymmetric
    /// key signs: without one there are no second factors. A secret that only verifies decrypts, and encrypts nothing.
    ///
    /// Set one before the signing secret is replaced, too, and keep both for a while: a use of a second factor encrypts its
    /// secret with the first key. A secret that no key decrypts has no codes: a login refuses each as a wrong one, logs an
    /// error, and takes recovery codes.
    ///
    /// ```
    /// use auth_core::token::{MfaKey, random_secret};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let builder = auth_core::testing::in_memory();
    /// let key = MfaKey::new(&random_secret()?)?; // in production: `AUTH_MFA_KEY`
    /// let auth = builder.mfa_key(key).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn mfa_key(mut self, key: MfaKey) -> Self {
        self.mfa_keys.push(key);
        self
    }

    /// Sets the delivery of messages; none by default, and then `Auth::routes` has no routes for recovery.
    /// [`Delivery`] has an example.
    #[cfg(feature = "server")]
    pub fn delivery(mut self, delivery: impl Delivery) -> Self {
        self.delivery = Some(Arc::new(delivery));
        self
    }

    /// `POST /auth/register` does not tell whether an address has an account: it answers 202 either way, after the same
    /// work, and a message goes to the address ([`Auth::register_privately`](crate::Auth::register_privately)). The user
    /// chooses the password with the token of the message; that of the registration never logs in. It needs a
    /// [`delivery`](Self::delivery), and a registry without
    /// [unique fields](crate::store::UserRegistry::has_unique_fields) beside the address.
    #[cfg(feature = "server")]
    pub fn private_registration(mut self) -> Self {
        self.private_registration = true;
        self
    }

    /// Also accepts access tokens of a former service, until the end date of `tokens`; none by default. Every start
    /// logs a warning about it.
    pub fn legacy_tokens(mut self, tokens: LegacyTokens) -> Self {
        self.legacy = Some(tokens);
        self
    }

    /// Also accepts access tokens of another issuer. Its subjects have no sessions here, and their roles and scopes are
    /// those in the token; they apply until the token expires.
    #[cfg(feature = "oidc")]
    pub fn trust(mut self, issuer: Issuer) -> Self {
        self.trusted.push(issuer);
        self
    }

    /// Binds tokens to keys of the clients (DPoP, RFC 9449); off by default. When off, `DPoP` headers are ignored,
    /// every issued token is a bearer token, and tokens that are bound to a key are refused.
    pub fn dpop(mut self, dpop: Dpop) -> Self {
        self.dpop = Some(dpop);
        self
    }

    /// Sends invalidations to other nodes and receives theirs, so that changes are visible on all nodes at once; none
    /// by default. `build` must then be called within a Tokio runtime, which runs the subscription.
    pub fn fanout(mut self, fanout: impl Fanout) -> Self {
        self.fanout = Some(Arc::new(fanout));
        self
    }

    /// Counts the rate limits of all nodes together; by default each node counts its own, so that a client has the limits
    /// of as many nodes as it reaches. While the counters do not answer, each node applies its own limits, and logs a
    /// warning. Shared limits count in windows in which a quota refills; invalid API keys are counted by each node.
    pub fn shared_limits(mut self, counters: impl Counters) -> Self {
        self.shared_limits = Some(Arc::new(counters));
        self
    }

    /// The proxies in front of the service whose `Forwarded` or `X-Forwarded-For` names the client; none by default. The
    /// client's address is that of events and rate limits: without this setting all clients behind a proxy share theirs.
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// The rate limits of the operations; [`RateLimits::new`] by default. They belong to the operations, so a direct call
    /// of [`Auth::login`](crate::Auth::login) is limited as `POST /auth/login` is.
    ///
    /// A client's address is that of the operation's [`Context`](crate::Context). A used up limit is
    /// [`AccountError::RateLimited`](crate::AccountError), 429 with `Retry-After`, `RateLimit` and `RateLimit-Policy`
    /// (draft-ietf-httpapi-ratelimit-headers). The counters take about 2 MiB, whatever clients send: where they do not
    /// suffice, clients share them, and none is reset. A clock that is set back neither ends nor prolongs a limit.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = limits;
        self
    }

    /// The scopes that the service's own client may request; none by default. A login with other scopes is granted
    /// without them; `/auth/token` refuses them with `invalid_scope`. Every subject may have each of them, unless
    /// [`grant_scopes`](Self::grant_scopes) decides.
    pub fn scopes<I: IntoIterator<Item: Into<Box<str>>>>(mut self, scopes: I) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Registers a client of the token endpoint; see [`OAuthClient`]. The service's own client is always registered: it
    /// is public, its id is the audience, and a request without a client id is its request, as of `/auth/login` and
    /// Swagger UI.
    #[cfg(feature = "server")]
    pub fn client(mut self, client: OAuthClient) -> Self {
        self.clients.push(client);
        self
    }

    /// The role of users who register with `POST /auth/register`; none by default.
    /// [`Auth::register`](crate::Auth::register) assigns the roles of its [`Registration`](crate::Registration).
    #[cfg(feature = "server")]
    pub fn new_user_role(mut self, role: impl Role) -> Self {
        self.new_user_roles = vec![role.name().into()];
        self
    }

    /// Adds a role enum of the application; none by default. Its names are then the only ones that
    /// [`Auth::register`](crate::Auth::register) and [`Auth::update_account`](crate::Auth::update_account) accept, and
    /// another name of a stored user, which grants nothing, is logged once as a warning.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::{Context, Registration};
    ///
    /// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// enum Role {
    ///     Admin,
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), auth_core::BuildError> {
    /// let auth = auth_core::testing::in_memory().roles::<Role>().build()?;
    /// let mut eve = Registration::new("eve@example.com", "three words and a comma");
    /// eve.roles.push("Root".into());
    /// assert!(auth.register(&Context::system("import"), eve).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn roles<R: Role>(mut self) -> Self {
        self.known_roles.add::<R>();
        self
    }

    /// A role, or one that includes it, that some active account must keep; none by default. The last active account with
    /// it cannot be removed, disabled or demoted by [`Auth::update_account`](crate::Auth::update_account) and
    /// [`Auth::remove_account`](crate::Auth::remove_account), also not by itself, so that an application is never without
    /// an administrator. Another call names another role instead.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// enum Role {
    ///     Admin,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().needed_role(Role::Admin).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "server")]
    pub fn needed_role(mut self, role: impl Role) -> Self {
        self.needed_roles = role.granted_by().iter().map(|&name| name.into()).collect();
        self
    }

    /// Adds a place to look for credentials, after the built-in ones: another scheme of `Authorization`, a header, a
    /// cookie.
    pub fn credential_source(mut self, source: CredentialSource) -> Self {
        self.sources.push(source);
        self
    }

    /// Accepts an API key of the configuration, which needs no store.
    pub fn static_api_key(mut self, key: StaticApiKey) -> Self {
        self.static_keys.push(key);
        self
    }

    /// The policy that the owner of an API key must meet at each use of the key, with its present roles. By default that
    /// is the policy of `Routes::api_keys`, or one of them if they are mounted more than once; without these routes an
    /// owner must only be active.
    ///
    /// It is needed where keys are used by a service that does not mount the routes, and where the application makes keys
    /// itself. An owner has no scope, no claim and no fresh authentication at the use of a key, so a policy that asks for
    /// more than roles and permissions does not compile here.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    /// enum Role {
    ///     Admin,
    /// }
    ///
    /// guard!(pub KeyOwner = role(Admin));
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let auth = auth_core::testing::in_memory().api_key_owner::<KeyOwner>().build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn api_key_owner<P: Policy>(mut self) -> Self {
        self.key_owner = Some(const { owner_requirement(&P::REQUIREMENT) });
        self
    }

    /// As [`api_key_owner`](Self::api_key_owner), for the keys that owners make themselves
    /// ([`Auth::create_own_api_key`](crate::Auth::create_own_api_key)): by default the policy of
    /// [`Routes::own_api_keys`](crate::Routes::own_api_keys).
    pub fn own_api_key_owner<P: Policy>(mut self) -> Self {
        self.own_key_owner = Some(const { owner_requirement(&P::REQUIREMENT) });
        self
    }

    /// The settings of cookies and of requests by browsers; [`BrowserMode::new`] by default. They have effect in
    /// [`GuardedRouter::browser`](crate::GuardedRouter::browser), and for every [credential in a
    /// cookie](CredentialSource::cookie).
    pub fn browser(mut self, browser: BrowserMode) -> Self {
        self.browser = browser;
        self
    }

    /// Adds origins to those of `browser`, whatever the order of the calls.
    pub(crate) fn browser_origins(mut self, origins: &[Box<str>]) -> Self {
        self.browser_origins.extend_from_slice(origins);
        self
    }

    /// The source of the current time; the system clock by default. Tests use `testing::TestClock`.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The sink of events; `tracing` by default.
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
