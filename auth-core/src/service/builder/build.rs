//! Validation of the settings, and construction of the [`Auth`].

#[cfg(feature = "server")]
use std::sync::Arc;
use std::time::Duration;

use tokio_util::task::TaskTracker;

use super::AuthBuilder;
#[cfg(feature = "server")]
use crate::base::Clock;
use crate::base::{Opaque, Timestamp, is_scope, is_service_url};
use crate::cache::{Coherence, Coherent, Limits, Lookups};
use crate::event::{Events, Journal, Trail};
#[cfg(feature = "server")]
use crate::password::Hasher;
#[cfg(feature = "server")]
use crate::service::audit::Retention;
#[cfg(feature = "server")]
use crate::service::auth::Service;
use crate::service::auth::{Auth, Inner};
#[cfg(feature = "server")]
use crate::service::limits::Devices;
#[cfg(feature = "server")]
use crate::service::oauth::{Clients, OAuthClient};
#[cfg(feature = "server")]
use crate::service::purge::PurgeTask;
#[cfg(feature = "server")]
use crate::service::recovery::Recovery;
use crate::service::resource::Resource;
#[cfg(feature = "server")]
use crate::service::second_factor::SecondFactor;
#[cfg(feature = "server")]
use crate::store::{Housekeeping, RoleStore, UserDirectory, UserRegistry};
#[cfg(feature = "oidc")]
use crate::token::issuer::{IssuerError, TrustedIssuers};
use crate::token::{AccessTokens, LegacyTokens, Lifetimes, MfaKey};
#[cfg(feature = "server")]
use crate::token::{FactorKeys, KeySet};
use crate::verify::dpop::Proofs;
use crate::verify::{Browser, CredentialSources, KeyOwners, Meters, StaticApiKey, StaticKeys, Verifier};

/// The longest time for which legacy tokens are accepted; a user who returns later logs in again.
const LONGEST_LEGACY: Duration = Duration::from_hours(366 * 24);

/// The longest lifetime of a token or session.
const LONGEST_TTL: Duration = Duration::from_hours(10 * 366 * 24);

/// The shortest retention of the audit trail. Rows are removed by whole days.
const SHORTEST_RETENTION: Duration = Duration::from_hours(24);

const NO_ISSUER: &str = "is not the service's URL: expected `https://`, a host in ASCII and an optional path, without user name, \
    query and fragment, or a name without spaces and quotes (AUTH_ISSUER)";
const NO_REALM: &str = "is also the realm of challenges, which has printable ASCII characters without quotes and backslashes, and \
    no space at its ends; write a name such as `api` (AUTH_AUDIENCE)";
const NO_SCOPE: &str = "must be printable ASCII characters without spaces, quotes and backslashes";

/// An error of [`AuthBuilder::build`]. Its `Debug` is its message, so that `main` may return it.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A required store is missing.
    #[error("missing {what} store: call `AuthBuilder::{method}`, or `AuthBuilder::store` for all stores")]
    NoStore {
        /// The kind of store.
        what: &'static str,
        /// The method of the builder that sets it.
        method: &'static str,
    },
    /// A setting is invalid.
    #[error("{setting} {why}")]
    Setting {
        /// The method or argument of the builder.
        setting: &'static str,
        /// The problem and the remedy.
        why: &'static str,
    },
    /// The configuration of another issuer is invalid.
    #[cfg(feature = "oidc")]
    #[error(transparent)]
    Issuer(#[from] IssuerError),
}

debug_as_display!(BuildError);

