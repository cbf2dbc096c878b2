//! Settings from the environment.

mod api_keys;
mod clients;
mod dpop;
mod environment;
mod issuers;
mod keys;
mod legacy;
mod secret_file;
mod unknown;
mod variables;

use std::time::Duration;

use serde::Deserialize;

use environment::Environment;
use legacy::Legacy;
use variables::{Count, Key, Limits, Origins, Proxies, Span, Switch, Variables};

use crate::cache::RateLimits;
use crate::event::AuditSampling;
#[cfg(feature = "server")]
use crate::service::Auth;
use crate::service::AuthBuilder;
#[cfg(feature = "server")]
use crate::service::oauth::OAuthClient;
use crate::token::{AuditKey, KeySet, LegacyTokens, MfaKey};
use crate::verify::dpop::Dpop;
use crate::verify::{StaticApiKey, TrustedProxies};

/// The settings of an [`Auth`](crate::Auth), from environment variables.
///
/// | variable | default | meaning |
/// | --- | --- | --- |
/// | `AUTH_SECRET`, or `AUTH_SECRET_FILE` | none | HS256 signing secret of at least 32 bytes, or a file with it |
/// | `AUTH_SIGNING_KEY_FILE` | none | private key in PEM (Ed25519, P-256, RSA) or JWK that signs instead; tokens signed with the secret are still accepted |
/// | `AUTH_VERIFY_KEY_FILES` | none | files of previous or next keys whose tokens are accepted, in PEM or JWK, separated by commas |
/// | `AUTH_ISSUER` | none | the tokens' `iss`, a URL; without a URL there is no metadata (RFC 8414) |
/// | `AUTH_AUDIENCE` | none | the tokens' `aud` |
/// | `AUTH_CLOCK_SKEW` | `5s` | tolerated difference between the clocks of issuer and verifier |
/// | `AUTH_ACCESS_TTL` | `15m` | lifetime of access tokens |
/// | `AUTH_REFRESH_TTL` | `7d` | lifetime of a session that is not refreshed |
/// | `AUTH_SESSION_TTL` | `30d`, or `AUTH_REFRESH_TTL` if longer | lifetime of a session however often it is refreshed |
/// | `AUTH_REFRESH_LEEWAY` | `10s` | how long a used refresh token may be retried; `0s` disables retries |
/// | `AUTH_DPOP` | `off` | binds tokens to keys of the clients (RFC 9449): `optional` for clients that send a proof, `required` for all |
/// | `AUTH_DPOP_URLS` | `AUTH_ISSUER`'s scheme and host | base URLs of the service as clients see them, separated by commas, including a path prefix that a proxy strips |
/// | `AUTH_CACHE_BOUND` | `5s` | time within which changes by other nodes are seen; `0s` queries the store for every request |
/// | `AUTH_TOKEN_CACHE` | `10000` | number of verified access tokens in the cache, of about 1.3 KiB each; `0` disables the cache |
/// | `AUTH_RATE_LIMIT` | `on` | [changes](RateLimits#impl-FromStr-for-RateLimits) of the [default limits](RateLimits), separated by commas: `login failures account 20/h`; `off` turns off every rate limit, for load runs: each start logs a warning |
/// | `AUTH_TRUSTED_PROXIES` | none | addresses and CIDR blocks of the [proxies](TrustedProxies) in front of the service, separated by commas |
/// | `AUTH_PRIVATE_REGISTRATION` | `off` | `on` answers a registration without telling whether the address has an account; it needs a [delivery](AuthBuilder::private_registration) |
/// | `AUTH_BROWSER_ORIGINS` | none | [origins](crate::BrowserMode::origin) whose pages may send the cookies of browser mode, beside the service's own, separated by commas |
/// | `AUTH_CLIENTS`, or `AUTH_CLIENTS_FILE` | none | [OAuth clients](OAuthClient) as a JSON list, or a file with it |
/// | `AUTH_API_KEYS`, or `AUTH_API_KEYS_FILE` | none | [API keys](StaticApiKey) of programs as a JSON list, or a file with it |
/// | `AUTH_TRUSTED_ISSUERS`, or `AUTH_TRUSTED_ISSUERS_FILE` | none | with the feature `oidc`: [other issuers](crate::issuer::Issuer) as a JSON list, or a file with it |
/// | `AUTH_MFA_KEY`, or `AUTH_MFA_KEY_FILE` | derived from `AUTH_SECRET` | secret of at least 32 bytes that encrypts the secrets of second factors, or a file with it; required for new ones where an asymmetric key signs |
/// | `AUTH_AUDIT_KEY`, or `AUTH_AUDIT_KEY_FILE` | none | [secret](AuthBuilder::audit_key) of at least 32 bytes that links the rows of the audit trail, or a file with it |
/// | `AUTH_AUDIT_RETENTION` | none | how long the audit trail keeps events, at least `1d`; without it for ever |
/// | `AUTH_AUDIT_REFUSALS` | `1` | the audit trail records one of so many [refusals](AuditSampling::refusals); `0` for none |
/// | `AUTH_AUDIT_USES` | `0` | the audit trail records one of so many [granted accesses](AuditSampling::uses), which are uses of tokens and API keys; `0` for none |
/// | `AUTH_LEGACY_SECRET`, or `AUTH_LEGACY_SECRET_FILE` | none | HMAC secret of a former service whose [access tokens](LegacyTokens) are also accepted |
/// | `AUTH_LEGACY_KEY_FILE` | none | its public key in PEM or JWK instead |
/// | `AUTH_LEGACY_UNTIL` | none; required with that secret or key | end of their acceptance in UTC, within a year: `2027-03-31` or `2027-03-31T12:00:00Z` |
/// | `AUTH_LEGACY_ALGORITHM` | `HS256` | algorithm of the secret: `HS256`, `HS384` or `HS512`; beside a key file `RS384`, `RS512`, `PS384`, `PS512` or `ES384` |
/// | `AUTH_LEGACY_SUBJECT` | `id` | content of their subject claim: `id`, or `login` for the login name |
/// | `AUTH_LEGACY_SUBJECT_CLAIM` | `sub` | name of that claim, such as `user_id` |
/// | `AUTH_LEGACY_CLAIMS` | none | claims that they must have, a JSON object of strings: `{"token_type": "access"}` |
/// | `AUTH_LEGACY_WITHOUT` | none | claims that they may lack: `type`, which [gives up](LegacyTokens::without_type) the distinction of access tokens, and `iat`, which [gives up](LegacyTokens::without_iat) the comparison with the age of the account; separated by commas |
///
/// ```no_run
/// use auth_core::prelude::*;
/// use auth_core::Settings;
/// use auth_core::store::MemoryStore;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let settings = Settings::from_env()?.or_audience("api"); // reads AUTH_SECRET, AUTH_ISSUER, ..
/// let auth = Auth::from_settings(settings)?.store(MemoryStore::new()).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The keys of `AUTH_SIGNING_KEY_FILE`, `AUTH_SECRET` and `AUTH_VERIFY_KEY_FILES`.
    pub keys: Option<KeySet>,
    /// `AUTH_ISSUER`.
    pub issuer: Option<String>,
    /// `AUTH_AUDIENCE`.
    pub audience: Option<String>,
    /// `AUTH_CLOCK_SKEW`.
    pub clock_skew: Option<Duration>,
    /// `AUTH_ACCESS_TTL`.
    pub access_ttl: Option<Duration>,
    /// `AUTH_REFRESH_TTL`.
    pub refresh_ttl: Option<Duration>,
    /// `AUTH_SESSION_TTL`.
    pub session_ttl: Option<Duration>,
    /// `AUTH_REFRESH_LEEWAY`.
    pub refresh_leeway: Option<Duration>,
    /// `AUTH_CACHE_BOUND`.
    pub cache_ttl: Option<Duration>,
    /// `AUTH_TOKEN_CACHE`.
    pub token_cache: Option<usize>,
    /// `AUTH_RATE_LIMIT`: the defaults with its changes, and [`RateLimits::off`] for `off`.
    pub rate_limits: Option<RateLimits>,
    /// `AUTH_TRUSTED_PROXIES`.
    pub trusted_proxies: Option<TrustedProxies>,
    /// `AUTH_PRIVATE_REGISTRATION`.
    pub private_registration: bool,
    /// `AUTH_BROWSER_ORIGINS`, which are added to those of [`AuthBuilder::browser`].
    pub browser_origins: Vec<Box<str>>,
    /// `AUTH_CLIENTS`: objects with `id`, `secret` or `secret_sha256` (hexadecimal; without either the client is
    /// public), `grants` (`password` and `refresh_token`; the latter alone by default), `scopes`, `introspect` and
    /// `dpop_bound_access_tokens`.
    #[cfg(feature = "server")]
    pub clients: Vec<OAuthClient>,
    /// `AUTH_API_KEYS`: objects with `name`, `sha256` (the hash of the key, in hexadecimal) and `scopes`.
    pub api_keys: Vec<StaticApiKey>,
    /// `AUTH_TRUSTED_ISSUERS`: objects with `url` and `audience`, and optionally `subject_prefix`, `roles_at` and
    /// `scopes_at` (lists of claim paths), `jwks_uri`, `proxy`, and the flags `any_jwt_type`,
    /// `client_id_as_audience`, `private_addresses` and `plain_http`.
    #[cfg(feature = "oidc")]
    pub trusted_issuers: Vec<crate::token::issuer::Issuer>,
    /// `AUTH_AUDIT_KEY`.
    pub audit_key: Option<AuditKey>,
    /// `AUTH_AUDIT_RETENTION`.
    pub audit_retention: Option<Duration>,
    /// `AUTH_AUDIT_REFUSALS` and `AUTH_AUDIT_USES`.
    pub audit_sampling: Option<AuditSampling>,
    /// `AUTH_MFA_KEY`.
    pub mfa_key: Option<MfaKey>,
    /// `AUTH_LEGACY_SECRET` and the other variables about legacy tokens.
    pub legacy_tokens: Option<LegacyTokens>,
    /// `AUTH_DPOP` and `AUTH_DPOP_URLS`, for [`AuthBuilder::dpop`]; `None` when it is off.
    pub dpop: Option<Dpop>,
}

