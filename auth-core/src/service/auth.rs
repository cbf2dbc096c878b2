//! `Auth`, the handle to a service's authentication.

use std::fmt;
#[cfg(feature = "server")]
use std::sync::Arc;

use http::Extensions;
use tokio_util::task::TaskTracker;

#[cfg(feature = "server")]
use super::AccountError;
use super::AuthBuilder;
#[cfg(feature = "server")]
use super::breach::Breaches;
#[cfg(feature = "server")]
use super::limits::Devices;
#[cfg(feature = "server")]
use super::oauth::Clients;
#[cfg(feature = "server")]
use super::purge::PurgeTask;
#[cfg(feature = "server")]
use super::recovery::Recovery;
use super::resource::Resource;
#[cfg(feature = "server")]
use super::second_factor::SecondFactor;
#[cfg(feature = "server")]
use super::session::ClaimsHook;
use crate::base::{Context, Opaque, SubjectId, Timestamp};
use crate::cache::Change;
#[cfg(feature = "server")]
use crate::event::Journal;
use crate::event::{Event, EventKind};
#[cfg(feature = "server")]
use crate::password::{Hasher, PasswordRules};
#[cfg(feature = "server")]
use crate::store::{ApiKeyStore, RoleStore, SessionStore, UserDirectory, UserRegistry, UserStore};
#[cfg(feature = "server")]
use crate::token::Lifetimes;
use crate::token::{AccessTokens, KeySet};
use crate::verify::Verifier;

/// The authentication of a service: keys, stores, password hashing, events.
///
/// Cheap to clone. It belongs into the router's state: guards require `Auth: FromRef<State>` at compile time.
/// [`AuthBuilder`] has an example.
#[derive(Clone)]
pub struct Auth(pub(crate) Opaque<Inner>);

pub(crate) struct Inner {
    /// All that guards use.
    pub(crate) verifier: Verifier,
    /// State of the operations; `None` in a resource server.
    #[cfg(feature = "server")]
    pub(crate) service: Option<Service>,
    /// Ends with the last handle.
    #[cfg(feature = "server")]
    pub(crate) _purge: Option<PurgeTask>,
    /// Changes in progress.
    pub(crate) changes: TaskTracker,
    /// The realm of challenges.
    pub(crate) realm: String,
    pub(crate) resource: Resource,
    /// State of the web layer.
    pub(crate) web: Extensions,
}

/// Accounts, sessions, API keys and OAuth clients.
#[cfg(feature = "server")]
pub(crate) struct Service {
    pub(crate) lifetimes: Lifetimes,
    pub(crate) scopes: Vec<Box<str>>,
    pub(crate) clients: Clients,
    pub(crate) new_user_roles: Vec<Box<str>>,
    /// Whether the ready route for registrations tells no one which addresses have an account.
    pub(crate) private_registration: bool,
    /// Of these roles some active account keeps one; empty for no such rule.
    pub(crate) needed_roles: Vec<Box<str>>,
    pub(crate) hasher: Hasher,
    pub(crate) password_rules: PasswordRules,
    pub(crate) breaches: Breaches,
    pub(crate) claims: Option<ClaimsHook>,
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) registry: Option<Arc<dyn UserRegistry>>,
    pub(crate) directory: Option<Arc<dyn UserDirectory>>,
    pub(crate) sessions: Arc<dyn SessionStore>,
    pub(crate) api_keys: Arc<dyn ApiKeyStore>,
    pub(crate) audit: Option<Journal>,
    pub(crate) devices: Devices,
    pub(crate) recovery: Recovery,
    pub(crate) roles: Option<Arc<dyn RoleStore>>,
    pub(crate) second_factor: SecondFactor,
}

impl Auth {
    /// Begins an `Auth` that signs with a [`SigningKey`](crate::token::SigningKey) or the first key of a [`KeySet`],
    /// for the `issuer` (a URL, the `iss` of tokens) and the `audience` (their `aud`, and the realm of challenges).
    ///
    /// Stores are required: [`AuthBuilder::store`] sets all three. [`AuthBuilder`] lists the settings and their
    /// defaults.
    #[cfg(feature = "server")]
    pub fn builder(keys: impl Into<KeySet>, issuer: impl Into<String>, audience: impl Into<String>) -> AuthBuilder {
        AuthBuilder::new(keys.into(), issuer.into(), audience.into())
    }

    /// Begins an `Auth` for a service that issues no tokens and has no users: its guards accept tokens of the issuers
    /// that [`AuthBuilder::trust`] adds. `realm` is the realm of challenges.
    ///
    /// It needs no stores and has no password hasher; operations on accounts, sessions and keys fail with
    /// `AccountError::Misconfigured`. With [`AuthBuilder::users`] and [`AuthBuilder::api_keys`] its guards also accept
    /// API keys.
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

    /// Drops the cached state of a subject after the application changed it in its own store, so that the
    /// next request on this node sees the change; after a removal `forget_subject` also ends what the subject had. With a [`fanout`](AuthBuilder::fanout) the message to other nodes has
    /// been sent when this returns. In any case other nodes see the change within the
    /// [`cache_ttl`](AuthBuilder::cache_ttl), 5 seconds by default.
    ///
    /// ```
    /// use auth_core::{Auth, Context, SubjectId};
    ///
    /// # async fn import(auth: Auth, subject: SubjectId) {
    /// // After an SQL statement of the application that changed the subject:
    /// auth.invalidate_subject(&Context::system("import of the staff list"), &subject).await;
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

    /// Drops all cached state of subjects, sessions, API keys and roles, as after a restored backup or an import by SQL.
    /// The next requests on this node query the stores; other nodes get the message as by
    /// [`invalidate_subject`](Self::invalidate_subject).
    ///
    /// ```
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// auth.invalidate_all(&system).await;
    /// # Ok(()) });
    /// ```
    pub async fn invalidate_all(&self, context: &Context) {
        let (auth, context) = (self.clone(), context.clone());
        self.in_task("invalidate_all", async move {
            let verifier = auth.verifier();
            verifier.lookups.coherence.changed(&[Change::All]).await;
            verifier.events.deliver(Event::new(&context, verifier.now(), EventKind::CachesInvalidated)).await;
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

    /// Records an event that is not part of a change.
    pub(crate) fn record(&self, context: &Context, kind: EventKind) {
        self.verifier().events.send(context, self.now(), kind);
    }

    /// The scopes of all clients.
    pub(crate) fn client_scopes(&self) -> Vec<Box<str>> {
        #[cfg(feature = "server")]
        if let Some(service) = &self.0.service {
            return service.clients.scopes().into_iter().map(Into::into).collect();
        }
        Vec::new()
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
