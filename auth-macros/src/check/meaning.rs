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
        let mut facts = Self {
            places: BTreeMap::new(),
            implied: Vec::new(),
            of_subject: Vec::new(),
            of_known: Vec::new(),
            subject_wanted: false,
            api_key_wanted: false,
        };
        let mut durations = Vec::new();
        let mut scope = false;
        for leaf in leaves {
            match &leaf.kind {
                Kind::Auth => facts.subject_wanted = true,
                Kind::ApiKey => facts.api_key_wanted = true,
                Kind::Role(_) | Kind::Amr(_) | Kind::Fresh(_) => {
                    facts.subject_wanted = true;
                    let place = facts.place(leaf);
                    facts.of_subject.push(place);
                    if let Kind::Fresh(seconds) = leaf.kind {
                        durations.push((seconds, place));
                    }
                }
                Kind::Scope(_) => {
                    scope = true;
                    let place = facts.place(leaf);
                    facts.of_known.push(place);
                }
                // What is behind its name is not known here, so it may ask for either credential.
                Kind::Policy(_) => {
                    facts.place(leaf);
                    facts.subject_wanted = true;
                    facts.api_key_wanted = true;
                }
                Kind::Public | Kind::Optional | Kind::All(_) | Kind::Any(_) | Kind::Not(_) => {}
            }
        }
        facts.subject_wanted |= scope && !facts.api_key_wanted;
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
