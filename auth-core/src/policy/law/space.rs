//! The facts about callers that requirements test, and the callers that meet a requirement.
//!
//! Follows the rules of [`evaluate`](super::super::evaluate): a leaf must pass for every credential that it tests, a negation
//! is applied to the leaves, and a fact that could not be read passes neither.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::expr::{Node, OwnedLeaf, Text, Value};
use super::super::leaf::Tests;
use super::diagram::{Diagrams, Function};
use super::witness::Witness;
use super::{Access, AnalysisError};
use crate::policy::CredentialKinds;

/// A fact about a caller: a variable of the diagrams.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fact {
    /// The caller sent a credential of this kind.
    Has(Kind),
    /// What leaves test could be read in full: each claim for itself, else one list for all leaves with this test.
    IsRead(Tests, Text),
    /// The subject has a role of the class.
    Role(usize),
    /// The subject authenticated at most so many seconds ago.
    Younger(u64),
    /// The credential carries what a leaf of this word tests.
    Carries(Kind, &'static str, Vec<Value>),
    Condition(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Subject,
    ApiKey,
}

/// A caller, as far as it matters: facts that hold for it, and facts that do not.
pub(super) type Path = Vec<(u32, bool)>;

type Prices = HashMap<Function, Option<u32>>;

pub(in crate::policy) struct Space {
    diagrams: Diagrams,
    facts: Vec<Fact>,
    variables: HashMap<Fact, u32>,
    ages: BTreeSet<u64>,
    /// Classes of roles that satisfy the same leaves: no requirement here tells them apart.
    classes: Vec<Vec<Text>>,
    class_of: HashMap<Text, usize>,
}

type Made = Result<Function, AnalysisError>;

impl Space {
    /// A space for questions about these.
    pub(in crate::policy) fn of<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Self {
        let mut leaves: Vec<Vec<&Text>> = Vec::new();
        for node in nodes {
            node.leaves(&mut |leaf| leaves.extend(satisfying(leaf)));
        }
        leaves.sort_unstable();
        leaves.dedup();
        // The leaves that each role satisfies.
        let mut satisfied: HashMap<&Text, Vec<usize>> = HashMap::new();
        let mut roles = Vec::new();
        for (i, granted_by) in leaves.iter().enumerate() {
            for &role in granted_by {
                let satisfied = satisfied.entry(role).or_insert_with(|| {
                    roles.push(role);
                    Vec::new()
                });
                satisfied.push(i);
            }
        }
        let (mut classes, mut class_of, mut index) = (Vec::<Vec<Text>>::new(), HashMap::new(), HashMap::new());
        for role in roles {
            let class = *index.entry(&satisfied[role]).or_insert_with(|| {
                classes.push(Vec::new());
                classes.len() - 1
            });
            classes[class].push(role.clone());
            class_of.insert(role.clone(), class);
        }
        let (facts, variables) = (Vec::new(), HashMap::new());
        Self { diagrams: Diagrams::new(), facts, variables, ages: BTreeSet::new(), classes, class_of }
    }

    fn fact(&mut self, fact: Fact) -> Made {
        let next = u32::try_from(self.facts.len()).map_err(|_| AnalysisError::TooLarge { steps: self.facts.len() })?;
        let variable = *self.variables.entry(fact).or_insert_with_key(|fact| {
            self.facts.push(fact.clone());
            next
        });
        self.diagrams.variable(variable)
    }

    fn has(&mut self, kind: Kind) -> Made {
        self.fact(Fact::Has(kind))
    }

    /// The callers with a credential of these kinds.
    pub(super) fn known(&mut self, kinds: CredentialKinds) -> Made {
        let mut known = Function::NEVER;
        for kind in each(kinds) {
            let has = self.has(kind)?;
            known = self.diagrams.or(known, has)?;
        }
        Ok(known)
    }

    /// The callers that `access` lets in.
    pub(in crate::policy) fn access(&mut self, access: Access<'_>) -> Made {
        let mut callers = self.meets(access.node, access.node.own_kinds())?;
        for condition in access.conditions {
            let holds = self.fact(Fact::Condition(condition.clone()))?;
            callers = self.and(callers, holds)?;
        }
        Ok(callers)
    }

    /// The callers that one of these lets in.
    pub(in crate::policy) fn any_of(&mut self, all: &[Access<'_>]) -> Made {
        let mut callers = Function::NEVER;
        for access in all {
            let more = self.access(*access)?;
            callers = self.diagrams.or(callers, more)?;
        }
        Ok(callers)
    }

    /// The callers that meet `node`, which reads the credentials `seen`.
    fn meets(&mut self, node: &Node, seen: CredentialKinds) -> Made {
        self.diagrams.visit()?;
        match node {
            Node::Public => Ok(Function::ALWAYS),
            // No credential is accepted; an API key in the place of an access token is refused.
            Node::Optional => {
                let (subject, key) = (self.has(Kind::Subject)?, self.has(Kind::ApiKey)?);
                self.diagrams.implies(key, subject)
            }
            Node::Leaf(leaf) => {
                let kinds = leaf.kinds.and(seen);
                let mut passes = self.known(kinds)?;
                for kind in each(kinds) {
                    let (has, carries) = (self.has(kind)?, self.carries(leaf, kind)?);
                    let carries = self.diagrams.implies(has, carries)?;
                    passes = self.and(passes, carries)?;
                }
                Ok(passes)
            }
            Node::All(parts) => self.join(parts, seen, false, true),
            Node::Any(parts) => self.join(parts, seen, false, false),
            Node::Not(inner) => {
                let (known, fails) = (self.known(seen)?, self.fails(inner, seen)?);
                self.and(known, fails)
            }
            Node::By(own, inner) => self.meets(inner, *own),
        }
    }

    /// The callers that do not meet `node`, among those with a known credential.
    fn fails(&mut self, node: &Node, seen: CredentialKinds) -> Made {
        self.diagrams.visit()?;
        match node {
            Node::Public | Node::Optional => Ok(Function::NEVER),
            Node::Leaf(leaf) => {
                let mut fails = Function::ALWAYS;
                for kind in each(leaf.kinds.and(seen)) {
                    let (has, lacks) = (self.has(kind)?, self.lacks(leaf, kind)?);
                    let lacks = self.diagrams.implies(has, lacks)?;
                    fails = self.and(fails, lacks)?;
                }
                Ok(fails)
            }
            Node::All(parts) => self.join(parts, seen, true, false),
            Node::Any(parts) => self.join(parts, seen, true, true),
            Node::Not(inner) => self.meets(inner, seen),
            // A caller without the credentials that it reads fails it unless it demands nothing.
            Node::By(own, inner) => {
                let (known, fails, meets) = (self.known(*own)?, self.fails(inner, *own)?, self.meets(inner, *own)?);
                let unmet = self.diagrams.not(meets)?;
                self.diagrams.choose(known, fails, unmet)
            }
        }
    }

    /// The callers that meet all or some of `parts`; if `negated`, those that fail all or some of them.
    fn join(&mut self, parts: &[Node], seen: CredentialKinds, negated: bool, all: bool) -> Made {
        let mut joined = if all { Function::ALWAYS } else { Function::NEVER };
        for part in parts {
            let part = if negated { self.fails(part, seen)? } else { self.meets(part, seen)? };
            joined = if all { self.and(joined, part)? } else { self.diagrams.or(joined, part)? };
        }
        Ok(joined)
    }

    /// A credential of this kind passes the leaf.
    fn carries(&mut self, leaf: &OwnedLeaf, kind: Kind) -> Made {
        match leaf.syntax.tests {
            Tests::Presence => Ok(Function::ALWAYS),
            Tests::Role => self.role(leaf),
            Tests::Age => {
                let (younger, read) = (self.younger(leaf)?, self.is_read(leaf)?);
                self.and(younger, read)
            }
            Tests::RoleData | Tests::Scope | Tests::Method | Tests::Claim => {
                self.fact(Fact::Carries(kind, leaf.syntax.word, leaf.arguments.clone()))
            }
        }
    }

    /// A credential of this kind passes the negated leaf. What is absent from a list that could not be read may be in it.
    fn lacks(&mut self, leaf: &OwnedLeaf, kind: Kind) -> Made {
        let carries = match leaf.syntax.tests {
            Tests::Age => self.younger(leaf)?,
            _ => self.carries(leaf, kind)?,
        };
        let lacks = self.diagrams.not(carries)?;
        if leaf.syntax.tests == Tests::Presence || kind == Kind::ApiKey {
            return Ok(lacks);
        }
        let read = self.is_read(leaf)?;
        self.and(lacks, read)
    }

    fn role(&mut self, leaf: &OwnedLeaf) -> Made {
        let roles = satisfying(leaf).unwrap_or_default();
        let classes: BTreeSet<usize> = roles.into_iter().map(|role| self.class(role)).collect();
        let mut holds = Function::NEVER;
        for class in classes {
            let class = self.fact(Fact::Role(class))?;
            holds = self.diagrams.or(holds, class)?;
        }
        Ok(holds)
    }

    fn class(&mut self, role: &Text) -> usize {
        if let Some(class) = self.class_of.get(role) {
            return *class;
        }
        let class = self.classes.len();
        self.classes.push(vec![role.clone()]);
        self.class_of.insert(role.clone(), class);
        class
    }

    fn younger(&mut self, leaf: &OwnedLeaf) -> Made {
        let Some(Value::Seconds(seconds)) = leaf.arguments.first() else { return Ok(Function::NEVER) };
        self.ages.insert(*seconds);
        self.fact(Fact::Younger(*seconds))
    }

    fn is_read(&mut self, leaf: &OwnedLeaf) -> Made {
        let name = match leaf.syntax.tests {
            Tests::Claim => leaf.arguments.first().map_or("", Value::text).to_owned(),
            _ => String::new(),
        };
        let tests = match leaf.syntax.tests {
            Tests::RoleData => Tests::Role,
            tests => tests,
        };
        self.fact(Fact::IsRead(tests, name.into()))
    }

    /// The callers that can exist: one that authenticated at most 5 minutes ago did so at most 10 minutes ago.
    fn possible(&mut self) -> Made {
        let mut possible = Function::ALWAYS;
        let ages: Vec<u64> = self.ages.iter().copied().collect();
        for pair in ages.windows(2) {
            let (younger, older) = (self.fact(Fact::Younger(pair[0]))?, self.fact(Fact::Younger(pair[1]))?);
            let implied = self.diagrams.implies(younger, older)?;
            possible = self.and(possible, implied)?;
        }
        Ok(possible)
    }

    pub(super) fn and(&mut self, one: Function, other: Function) -> Made {
        self.diagrams.and(one, other)
    }

    /// The callers of `one` that are not of `other`.
    pub(in crate::policy) fn without(&mut self, one: Function, other: Function) -> Made {
        self.diagrams.without(one, other)
    }

    /// The possible ones among these callers: equal for equal callers.
    pub(in crate::policy) fn canonical(&mut self, callers: Function) -> Made {
        let possible = self.possible()?;
        self.and(callers, possible)
    }

    /// One of these callers, with as little as possible.
    pub(in crate::policy) fn witness(&mut self, callers: Function) -> Result<Option<Witness>, AnalysisError> {
        let Some(path) = self.path(callers)? else { return Ok(None) };
        let path = self.shortened(path, callers)?;
        Ok(Some(self.caller(&path)))
    }

    pub(super) fn caller(&self, path: &Path) -> Witness {
        let facts = path.iter().filter_map(|(variable, value)| Some((self.facts.get(*variable as usize)?, *value)));
        Witness::of(facts, &self.classes)
    }

    /// The facts of the caller among these that has the fewest.
    pub(super) fn path(&mut self, callers: Function) -> Result<Option<Path>, AnalysisError> {
        let callers = self.canonical(callers)?;
        let mut prices = HashMap::from([(Function::NEVER, None), (Function::ALWAYS, Some(0))]);
        self.price(callers, &mut prices)?;
        if prices.get(&callers).copied().flatten().is_none() {
            return Ok(None);
        }
        let (mut path, mut at) = (Path::new(), callers);
        while let Some(node) = self.diagrams.node(at) {
            let price =
                |next, value| prices.get(next).copied().flatten().map(|p| p + self.price_of(node.variable, value));
            let value = match (price(&node.low, false), price(&node.high, true)) {
                (Some(low), Some(high)) => high < low,
                (low, _) => low.is_none(),
            };
            path.push((node.variable, value));
            at = if value { node.high } else { node.low };
        }
        Ok(Some(path))
    }

    /// The price of the cheapest caller of each function; `None` of that without callers.
    fn price(&mut self, function: Function, prices: &mut Prices) -> Result<(), AnalysisError> {
        let Some(node) = self.diagrams.node(function).filter(|_| !prices.contains_key(&function)) else {
            return Ok(());
        };
        self.diagrams.visit()?;
        let mut cheapest: Option<u32> = None;
        for (next, value) in [(node.low, false), (node.high, true)] {
            self.price(next, prices)?;
            let price = prices.get(&next).copied().flatten().map(|p| p + self.price_of(node.variable, value));
            cheapest = cheapest.into_iter().chain(price).min();
        }
        prices.insert(function, cheapest);
        Ok(())
    }

    /// Rare facts cost more: a plain caller explains more than a peculiar one.
    fn price_of(&self, variable: u32, value: bool) -> u32 {
        match (self.facts.get(variable as usize), value) {
            (Some(Fact::IsRead(..)), false) => 20,
            (Some(Fact::IsRead(..)), true) | (_, false) => 0,
            (Some(Fact::Has(_)), true) => 3,
            (Some(Fact::Role(_)), true) => 1,
            (_, true) => 2,
        }
    }

    /// `path` without the facts that `callers` does not depend on: what is absent goes first, then what is present.
    pub(super) fn shortened(&mut self, mut path: Path, callers: Function) -> Result<Path, AnalysisError> {
        let possible = self.possible()?;
        let callers = self.diagrams.implies(possible, callers)?;
        for value in [false, true] {
            let mut i = 0;
            while let Some(fact) = path.get(i).copied() {
                if fact.1 == value {
                    path.remove(i);
                    if self.contains_all(callers, &path, &mut HashSet::new())? {
                        continue;
                    }
                    path.insert(i, fact);
                }
                i += 1;
            }
        }
        Ok(path)
    }

    /// Whether every caller with the facts of `path` is one of these. `seen` are functions that contain all.
    fn contains_all(
        &mut self,
        callers: Function,
        path: &Path,
        seen: &mut HashSet<Function>,
    ) -> Result<bool, AnalysisError> {
        let Some(node) = self.diagrams.node(callers) else { return Ok(callers == Function::ALWAYS) };
        if !seen.insert(callers) {
            return Ok(true);
        }
        self.diagrams.visit()?;
        let fact = path.iter().find(|(variable, _)| *variable == node.variable);
        for (next, value) in [(node.low, false), (node.high, true)] {
            let is_excluded = fact.is_some_and(|(_, it)| *it != value);
            if !is_excluded && !self.contains_all(next, path, seen)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn without_path(&mut self, callers: Function, path: &Path) -> Made {
        let all = self.all_of(path)?;
        self.without(callers, all)
    }

    fn all_of(&mut self, path: &Path) -> Made {
        let mut all = Function::ALWAYS;
        // The last variable first: each step adds one node.
        for (variable, value) in path.iter().rev() {
            let mut fact = self.diagrams.variable(*variable)?;
            if !value {
                fact = self.diagrams.not(fact)?;
            }
            all = self.and(fact, all)?;
        }
        Ok(all)
    }

    #[cfg(test)]
    pub(super) const fn steps(&self) -> usize {
        self.diagrams.steps()
    }
}

/// The roles that satisfy the leaf. One that is not known to be included by others is satisfied by itself.
fn satisfying(leaf: &OwnedLeaf) -> Option<Vec<&Text>> {
    let itself = leaf.role().and(leaf.arguments.first()).and_then(|argument| match argument {
        Value::Text(text) => Some(vec![text]),
        Value::Seconds(_) => None,
    });
    leaf.granted_by.as_ref().map(|roles| roles.iter().collect()).or(itself)
}

fn each(kinds: CredentialKinds) -> impl Iterator<Item = Kind> {
    let subject = kinds.subject.then_some(Kind::Subject);
    subject.into_iter().chain(kinds.api_key.then_some(Kind::ApiKey))
}
