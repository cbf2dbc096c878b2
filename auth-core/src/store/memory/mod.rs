//! An in-memory store for tests.

mod api_keys;
mod audit;
mod challenges;
mod devices;
mod directory;
mod one_time;
mod roles;
mod second_factors;
mod sessions;
mod users;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use self::users::User;
use crate::base::{ApiKeyId, FactorId, SessionId, SubjectId, Timestamp};
use crate::store::verdict::StoredToken;
use crate::store::{
    ApiKeyRecord, Challenge, Cursor, Factor, Housekeeping, OneTimeToken, Page, Session, StoreError, VerifiedEmail,
};
use crate::token::TokenHash;

/// An in-memory store for tests. Clones share its content.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Default)]
struct Tables {
    users: BTreeMap<SubjectId, User>,
    sessions: BTreeMap<SessionId, Session>,
    tokens: HashMap<TokenHash, (SessionId, StoredToken)>,
    api_keys: BTreeMap<ApiKeyId, ApiKeyRecord>,
    /// The permissions of each role.
    roles: BTreeMap<Box<str>, Vec<Box<str>>>,
    trail: audit::Trail,
    one_time: HashMap<TokenHash, OneTimeToken>,
    verified: HashMap<SubjectId, VerifiedEmail>,
    factors: BTreeMap<FactorId, (SubjectId, Factor)>,
    recovery_codes: HashMap<SubjectId, Vec<TokenHash>>,
    devices: HashMap<TokenHash, (SubjectId, Timestamp)>,
    challenges: HashMap<TokenHash, Challenge>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Locked during one method, never across an `await`, which makes every method atomic.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        // No change panics halfway, so the tables are consistent even if the lock is poisoned.
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
        let left = limit as usize - sessions.len() - keys.len();
        let expired = tables.one_time.values().filter(|token| token.expires_at <= before).map(|token| token.hash);
        let tokens: Vec<_> = expired.take(left).collect();
        for token in &tokens {
            tables.one_time.remove(token);
        }
        let left = left - tokens.len();
        let expired = tables.devices.iter().filter(|(_, (_, until))| *until <= before).map(|(device, _)| *device);
        let devices: Vec<_> = expired.take(left).collect();
        for device in &devices {
            tables.devices.remove(device);
        }
        let left = left - devices.len();
        let expired = tables.challenges.values().filter(|challenge| challenge.expires_at <= before);
        let challenges: Vec<_> = expired.map(|challenge| challenge.hash).take(left).collect();
        for challenge in &challenges {
            tables.challenges.remove(challenge);
        }
        Ok((sessions.len() + keys.len() + tokens.len() + devices.len() + challenges.len()) as u64)
    }
}

/// The error that SQL stores return for a duplicate primary key.
fn duplicate(what: &str) -> StoreError {
    StoreError::unavailable(format!("duplicate {what}"))
}

/// A page of these entries, newest first.
fn newest<'t, T: Clone + 't, Id: Ord>(
    entries: impl Iterator<Item = &'t T>,
    page: Page<'_, Id>,
    cursor: impl Fn(&T) -> Cursor<Id>,
) -> Vec<T> {
    let mut entries: Vec<_> = entries.filter(|entry| page.after.is_none_or(|after| cursor(entry) < *after)).collect();
    entries.sort_by_key(|entry| Reverse(cursor(entry)));
    entries.into_iter().take(page.limit as usize).cloned().collect()
}
