//! The verified API key of a request.

use std::sync::Arc;
use std::time::Duration;

use super::{AccessError, Origin, Verifier};
use crate::base::{ApiKeyId, SubjectId, Timestamp};
use crate::policy::CredentialFacts;
use crate::store::ApiKeyRecord;
use crate::token::{ApiKey, TokenError};

/// How often a key's last use is written down.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// The verified API key of a request. Cheap to clone.
///
/// As an extractor it reuses the request's one verification, and verifies by itself on a route without a guard;
/// `Option<ApiKeyIdentity>` is `None` only when no API key was sent.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[api_key(scope = "reports:read")]
/// async fn report(key: ApiKeyIdentity) -> String {
///     format!("for {}, on behalf of {}", key.name(), key.owner())
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use auth_core::{Context, NewApiKey, Registration, testing};
/// # use {axum::{body::Body, http::Request}, tower::ServiceExt as _};
/// # let auth = testing::in_memory().build()?;
/// # let (ada, _) = auth.register(&Context::system("example"), Registration::new("ada@example.com", "three words and a comma")).await?;
/// let new = NewApiKey { name: "nightly".to_owned(), scopes: vec!["reports:read".into()], expires_in: None };
/// let issued = auth.create_api_key(&Context::system("example"), &ada, new).await?;
/// let app: axum::Router = GuardedRouter::new().route("/reports", get(report)).with_state(auth);
///
/// let request = Request::get("/reports").header("x-api-key", issued.key.expose()).body(Body::empty())?;
/// assert_eq!(app.oneshot(request).await?.status(), 200);
/// # Ok(())
/// # }
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

    /// What its owner calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.record.name
    }

    /// Who made it.
    #[must_use]
    pub fn owner(&self) -> &SubjectId {
        &self.record.owner
    }

    /// Whether it carries this scope.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.record.scopes.iter().any(|granted| **granted == *scope)
    }
}

impl CredentialFacts for ApiKeyIdentity {
    fn has_scope(&self, scope: &str) -> bool {
        Self::has_scope(self, scope)
    }
}

impl Verifier {
    /// Verifies an API key: the key itself, then its owner.
    pub(crate) async fn identify_api_key(
        &self,
        origin: &dyn Origin,
        text: &str,
    ) -> Result<ApiKeyIdentity, AccessError> {
        let refuse = |reason| self.refused(origin, reason).where_api_key(true);
        let key = ApiKey::parse(text).map_err(refuse)?;
        let now = self.now();
        let record = self.lookups.api_key(key.id(), now).await?.ok_or_else(|| refuse(TokenError::Unknown))?;
        if !is_valid(&record, &key, now) {
            return Err(refuse(TokenError::Unknown));
        }
        if !self.lookups.subject(&record.owner, now).await?.is_some_and(|owner| owner.active) {
            return Err(refuse(TokenError::SubjectChanged));
        }
        self.note_use(&record, now).await;
        Ok(ApiKeyIdentity { record })
    }

    /// Nothing is decided by this, so a store that does not take it refuses no caller.
    async fn note_use(&self, record: &ApiKeyRecord, now: Timestamp) {
        if record.last_used_at.is_none_or(|last| now.since(last) >= TOUCH_EVERY)
            && let Err(error) = self.lookups.touch_api_key(&record.id, now).await
        {
            tracing::warn!(target: "auth", %error, api_key = %record.id, "the key's last use was not written down");
        }
    }
}

fn is_valid(record: &ApiKeyRecord, key: &ApiKey, now: Timestamp) -> bool {
    let hash = key.hash();
    // Both are always compared, in constant time.
    let current = record.hash.matches(&hash);
    let previous = record.previous.is_some_and(|(previous, until)| (now < until) & previous.matches(&hash));
    (current | previous) && record.expires_at.is_none_or(|end| now < end)
}
