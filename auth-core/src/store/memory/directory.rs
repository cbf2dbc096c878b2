//! Administration of users.

use std::ops::Bound;

use async_trait::async_trait;

use super::MemoryStore;
use super::users::User;
use crate::base::SubjectId;
use crate::store::{Account, AccountPatch, Audit, StoreError, UpdateOutcome, UserDirectory};

impl User {
    fn account(&self, id: &SubjectId) -> Account {
        Account {
            id: id.clone(),
            email: self.email.clone(),
            roles: self.roles.clone(),
            active: self.active,
            created_at: self.created_at,
        }
    }
}

#[async_trait]
impl UserDirectory for MemoryStore {
    async fn get(&self, id: &SubjectId) -> Result<Option<Account>, StoreError> {
        Ok(self.tables().users.get(id).map(|user| user.account(id)))
    }

    async fn list(&self, after: Option<&SubjectId>, limit: u32) -> Result<Vec<Account>, StoreError> {
        let range = (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let tables = self.tables();
        let users = tables.users.range::<SubjectId, _>(range).take(limit as usize);
        Ok(users.map(|(id, user)| user.account(id)).collect())
    }

    async fn update(
        &self,
        id: &SubjectId,
        patch: AccountPatch,
        audit: Audit<'_, UpdateOutcome>,
    ) -> Result<UpdateOutcome, StoreError> {
        let mut tables = self.tables();
        let taken = tables.users.iter().any(|(other, user)| other != id && Some(&user.email) == patch.email.as_ref());
        let Some((before, version)) = tables.users.get(id).map(|user| (user.account(id), user.version)) else {
            return Ok(UpdateOutcome::NotFound);
        };
        if patch.is_outdated(&before, version) {
            return Ok(UpdateOutcome::VersionChanged);
        }
        if taken {
            return Ok(UpdateOutcome::EmailTaken);
        }
        let is_needed = |user: &User| user.active && user.roles.iter().any(|role| patch.needed_roles.contains(role));
        let has_other = tables.users.iter().any(|(other, user)| other != id && is_needed(user));
        if patch.takes_needed_role(&before) && !has_other {
            return Ok(UpdateOutcome::LastOfRole);
        }
        let (deactivates, renames) = (patch.deactivates(&before), patch.renames(&before));
        let Some(user) = tables.users.get_mut(id) else { return Ok(UpdateOutcome::NotFound) };
        let AccountPatch { email, roles, active, .. } = patch;
        user.email = email.unwrap_or_else(|| user.email.clone());
        user.roles = roles.unwrap_or_else(|| user.roles.clone());
        user.active = active.unwrap_or(user.active);
        user.version += u64::from(deactivates || renames);
        let outcome = UpdateOutcome::Updated { before, after: user.account(id) };
        if renames && !deactivates {
            let sessions = tables.sessions.values_mut();
            sessions
                .filter(|session| session.subject == *id && session.version == version)
                .for_each(|s| s.version += 1);
        }
        Ok(tables.recorded(audit, outcome))
    }

    async fn remove(&self, id: &SubjectId, audit: Audit<'_, bool>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let removed = tables.users.remove(id).is_some();
        Ok(tables.recorded(audit, removed))
    }
}
