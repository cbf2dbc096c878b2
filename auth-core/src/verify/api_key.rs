//! The verified API key of a request.

use std::sync::Arc;
use std::time::Duration;

use super::{AccessError, Origin, Verifier};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::policy::CredentialFacts;
use crate::store::ApiKeyRecord;
use crate::token::{ApiKey, TokenError};

/// Minimum time between two updates of a key's `last_used_at`.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

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
///     format!("for {}, on behalf of {}", key.name(), key.owner())
/// }
/// # fn main() {}
/// ```
#[derive(Clone, Debug)]
pub struct ApiKeyIdentity {
    record: Arc<ApiKeyRecord>,
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

    /// The subject that created it.
    #[must_use]
    pub fn owner(&self) -> &SubjectId {
        &self.record.owner
    }

    /// Whether the key has this scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.record.scopes.iter().any(|granted| **granted == *scope)
    }
}

impl CredentialFacts for ApiKeyIdentity {
    fn has_scope(&self, scope: &str) -> Option<bool> {
        Some(Self::has_scope(self, scope))
    }
}

impl Verifier {
    /// Verifies an API key: the key itself, then its owner's present state and right to have it.
    pub(crate) async fn identify_api_key(
        &self,
        origin: &dyn Origin,
        text: &str,
    ) -> Result<ApiKeyIdentity, AccessError> {
        let refuse = |reason| self.refused(origin, reason).where_api_key(true);
        let key = ApiKey::parse(text).map_err(refuse)?;
        if !self.lookups.can_find_api_keys() {
            let needed = "`AuthBuilder::users` and `AuthBuilder::api_keys`";
            tracing::error!(target: "auth", "a route takes API keys, and this Auth has no store for them; set {needed}");
            return Err(AccessError::Misconfigured);
        }
        let now = self.now();
        let record = self.lookups.api_key(key.id(), now).await?.ok_or_else(|| refuse(TokenError::Unknown))?;
        if !is_valid(&record, &key, now) {
            return Err(refuse(TokenError::Unknown));
        }
        let owner = self.lookups.subject(&record.owner, now).await?;
        if !owner.is_some_and(|state| self.key_owners.allow(&record.owner, state, now)) {
            return Err(refuse(TokenError::SubjectChanged));
        }
        self.note_use(&record, now).await;
        Ok(ApiKeyIdentity { record })
    }

    /// Updates `last_used_at`. A store error here is logged and does not refuse the request.
    async fn note_use(&self, record: &ApiKeyRecord, now: Timestamp) {
        if record.last_used_at.is_none_or(|last| now.since(last) >= TOUCH_EVERY)
            && let Err(error) = self.lookups.touch_api_key(&record.id, now).await
        {
            tracing::warn!(target: "auth", %error, api_key = %record.id, "could not update the API key's last use");
        }
    }
}

fn is_valid(record: &ApiKeyRecord, key: &ApiKey, now: Timestamp) -> bool {
    let hash = key.hash();
    // Both hashes are compared in constant time, whichever matches.
    let current = record.hash.matches(&hash);
    let previous = record.previous.is_some_and(|(previous, until)| (now < until) & previous.matches(&hash));
    (current | previous) && record.expires_at.is_none_or(|end| now < end)
}
