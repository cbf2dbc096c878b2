//! Reads of the stores through the caches, for guards.

use std::sync::Arc;

use super::Coherence;
use crate::base::{ApiKeyId, Opaque, SessionId, SubjectId, Timestamp};
use crate::policy::KnownRoles;
use crate::store::{
    ApiKeyRecord, ApiKeyStore, RolePermissions, Session, SessionStore, StoreError, SubjectState, UserRecord, UserStore,
};
use crate::token::TokenHash;

/// The reads of verification. Without a store nothing is found.
pub(crate) struct Lookups {
    pub(crate) coherence: Opaque<Coherence>,
    pub(crate) users: Option<Arc<dyn UserStore>>,
    pub(crate) sessions: Option<Arc<dyn SessionStore>>,
    pub(crate) api_keys: Option<Arc<dyn ApiKeyStore>>,
    pub(crate) role_permissions: Option<Arc<dyn RolePermissions>>,
    pub(crate) known_roles: KnownRoles,
}

impl Lookups {
    pub(crate) async fn subject(
        &self,
        id: &SubjectId,
        now: Timestamp,
    ) -> Result<Option<Arc<SubjectState>>, StoreError> {
        let Some(users) = &self.users else { return Ok(None) };
        let load = async {
            let state = users.find_by_id(id).await?.map(|user| user.state);
            Ok(state.inspect(|state| self.known_roles.warn_of_unknown(&state.roles)))
        };
        self.coherence.caches().subjects.get(id, now, load).await
    }

    pub(crate) async fn subject_by_login(&self, login: &str) -> Result<Option<UserRecord>, StoreError> {
        match &self.users {
            Some(users) => users.find_by_login(login).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn session(&self, id: &SessionId, now: Timestamp) -> Result<Option<Arc<Session>>, StoreError> {
        let Some(sessions) = &self.sessions else { return Ok(None) };
        self.coherence.caches().sessions.get(id, now, async { sessions.find(id).await }).await
    }

    /// Whether there is all that API keys need: their store, and that of their owners.
    pub(crate) const fn can_find_api_keys(&self) -> bool {
        self.api_keys.is_some() && self.users.is_some()
    }

    /// Drops a session and a subject from the caches of this node.
    pub(crate) fn forget(&self, session: &SessionId, subject: &SubjectId) {
        self.coherence.caches().sessions.forget(session);
        self.coherence.caches().subjects.forget(subject);
    }

    pub(crate) async fn api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<Option<Arc<ApiKeyRecord>>, StoreError> {
        let Some(api_keys) = &self.api_keys else { return Ok(None) };
        self.coherence.caches().api_keys.get(id, now, async { api_keys.find(id).await }).await
    }

    /// As [`api_key`](Self::api_key), from the store and not from the caches.
    pub(crate) async fn stored_api_key(&self, id: &ApiKeyId) -> Result<Option<Arc<ApiKeyRecord>>, StoreError> {
        let Some(api_keys) = &self.api_keys else { return Ok(None) };
        Ok(api_keys.find(id).await?.map(Arc::new))
    }

    /// The key that was imported with this hash.
    pub(crate) async fn imported_api_key(
        &self,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Arc<ApiKeyRecord>>, StoreError> {
        let Some(api_keys) = &self.api_keys else { return Ok(None) };
        let ids = &self.coherence.caches().imported_keys;
        // The cached id of a key that was revoked and imported again is forgotten, and read once more.
        for _ in 0..2 {
            let Some(id) = ids.get(hash, now, async { api_keys.find_imported(hash).await }).await? else { break };
            if let Some(record) = self.api_key(&id, now).await? {
                return Ok(Some(record));
            }
            ids.forget(hash);
        }
        Ok(None)
    }

    /// The permissions of a role; `None` if roles have none here.
    #[expect(clippy::borrowed_box, reason = "the key of the cache")]
    pub(crate) async fn permissions(
        &self,
        role: &Box<str>,
        now: Timestamp,
    ) -> Result<Option<Arc<Vec<Box<str>>>>, StoreError> {
        let Some(roles) = &self.role_permissions else { return Ok(None) };
        let load = async { roles.permissions_of(role).await.map(Some) };
        self.coherence.caches().permissions.get(role, now, load).await
    }

    /// Records the use of a key.
    pub(crate) async fn touch_api_key(&self, id: &ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        match &self.api_keys {
            Some(api_keys) => api_keys.touch(id, now).await,
            None => Ok(()),
        }
    }
}
