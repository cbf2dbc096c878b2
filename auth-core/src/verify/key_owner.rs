//! What the owner of an API key must meet at each use of the key.

use std::sync::{Arc, PoisonError, RwLock};

use super::{AccessError, Identity, Verifier};
use crate::base::Timestamp;
use crate::policy::{Facts, Requirement, evaluate};
#[cfg(feature = "test-util")]
use crate::policy::{OwnedRequirement, Witness};
use crate::store::{ApiKeyRecord, SubjectState};
use crate::token::Claims;

/// The requirements of owners, apart for the keys that owners make themselves: a key that an administrator made must not
/// go on by a policy that any user meets.
pub(crate) struct KeyOwners {
    made: Requirements,
    self_service: Requirements,
}

/// Alternatives, of which one must hold; without any an owner must only be active.
struct Requirements {
    /// Named by the builder: mounted routes add nothing.
    is_named: bool,
    any: RwLock<Vec<&'static Requirement>>,
}

/// The requirement of a policy for owners, evaluated as a constant where a method names the policy. It does not compile for
/// one that no owner could meet, or each could by a `not(..)`: at the use of a key there is no session.
pub(crate) const fn owner_requirement(requirement: &'static Requirement) -> &'static Requirement {
    assert!(
        requirement.is_of_roles(),
        "the owner of an API key has no session when the key is used, so its policy takes `auth`, `role(..)` and \
         `permission(..)` alone; name another one for owners: `api_keys_owned_by::<P, Owner>()` or \
         `own_api_keys_owned_by::<P, Owner>()`"
    );
    requirement
}

impl KeyOwners {
    pub(crate) fn new(made: Option<&'static Requirement>, self_service: Option<&'static Requirement>) -> Self {
        Self { made: Requirements::new(made), self_service: Requirements::new(self_service) }
    }

    /// Adds the policy of routes that make keys, or of those for self-service.
    pub(crate) fn mounted(&self, requirement: &'static Requirement, self_service: bool) {
        let of = if self_service { &self.self_service } else { &self.made };
        of.mounted(requirement);
    }

    /// The owner is a subject without a session: roles and their permissions count, and no scope, claim or fresh
    /// authentication is met.
    fn allow(&self, key: &ApiKeyRecord, owner: &Identity, now: Timestamp) -> bool {
        self.of(key).meets(Facts { subject: Some(owner), api_key: None, sent_other: false }, now)
    }

    /// An owner who may have keys that others made for it.
    #[cfg(feature = "test-util")]
    pub(crate) fn example(&self) -> Option<Witness> {
        let any = self.made.any.read().unwrap_or_else(PoisonError::into_inner);
        let requirement = OwnedRequirement::from(**any.first()?);
        requirement.example().ok().flatten()
    }

    fn of(&self, key: &ApiKeyRecord) -> &Requirements {
        if key.self_service { &self.self_service } else { &self.made }
    }
}

impl Verifier {
    /// Whether the owner of a key, in this state, may have it.
    pub(super) async fn owner_may_have(
        &self,
        key: &ApiKeyRecord,
        state: Arc<SubjectState>,
        now: Timestamp,
    ) -> Result<bool, AccessError> {
        if !state.active {
            return Ok(false);
        }
        let owner = Identity::new(Arc::new(Claims::minimal(key.owner.clone(), 0)), state);
        let reads_permissions = self.key_owners.of(key).read_permissions();
        let owner = if reads_permissions { self.with_permissions(owner, now).await? } else { owner };
        Ok(self.key_owners.allow(key, &owner, now))
    }
}

impl Requirements {
    fn read_permissions(&self) -> bool {
        let any = self.any.read().unwrap_or_else(PoisonError::into_inner);
        any.iter().any(|requirement| requirement.reads_permissions())
    }

    fn new(named: Option<&'static Requirement>) -> Self {
        Self { is_named: named.is_some(), any: RwLock::new(named.into_iter().collect()) }
    }

    fn mounted(&self, requirement: &'static Requirement) {
        if !self.is_named {
            self.any.write().unwrap_or_else(PoisonError::into_inner).push(requirement);
        }
    }

    fn meets(&self, owner: Facts<'_>, now: Timestamp) -> bool {
        let any = self.any.read().unwrap_or_else(PoisonError::into_inner);
        any.is_empty() || any.iter().any(|requirement| evaluate(requirement, owner, now).is_ok())
    }
}
