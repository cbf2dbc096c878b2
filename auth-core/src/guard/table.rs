//! What the router knows of its routes: who may call what, and where that was decided.

use super::evidence::Decided;
use super::{Declaration, Requirement};

/// An HTTP method's name, `ANY` for all.
pub(super) type Methods = &'static str;

#[derive(Clone, Copy, Debug)]
pub(super) struct Decision {
    pub(super) requirement: Requirement,
    pub(super) declared: Declaration,
}

impl Decision {
    pub(super) const fn of<T: Decided>() -> Self {
        Self { requirement: T::REQUIREMENT, declared: T::DECLARED }
    }
}

/// One row of the policy table: a method and path, and who may call it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoutePolicy {
    /// The HTTP method, `ANY` for all.
    pub method: &'static str,
    /// The path with the prefixes of all nests, in axum's syntax.
    pub path: String,
    /// What a caller must meet.
    pub requirement: Requirement,
    /// Where that was decided.
    pub declared: Declaration,
}
