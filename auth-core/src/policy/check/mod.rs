//! Whether a requirement means what it appears to mean. The macros' output asserts this constant function, which sees
//! the values of named policies and roles; the macros cannot.
//!
//! The answer is exact for requirements of up to [`MOST_VARIABLES`] variables. A larger one is accepted.

mod message;
mod space;
mod table;
#[cfg(test)]
mod tests;

use space::Space;
use table::{MOST_VARIABLES, Table};

use super::requirement::Mentions;
use super::{CredentialKinds, Requirement};

/// A larger requirement is accepted, to bound the time of a build.
const MOST_PARTS: usize = 100;

/// The fault of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault<'a> {
    /// No caller meets this part.
    Contradiction(&'a Requirement),
    /// Every known caller meets this part, although no alternative in it states that.
    Everyone(&'a Requirement),
    /// `part` changes nothing: in an `any` it is contained in `beside`, in an `all` it contains `beside`.
    Redundant { part: &'a Requirement, beside: &'a Requirement, of_any: bool },
    /// This part accepts callers without credentials, which makes the parts beside it void.
    Open(&'a Requirement),
}

/// Finds the smallest part of `requirement` with a fault.
pub(crate) const fn check(requirement: &Requirement) -> Result<(), Fault<'_>> {
    if let Some(open) = open_part(requirement, true) {
        return Err(Fault::Open(open));
    }
    if count(requirement, MOST_PARTS) > MOST_PARTS {
        return Ok(());
    }
    let Some(space) = Space::of(requirement) else { return Ok(()) };
    let checker = Checker { space, whole: Mentions::of(requirement), seen: requirement.own_kinds() };
    match checker.fault(requirement) {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}

/// A part that accepts callers without credentials; the whole requirement may.
const fn open_part(requirement: &Requirement, is_whole: bool) -> Option<&Requirement> {
    match requirement {
        Requirement::Public | Requirement::Optional if !is_whole => Some(requirement),
        Requirement::Not(inner) => open_part(inner, false),
        Requirement::All(parts) | Requirement::Any(parts) => {
            let mut i = 0;
            while i < parts.len() {
                if let Some(open) = open_part(&parts[i], false) {
                    return Some(open);
                }
                i += 1;
            }
            None
        }
        _ => None,
    }
}

/// The number of parts, counted up to `most`.
const fn count(requirement: &Requirement, most: usize) -> usize {
    match requirement {
        Requirement::Not(inner) => 1 + count(inner, most),
        Requirement::Bound(bound) => 1 + count(bound.requirement, most),
        Requirement::All(parts) | Requirement::Any(parts) => {
            let (mut sum, mut i) = (1, 0);
            while i < parts.len() && sum <= most {
                sum += count(&parts[i], most - sum);
                i += 1;
            }
            sum
        }
        _ => 1,
    }
}

struct Checker {
    space: Space,
    whole: Mentions,
    seen: CredentialKinds,
}

impl Checker {
    const fn fault<'a>(&self, requirement: &'a Requirement) -> Option<Fault<'a>> {
        let parts = match requirement {
            Requirement::All(parts) | Requirement::Any(parts) => *parts,
            Requirement::Not(inner) => std::slice::from_ref(*inner),
            _ => return None,
        };
        let mut i = 0;
        while i < parts.len() {
            if let Some(fault) = self.fault(&parts[i]) {
                return Some(fault);
            }
            i += 1;
        }
        let met = self.space.meets(requirement, self.seen);
        if met.and(&self.space.possible).is_never() {
            // A bound requirement was checked at its declaration.
            return if self.has_bound_contradiction(parts) { None } else { Some(Fault::Contradiction(requirement)) };
        }
        let of_any = match requirement {
            Requirement::All(_) => false,
            Requirement::Any(_) => true,
            _ => return None,
        };
        if let Some(fault) = self.redundant(parts, of_any) {
            return Some(fault);
        }
        let known = self.space.known(self.seen);
        if of_any && known.implies(&met, &self.space.possible) && !self.says_everyone(parts, &known) {
            return Some(Fault::Everyone(requirement));
        }
        None
    }

    const fn has_bound_contradiction(&self, parts: &[Requirement]) -> bool {
        let mut i = 0;
        while i < parts.len() {
            if is_bound(&parts[i]) && self.space.meets(&parts[i], self.seen).and(&self.space.possible).is_never() {
                return true;
            }
            i += 1;
        }
        false
    }

    /// A part that another one makes void: an alternative within a wider one, or a demand within a stricter one. A
    /// requirement declared elsewhere, such as the guard of a module, may be contained in this one.
    const fn redundant<'a>(&self, parts: &'a [Requirement], of_any: bool) -> Option<Fault<'a>> {
        let mut tables = [self.space.possible; MOST_VARIABLES];
        if parts.len() > tables.len() {
            return None;
        }
        let mut i = 0;
        while i < parts.len() {
            tables[i] = self.space.meets(&parts[i], self.seen);
            i += 1;
        }
        i = 0;
        while i < parts.len() {
            let mut j = 0;
            while j < parts.len() {
                // Of two equal parts, the second is redundant.
                if i != j
                    && !is_bound(&parts[i])
                    && !is_bound(&parts[j])
                    && self.covers(&tables[i], &tables[j], of_any)
                    && (j < i || !self.covers(&tables[j], &tables[i], of_any))
                    && (of_any || !is_any_credential(&parts[i]))
                    && self.could_go(&parts[i])
                {
                    return Some(Fault::Redundant { part: &parts[i], beside: &parts[j], of_any });
                }
                j += 1;
            }
            i += 1;
        }
        None
    }

    /// Whether `part` adds nothing to `beside`.
    const fn covers(&self, part: &Table, beside: &Table, of_any: bool) -> bool {
        let (narrow, wide) = if of_any { (part, beside) } else { (beside, part) };
        narrow.implies(wide, &self.space.evident)
    }

    /// Whether the other parts would keep their meaning without `part`: it can determine which credentials a scope or a
    /// `not` reads.
    const fn could_go(&self, part: &Requirement) -> bool {
        let rest = self.whole.without(Mentions::of(part));
        self.whole.own().is(rest.own()) || !rest.depends_on_kinds()
    }

    /// Whether one alternative states that any known caller is accepted, or all of them together do, as in `any(auth,
    /// api_key)`.
    const fn says_everyone(&self, parts: &[Requirement], known: &Table) -> bool {
        let mut credentials = 0;
        let mut i = 0;
        while i < parts.len() {
            if known.implies(&self.space.meets(&parts[i], self.seen), &self.space.possible) {
                return true;
            }
            credentials += is_any_credential(&parts[i]) as usize;
            i += 1;
        }
        credentials == parts.len()
    }
}

/// `auth` or `api_key`, which may be written although it follows from another part, as in `all(auth, role(Admin))`.
const fn is_any_credential(requirement: &Requirement) -> bool {
    match requirement {
        Requirement::Leaf(leaf) => leaf.is_any_credential(),
        Requirement::Bound(bound) => is_any_credential(bound.requirement),
        _ => false,
    }
}

const fn is_bound(requirement: &Requirement) -> bool {
    matches!(requirement, Requirement::Bound(_))
}
