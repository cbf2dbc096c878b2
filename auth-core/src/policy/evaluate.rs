//! The one function that checks a caller against a requirement.

use super::denial::{Denial, Missing};
use super::facts::Facts;
use super::requirement::Bound;
use super::{CredentialKinds, Leaf, Requirement};
use crate::base::Timestamp;

/// Checks a caller against `requirement`; `sent` are the credentials of the kinds that it reads.
///
/// Two credentials in one request do not share their rights: a leaf that tests either kind must pass for each of them,
/// and a negated one for none. A leaf whose fact is unknown does not pass, negated or not. The denial names something that
/// helps: a credential only if one could satisfy the requirement, a step-up only if that could.
pub(crate) fn evaluate(requirement: &Requirement, sent: Facts<'_>, now: Timestamp) -> Result<(), Denial> {
    Evaluation::of(sent, requirement.own_kinds(), now).holds(requirement)
}

struct Evaluation<'a> {
    sent: Facts<'a>,
    /// The credentials that this part reads.
    kinds: CredentialKinds,
    caller: Facts<'a>,
    now: Timestamp,
}

impl<'a> Evaluation<'a> {
    fn of(sent: Facts<'a>, kinds: CredentialKinds, now: Timestamp) -> Self {
        Self { sent, kinds, caller: sent.only(kinds), now }
    }

    fn within(&self, bound: &Bound) -> Self {
        Self::of(self.sent, bound.own, self.now)
    }

    fn holds(&self, requirement: &Requirement) -> Result<(), Denial> {
        match requirement {
            Requirement::Public => Ok(()),
            // No credential is accepted; a credential that this route does not read is refused.
            Requirement::Optional => met(!self.caller.sent_other, Missing::Credential),
            Requirement::Leaf(leaf) => self.passes(leaf),
            Requirement::All(parts) => self.all(parts),
            Requirement::Any(parts) => any(parts.iter().map(|part| self.holds(part))),
            Requirement::Not(inner) if self.caller.is_anonymous() => match self.fails(inner) {
                Err(Denial { of: Missing::Impossible, .. }) => Err(Missing::Impossible.into()),
                _ if self.kinds.is_none() => Err(Missing::Impossible.into()),
                _ => Err(Missing::Credential.into()),
            },
            Requirement::Not(inner) => self.fails(inner),
            Requirement::Bound(bound) => self.within(bound).holds(bound.requirement),
        }
    }

    /// Whether `requirement` does not hold, for a `not(..)` around it, which has checked that the caller is known. The
    /// negation is applied to the leaves, so that a double one still names what is missing.
    fn fails(&self, requirement: &Requirement) -> Result<(), Denial> {
        match requirement {
            Requirement::Public | Requirement::Optional => Err(Missing::Impossible.into()),
            Requirement::Leaf(leaf) => {
                let fails = self.caller.credentials(leaf.kinds()).all(|it| leaf.passes(it, self.now) == Some(false));
                met(fails, Missing::Excluded)
            }
            Requirement::All(parts) => any(parts.iter().map(|part| self.fails(part))),
            Requirement::Any(parts) => all(parts.iter().map(|part| self.fails(part))),
            Requirement::Not(inner) => self.holds(inner),
            Requirement::Bound(bound) => match self.within(bound) {
                // The caller is known by a credential that this part does not read: a `not` inside is not met either.
                within if within.caller.is_anonymous() => {
                    met(within.holds(bound.requirement).is_err(), Missing::Excluded)
                }
                within => within.fails(bound.requirement),
            },
        }
    }

    fn passes(&self, leaf: &Leaf) -> Result<(), Denial> {
        let mut credentials = self.caller.credentials(leaf.kinds()).peekable();
        met(credentials.peek().is_some(), Missing::Credential)?;
        if credentials.all(|it| leaf.passes(it, self.now) == Some(true)) { Ok(()) } else { Err(leaf.missing().into()) }
    }

    /// The denial for a missing scope names all scopes of the list: a new token needs them all.
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
}

fn met(held: bool, denial: Missing) -> Result<(), Denial> {
    if held { Ok(()) } else { Err(denial.into()) }
}

fn all(parts: impl Iterator<Item = Result<(), Denial>>) -> Result<(), Denial> {
    let denials = parts.filter_map(Result::err);
    denials.reduce(Denial::and).map_or(Ok(()), Err)
}

fn any(parts: impl Iterator<Item = Result<(), Denial>>) -> Result<(), Denial> {
    let mut nearest = Denial::from(Missing::Impossible);
    for part in parts {
        match part {
            Ok(()) => return Ok(()),
            Err(denial) => nearest = nearest.or(denial),
        }
    }
    Err(nearest)
}

/// The scopes that `parts` demand in any case.
fn scopes_of(parts: &[Requirement], scopes: &mut Vec<&'static str>) {
    for part in parts {
        match part {
            Requirement::Leaf(leaf) => {
                if let Missing::Scope(missing) = leaf.missing() {
                    scopes.extend(missing);
                }
            }
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
