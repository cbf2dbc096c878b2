//! An [`Auth`] of a builder's settings, once they prove to make sense together.

use std::sync::Arc;
use std::time::Duration;

use super::AuthBuilder;
use crate::base::Opaque;
use crate::cache::{Coherence, Coherent};
use crate::password::{Hasher, PasswordError};
use crate::service::auth::{Auth, Inner};
use crate::service::oauth::{Clients, OAuthClient};
use crate::store::{UserDirectory, UserRegistry};
use crate::token::AccessTokens;
use crate::verify::dpop::Proofs;

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
        let coherence = Opaque::new(Coherence::new(self.cache_bound, self.fanout).ok_or(no_runtime)?);
        #[cfg(feature = "oidc")]
        let own = Some(self.issuer.as_str()).filter(|own| !own.is_empty());
        if let Some(legacy) = &self.legacy {
            legacy.announce(self.clock.now())?;
        }
        Ok(Auth(Opaque::new(Inner {
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
