//! A store that forgets everything with its process; for tests.

mod api_keys;
mod audit;
mod directory;
mod sessions;
mod users;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use self::users::User;
use crate::base::{ApiKeyId, SessionId, SubjectId, Timestamp};
use crate::store::verdict::StoredToken;
use crate::store::{ApiKeyRecord, AuditRow, Housekeeping, Session, StoreError};
use crate::token::TokenHash;

/// A store that forgets everything with its process; for tests. Clones hold the same.
///
/// ```
/// use auth_core::store::{MemoryStore, UserDirectory as _};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// assert!(store.list(None, 10).await?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Default)]
struct Tables {
    users: BTreeMap<SubjectId, User>,
    sessions: BTreeMap<SessionId, Session>,
    tokens: HashMap<TokenHash, (SessionId, StoredToken)>,
    api_keys: BTreeMap<ApiKeyId, ApiKeyRecord>,
    events: Vec<AuditRow>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Held for one method, never across an `await`: that is what makes every method one step.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Nothing between a table's first change and its last can panic, so a poisoned table is a whole one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore(..)")
    }
}

#[async_trait]
impl Housekeeping for MemoryStore {
    async fn purge_expired(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let sessions = tables.sessions.values().filter(|session| session.expires_at <= before);
        let sessions: Vec<_> = sessions.map(|session| session.id.clone()).take(limit as usize).collect();
        for session in &sessions {
            tables.end(session);
        }
        let expired = |key: &&ApiKeyRecord| key.expires_at.is_some_and(|end| end <= before);
        let keys = tables.api_keys.values().filter(expired).map(|key| key.id.clone());
        let keys: Vec<_> = keys.take(limit as usize - sessions.len()).collect();
        for key in &keys {
            tables.api_keys.remove(key);
        }
        Ok((sessions.len() + keys.len()) as u64)
    }
}

/// What SQL stores refuse by a primary key.
fn duplicate(what: &str) -> StoreError {
    StoreError::unavailable(format!("there is already such a {what}"))
}
