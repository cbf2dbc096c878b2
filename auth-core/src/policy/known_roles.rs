//! The role names that the application's enums have.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::Role;

/// The names of the application's role enums; without any, every name is taken as known.
#[derive(Debug, Default)]
pub(crate) struct KnownRoles {
    names: Vec<&'static str>,
    warned: Mutex<HashSet<Box<str>>>,
}

/// An unknown name beyond this number is not warned of: names come from a store, and memory must stay bounded.
const MOST_WARNINGS: usize = 100;

impl KnownRoles {
    pub(crate) fn add<R: Role>(&mut self) {
        self.names.extend(R::ALL.iter().map(|role| role.name()));
    }

    pub(crate) fn names(&self) -> &[&'static str] {
        &self.names
    }

    pub(crate) fn has_all(&self, roles: &[Box<str>]) -> bool {
        self.names.is_empty() || roles.iter().all(|role| self.names.contains(&&**role))
    }

    /// Logs a warning for each unknown name of a stored subject, once.
    pub(crate) fn warn_of_unknown(&self, roles: &[Box<str>]) {
        if self.has_all(roles) {
            return;
        }
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        for role in roles.iter().filter(|role| !self.names.contains(&&***role)) {
            if warned.len() < MOST_WARNINGS && warned.insert(role.clone()) {
                let known = self.names.join(", ");
                tracing::warn!(target: "auth", %role, known, "a stored subject has an unknown role, which grants nothing");
            }
        }
    }
}
