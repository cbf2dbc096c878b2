//! What a requirement means for a caller, said a second time: this must not share a line with the evaluator it tests.

use std::fmt;

use super::caller::{Kind, TestCaller};
use crate::policy::Requirement;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    LetIn,
    /// Refused for want of a credential that the route looks at: 401.
    Unknown,
    /// Known and refused: 403, or 401 with a step-up challenge.
    Insufficient,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LetIn => "to be let in",
            Self::Unknown => "401",
            Self::Insufficient => "403 or a step-up challenge",
        })
    }
}

pub(super) fn expected(requirement: &Requirement, caller: &TestCaller) -> Expected {
    let looked_at = match caller.kind {
        Kind::Nobody => false,
        Kind::Subject => requirement.wants_subject(),
        Kind::ApiKey => requirement.wants_api_key(),
    };
    let world = World { caller, known: looked_at };
    match (world.meets(requirement), looked_at) {
        (true, _) => Expected::LetIn,
        (false, false) => Expected::Unknown,
        (false, true) => Expected::Insufficient,
    }
}

struct World<'a> {
    caller: &'a TestCaller,
    known: bool,
}

impl World<'_> {
    fn meets(&self, requirement: &Requirement) -> bool {
        let is = |kind| self.known && self.caller.kind == kind;
        let has = |names: &[String], name: &str| names.iter().any(|held| held == name);
        match requirement {
            Requirement::Public => true,
            // A credential of another kind is no access token, and not none either.
            Requirement::Optional => self.caller.kind == Kind::Nobody || is(Kind::Subject),
            Requirement::Auth => is(Kind::Subject),
            Requirement::ApiKey => is(Kind::ApiKey),
            Requirement::Role { granted_by, .. } => {
                is(Kind::Subject) && self.caller.roles.iter().any(|role| granted_by.contains(role))
            }
            Requirement::Scope(scope) => self.known && has(&self.caller.scopes, scope),
            Requirement::Fresh(age) => is(Kind::Subject) && self.caller.authenticated_ago <= *age,
            Requirement::Amr(method) => is(Kind::Subject) && has(&self.caller.amr, method),
            Requirement::All(parts) => parts.iter().all(|part| self.meets(part)),
            Requirement::Any(parts) => parts.iter().any(|part| self.meets(part)),
            Requirement::Not(inner) => self.known && !self.meets(inner),
        }
    }
}

/// Every role that a requirement names.
pub(super) fn roles_named(requirement: &Requirement) -> Vec<&'static str> {
    match requirement {
        Requirement::Role { name, .. } => vec![name],
        Requirement::All(parts) | Requirement::Any(parts) => parts.iter().flat_map(roles_named).collect(),
        Requirement::Not(inner) => roles_named(inner),
        _ => Vec::new(),
    }
}