/// An invalid setting. Its message is one line with the variable and the remedy, and never contains the value. Its `Debug`
/// is the message as well, so that `main` may return it.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct SettingsError {
    variable: &'static str,
    problem: String,
}

impl SettingsError {
    /// An error for `variable`; `problem` describes the problem and the remedy.
    pub fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self { variable, problem: problem.into() }
    }
}

debug_as_display!(SettingsError);

type SetDuration = fn(AuthBuilder, Duration) -> AuthBuilder;

impl Settings {
    /// Reads the environment of the process. Logs a warning for every unknown variable that begins with `AUTH_`, with
    /// the most similar known name.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] for the first invalid variable.
    pub fn from_env() -> Result<Self, SettingsError> {
        let set = Variables::deserialize(&Environment::of_process())?;
        let duration = |span: Option<Span>| span.map(|Span(duration)| duration);
        Ok(Self {
            keys: keys::keys(set.auth_secret, set.auth_signing_key_file, set.auth_verify_key_files)?,
            issuer: set.auth_issuer,
            audience: set.auth_audience,
            clock_skew: duration(set.auth_clock_skew),
            access_ttl: duration(set.auth_access_ttl),
            refresh_ttl: duration(set.auth_refresh_ttl),
            session_ttl: duration(set.auth_session_ttl),
            refresh_leeway: duration(set.auth_refresh_leeway),
            cache_ttl: duration(set.auth_cache_bound),
            token_cache: set.auth_token_cache.map(|Count(tokens)| tokens),
            trusted_proxies: set.auth_trusted_proxies.map(|Proxies(proxies)| proxies),
            rate_limits: set.auth_rate_limit.map(|Limits(limits)| limits),
            private_registration: private_registration(set.auth_private_registration)?,
            browser_origins: set.auth_browser_origins.map(|Origins(origins)| origins).unwrap_or_default(),
            #[cfg(feature = "server")]
            clients: set.auth_clients.0,
            api_keys: set.auth_api_keys.0,
            #[cfg(feature = "oidc")]
            trusted_issuers: set.auth_trusted_issuers.0,
            audit_key: set.auth_audit_key.map(|Key(key)| key),
            audit_retention: duration(set.auth_audit_retention),
            audit_sampling: audit_sampling(set.auth_audit_refusals, set.auth_audit_uses),
            mfa_key: set.auth_mfa_key.map(|Key(key)| key),
            legacy_tokens: Legacy {
                secret: set.auth_legacy_secret,
                key_file: set.auth_legacy_key_file,
                until: set.auth_legacy_until,
                algorithm: set.auth_legacy_algorithm,
                subject: set.auth_legacy_subject,
                subject_claim: set.auth_legacy_subject_claim,
                claims: set.auth_legacy_claims,
                without: set.auth_legacy_without,
            }
            .tokens()?,
            dpop: dpop::dpop(set.auth_dpop, set.auth_dpop_urls)?,
        })
    }

