//! Every caller that a requirement distinguishes, and which of them meet it.
//!
//! Follows the rules of [`evaluate`](super::super::evaluate): a leaf must pass for every credential that it tests, and
//! a negation is applied to the leaves.

use super::table::{MOST_VARIABLES, Table};
use crate::policy::{CredentialKinds, Leaf, Requirement};

/// The variables are: a subject is known, an API key is known, and then each fact.
pub(super) struct Space {
    facts: [Option<Fact>; MOST_VARIABLES - KINDS],
    /// The number of variables.
    variables: usize,
    /// The callers that can exist.
    pub(super) possible: Table,
    /// The same without declarations elsewhere, such as the inclusion of roles.
    pub(super) evident: Table,
}

const KINDS: usize = 2;

/// A credential of one kind passes a leaf.
#[derive(Clone, Copy)]
struct Fact {
    leaf: Leaf,
    /// The variable of the credential's presence.
    kind: usize,
}

impl Space {
    /// `None` if there are too many facts.
    pub(super) const fn of(requirement: &Requirement) -> Option<Self> {
        let none = Table::always(KINDS);
        let mut space = Self { facts: [None; MOST_VARIABLES - KINDS], variables: KINDS, possible: none, evident: none };
        if !space.collect(requirement, requirement.own_kinds()) {
            return None;
        }
        space.constrain();
        Some(space)
    }

    /// Returns `false` when there are too many facts.
    const fn collect(&mut self, requirement: &Requirement, seen: CredentialKinds) -> bool {
        match requirement {
            Requirement::Public | Requirement::Optional => true,
            Requirement::Leaf(leaf) => {
                let kinds = leaf.kinds().and(seen);
                leaf.is_any_credential()
                    || (!kinds.subject || self.add(*leaf, 0)) && (!kinds.api_key || self.add(*leaf, 1))
            }
            Requirement::Not(inner) => self.collect(inner, seen),
            Requirement::Bound(bound) => self.collect(bound.requirement, bound.own),
            Requirement::All(parts) | Requirement::Any(parts) => {
                let mut i = 0;
                while i < parts.len() && self.collect(&parts[i], seen) {
                    i += 1;
                }
                i == parts.len()
            }
        }
    }

    const fn add(&mut self, leaf: Leaf, kind: usize) -> bool {
        if self.find(&leaf, kind) < self.variables {
            return true;
        }
        if self.variables == MOST_VARIABLES {
            return false;
        }
        self.facts[self.variables - KINDS] = Some(Fact { leaf, kind });
        self.variables += 1;
        true
    }

    /// The variable of a fact. Leaves that imply each other share one.
    const fn find(&self, leaf: &Leaf, kind: usize) -> usize {
        let mut i = KINDS;
        while i < self.variables {
            if let Some(fact) = &self.facts[i - KINDS]
                && fact.kind == kind
                && fact.leaf.implies(leaf)
                && leaf.implies(&fact.leaf)
            {
                return i;
            }
            i += 1;
        }
        i
    }

    const fn constrain(&mut self) {
        self.possible = Table::always(self.variables);
        self.evident = self.possible;
        let mut i = KINDS;
        while i < self.variables {
            let Some(fact) = self.facts[i - KINDS] else { return };
            self.require(i, fact.kind, true);
            let mut j = KINDS;
            while j < self.variables {
                if let Some(other) = &self.facts[j - KINDS]
                    && i != j
                    && fact.kind == other.kind
                    && fact.leaf.implies(&other.leaf)
                {
                    self.require(i, j, !fact.leaf.implies_by_declaration());
                }
                j += 1;
            }
            i += 1;
        }
    }

    /// Excludes callers with `one` and without `other`.
    const fn require(&mut self, one: usize, other: usize, is_evident: bool) {
        let implication = self.variable(one).not().or(&self.variable(other));
        self.possible = self.possible.and(&implication);
        if is_evident {
            self.evident = self.evident.and(&implication);
        }
    }

    const fn variable(&self, i: usize) -> Table {
        self.possible.variable(i)
    }

    const fn never(&self) -> Table {
        Table::always(self.variables).not()
    }

    /// The callers with a credential of these kinds.
    pub(super) const fn known(&self, kinds: CredentialKinds) -> Table {
        let mut known = self.never();
        if kinds.subject {
            known = known.or(&self.variable(0));
        }
        if kinds.api_key {
            known = known.or(&self.variable(1));
        }
        known
    }

    /// The callers that meet `requirement`, which reads the credentials `seen`.
    pub(super) const fn meets(&self, requirement: &Requirement, seen: CredentialKinds) -> Table {
        match requirement {
            Requirement::Public | Requirement::Optional => Table::always(self.variables),
            Requirement::Leaf(leaf) => {
                let kinds = leaf.kinds().and(seen);
                let mut passes = self.known(kinds);
                if kinds.subject {
                    passes = passes.and(&self.variable(0).not().or(&self.passes(leaf, 0)));
                }
                if kinds.api_key {
                    passes = passes.and(&self.variable(1).not().or(&self.passes(leaf, 1)));
                }
                passes
            }
            Requirement::All(parts) => self.join(parts, seen, false, true),
            Requirement::Any(parts) => self.join(parts, seen, false, false),
            Requirement::Not(inner) => self.known(seen).and(&self.fails(inner, seen)),
            Requirement::Bound(bound) => self.meets(bound.requirement, bound.own),
        }
    }

    /// The callers that do not meet `requirement`, among those with a known credential.
    const fn fails(&self, requirement: &Requirement, seen: CredentialKinds) -> Table {
        match requirement {
            Requirement::Public | Requirement::Optional => self.never(),
            Requirement::Leaf(leaf) => {
                let kinds = leaf.kinds().and(seen);
                let mut passes = self.never();
                if kinds.subject {
                    passes = passes.or(&self.passes(leaf, 0));
                }
                if kinds.api_key {
                    passes = passes.or(&self.passes(leaf, 1));
                }
                passes.not()
            }
            Requirement::All(parts) => self.join(parts, seen, true, false),
            Requirement::Any(parts) => self.join(parts, seen, true, true),
            Requirement::Not(inner) => self.meets(inner, seen),
            Requirement::Bound(bound) => {
                let known = self.known(bound.own);
                let unknown = known.not().and(&self.meets(bound.requirement, bound.own).not());
                known.and(&self.fails(bound.requirement, bound.own)).or(&unknown)
            }
        }
    }

    const fn passes(&self, leaf: &Leaf, kind: usize) -> Table {
        self.variable(if leaf.is_any_credential() { kind } else { self.find(leaf, kind) })
    }

    /// The callers that meet all or some of `parts`; if `negated`, those that fail all or some of them.
    const fn join(&self, parts: &[Requirement], seen: CredentialKinds, negated: bool, all: bool) -> Table {
        let mut joined = if all { Table::always(self.variables) } else { self.never() };
        let mut i = 0;
        while i < parts.len() {
            let part = if negated { self.fails(&parts[i], seen) } else { self.meets(&parts[i], seen) };
            joined = if all { joined.and(&part) } else { joined.or(&part) };
            i += 1;
        }
        joined
    }
}
