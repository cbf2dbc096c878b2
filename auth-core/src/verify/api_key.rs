//! The verified API key of a request.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{AccessError, Origin, Verifier};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::policy::CredentialFacts;
use crate::store::{ApiKeyRecord, StoreError, SubjectState};
use crate::token::{ApiKey, TokenError, TokenHash};

/// Minimum time between two updates of a key's `last_used_at`.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// The most keys that a key is derived from, directly and indirectly: each is looked up at each use.
const MOST_PARENTS: usize = 4;

/// The longest text of an imported key.
const MOST_IMPORTED_BYTES: usize = 1024;

/// The verified API key of a request. Cheap to clone.
///
/// As an extractor it reuses the guard's verification; on a route without a guard it verifies the key itself.
/// `Option<ApiKeyIdentity>` is `None` only when no API key was sent.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[api_key(scope = "reports:read")]
/// async fn report(key: ApiKeyIdentity) -> String {
///     match key.owner() {
///         Some(owner) => format!("for {}, on behalf of {owner}", key.name()),
///         None => format!("for {}", key.name()), // a key of the configuration
///     }
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
pub struct ApiKeyIdentity {
    record: Arc<ApiKeyRecord>,
    /// The keys that it is derived from, the nearest first.
    parents: Vec<Arc<ApiKeyRecord>>,
    /// The scopes that the owner of a key by self-service may have now; `None` if that is not limited.
    granted: Option<Vec<Box<str>>>,
    /// The hash of the secret that was presented.
    presented: TokenHash,
    /// A key of the configuration, without an owner.
    is_static: bool,
}

impl ApiKeyIdentity {
    /// The key's public id.
    #[must_use]
    pub fn id(&self) -> &ApiKeyId {
        &self.record.id
    }

    /// The name that its owner gave it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// The subject that owns it; `None` for a [key of the configuration](crate::StaticApiKey).
    #[must_use]
    pub fn owner(&self) -> Option<&SubjectId> {
        (!self.is_static).then_some(&self.record.owner)
    }

    /// Whether the key has this scope, and so has each key that it is derived from. The owner of a key by self-service must
    /// be one that [may have it](crate::AuthBuilder::grant_scopes) now.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        let has = |scopes: &[Box<str>]| scopes.iter().any(|granted| **granted == *scope);
        self.keys().all(|key| has(&key.scopes)) && self.granted.as_deref().is_none_or(has)
    }

    /// The data that the application gave it ([`NewApiKey::metadata`](crate::NewApiKey::metadata)).
    #[must_use]
    pub fn metadata(&self) -> Option<&Value> {
        self.record.metadata.as_ref()
    }

    /// The key that it is derived from, if any.
    #[must_use]
    pub fn parent(&self) -> Option<&ApiKeyId> {
        self.record.parent.as_ref().map(|parent| &parent.id)
    }

    /// The time of expiry of the key or of one that it is derived from, whichever is first; `None` without expiry.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.keys().filter_map(|key| key.expires_at).min()
    }

    /// Whether a key can be derived from it.
    pub(crate) const fn can_have_children(&self) -> bool {
        self.parents.len() < MOST_PARENTS && !self.is_static
    }

    pub(crate) fn is_self_service(&self) -> bool {
        self.record.self_service
    }

    pub(crate) const fn presented(&self) -> TokenHash {
        self.presented
    }

    /// The key and those that it is derived from.
    fn keys(&self) -> impl Iterator<Item = &ApiKeyRecord> {
        std::iter::once(&self.record).chain(&self.parents).map(AsRef::as_ref)
    }
}

impl CredentialFacts for ApiKeyIdentity {
    fn has_scope(&self, scope: &str) -> Option<bool> {
        Some(Self::has_scope(self, scope))
    }
}

