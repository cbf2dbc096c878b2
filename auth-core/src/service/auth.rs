//! `Auth`: everything a guarded service holds, behind one cheap handle.

use std::fmt;
#[cfg(feature = "server")]
use std::sync::Arc;

use http::Extensions;
use tokio_util::task::TaskTracker;

#[cfg(feature = "server")]
use super::AccountError;
use super::AuthBuilder;
#[cfg(feature = "server")]
use super::oauth::Clients;
use crate::base::{Context, Opaque, SubjectId, Timestamp};
use crate::cache::Change;
use crate::event::{Event, EventKind};
#[cfg(feature = "server")]
use crate::password::Hasher;
#[cfg(feature = "server")]
use crate::store::{ApiKeyStore, SessionStore, UserDirectory, UserRegistry, UserStore};
#[cfg(feature = "server")]
use crate::token::Lifetimes;
use crate::token::{AccessTokens, KeySet};
use crate::verify::Verifier;

/// The authentication of a service: keys, stores, hashing, events.
///
/// Cheap to clone. Put it into the router's state; guards demand `Auth: FromRef<State>`, so it cannot be forgotten.
///
/// ```
/// use auth_core::prelude::*;
/// use auth_core::store::MemoryStore;
/// use auth_core::token::SigningKey;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = "an example, and so not a secret: 7Rk2".to_owned().into();
/// let auth = Auth::builder(SigningKey::hs256(&secret)?, "https://api.example.com", "example")
///     .store(MemoryStore::default())
///     .build()?;
/// let app: axum::Router = auth.routes().with_state(auth.clone());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Auth(pub(crate) Opaque<Inner>);

pub(crate) struct Inner {
    /// What guards use, and nothing else.
    pub(crate) verifier: Verifier,
    /// What operations use; none in a resource server.
    #[cfg(feature = "server")]
    pub(crate) service: Option<Service>,
    /// The changes under way.
    pub(crate) changes: TaskTracker,
    /// What challenges call the service.
    pub(crate) realm: String,
    /// What the layer for the web framework keeps here.
    pub(crate) web: Extensions,
}

/// Accounts, sessions, API keys and OAuth clients.
#[cfg(feature = "server")]
pub(crate) struct Service {
    pub(crate) lifetimes: Lifetimes,
    pub(crate) scopes: Vec<Box<str>>,
    pub(crate) clients: Clients,
    pub(crate) new_user_roles: Vec<Box<str>>,
    pub(crate) hasher: Hasher,
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) registry: Option<Arc<dyn UserRegistry>>,
    pub(crate) directory: Option<Arc<dyn UserDirectory>>,
    pub(crate) sessions: Arc<dyn SessionStore>,
    pub(crate) api_keys: Arc<dyn ApiKeyStore>,
}

impl Auth {
    /// Begins an `Auth` that signs with a [`SigningKey`](crate::token::SigningKey) or the first key of a [`KeySet`], as
    /// `issuer` (a URL, the tokens' `iss`) for `audience` (their `aud`, and the realm of challenges).
    ///
    /// It needs stores besides: [`AuthBuilder::store`] gives all three at once. [`AuthBuilder`] lists every setting with
    /// its default.
    ///
    /// ```
    /// use auth_core::prelude::*;
    /// use auth_core::store::MemoryStore;
    /// use auth_core::token::{EdDsa, SigningKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = SigningKey::<EdDsa>::generate()?; // or `Settings::from_env`, or `SigningKey::from_pem`
    /// let auth = Auth::builder(key, "https://api.example.com", "api").store(MemoryStore::new()).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "server")]
    pub fn builder(keys: impl Into<KeySet>, issuer: impl Into<String>, audience: impl Into<String>) -> AuthBuilder {
        AuthBuilder::new(keys.into(), issuer.into(), audience.into())
    }

    /// Begins an `Auth` for a service that issues no tokens and keeps no users: its guards take tokens of the issuers
    /// that [`AuthBuilder::trust`] names. `realm` is what challenges call the service.
    ///
    /// It needs no stores and has no password hasher; the operations on accounts, sessions and keys fail with
    /// `AccountError::Misconfigured`. With [`AuthBuilder::users`] and [`AuthBuilder::api_keys`] its guards take API keys as
    /// well.
    ///
    /// ```
    /// use auth_core::issuer::Issuer;
    /// use auth_core::prelude::*;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let login = Issuer::new("https://login.example.com", "reports-api")?;
    /// let auth = Auth::resource_server("reports-api").trust(login).build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "oidc")]
    pub fn resource_server(realm: impl Into<String>) -> AuthBuilder {
        AuthBuilder::new(KeySet::none(), String::new(), realm.into())
    }

    /// Says that the application changed or removed a subject in its own store: this node forgets what it knew, so that
    /// the next request sees the change. Other nodes do so when they receive the message, which has been sent when this
    /// returns if there is a [`fanout`](AuthBuilder::fanout), and within the cache's time to live (5 seconds by default) in
    /// any case.
    ///
    /// ```
    /// # use auth_core::{Context, Registration};
    /// use auth_core::store::{AccountPatch, Audit, MemoryStore, UserDirectory as _};
    /// use auth_core::testing;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = MemoryStore::new();
    /// # let auth = testing::in_memory().store(store.clone()).build()?;
    /// # let system = Context::system("example");
    /// # let (ada, _) = auth.register(&system, Registration::new("ada@example.com", "three words and a comma")).await?;
    /// // Past this `Auth`, as by an SQL statement of the application's own.
    /// store.update(&ada, AccountPatch { active: Some(false), ..AccountPatch::default() }, Audit::none()).await?;
    /// auth.invalidate_subject(&Context::system("import of the staff list"), &ada).await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn invalidate_subject(&self, context: &Context, subject: &SubjectId) {
        let (auth, context, subject) = (self.clone(), context.clone(), subject.clone());
        self.in_task("invalidate_subject", async move {
            let verifier = auth.verifier();
            verifier.lookups.coherence.changed(&[Change::Subject(subject.clone())]).await;
            let kind = EventKind::SubjectInvalidated { subject };
            verifier.events.deliver(Event::new(&context, verifier.now(), kind)).await;
        })
        .await;
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.verifier().now()
    }

    pub(crate) fn realm(&self) -> &str {
        &self.0.realm
    }

    pub(crate) fn access_tokens(&self) -> &AccessTokens {
        &self.verifier().access_tokens
    }

    /// Records an event that describes no change.
    pub(crate) fn record(&self, context: &Context, kind: EventKind) {
        self.verifier().events.send(context, self.now(), kind);
    }

    #[cfg(feature = "server")]
    pub(crate) fn service(&self) -> Result<&Service, AccountError> {
        self.0.service.as_ref().ok_or_else(|| AccountError::misconfigured("accounts and sessions"))
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("realm", &self.0.realm).finish_non_exhaustive()
    }
}
