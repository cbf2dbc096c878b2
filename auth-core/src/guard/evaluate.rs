//! The one function that holds a caller against a requirement.

use super::lack::{Lack, Of};
use super::{Kinds, Requirement};
use crate::{Caller, Timestamp};

/// Holds `caller`, whose credentials of the given kinds were looked at, against `requirement`.
///
/// Of two credentials sent together neither lends the other its rights: a scope that is asked for must be carried by
/// every one of them, and a scope that excludes, by none. What is missing is named so that it helps: a credential only
/// if one could make the requirement hold, a step-up only if that could.
pub(crate) fn evaluate(requirement: &Requirement, caller: &Caller, kinds: Kinds, now: Timestamp) -> Result<(), Lack> {
    Evaluation { caller, kinds, now }.holds(requirement)
}

struct Evaluation<'a> {
    caller: &'a Caller,
    kinds: Kinds,
    now: Timestamp,
}

impl Evaluation<'_> {
    fn holds(&self, requirement: &Requirement) -> Result<(), Lack> {
        match requirement {
            Requirement::Public => Ok(()),
            // To send no credential is fine; to send one that this route does not look at is not the same as none.
            Requirement::Optional => met(!self.caller.sent_other_credential(), Of::Credential),
            Requirement::Auth | Requirement::Role { .. } | Requirement::Fresh(_) | Requirement::Amr(_) => {
                self.subject_holds(requirement)
            }
            Requirement::ApiKey => met(self.caller.api_key().is_some(), Of::Credential),
            Requirement::Scope(_) if self.caller.is_anonymous() => Err(Of::Credential.into()),
            Requirement::Scope(scope) => met(self.every_credential_carries(scope), Of::Scope(vec![scope])),
            Requirement::All(parts) => self.all(parts),
            Requirement::Any(parts) => any(parts.iter().map(|part| self.holds(part))),
            Requirement::Not(inner) if self.caller.is_anonymous() => match self.fails(inner) {
                Err(Lack { of: Of::Nobody, .. }) => Err(Of::Nobody.into()),
                _ if self.kinds.none() => Err(Of::Nobody.into()),
                _ => Err(Of::Credential.into()),
            },
            Requirement::Not(inner) => self.fails(inner),
        }
    }

    /// Whether `requirement` does not hold, which a `not(..)` around it asks; that the caller is known has been settled
    /// by that `not`. The negation is carried down to the leaves, so that a double one still knows what is lacking.
    fn fails(&self, requirement: &Requirement) -> Result<(), Lack> {
        match requirement {
            Requirement::Public | Requirement::Optional => Err(Of::Nobody.into()),
            Requirement::Auth => met(self.caller.subject().is_none(), Of::Excluded),
            Requirement::ApiKey => met(self.caller.api_key().is_none(), Of::Excluded),
            Requirement::Role { .. } | Requirement::Fresh(_) | Requirement::Amr(_) => {
                met(self.subject_holds(requirement).is_err(), Of::Excluded)
            }
            Requirement::Scope(scope) => met(!self.some_credential_carries(scope), Of::Excluded),
            Requirement::All(parts) => any(parts.iter().map(|part| self.fails(part))),
            Requirement::Any(parts) => all(parts.iter().map(|part| self.fails(part))),
            Requirement::Not(inner) => self.holds(inner),
        }
    }

    fn subject_holds(&self, requirement: &Requirement) -> Result<(), Lack> {
        let subject = self.caller.subject().ok_or(Of::Credential)?;
        match requirement {
            Requirement::Role { granted_by, .. } => met(subject.holds_any(granted_by), Of::Role),
            Requirement::Fresh(age) => {
                let lack = Of::StepUp { max_age: Some(*age), amr: Vec::new() };
                met(self.now.since(subject.authenticated_at()) <= *age, lack)
            }
            Requirement::Amr(method) => {
                met(subject.authenticated_by(method), Of::StepUp { max_age: None, amr: vec![method] })
            }
            _ => Ok(()),
        }
    }

    /// A token that lacks one scope of several is told all of them: a new one needs them all.
    fn all(&self, parts: &[Requirement]) -> Result<(), Lack> {
        all(parts.iter().map(|part| self.holds(part))).map_err(|mut lack| {
            if let Of::Scope(lacking) = &mut lack.of {
                let mut scopes = Vec::new();
                scopes_of(parts, &mut scopes);
                scopes.append(lacking);
                *lacking = once(scopes);
            }
            lack
        })
    }

    fn every_credential_carries(&self, scope: &str) -> bool {
        self.caller.subject().is_none_or(|identity| identity.has_scope(scope))
            && self.caller.api_key().is_none_or(|key| key.has_scope(scope))
    }

    fn some_credential_carries(&self, scope: &str) -> bool {
        self.caller.subject().is_some_and(|identity| identity.has_scope(scope))
            || self.caller.api_key().is_some_and(|key| key.has_scope(scope))
    }
}

fn met(held: bool, lack: Of) -> Result<(), Lack> {
    if held { Ok(()) } else { Err(lack.into()) }
}

fn all(parts: impl Iterator<Item = Result<(), Lack>>) -> Result<(), Lack> {
    let lacks = parts.filter_map(Result::err);
    lacks.reduce(Lack::and).map_or(Ok(()), Err)
}

fn any(parts: impl Iterator<Item = Result<(), Lack>>) -> Result<(), Lack> {
    let mut nearest = Lack::from(Of::Nobody);
    for part in parts {
        match part {
            Ok(()) => return Ok(()),
            Err(lack) => nearest = nearest.or(lack),
        }
    }
    Err(nearest)
}

/// The scopes that `parts` together ask for in any case.
fn scopes_of(parts: &[Requirement], scopes: &mut Vec<&'static str>) {
    for part in parts {
        match part {
            Requirement::Scope(scope) => scopes.push(scope),
            Requirement::All(parts) => scopes_of(parts, scopes),
            _ => {}
        }
    }
}

fn once(names: Vec<&'static str>) -> Vec<&'static str> {
    let mut once = Vec::with_capacity(names.len());
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}
