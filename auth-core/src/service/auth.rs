//! `Auth`: everything a guarded service holds, behind one cheap handle.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRef;

use super::AuthBuilder;
use super::oauth::Clients;
use crate::base::Clock;
use crate::base::Opaque;
use crate::base::{ApiKeyId, SessionId, SubjectId, Timestamp};
use crate::cache::{Change, Coherence};
use crate::event::{Event, EventSink};
use crate::password::Hasher;
use crate::store::{
    ApiKeyRecord, ApiKeyStore, Session, SessionStore, StoreError, SubjectState, UserDirectory, UserRegistry, UserStore,
};
use crate::token::LegacyTokens;
use crate::token::{AccessTokens, KeySet, Lifetimes, TokenError};
use crate::verify::dpop::Proofs;
use crate::web::Refusal;
use crate::web::http::{ErrorBody, Rejection};

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
    pub(crate) access_tokens: AccessTokens,
    pub(crate) legacy: Option<LegacyTokens>,
    pub(crate) dpop: Option<Proofs>,
    #[cfg(feature = "oidc")]
    pub(crate) issuers: crate::issuer::TrustedIssuers,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) scopes: Vec<Box<str>>,
    pub(crate) clients: Clients,
    pub(crate) new_user_roles: Vec<Box<str>>,
    pub(crate) realm: String,
    pub(crate) error_body: ErrorBody,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) hasher: Hasher,
    pub(crate) users: Arc<dyn UserStore>,
    pub(crate) registry: Option<Arc<dyn UserRegistry>>,
    pub(crate) directory: Option<Arc<dyn UserDirectory>>,
    pub(crate) sessions: Arc<dyn SessionStore>,
    pub(crate) api_keys: Arc<dyn ApiKeyStore>,
    pub(crate) coherence: Opaque<Coherence>,
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
    pub fn builder(keys: impl Into<KeySet>, issuer: impl Into<String>, audience: impl Into<String>) -> AuthBuilder {
        AuthBuilder::new(keys.into(), issuer.into(), audience.into())
    }

    /// Begins an `Auth` for a service that issues no tokens and keeps no users: its guards take tokens of the issuers
    /// that [`AuthBuilder::trust`] names. `realm` is what challenges call the service.
    ///
    /// It needs no stores; with [`AuthBuilder::api_keys`] it takes API keys as well.
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
        let nobody = crate::store::MemoryStore::default();
        AuthBuilder::new(KeySet::none(), String::new(), realm.into())
            .users(nobody.clone())
            .sessions(nobody.clone())
            .api_keys(nobody)
    }

    /// Says that the application changed or removed a subject in its own store: this node forgets what it knew, so that
    /// the next request sees the change. Other nodes do as soon as they are told, which is done when this returns if
    /// there is a [`fanout`](AuthBuilder::fanout), and within the cache's bound (5 seconds by default) in any case.
    ///
    /// ```
    /// # use auth_core::Registration;
    /// use auth_core::store::{AccountPatch, MemoryStore, UserDirectory as _};
    /// use auth_core::testing;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = MemoryStore::new();
    /// # let auth = testing::in_memory().store(store.clone()).build()?;
    /// # let (ada, _) = auth.register(Registration::new("ada@example.com", "three words and a comma")).await?;
    /// // Past this `Auth`, as by an SQL statement of the application's own.
    /// store.update(&ada, AccountPatch { active: Some(false), ..AccountPatch::default() }).await?;
    /// auth.subject_changed(&ada).await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn subject_changed(&self, subject: &SubjectId) {
        self.0.coherence.changed(&[Change::Subject(subject.clone())]).await;
        self.record(&Event::SubjectChanged { subject });
    }

    /// The answer to a refusal, in this `Auth`'s realm and with its error body, as guards give it.
    ///
    /// ```
    /// use auth_core::http::Rejection;
    /// use auth_core::prelude::*;
    /// use axum::extract::State;
    /// use axum::http::StatusCode;
    ///
    /// #[require_auth]
    /// async fn end_everywhere(identity: Identity, State(auth): State<Auth>) -> Result<StatusCode, Rejection> {
    ///     auth.logout_everywhere(identity.subject()).await.map_err(|refusal| auth.reject(refusal))?;
    ///     Ok(StatusCode::NO_CONTENT)
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn reject(&self, refusal: Refusal) -> Rejection {
        Rejection::new(refusal, self)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn record(&self, event: &Event<'_>) {
        self.0.events.record(event);
    }

    /// Records why a credential did not verify, and gives the refusal, which does not say why.
    pub(crate) fn refused(&self, reason: TokenError) -> Refusal {
        self.record(&Event::CredentialRefused { reason });
        Refusal::InvalidCredential { api_key: false }
    }

    pub(crate) fn realm(&self) -> &str {
        &self.0.realm
    }

    pub(crate) fn error_body(&self) -> &ErrorBody {
        &self.0.error_body
    }

    pub(crate) fn access_tokens(&self) -> &AccessTokens {
        &self.0.access_tokens
    }

    /// Tells one `Auth` from another within a process.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref::<Inner>(&self.0).addr()
    }

    pub(crate) async fn subject_state(
        &self,
        id: &SubjectId,
        now: Timestamp,
    ) -> Result<Option<Arc<SubjectState>>, StoreError> {
        let load = async { Ok(self.0.users.find_by_id(id).await?.map(|user| user.state)) };
        self.0.coherence.caches().subjects.get(id, now, load).await
    }

    pub(crate) async fn session(&self, id: &SessionId, now: Timestamp) -> Result<Option<Arc<Session>>, StoreError> {
        let load = async { self.0.sessions.find(id).await };
        self.0.coherence.caches().sessions.get(id, now, load).await
    }

    pub(crate) async fn api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<Option<Arc<ApiKeyRecord>>, StoreError> {
        let load = async { self.0.api_keys.find(id).await };
        self.0.coherence.caches().api_keys.get(id, now, load).await
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("realm", &self.0.realm).finish_non_exhaustive()
    }
}

/// Not the state of any router, and named for the error messages that it is seen in. Were `Auth` itself the only state
/// that an `Auth` is known to be had from, inference would take it for the state of a router whose own state holds none,
/// and every error would speak of that.
enum StateWithAuth {}

#[diagnostic::do_not_recommend]
impl FromRef<StateWithAuth> for Auth {
    fn from_ref(state: &StateWithAuth) -> Self {
        match *state {}
    }
}