impl AuthBuilder {
    /// Builds the `Auth`.
    ///
    /// # Errors
    ///
    /// [`BuildError`] for a missing store or an invalid setting.
    pub fn build(mut self) -> Result<Auth, BuildError> {
        self.lifetimes.session = self.session_ttl.unwrap_or(self.lifetimes.session.max(self.lifetimes.refresh));
        self.check()?;
        let wrong = |setting| move |why| BuildError::Setting { setting, why };
        let dpop = self.dpop.take().map(|dpop| Proofs::new(dpop, &self.issuer, self.clock_skew));
        let dpop = dpop.transpose().map_err(wrong("dpop"))?;
        let (sources, static_keys) = self.sources()?;
        let browser = self.browser_settings()?;
        let coherence = Coherence::new(self.cache_ttl, self.fanout.take());
        let coherence =
            Opaque::new(coherence.ok_or("needs a Tokio runtime; call `build` within one").map_err(wrong("fanout"))?);
        self.warn_of_no_limits();
        let changes = TaskTracker::new();
        let journal = self.audit.take().map(|log| Journal::new(log, &self.audit_keys));
        let trail = journal.clone().map(|journal| self.trail(journal, &changes));
        let resource = Resource::new(self.resource.as_deref(), [&self.audience, &self.issuer]);
        let users = self.users.take().map(|users| Coherent::new(users, &coherence));
        let sessions = self.sessions.take().map(|sessions| Coherent::new(sessions, &coherence));
        let api_keys = self.api_keys.take().map(|keys| Coherent::new(keys, &coherence));
        let lookups = Lookups {
            coherence: coherence.clone(),
            users: users.clone().map(|users| users as _),
            sessions: sessions.clone().map(|sessions| sessions as _),
            api_keys: api_keys.clone().map(|keys| keys as _),
            // Reads need no coherence: the cache in front of them is.
            role_permissions: self.role_permissions.take(),
            known_roles: std::mem::take(&mut self.known_roles),
        };
        #[cfg(feature = "server")]
        let service = if self.issues_nothing() {
            None
        } else {
            let has_dpop = dpop.is_some();
            let registry = self.registry.take().map(|users| Coherent::new(users, &coherence) as Arc<dyn UserRegistry>);
            let directory =
                self.directory.take().map(|users| Coherent::new(users, &coherence) as Arc<dyn UserDirectory>);
            let missing = |what, method| BuildError::NoStore { what, method };
            let keys = factor_keys(&self.mfa_keys, &self.keys)?;
            Some(Service {
                lifetimes: self.lifetimes,
                clients: clients(&self.audience, &self.scopes, std::mem::take(&mut self.clients), has_dpop)?,
                scopes: std::mem::take(&mut self.scopes),
                new_user_roles: std::mem::take(&mut self.new_user_roles),
                private_registration: self.private_registration,
                needed_roles: std::mem::take(&mut self.needed_roles),
                users: users.ok_or(missing("user", "users"))?,
                registry,
                directory,
                sessions: sessions.ok_or(missing("session", "sessions"))?,
                api_keys: api_keys.ok_or(missing("API key", "api_keys"))?,
                audit: journal.clone(),
                devices: Devices(self.devices.take()),
                roles: self.role_store.take().map(|roles| Coherent::new(roles, &coherence) as Arc<dyn RoleStore>),
                hasher: Hasher::new(self.foreign_hashes),
                second_factor: checked(SecondFactor::new(self.second_factors.take(), keys), &changes),
                recovery: Recovery::new(self.one_time.take(), self.delivery.take()),
                password_rules: self.password_rules,
                breaches: self.breaches,
                claims: self.claims.take(),
            })
        };
        #[cfg(feature = "oidc")]
        let own = Some(self.issuer.as_str()).filter(|own| !own.is_empty());
        let verifier = Verifier {
            legacy: self.legacy,
            #[cfg(feature = "oidc")]
            issuers: TrustedIssuers::new(self.trusted, own)?,
            access_tokens: AccessTokens::new(
                self.keys,
                self.issuer,
                self.audience.clone(),
                self.clock_skew,
                self.token_cache,
            ),
            dpop,
            sources,
            browser,
            grant_scopes: self.grant_scopes.take(),
            proxies: self.proxies,
            key_owners: KeyOwners::new(self.key_owner, self.own_key_owner),
            static_keys,
            lookups,
            limits: Limits::new(&self.rate_limits, &self.clock, self.shared_limits),
            clock: self.clock,
            events: Events::new(self.events, trail),
            meters: Meters::new(),
        };
        #[cfg(feature = "server")]
        let retention = Retention::of(journal, self.audit_retention, &verifier.events, &changes);
        #[cfg(feature = "server")]
        let purge = if self.purge { purge_task(self.housekeeping, &verifier.clock, retention) } else { None };
        Ok(Auth(Opaque::new(Inner {
            verifier,
            #[cfg(feature = "server")]
            service,
            #[cfg(feature = "server")]
            _purge: purge,
            changes,
            resource,
            realm: self.audience,
            web: self.web,
        })))
    }

    fn warn_of_no_limits(&self) {
        if self.rate_limits.is_off() && !self.issues_nothing() {
            tracing::warn!(target: "auth", "rate limits are off: no operation is limited, however many passwords a client guesses");
        }
    }

    fn trail(&self, journal: Journal, changes: &TaskTracker) -> Trail {
        Trail::new(journal, self.events.clone(), self.clock.clone(), self.audit_sampling, changes.clone())
    }

