//! The second look at a caller, at the write of a change.

use std::sync::Arc;

use super::Verifier;
use crate::base::{Actor, ApiKeyId, Context, Standing, SubjectId};
use crate::store::{ApiKeyStore, StoreError};

impl Verifier {
    /// Whether the caller of a request still is what its guard saw. Slow work may lie between: the client decides how
    /// long its body takes, and hashing a password is slow. It reads the stores and not the caches.
    pub(crate) async fn still_stands(&self, context: &Context) -> Result<bool, StoreError> {
        match (&context.actor, &context.standing) {
            (Actor::Subject(subject), Some(standing)) => self.subject_stands(subject, standing).await,
            (Actor::ApiKey(id), _) if self.static_keys.has(id) => Ok(true),
            (Actor::ApiKey(id), _) => match &self.lookups.api_keys {
                Some(api_keys) => self.key_stands(&**api_keys, id).await,
                None => Ok(false),
            },
            _ => Ok(true),
        }
    }

    async fn subject_stands(&self, subject: &SubjectId, then: &Standing) -> Result<bool, StoreError> {
        let Some(users) = &self.lookups.users else { return Ok(false) };
        let version = match (&then.session, &self.lookups.sessions) {
            (None, _) => then.version,
            (Some(id), Some(sessions)) => match sessions.find(id).await? {
                Some(session) => session.version,
                None => return Ok(false),
            },
            (Some(_), None) => return Ok(false),
        };
        let now = users.find_by_id(subject).await?.map(|user| user.state);
        Ok(now.is_some_and(|now| now.active && now.version == version && now.roles == then.roles))
    }

    /// Whether the key is not revoked, nor one that it is derived from, and its owner may have it.
    async fn key_stands(&self, api_keys: &dyn ApiKeyStore, id: &ApiKeyId) -> Result<bool, StoreError> {
        let (Some(users), Some(key)) = (&self.lookups.users, api_keys.find(id).await?) else { return Ok(false) };
        let mut above = key.parent.clone();
        while let Some(parent) = above {
            let Some(found) = api_keys.find(&parent.id).await? else { return Ok(false) };
            above = found.parent;
        }
        match users.find_by_id(&key.owner).await? {
            Some(user) => {
                self.owner_may_have(&key, Arc::new(user.state), self.now()).await.map_err(StoreError::unavailable)
            }
            None => Ok(false),
        }
    }
}
