//! The requirement of a route, including the guards of the routers around it.

use std::fmt;

use super::{OwnedRequirement, Requirement};

/// What a caller of a route must meet: the guard of every router around it, and the route's own requirement.
///
/// `Display` writes it as one requirement, `all(guard, own)`; [`GuardedRouter::guard`](crate::GuardedRouter::guard) has an
/// example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteRequirement {
    /// The guards of the routers around the route, innermost first.
    guards: Vec<Requirement>,
    own: Requirement,
}

impl RouteRequirement {
    /// All parts in the order in which they are checked: the outermost router's guard first, the route's own
    /// requirement last.
    pub fn parts(&self) -> impl Iterator<Item = &Requirement> {
        self.guards.iter().rev().chain([&self.own])
    }

    /// The route's own requirement.
    #[must_use]
    pub const fn own(&self) -> &Requirement {
        &self.own
    }

    /// Adds the guard of a router around those so far.
    pub(crate) fn guard(&mut self, guard: Requirement) {
        self.guards.push(guard);
    }
}

impl From<Requirement> for RouteRequirement {
    fn from(own: Requirement) -> Self {
        Self { guards: Vec::new(), own }
    }
}

impl fmt::Display for RouteRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        OwnedRequirement::from(self).fmt(f)
    }
}