    /// Where requests carry credentials, and the API keys of the configuration.
    fn sources(&mut self) -> Result<(CredentialSources, StaticKeys), BuildError> {
        let wrong = |setting| move |why| BuildError::Setting { setting, why };
        let sources = CredentialSources::new(std::mem::take(&mut self.sources));
        if !self.static_keys.iter().all(StaticApiKey::has_valid_scopes) {
            return Err(wrong("static_api_key")(
                "has an invalid scope: it must be printable ASCII without spaces, quotes and backslashes",
            ));
        }
        let static_keys = StaticKeys::new(std::mem::take(&mut self.static_keys));
        let static_keys = static_keys.ok_or("must have a unique name and a unique key");
        Ok((sources.map_err(wrong("credential_source"))?, static_keys.map_err(wrong("static_api_key"))?))
    }

    /// The settings of browsers. Their tokens against CSRF have the secret of HS256, or the first key of second factors:
    /// every node has the same.
    fn browser_settings(&mut self) -> Result<Browser, BuildError> {
        let derived = self.keys.derived_secrets(b"auth-core csrf").next();
        let secret = derived.as_ref().map(|secret| secret.bytes.as_slice());
        let secret = secret.or_else(|| self.mfa_keys.first().map(MfaKey::as_bytes));
        let wrong = |why| BuildError::Setting { setting: "browser", why };
        Browser::new(std::mem::take(&mut self.browser).origins(&self.browser_origins), secret).map_err(wrong)
    }

    /// Whether this is a resource server, which trusts other issuers and issues no tokens.
    #[cfg(feature = "oidc")]
    fn issues_nothing(&self) -> bool {
        self.keys.signing().is_err() && !self.trusted.is_empty()
    }

    #[cfg(not(feature = "oidc"))]
    #[expect(clippy::unused_self, reason = "the variant with the feature `oidc` uses it")]
    const fn issues_nothing(&self) -> bool {
        false
    }

    fn check(&self) -> Result<(), BuildError> {
        let Lifetimes { access, refresh, session, leeway } = &self.lifetimes;
        let limit = Duration::from_mins(5);
        let too_long = |ttl: &Duration| *ttl > LONGEST_TTL;
        #[cfg(feature = "server")]
        let no_message = self.private_registration && (self.delivery.is_none() || self.one_time.is_none());
        #[cfg(feature = "server")]
        let no_list = self.breaches.is_required && self.breaches.check.is_none();
        #[cfg(feature = "server")]
        let tells = self.private_registration && self.registry.as_ref().is_some_and(|users| users.has_unique_fields());
        #[cfg(feature = "server")]
        let no_purge = !self.purge;
        #[cfg(not(feature = "server"))]
        let (no_message, no_list, tells, no_purge) = (false, false, false, true);
        let no_issuer = self.issuer.is_empty() && !self.issues_nothing();
        let no_url = self.resource.as_deref().is_some_and(|resource| !Resource::is_url(resource));
        // The default is not what the application has set.
        let longer_than_default = refresh < access && *refresh == Lifetimes::DEFAULT.refresh;
        let rules = [
            (no_issuer, "the issuer", "is empty; give the service's URL (AUTH_ISSUER)"),
            (!is_issuer(&self.issuer), "the issuer", NO_ISSUER),
            (no_url, "resource", "is not an http or https URL without query and fragment"),
            (
                no_message,
                "private_registration",
                "answers by messages; set a delivery by `AuthBuilder::delivery`, and the store of their tokens by \
                 `AuthBuilder::one_time_tokens`",
            ),
            (
                tells,
                "private_registration",
                "needs a registry without unique fields: by a second registration with the same value such a field tells \
                 whether the address of the first one had an account; ask for it after the registration",
            ),
            (no_list, "require_breach_check", "has no list; set one by `AuthBuilder::breach_check`"),
            (self.audience.trim().is_empty(), "the audience", "is empty; give the service's name (AUTH_AUDIENCE)"),
            (!is_realm(&self.audience), "the audience", NO_REALM),
            (!self.scopes.iter().all(|scope| is_scope(scope)), "scopes", NO_SCOPE),
            (
                *access < Duration::from_secs(1),
                "access_ttl",
                "is shorter than 1 second; 15 minutes is usual (AUTH_ACCESS_TTL)",
            ),
            (too_long(access), "access_ttl", "is over 10 years; 15 minutes is usual (AUTH_ACCESS_TTL)"),
            (too_long(refresh), "refresh_ttl", "is over 10 years; 7 days is usual (AUTH_REFRESH_TTL)"),
            (too_long(session), "session_ttl", "is over 10 years; 30 days is usual (AUTH_SESSION_TTL)"),
            (
                self.cache_ttl > Duration::from_hours(1),
                "cache_ttl",
                "is over 1 hour; 5 seconds is usual (AUTH_CACHE_BOUND)",
            ),
            (
                longer_than_default,
                "access_ttl",
                "is longer than refresh_ttl, by default 7 days; shorten it (AUTH_ACCESS_TTL) or set both (AUTH_REFRESH_TTL)",
            ),
            (refresh < access, "refresh_ttl", "is shorter than access_ttl; 7 days is usual (AUTH_REFRESH_TTL)"),
            (session < refresh, "session_ttl", "is shorter than refresh_ttl; 30 days is usual (AUTH_SESSION_TTL)"),
            (self.clock_skew > limit, "clock_skew", "is over 5 minutes; 5 seconds is usual (AUTH_CLOCK_SKEW)"),
            (
                self.audit_retention.is_some_and(|kept| kept < SHORTEST_RETENTION),
                "audit_retention",
                "is shorter than 1 day; 400 days are usual (AUTH_AUDIT_RETENTION)",
            ),
            (
                self.audit_retention.is_some() && no_purge,
                "audit_retention",
                "has no purge task, which `Auth::from_settings` begins; call `Auth::forget_events` without it",
            ),
            (
                !self.known_roles.has_all(&self.new_user_roles),
                "new_user_role",
                "is no role of `AuthBuilder::roles`, so that every registration would be refused",
            ),
            (
                *leeway > limit,
                "refresh_leeway",
                "is over 5 minutes, which would hide theft; 10 seconds is usual (AUTH_REFRESH_LEEWAY)",
            ),
        ];
        if let Some((_, setting, why)) = rules.into_iter().find(|(violated, ..)| *violated) {
            return Err(BuildError::Setting { setting, why });
        }
        let legacy = self.legacy.as_ref().map_or(Ok(()), |legacy| check_legacy(legacy, self.clock.now()));
        legacy.map_err(|why| BuildError::Setting { setting: "legacy_tokens", why })
    }
}

