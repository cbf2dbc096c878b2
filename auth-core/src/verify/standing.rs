//! The second look at a caller, at the write of a change.

use std::sync::Arc;

use super::{Read, Verifier};
use crate::base::{Actor, ApiKeyId, Context, Standing, SubjectId, SubjectStanding, Timestamp};
use crate::store::{Session, StoreError, SubjectState};
use crate::token::TokenHash;

impl Verifier {
    /// Whether the caller of a request still is what its guard saw. Slow work may lie between: the client decides how
    /// long its body takes, and hashing a password is slow. It reads the stores and not the caches.
    pub(crate) async fn still_stands(&self, context: &Context) -> Result<bool, StoreError> {
        match (&context.actor, &context.standing) {
            (Actor::Subject(subject), Some(Standing::Subject(then))) => self.subject_stands(subject, then).await,
            (Actor::ApiKey(id), _) if self.static_keys.has(id) => Ok(true),
            (Actor::ApiKey(id), Some(Standing::ApiKey(presented))) => {
                self.key_stands(id, Some((*presented).into())).await
            }
            // Of a context that the application made.
            (Actor::ApiKey(id), _) => self.key_stands(id, None).await,
            _ => Ok(true),
        }
    }

    async fn subject_stands(&self, subject: &SubjectId, then: &SubjectStanding) -> Result<bool, StoreError> {
        let Some(users) = &self.lookups.users else { return Ok(false) };
        let session = match (&then.session, &self.lookups.sessions) {
            (None, _) => None,
            (Some(id), Some(sessions)) => match sessions.find(id).await? {
                Some(session) => Some(session),
                None => return Ok(false),
            },
            (Some(_), None) => return Ok(false),
        };
        let Some(now) = users.find_by_id(subject).await?.map(|user| user.state) else { return Ok(false) };
        let is_valid = match &session {
            Some(session) => is_of(session, subject, &now) && !has_ended(session, self.now()),
            None => now.active && now.version == then.version,
        };
        Ok(is_valid && now.roles == then.roles)
    }

    /// Whether a guard would still accept the key, by the secret that was presented if that is known, and from the store.
    async fn key_stands(&self, id: &ApiKeyId, presented: Option<TokenHash>) -> Result<bool, StoreError> {
        let (Some(users), Some(key)) = (&self.lookups.users, self.lookups.stored_api_key(id).await?) else {
            return Ok(false);
        };
        let (presented, now) = (presented.unwrap_or(key.hash), self.now());
        if self.key_with_parents(Arc::clone(&key), presented, Read::Store, now).await?.is_none() {
            return Ok(false);
        }
        match users.find_by_id(&key.owner).await? {
            Some(user) => self.owner_may_have(&key, Arc::new(user.state), now).await.map_err(StoreError::unavailable),
            None => Ok(false),
        }
    }
}

/// Whether the session is of this subject and has its version, and the subject is active.
pub(super) fn is_of(session: &Session, subject: &SubjectId, state: &SubjectState) -> bool {
    state.active && session.subject == *subject && session.version == state.version
}

/// Whether the time of the session is over.
pub(super) fn has_ended(session: &Session, now: Timestamp) -> bool {
    session.ends_at <= now
}
