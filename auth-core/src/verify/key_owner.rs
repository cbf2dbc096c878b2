//! What the owner of an API key must meet at each use of the key.

use std::sync::{Arc, PoisonError, RwLock};

use super::Identity;
use crate::base::{SubjectId, Timestamp};
use crate::policy::{Facts, Requirement, evaluate};
use crate::store::SubjectState;
use crate::token::Claims;

/// The requirements of owners, of which one must hold; without any an owner must only be active.
pub(crate) struct KeyOwners {
    /// Named by the builder: mounted routes add nothing.
    is_named: bool,
    requirements: RwLock<Vec<&'static Requirement>>,
}

impl KeyOwners {
    pub(crate) fn new(named: Option<&'static Requirement>) -> Self {
        Self { is_named: named.is_some(), requirements: RwLock::new(named.into_iter().collect()) }
    }

    /// Adds the policy of routes that make keys.
    pub(crate) fn mounted(&self, requirement: &'static Requirement) {
        if !self.is_named {
            self.requirements.write().unwrap_or_else(PoisonError::into_inner).push(requirement);
        }
    }

    /// Whether an owner in this state may have keys. The owner is a subject without a session: roles count, and no scope,
    /// claim or fresh authentication is met.
    pub(crate) fn allow(&self, owner: &SubjectId, state: Arc<SubjectState>, now: Timestamp) -> bool {
        if !state.active {
            return false;
        }
        let requirements = self.requirements.read().unwrap_or_else(PoisonError::into_inner);
        let owner = Identity::new(Arc::new(Claims::minimal(owner.clone(), 0)), state);
        let facts = Facts { subject: Some(&owner), api_key: None, sent_other: false };
        requirements.is_empty() || requirements.iter().any(|requirement| evaluate(requirement, facts, now).is_ok())
    }
}