impl Verifier {
    /// Verifies an API key: the key itself, those that it is derived from, then its owner's present state and right to
    /// have it.
    pub(crate) async fn identify_api_key(
        &self,
        origin: &dyn Origin,
        text: &str,
    ) -> Result<ApiKeyIdentity, AccessError> {
        let refuse = |reason| self.refused(origin, reason).where_api_key(true);
        let hash = TokenHash::of(text);
        if let Some(record) = self.static_keys.find(&hash) {
            let record = Arc::clone(record);
            let (parents, granted) = (Vec::new(), None);
            return Ok(ApiKeyIdentity { record, parents, granted, presented: hash, is_static: true });
        }
        let parsed = ApiKey::parse(text);
        if let (Err(reason), true) = (&parsed, text.len() > MOST_IMPORTED_BYTES || !self.lookups.can_find_api_keys()) {
            return Err(refuse(*reason));
        }
        if !self.lookups.can_find_api_keys() {
            let needed = "`AuthBuilder::users` and `AuthBuilder::api_keys`";
            tracing::error!(target: "auth", "a route takes API keys, and this Auth has no store for them; set {needed}");
            return Err(AccessError::Misconfigured);
        }
        let now = self.now();
        let record = match &parsed {
            Ok(key) => self.lookups.api_key(key.id(), now).await?,
            Err(_) => None,
        };
        // The text of a key of a former service has any form, also that of a key of this service; only its hash finds it.
        let record = match record {
            None => self.lookups.imported_api_key(&hash, now).await?,
            found => found,
        };
        let unknown = || refuse(parsed.as_ref().err().copied().unwrap_or(TokenError::Unknown));
        let record = record.ok_or_else(unknown)?;
        let key = self.key_with_parents(record, hash, Read::Caches, now).await?.ok_or_else(unknown)?;
        let owner = self.lookups.subject(&key.record.owner, now).await?;
        let owner = owner.ok_or_else(|| refuse(TokenError::SubjectChanged))?;
        if !self.owner_may_have(&key.record, Arc::clone(&owner), now).await? {
            return Err(refuse(TokenError::SubjectChanged));
        }
        Ok(self.limited(key, &owner).await?)
    }

    /// The key with at most the scopes that its owner may have now, if the owner made it.
    async fn limited(&self, key: ApiKeyIdentity, owner: &SubjectState) -> Result<ApiKeyIdentity, StoreError> {
        if !key.record.self_service || self.grant_scopes.is_none() {
            return Ok(key);
        }
        let scopes = key.record.scopes.clone();
        let granted = Some(self.allowed_scopes(&key.record.owner, &owner.roles, scopes).await?);
        Ok(ApiKeyIdentity { granted, ..key })
    }

    /// The key with all those that it is derived from; `None` if it has expired or no longer has the secret that was
    /// presented, or if one of them is gone, has expired, or no longer has the secret that the next one was derived by.
    pub(crate) async fn key_with_parents(
        &self,
        record: Arc<ApiKeyRecord>,
        presented: TokenHash,
        read: Read,
        now: Timestamp,
    ) -> Result<Option<ApiKeyIdentity>, StoreError> {
        if !is_valid(&record, &presented, now) {
            return Ok(None);
        }
        let mut key = ApiKeyIdentity { record, parents: Vec::new(), granted: None, presented, is_static: false };
        while let Some(link) = key.keys().last().and_then(|last| last.parent.clone()) {
            let parent = match read {
                Read::Caches => self.lookups.api_key(&link.id, now).await?,
                Read::Store => self.lookups.stored_api_key(&link.id).await?,
            };
            match parent.filter(|parent| is_valid(parent, &link.hash, now)) {
                Some(parent) if key.can_have_children() => key.parents.push(parent),
                _ => return Ok(None),
            }
        }
        Ok(Some(key))
    }

    /// Updates `last_used_at`. A store error here is logged and does not refuse the request.
    pub(super) async fn note_use(&self, key: &ApiKeyIdentity) {
        let (record, now) = (&key.record, self.now());
        // A key of the configuration is in no store.
        if key.is_static {
            return;
        }
        if record.last_used_at.is_none_or(|last| now.since(last) >= TOUCH_EVERY)
            && let Err(error) = self.lookups.touch_api_key(&record.id, now).await
        {
            tracing::warn!(target: "auth", %error, api_key = %record.id, "could not update the API key's last use");
        }
    }
}

/// Where the keys are read that a key is derived from.
#[derive(Clone, Copy)]
pub(crate) enum Read {
    Caches,
    Store,
}

/// Whether a secret with this hash is the key's, and the key has not expired.
fn is_valid(record: &ApiKeyRecord, hash: &TokenHash, now: Timestamp) -> bool {
    // Both hashes are compared in constant time, whichever matches.
    let current = record.hash.matches(hash);
    let previous = record.previous.is_some_and(|(previous, until)| (now < until) & previous.matches(hash));
    (current | previous) && record.expires_at.is_none_or(|end| now < end)
}
