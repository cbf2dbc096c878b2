//! The one function that holds a caller against a requirement.

use super::denial::{Denial, Missing};
use super::facts::Facts;
use super::{Kinds, Requirement};
use crate::base::Timestamp;

/// Holds `caller`, whose credentials of the given kinds were looked at, against `requirement`.
///
/// Missing two credentials sent together neither lends the other its rights: a scope that is asked for must be carried by
/// every one of them, and a scope that excludes, by none. What is missing is named so that it helps: a credential only
/// if one could make the requirement hold, a step-up only if that could.
pub(crate) fn evaluate(
    requirement: &Requirement,
    caller: Facts<'_>,
    kinds: Kinds,
    now: Timestamp,
) -> Result<(), Denial> {
    Evaluation { caller, kinds, now }.holds(requirement)
}

struct Evaluation<'a> {
    caller: Facts<'a>,
    kinds: Kinds,
    now: Timestamp,
}

impl Evaluation<'_> {
    fn holds(&self, requirement: &Requirement) -> Result<(), Denial> {
        match requirement {
            Requirement::Public => Ok(()),
            // To send no credential is fine; to send one that this route does not look at is not the same as none.
            Requirement::Optional => met(!self.caller.sent_other && !self.caller.sent_foreign, Missing::Credential),
            Requirement::Auth | Requirement::Role { .. } | Requirement::Fresh(_) | Requirement::Amr(_) => {
                self.subject_holds(requirement)
            }
            Requirement::ApiKey => met(self.caller.api_key.is_some(), Missing::Credential),
            Requirement::Scope(_) if self.caller.is_anonymous() => Err(Missing::Credential.into()),
            Requirement::Scope(scope) => met(self.every_credential_carries(scope), Missing::Scope(vec![scope])),
            Requirement::All(parts) => self.all(parts),
            Requirement::Any(parts) => any(parts.iter().map(|part| self.holds(part))),
            Requirement::Not(inner) if self.caller.is_anonymous() => match self.fails(inner) {
                Err(Denial { of: Missing::Nobody, .. }) => Err(Missing::Nobody.into()),
                _ if self.kinds.none() => Err(Missing::Nobody.into()),
                _ => Err(Missing::Credential.into()),
            },
            Requirement::Not(inner) => self.fails(inner),
        }
    }

    /// Whether `requirement` does not hold, which a `not(..)` around it asks; that the caller is known has been settled
    /// by that `not`. The negation is carried down to the leaves, so that a double one still knows what is missing.
    fn fails(&self, requirement: &Requirement) -> Result<(), Denial> {
        match requirement {
            Requirement::Public | Requirement::Optional => Err(Missing::Nobody.into()),
            Requirement::Auth => met(self.caller.subject.is_none(), Missing::Excluded),
            Requirement::ApiKey => met(self.caller.api_key.is_none(), Missing::Excluded),
            Requirement::Role { .. } | Requirement::Fresh(_) | Requirement::Amr(_) => {
                met(self.subject_holds(requirement).is_err(), Missing::Excluded)
            }
            Requirement::Scope(scope) => met(!self.some_credential_carries(scope), Missing::Excluded),
            Requirement::All(parts) => any(parts.iter().map(|part| self.fails(part))),
            Requirement::Any(parts) => all(parts.iter().map(|part| self.fails(part))),
            Requirement::Not(inner) => self.holds(inner),
        }
    }

    fn subject_holds(&self, requirement: &Requirement) -> Result<(), Denial> {
        let subject = self.caller.subject.ok_or(Missing::Credential)?;
        match requirement {
            Requirement::Role { granted_by, .. } => met(subject.holds_any(granted_by), Missing::Role),
            Requirement::Fresh(age) => {
                let denial = Missing::StepUp { max_age: Some(*age), amr: Vec::new() };
                met(self.now.since(subject.authenticated_at()) <= *age, denial)
            }
            Requirement::Amr(method) => {
                met(subject.authenticated_by(method), Missing::StepUp { max_age: None, amr: vec![method] })
            }
            _ => Ok(()),
        }
    }

    /// A token that denials one scope of several is told all of them: a new one needs them all.
    fn all(&self, parts: &[Requirement]) -> Result<(), Denial> {
        all(parts.iter().map(|part| self.holds(part))).map_err(|mut denial| {
            if let Missing::Scope(missing) = &mut denial.of {
                let mut scopes = Vec::new();
                scopes_of(parts, &mut scopes);
                scopes.append(missing);
                *missing = once(scopes);
            }
            denial
        })
    }

    fn every_credential_carries(&self, scope: &str) -> bool {
        self.caller.subject.is_none_or(|identity| identity.has_scope(scope))
            && self.caller.api_key.is_none_or(|key| key.has_scope(scope))
    }

    fn some_credential_carries(&self, scope: &str) -> bool {
        self.caller.subject.is_some_and(|identity| identity.has_scope(scope))
            || self.caller.api_key.is_some_and(|key| key.has_scope(scope))
    }
}

fn met(held: bool, denial: Missing) -> Result<(), Denial> {
    if held { Ok(()) } else { Err(denial.into()) }
}

fn all(parts: impl Iterator<Item = Result<(), Denial>>) -> Result<(), Denial> {
    let denials = parts.filter_map(Result::err);
    denials.reduce(Denial::and).map_or(Ok(()), Err)
}

fn any(parts: impl Iterator<Item = Result<(), Denial>>) -> Result<(), Denial> {
    let mut nearest = Denial::from(Missing::Nobody);
    for part in parts {
        match part {
            Ok(()) => return Ok(()),
            Err(denial) => nearest = nearest.or(denial),
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
