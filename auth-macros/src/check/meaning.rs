//! What a requirement means: true or false in every world that could be.

use std::collections::BTreeMap;

use super::demand::key;
use crate::args::{Kind, Term};

/// More facts than this make too many worlds to look at; no requirement that people read has so many.
const MOST_FACTS: usize = 10;

/// What may be so or not so of a caller, as far as some requirement asks.
#[derive(Debug)]
pub(super) struct Facts {
    /// The place of each fact, by its text.
    places: BTreeMap<String, usize>,
    /// Facts that follow from others: `fresh("5m")` implies `fresh("10m")`.
    implied: Vec<(usize, usize)>,
    /// Facts that only a subject, or only someone known at all, can have.
    of_subject: Vec<usize>,
    of_known: Vec<usize>,
    /// Which kinds of credential are looked at.
    subject_wanted: bool,
    api_key_wanted: bool,
}

/// What requirements speak of, anywhere in them.
#[derive(Default)]
pub(super) struct Named {
    subject: bool,
    api_key: bool,
    scope: bool,
    pub(super) scope_or_not: bool,
}

impl Named {
    /// What `terms` speak of, one part of theirs left out.
    pub(super) fn of(terms: &[Term], without: Option<&Term>) -> Self {
        let mut named = Self::default();
        for term in terms {
            named.add(term, without);
        }
        named
    }

    fn add(&mut self, term: &Term, without: Option<&Term>) {
        if without.is_some_and(|without| std::ptr::eq(without, term)) {
            return;
        }
        match &term.kind {
            Kind::Auth | Kind::Role(_) | Kind::Fresh(_) | Kind::Amr(_) => self.subject = true,
            Kind::ApiKey => self.api_key = true,
            Kind::Scope(_) => {
                self.scope = true;
                self.scope_or_not = true;
            }
            // What is behind its name is not known here, so it may be anything.
            Kind::Policy(_) => {
                self.subject = true;
                self.api_key = true;
                self.scope_or_not = true;
            }
            Kind::Not(_) => self.scope_or_not = true,
            Kind::Public | Kind::Optional | Kind::All(_) | Kind::Any(_) => {}
        }
        for part in term.parts() {
            self.add(part, without);
        }
    }

    /// Whether access tokens are looked at, and whether API keys are.
    pub(super) const fn kinds(&self) -> (bool, bool) {
        (self.subject || (self.scope && !self.api_key), self.api_key)
    }
}

/// One way a caller could be.
#[derive(Clone, Copy, Debug)]
pub(super) struct World {
    facts: usize,
    subject: bool,
    api_key: bool,
}

impl World {
    pub(super) const fn known(self) -> bool {
        self.subject || self.api_key
    }
}

impl Facts {
    /// The facts that `terms` ask about; `None` if they are too many.
    pub(super) fn of(terms: &[Term]) -> Option<Self> {
        let mut leaves = Vec::new();
        for term in terms {
            collect(term, &mut leaves);
        }
        let (subject_wanted, api_key_wanted) = Named::of(terms, None).kinds();
        let mut facts = Self {
            places: BTreeMap::new(),
            implied: Vec::new(),
            of_subject: Vec::new(),
            of_known: Vec::new(),
            subject_wanted,
            api_key_wanted,
        };
        let mut durations = Vec::new();
        for leaf in leaves {
            match &leaf.kind {
                Kind::Role(_) | Kind::Amr(_) | Kind::Fresh(_) => {
                    let place = facts.place(leaf);
                    facts.of_subject.push(place);
                    if let Kind::Fresh(seconds) = leaf.kind {
                        durations.push((seconds, place));
                    }
                }
                Kind::Scope(_) => {
                    let place = facts.place(leaf);
                    facts.of_known.push(place);
                }
                Kind::Policy(_) => {
                    facts.place(leaf);
                }
                Kind::Auth
                | Kind::ApiKey
                | Kind::Public
                | Kind::Optional
                | Kind::All(_)
                | Kind::Any(_)
                | Kind::Not(_) => {}
            }
        }
        durations.sort_unstable();
        facts.implied = durations.windows(2).map(|pair| (pair[0].1, pair[1].1)).collect();
        (facts.places.len() <= MOST_FACTS).then_some(facts)
    }

    fn place(&mut self, leaf: &Term) -> usize {
        let next = self.places.len();
        *self.places.entry(key(leaf)).or_insert(next)
    }

    /// Every way a caller could be.
    pub(super) fn worlds(&self) -> Vec<World> {
        let subjects: &[bool] = if self.subject_wanted { &[false, true] } else { &[false] };
        let api_keys: &[bool] = if self.api_key_wanted { &[false, true] } else { &[false] };
        let mut worlds = Vec::new();
        for &subject in subjects {
            for &api_key in api_keys {
                let all = (0..1 << self.places.len()).map(|facts| World { facts, subject, api_key });
                worlds.extend(all.filter(|world| self.is_possible(*world)));
            }
        }
        worlds
    }

    fn is_possible(&self, world: World) -> bool {
        let has = |place: &usize| world.facts >> place & 1 == 1;
        (world.subject || !self.of_subject.iter().any(has))
            && (world.known() || !self.of_known.iter().any(has))
            && self.implied.iter().all(|(one, other)| !has(one) || has(other))
    }

    /// Whether a caller like this meets `term`, by the rules of the evaluator.
    pub(super) fn holds(&self, term: &Term, world: World) -> bool {
        match &term.kind {
            Kind::Public | Kind::Optional => true,
            Kind::Auth => world.subject,
            Kind::ApiKey => world.api_key,
            Kind::All(parts) => parts.iter().all(|part| self.holds(part, world)),
            Kind::Any(parts) => parts.iter().any(|part| self.holds(part, world)),
            Kind::Not(inner) => world.known() && !self.holds(inner, world),
            Kind::Role(_) | Kind::Scope(_) | Kind::Fresh(_) | Kind::Amr(_) | Kind::Policy(_) => {
                self.places.get(&key(term)).is_some_and(|place| world.facts >> place & 1 == 1)
            }
        }
    }
}

fn collect<'a>(term: &'a Term, leaves: &mut Vec<&'a Term>) {
    match term.parts() {
        [] => leaves.push(term),
        parts => parts.iter().for_each(|part| collect(part, leaves)),
    }
}