    /// Uses `issuer`, a URL, when `AUTH_ISSUER` is unset.
    #[must_use]
    pub fn or_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer.get_or_insert_with(|| issuer.into());
        self
    }

    /// Uses `audience` when `AUTH_AUDIENCE` is unset.
    #[must_use]
    pub fn or_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience.get_or_insert_with(|| audience.into());
        self
    }

    /// Applies all settings except the keys, the issuer and the audience to `builder`; unset ones keep its values.
    pub fn give_to(&self, mut builder: AuthBuilder) -> AuthBuilder {
        let durations: [(_, SetDuration); 7] = [
            (self.clock_skew, AuthBuilder::clock_skew),
            (self.access_ttl, AuthBuilder::access_ttl),
            (self.refresh_ttl, AuthBuilder::refresh_ttl),
            (self.session_ttl, AuthBuilder::session_ttl),
            (self.refresh_leeway, AuthBuilder::refresh_leeway),
            (self.cache_ttl, AuthBuilder::cache_ttl),
            (self.audit_retention, AuthBuilder::audit_retention),
        ];
        for (duration, set) in durations {
            if let Some(duration) = duration {
                builder = set(builder, duration);
            }
        }
        if let Some(tokens) = self.token_cache {
            builder = builder.token_cache(tokens);
        }
        if let Some(proxies) = &self.trusted_proxies {
            builder = builder.trusted_proxies(proxies.clone());
        }
        if let Some(limits) = &self.rate_limits {
            builder = builder.rate_limits(limits.clone());
        }
        #[cfg(feature = "server")]
        if self.private_registration {
            builder = builder.private_registration();
        }
        builder = builder.browser_origins(&self.browser_origins);
        for key in &self.api_keys {
            builder = builder.static_api_key(key.clone());
        }
        #[cfg(feature = "oidc")]
        for issuer in &self.trusted_issuers {
            builder = builder.trust(issuer.clone());
        }
        #[cfg(feature = "server")]
        for client in &self.clients {
            builder = builder.client(client.clone());
        }
        if let Some(key) = &self.audit_key {
            builder = builder.audit_key(key.clone());
        }
        if let Some(sampling) = self.audit_sampling {
            builder = builder.audit_sampling(sampling);
        }
        if let Some(key) = &self.mfa_key {
            builder = builder.mfa_key(key.clone());
        }
        if let Some(tokens) = &self.legacy_tokens {
            builder = builder.legacy_tokens(tokens.clone());
        }
        if let Some(dpop) = &self.dpop {
            builder = builder.dpop(dpop.clone());
        }
        builder
    }
}

