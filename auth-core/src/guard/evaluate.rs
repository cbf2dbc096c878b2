//! The one function that holds a caller against a requirement.

use std::time::Duration;

use super::Requirement;
use crate::{Caller, Timestamp};

/// What a caller lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// No credential of a kind that the requirement looks for.
    Credential,
    Role,
    Scope(&'static str),
    Fresh(Duration),
    Amr(&'static str),
    /// Known, and excluded by a `not(..)`.
    Excluded,
    /// `any()` of nothing: nobody can meet it.
    Nobody,
}

/// Holds `caller` against `requirement`.
///
/// A scope must be carried by every credential in `caller`, so that of two credentials sent together neither lends the
/// other its rights.
pub(crate) fn evaluate(requirement: &Requirement, caller: &Caller, now: Timestamp) -> Result<(), Lack> {
    let subject = || caller.subject().ok_or(Lack::Credential);
    let met = |held: bool, lack: Lack| if held { Ok(()) } else { Err(lack) };
    match requirement {
        Requirement::Public => Ok(()),
        Requirement::Auth => subject().map(|_| ()),
        Requirement::ApiKey => met(caller.api_key().is_some(), Lack::Credential),
        Requirement::Role { granted_by, .. } => met(subject()?.holds_any(granted_by), Lack::Role),
        Requirement::Scope(scope) => {
            if caller.is_anonymous() {
                return Err(Lack::Credential);
            }
            let by_subject = caller.subject().is_none_or(|identity| identity.has_scope(scope));
            let by_key = caller.api_key().is_none_or(|key| key.has_scope(scope));
            met(by_subject && by_key, Lack::Scope(scope))
        }
        Requirement::Fresh(age) => met(now.since(subject()?.authenticated_at()) <= *age, Lack::Fresh(*age)),
        Requirement::Amr(method) => met(subject()?.authenticated_by(method), Lack::Amr(method)),
        Requirement::All(parts) => all(parts, caller, now),
        Requirement::Any(parts) => any(parts, caller, now),
        Requirement::Not(inner) => {
            if caller.is_anonymous() {
                return Err(Lack::Credential);
            }
            met(evaluate(inner, caller, now).is_err(), Lack::Excluded)
        }
    }
}

/// A missing credential is named before anything else that is missing: 401 comes before 403.
fn all(parts: &[Requirement], caller: &Caller, now: Timestamp) -> Result<(), Lack> {
    let mut first = Ok(());
    for part in parts {
        match evaluate(part, caller, now) {
            Err(Lack::Credential) => return Err(Lack::Credential),
            Err(lack) if first.is_ok() => first = Err(lack),
            _ => {}
        }
    }
    first
}

/// A caller who came near one alternative is told what it lacked there, not to bring another credential.
fn any(parts: &[Requirement], caller: &Caller, now: Timestamp) -> Result<(), Lack> {
    let mut nearest = Lack::Nobody;
    for part in parts {
        match evaluate(part, caller, now) {
            Ok(()) => return Ok(()),
            Err(lack) if matches!(nearest, Lack::Nobody | Lack::Credential) => nearest = lack,
            Err(_) => {}
        }
    }
    Err(nearest)
}