/// The keys of second factors. A secret that signs tokens gives one as well, so that a service needs no second secret. One
/// that only verifies, because a key file signs now, opens what it sealed before.
#[cfg(feature = "server")]
fn factor_keys(keys: &[MfaKey], signing: &KeySet) -> Result<FactorKeys, BuildError> {
    let derived: Vec<_> = signing.derived_secrets(b"auth-core second factor").collect();
    let of = |signs| derived.iter().filter(move |secret| secret.signs == signs).map(|secret| secret.bytes.as_slice());
    let wrong = |_| BuildError::Setting { setting: "mfa_key", why: "cannot be used on this system" };
    FactorKeys::derived(keys.iter().map(MfaKey::as_bytes).chain(of(true)), of(false)).map_err(wrong)
}

/// Logs an error about enrolled second factors that no key opens. Their users log in by recovery codes alone.
#[cfg(feature = "server")]
fn checked(second_factor: SecondFactor, changes: &TaskTracker) -> SecondFactor {
    let Some(store) = second_factor.store_without_key() else { return second_factor };
    if tokio::runtime::Handle::try_current().is_err() {
        return second_factor;
    }
    changes.spawn(async move {
        match store.has_factors().await {
            Ok(false) => {}
            Ok(true) => tracing::error!(
                target: "auth",
                "users have second factors, and no key opens their secrets: set AUTH_MFA_KEY, or the AUTH_SECRET of before"
            ),
            Err(error) => tracing::warn!(target: "auth", %error, "could not look for second factors without a key"),
        }
    });
    second_factor
}

/// Starts the purge task of a service, or logs a warning that expired rows stay.
#[cfg(feature = "server")]
fn purge_task(
    store: Option<Arc<dyn Housekeeping>>,
    clock: &Arc<dyn Clock>,
    retention: Option<Retention>,
) -> Option<PurgeTask> {
    match store {
        Some(store) if tokio::runtime::Handle::try_current().is_ok() => {
            Some(PurgeTask::of(store, clock.clone(), retention))
        }
        Some(_) => {
            tracing::warn!(target: "auth", "`build` was called outside a Tokio runtime: no task removes expired rows");
            None
        }
        None => {
            tracing::warn!(target: "auth", "no task removes expired rows; set the store by `AuthBuilder::store`, or keep a `PurgeTask`");
            None
        }
    }
}

