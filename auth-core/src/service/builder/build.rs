//! An [`Auth`] of a builder's settings, once they prove to make sense together.

#[cfg(feature = "server")]
use std::sync::Arc;
use std::time::Duration;

use tokio_util::task::TaskTracker;

use super::AuthBuilder;
use crate::base::{Opaque, Timestamp};
use crate::cache::{Coherence, Coherent, Lookups};
use crate::event::Events;
#[cfg(feature = "server")]
use crate::password::{Hasher, PasswordError};
#[cfg(feature = "server")]
use crate::service::auth::Service;
use crate::service::auth::{Auth, Inner};
#[cfg(feature = "server")]
use crate::service::oauth::{Clients, OAuthClient};
#[cfg(feature = "server")]
use crate::store::{UserDirectory, UserRegistry};
#[cfg(feature = "oidc")]
use crate::token::issuer::{IssuerError, TrustedIssuers};
use crate::token::{AccessTokens, LegacyTokens};
use crate::verify::dpop::Proofs;
use crate::verify::{CredentialSources, Verifier};

/// The longest time for which tokens of a former service are taken: a user who returns later logs in again.
const LONGEST_LEGACY: Duration = Duration::from_hours(366 * 24);

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
    Issuer(#[from] IssuerError),
    /// The password hasher could not start.
    #[cfg(feature = "server")]
    #[error("the password hasher could not start: {0}")]
    Hasher(#[from] PasswordError),
}

impl AuthBuilder {
    /// Assembles the `Auth`.
    ///
    /// # Errors
    ///
    /// [`BuildError`] names what is missing or cannot work.
    pub fn build(mut self) -> Result<Auth, BuildError> {
        self.lifetimes.session = self.session_ttl.unwrap_or(self.lifetimes.session.max(self.lifetimes.refresh));
        self.check()?;
        let wrong = |setting| move |why| BuildError::Setting { setting, why };
        let dpop = self.dpop.take().map(|dpop| Proofs::new(dpop, &self.issuer, self.clock_skew));
        let dpop = dpop.transpose().map_err(wrong("dpop"))?;
        if let Some(legacy) = &self.legacy {
            announce(legacy, self.clock.now()).map_err(wrong("legacy_tokens"))?;
        }
        let sources = CredentialSources::new(std::mem::take(&mut self.sources))
            .ok_or("names a scheme, header or cookie that is no HTTP token, or the header `Authorization` or `Cookie`");
        let sources = sources.map_err(wrong("credential_source"))?;
        let coherence = Coherence::new(self.cache_ttl, self.fanout.take());
        let coherence =
            Opaque::new(coherence.ok_or("needs a Tokio runtime; build within one").map_err(wrong("fanout"))?);
        let users = self.users.take().map(|users| Coherent::new(users, &coherence));
        let sessions = self.sessions.take().map(|sessions| Coherent::new(sessions, &coherence));
        let api_keys = self.api_keys.take().map(|keys| Coherent::new(keys, &coherence));
        let lookups = Lookups {
            coherence: coherence.clone(),
            users: users.clone().map(|users| users as _),
            sessions: sessions.clone().map(|sessions| sessions as _),
            api_keys: api_keys.clone().map(|keys| keys as _),
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
            Some(Service {
                lifetimes: self.lifetimes,
                clients: clients(&self.audience, &self.scopes, std::mem::take(&mut self.clients), has_dpop)?,
                scopes: std::mem::take(&mut self.scopes),
                new_user_roles: std::mem::take(&mut self.new_user_roles),
                users: users.ok_or(missing("user", "users"))?,
                registry,
                directory,
                sessions: sessions.ok_or(missing("session", "sessions"))?,
                api_keys: api_keys.ok_or(missing("API key", "api_keys"))?,
                hasher: Hasher::new()?,
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
            lookups,
            clock: self.clock,
            events: Events::new(self.events),
        };
        Ok(Auth(Opaque::new(Inner {
            verifier,
            #[cfg(feature = "server")]
            service,
            changes: TaskTracker::new(),
            realm: self.audience,
            web: self.web,
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
        if !clients.register(client) {
            return Err(wrong(
                "client",
                "was given an id twice, or the audience, which is the service's own client's id",
            ));
        }
    }
    if !has_dpop && clients.any_dpop_bound() {
        return Err(wrong(
            "client",
            "is to have bound tokens alone while DPoP is off; turn it on by AuthBuilder::dpop (AUTH_DPOP)",
        ));
    }
    Ok(clients)
}

/// Says in the log until when tokens of a former service are taken; refuses an end that is too far away.
fn announce(legacy: &LegacyTokens, now: Timestamp) -> Result<(), &'static str> {
    let until = legacy.until();
    if until > now.after(LONGEST_LEGACY) {
        return Err("are taken for more than a year; set an end by which every user has logged in again");
    }
    if until > now {
        tracing::warn!(target: "auth", "access tokens of a former service are taken until {until}");
    } else {
        tracing::warn!(target: "auth", "a former service's access tokens were taken until {until}; remove the setting");
    }
    Ok(())
}