/// The default with what is set; `None` when nothing is.
fn audit_sampling(refusals: Option<Count>, uses: Option<Count>) -> Option<AuditSampling> {
    let share = |Count(one_of)| u32::try_from(one_of).unwrap_or(u32::MAX);
    let sampling = refusals.map(|one_of| AuditSampling::new().refusals(share(one_of)));
    uses.map(|one_of| sampling.unwrap_or_default().uses(share(one_of))).or(sampling)
}

/// A setting without effect is an error.
fn private_registration(set: Option<Switch>) -> Result<bool, SettingsError> {
    match set {
        Some(Switch(true)) if cfg!(not(feature = "server")) => Err(SettingsError::new(
            "AUTH_PRIVATE_REGISTRATION",
            "requires the feature `server` of auth-core, which this program was built without",
        )),
        set => Ok(set.is_some_and(|Switch(on)| on)),
    }
}

#[cfg(feature = "server")]
impl Auth {
    /// Begins an `Auth` with the keys, the issuer, the audience and everything else of `settings`. Stores are still
    /// required, as for [`Auth::builder`]. `build`, called within a Tokio runtime, starts the [`PurgeTask`](crate::PurgeTask) of the
    /// [`store`](AuthBuilder::store), which ends with the `Auth`.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::Settings;
    /// use auth_core::store::MemoryStore;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let settings = Settings::from_env()?.or_issuer("https://api.example.com").or_audience("api");
    /// let settings = settings.or_secret_beside("sqlite::memory:")?; // in production: AUTH_SECRET
    /// let auth = Auth::from_settings(settings)?.store(MemoryStore::new()).build()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`] names the variable when there is no key, no issuer or no audience.
    pub fn from_settings(mut settings: Settings) -> Result<AuthBuilder, SettingsError> {
        let unset = |variable, help| move || SettingsError::new(variable, format!("it is unset; {help}"));
        let keys = settings.keys.take();
        let keys = keys.ok_or_else(unset("AUTH_SECRET", "`openssl rand -base64 32` makes one"))?;
        let issuer = settings.issuer.clone();
        let issuer = issuer.ok_or_else(unset("AUTH_ISSUER", "set the URL at which clients reach the service"))?;
        let audience = settings.audience.clone();
        let audience = audience.ok_or_else(unset("AUTH_AUDIENCE", "set the name of the service, such as `api`"))?;
        let mut builder = settings.give_to(Self::builder(keys, issuer, audience));
        builder.purge = true;
        Ok(builder)
    }
}