#[cfg(feature = "server")]
fn clients(
    audience: &str,
    scopes: &[Box<str>],
    registered: Vec<OAuthClient>,
    has_dpop: bool,
) -> Result<Clients, BuildError> {
    let wrong = |setting, why| BuildError::Setting { setting, why };
    let own = audience.parse().map_err(|_| wrong("the audience", "is over 255 bytes or has control characters"))?;
    let mut clients = Clients::new(own, scopes);
    for client in registered {
        if !client.has_valid_scopes() {
            return Err(wrong(
                "client",
                "has an invalid scope: it must be printable ASCII without spaces, quotes and backslashes",
            ));
        }
        if !clients.register(client) {
            return Err(wrong("client", "must have a unique id other than the audience, the id of the own client"));
        }
    }
    if !has_dpop && clients.any_dpop_bound() {
        return Err(wrong("client", "requires DPoP, which is off; enable it with `AuthBuilder::dpop` (AUTH_DPOP)"));
    }
    Ok(clients)
}

/// Whether this can be the tokens' `iss`: a URL, or a name that is none. An empty one is another error.
fn is_issuer(issuer: &str) -> bool {
    let is_name = issuer.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte));
    if issuer.contains("://") { is_service_url(issuer) } else { is_name }
}

/// Whether this can be quoted in a challenge without a change (RFC 6750 section 3).
fn is_realm(text: &str) -> bool {
    text.trim() == text && text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// Refuses an end date of legacy tokens that is too far away, and logs a warning otherwise.
fn check_legacy(legacy: &LegacyTokens, now: Timestamp) -> Result<(), &'static str> {
    let until = legacy.until();
    if until > now.after(LONGEST_LEGACY) {
        return Err("are accepted for more than a year; set an end by which every user has logged in again");
    }
    if until > now {
        tracing::warn!(target: "auth", "access tokens of a former service are accepted until {until}");
    } else {
        tracing::warn!(target: "auth", "access tokens of a former service were accepted until {until}; remove the setting");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_a_url_of_a_service_or_a_name() {
        for issuer in ["https://api.example.com", "http://127.0.0.1:3000/a", "quickstart", "urn:example:auth", ""] {
            assert!(is_issuer(issuer), "{issuer}");
        }
        for issuer in
            ["http://", "http://x?q#f", "https://ada:hunter2@x", "http://[::1", "https://x:99999", "https://b\u{fc}"]
        {
            assert!(!is_issuer(issuer), "{issuer}");
        }
        for issuer in ["my service", "\"api\"", "'api'", "a\tb", "a\u{7f}", "<api>", "b\u{fc}cher", " api"] {
            assert!(!is_issuer(issuer), "{issuer:?}");
        }
    }

    #[cfg(feature = "server")]
    #[test]
    fn a_setting_that_is_no_scope_is_refused() {
        use crate::store::MemoryStore;
        use crate::token::{SigningKey, TokenHash, random_secret};

        let builder = || {
            let key = SigningKey::hs256(&random_secret().unwrap()).unwrap();
            Auth::builder(key, "https://api.example.com", "api").store(MemoryStore::new())
        };
        let key = |scope: &str| StaticApiKey::new("metrics", TokenHash::of("a key")).unwrap().scopes([scope]);
        let client = |scope: &str| OAuthClient::public("app").unwrap().scopes([scope]);
        let refused = |builder: AuthBuilder| match builder.build() {
            Err(BuildError::Setting { setting, .. }) => Some(setting),
            _ => None,
        };
        for scope in ["", " ", "a b", "a\tb", "a\"b", "a\\b", "b\u{fc}cher"] {
            assert_eq!(refused(builder().scopes([scope])), Some("scopes"), "{scope:?}");
            assert_eq!(refused(builder().static_api_key(key(scope))), Some("static_api_key"), "{scope:?}");
            assert_eq!(refused(builder().client(client(scope))), Some("client"), "{scope:?}");
        }
        let scope = "reports:read";
        assert_eq!(refused(builder().scopes([scope]).static_api_key(key(scope)).client(client(scope))), None);
    }

    #[test]
    fn rfc6750_s3_a_realm_is_never_altered() {
        for realm in ["api", "own table", "https://api.example.com/a"] {
            assert!(is_realm(realm), "{realm}");
        }
        for realm in ["\u{fc}", "a\"b", "a\\b", "a\tb", " api", "api "] {
            assert!(!is_realm(realm), "{realm:?}");
        }
    }
}
