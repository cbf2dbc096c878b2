//! Settings from the environment.

mod clients;
mod dpop;
mod environment;
mod issuers;
mod keys;
mod legacy;
mod unknown;
mod variables;

use std::time::Duration;

use serde::Deserialize;

use environment::Environment;
use variables::{Count, Span, Variables};

use crate::service::AuthBuilder;
#[cfg(feature = "server")]
use crate::service::oauth::OAuthClient;
use crate::token::KeySet;
use crate::token::LegacyTokens;
use crate::verify::dpop::Dpop;

/// The settings of an [`Auth`](crate::Auth), from environment variables.
///
/// | variable | default | meaning |
/// | --- | --- | --- |
/// | `AUTH_SECRET`, or `AUTH_SECRET_FILE` | none | HS256 signing secret of 32 bytes or more, or a file that holds it |
/// | `AUTH_SIGNING_KEY_FILE` | none | private key in PEM (Ed25519, P-256, RSA) or JWK that signs instead; tokens of the secret are then still accepted |
/// | `AUTH_VERIFY_KEY_FILES` | none | files of further keys, in PEM or JWK, separated by commas, whose tokens are accepted: those that signed before or will sign next |
/// | `AUTH_ISSUER` | none | the tokens' `iss`, a URL; with a mere name there is no metadata (RFC 8414) |
/// | `AUTH_AUDIENCE` | none | the tokens' `aud` |
/// | `AUTH_CLOCK_SKEW` | `5s` | how far the clocks of issuer and verifier may be apart |
/// | `AUTH_ACCESS_TTL` | `15m` | lifetime of access tokens |
/// | `AUTH_REFRESH_TTL` | `7d` | lifetime of a session that is not refreshed |
/// | `AUTH_SESSION_TTL` | `30d`, or `AUTH_REFRESH_TTL` if longer | lifetime of a session however often it is refreshed |
/// | `AUTH_REFRESH_LEEWAY` | `10s` | how long a used refresh token may be retried; `0s` for never |
/// | `AUTH_DPOP` | `off` | binds tokens to keys of the clients' (RFC 9449): `optional` those of clients that prove one, `required` all |
/// | `AUTH_DPOP_URLS` | `AUTH_ISSUER`'s scheme and host | addresses by which clients reach the service, separated by commas, each with the path prefix that a proxy takes off |
/// | `AUTH_CACHE_BOUND` | `5s` | within which time changes of other nodes are seen at the latest; `0s` asks the store anew for every request |
/// | `AUTH_TOKEN_CACHE` | `10000` | how many verified access tokens are remembered, of about 1.3 KiB each; `0` verifies each anew |
/// | `AUTH_CLIENTS`, or `AUTH_CLIENTS_FILE` | none | [OAuth clients](OAuthClient) as a JSON list, or a file that holds it |
/// | `AUTH_TRUSTED_ISSUERS`, or `AUTH_TRUSTED_ISSUERS_FILE` | none | with the feature `oidc`: [other issuers](crate::issuer::Issuer) as a JSON list, or a file that holds it |
/// | `AUTH_LEGACY_SECRET`, or `AUTH_LEGACY_SECRET_FILE` | none | HS256 secret of a former service whose [access tokens](LegacyTokens) are taken as well |
/// | `AUTH_LEGACY_UNTIL` | none; required beside that secret | until when, in UTC: `2027-03-31` or `2027-03-31T12:00:00Z`, within a year |
/// | `AUTH_LEGACY_SUBJECT` | `id` | what their `sub` is: `id`, or `login` for the name that users log in by |
///
/// ```no_run
/// use auth_core::prelude::*;
/// use auth_core::Settings;
/// use auth_core::store::MemoryStore;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut settings = Settings::from_env()?;
/// let keys = settings.keys.take().ok_or("set AUTH_SECRET or AUTH_SIGNING_KEY_FILE")?;
/// let issuer = settings.issuer.clone().ok_or("set AUTH_ISSUER")?;
/// let builder = Auth::builder(keys, issuer, "api").store(MemoryStore::new());
/// let auth = settings.give_to(builder).build()?;
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
    /// `AUTH_CLIENTS`: objects with `id`, `secret` or `secret_sha256` (in hexadecimal; neither makes the client public),
    /// `grants` (`password` and `refresh_token`; the latter alone by default), `scopes`, `introspect` and
    /// `dpop_bound_access_tokens`.
    #[cfg(feature = "server")]
    pub clients: Vec<OAuthClient>,
    /// `AUTH_TRUSTED_ISSUERS`: objects with `url` and `audience`, and as they are needed `subject_prefix`, `roles_at` and
    /// `scopes_at` (lists of places), `jwks_uri`, and `any_jwt_type`, `private_addresses` and `plain_http` (`true`).
    #[cfg(feature = "oidc")]
    pub trusted_issuers: Vec<crate::token::issuer::Issuer>,
    /// `AUTH_LEGACY_SECRET`, `AUTH_LEGACY_UNTIL` and `AUTH_LEGACY_SUBJECT`.
    pub legacy_tokens: Option<LegacyTokens>,
    /// `AUTH_DPOP` and `AUTH_DPOP_URLS`, for [`AuthBuilder::dpop`]; `None` when it is off.
    pub dpop: Option<Dpop>,
}

/// A setting that cannot be used. Its text is one line that names the variable and the remedy, and never the value.
///
/// ```
/// use auth_core::SettingsError;
///
/// let error = SettingsError::new("AUTH_ACCESS_TTL", "write a duration such as `15m`");
/// assert_eq!(error.to_string(), "AUTH_ACCESS_TTL: write a duration such as `15m`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct SettingsError {
    variable: &'static str,
    problem: String,
}

impl SettingsError {
    /// Something is wrong with `variable`; `problem` says what, and what would do.
    pub fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self { variable, problem: problem.into() }
    }
}

impl Settings {
    /// Reads the process's environment. The log warns of a variable that begins with `AUTH_` and is none of these, with the nearest
    /// name that there is.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] names the first variable that cannot be used.
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
            #[cfg(feature = "server")]
            clients: set.auth_clients.0,
            #[cfg(feature = "oidc")]
            trusted_issuers: set.auth_trusted_issuers.0,
            legacy_tokens: legacy::tokens(set.auth_legacy_secret, set.auth_legacy_until, set.auth_legacy_subject)?,
            dpop: dpop::dpop(set.auth_dpop, set.auth_dpop_urls)?,
        })
    }

    /// Carries everything but the keys, the issuer and the audience over to `builder`; what is unset stays as it is there.
    pub fn give_to(&self, mut builder: AuthBuilder) -> AuthBuilder {
        if let Some(skew) = self.clock_skew {
            builder = builder.clock_skew(skew);
        }
        if let Some(ttl) = self.access_ttl {
            builder = builder.access_ttl(ttl);
        }
        if let Some(ttl) = self.refresh_ttl {
            builder = builder.refresh_ttl(ttl);
        }
        if let Some(ttl) = self.session_ttl {
            builder = builder.session_ttl(ttl);
        }
        if let Some(leeway) = self.refresh_leeway {
            builder = builder.refresh_leeway(leeway);
        }
        if let Some(bound) = self.cache_ttl {
            builder = builder.cache_ttl(bound);
        }
        if let Some(tokens) = self.token_cache {
            builder = builder.token_cache(tokens);
        }
        #[cfg(feature = "oidc")]
        for issuer in &self.trusted_issuers {
            builder = builder.trust(issuer.clone());
        }
        #[cfg(feature = "server")]
        for client in &self.clients {
            builder = builder.client(client.clone());
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
