//! The expected outcome of a requirement for a test caller.

use std::fmt;

use super::caller::{NOW, TestCaller};
use crate::policy::{CredentialFacts, Facts, Leaf, Requirement, SubjectFacts, evaluate};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Allowed,
    /// Refused without a credential of a kind that the route accepts: 401.
    Unknown,
    /// Refused with a credential: 403, or 401 with a step-up challenge.
    Insufficient,
    /// Let in by the guard, and refused by a condition.
    Forbidden,
    /// Let in by the guard; nothing is said of a condition.
    Undetermined,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allowed => "access",
            Self::Unknown => "401",
            Self::Insufficient => "403 or a step-up challenge",
            Self::Forbidden => "403 by a condition",
            Self::Undetermined => "access or 403 by a condition",
        })
    }
}

pub(super) fn expected(requirement: &Requirement, caller: &TestCaller) -> Expected {
    let kinds = requirement.kinds();
    let sent = Facts {
        subject: caller.token().map(|caller| caller as &dyn SubjectFacts),
        api_key: caller.key().map(|caller| caller as &dyn CredentialFacts),
        sent_other: false,
    };
    match evaluate(requirement, sent.only(kinds), NOW) {
        Ok(()) => Expected::Allowed,
        Err(_) if sent.only(kinds).is_anonymous() => Expected::Unknown,
        Err(_) => Expected::Insufficient,
    }
}

/// The roles that a requirement names.
pub(super) fn roles_named(requirement: &Requirement) -> Vec<&'static str> {
    match requirement {
        Requirement::Leaf(Leaf::Role(role)) => vec![role.name],
        Requirement::All(parts) | Requirement::Any(parts) => parts.iter().flat_map(roles_named).collect(),
        Requirement::Not(inner) => roles_named(inner),
        _ => Vec::new(),
    }
}
