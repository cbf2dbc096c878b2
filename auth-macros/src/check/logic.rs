//! Requirements that nobody can meet, and those that say nothing.

use super::meaning::{Facts, Named, World};
use crate::args::{Kind, Term};
use crate::diagnostics::Errors;

/// Holds `guards`, all of which a caller must meet, against every caller that could be.
pub(super) fn check(guards: &[Term], errors: &mut Errors) {
    let Some(facts) = Facts::of(guards) else { return };
    let table = Table { worlds: facts.worlds(), facts, guards };
    let before = errors.count();
    for guard in guards {
        table.check(guard, errors);
    }
    let met_by = |world: &World| guards.iter().all(|guard| table.facts.holds(guard, *world));
    if let ([first, .., last], true) = (guards, errors.count() == before)
        && !table.worlds.iter().any(met_by)
    {
        let problem = format!("nobody can meet `{last}` and `{first}` together");
        errors.add(last.span, problem, "the attributes above a handler must all be met; remove one");
    }
}

struct Table<'a> {
    worlds: Vec<World>,
    facts: Facts,
    /// All that is demanded together.
    guards: &'a [Term],
}

impl Table<'_> {
    /// Complains of the smallest parts that are wrong; what contains them is then not worth a word.
    fn check(&self, term: &Term, errors: &mut Errors) {
        let before = errors.count();
        for part in term.parts() {
            self.check(part, errors);
        }
        if errors.count() > before {
            return;
        }
        if !self.worlds.iter().any(|world| self.facts.holds(term, *world)) {
            let (problem, mend) = impossible(term);
            errors.add(term.span, problem, mend);
            return;
        }
        match &term.kind {
            Kind::Any(parts) => self.alternatives(term, parts, errors),
            Kind::All(parts) => self.conjuncts(parts, errors),
            _ => {}
        }
    }

    fn implies(&self, one: &Term, other: &Term) -> bool {
        self.worlds.iter().all(|world| !self.facts.holds(one, *world) || self.facts.holds(other, *world))
    }

    /// Whether all else would mean the same without `part`. Which credentials are looked at is for the whole to say, and
    /// `scope` and `not` mean something else where others are.
    fn could_go(&self, part: &Term) -> bool {
        let (before, after) = (Named::of(self.guards, None), Named::of(self.guards, Some(part)));
        before.kinds() == after.kinds() || !after.scope_or_not
    }

    /// An alternative that a wider one already admits looks like a restriction and is none.
    fn alternatives(&self, any: &Term, parts: &[Term], errors: &mut Errors) {
        for (i, part) in parts.iter().enumerate() {
            let wider = parts.iter().enumerate().find(|(j, other)| {
                // Of two that mean the same, the second is the one too many.
                i != *j && self.implies(part, other) && (!self.implies(other, part) || *j < i)
            });
            if let Some((_, wider)) = wider
                && self.could_go(part)
            {
                errors.add(
                    part.span,
                    format_args!("`{part}` changes nothing here: who meets it already meets `{wider}`"),
                    format_args!("write `{wider}` if that suffices, or `all(..)` if both are needed"),
                );
            }
        }
        let everybody = |term: &Term| self.worlds.iter().all(|world| !world.known() || self.facts.holds(term, *world));
        if everybody(any) && !parts.iter().any(everybody) && !is_choice_of_credentials(parts) {
            let problem = format!("every known caller meets `{any}`");
            errors.add(any.span, problem, "write `auth`, or name what is really required");
        }
    }

    /// A requirement that a stricter one beside it contains. Which credential is
    /// meant may be said although it follows: `all(auth, role(Admin))`.
    fn conjuncts(&self, parts: &[Term], errors: &mut Errors) {
        for (i, part) in parts.iter().enumerate() {
            if matches!(part.kind, Kind::Auth | Kind::ApiKey) {
                continue;
            }
            let stricter = parts
                .iter()
                .enumerate()
                .find(|(j, other)| i != *j && self.implies(other, part) && (!self.implies(part, other) || *j < i));
            if let Some((_, stricter)) = stricter
                && self.could_go(part)
            {
                errors.add(
                    part.span,
                    format_args!("`{part}` changes nothing here: who meets `{stricter}` meets it too"),
                    format_args!("leave it out, or write `any(..)` if one of the two suffices"),
                );
            }
        }
    }
}

/// `any(auth, api_key)`, the plain way to say "whoever is known".
fn is_choice_of_credentials(parts: &[Term]) -> bool {
    parts.iter().all(|part| matches!(part.kind, Kind::Auth | Kind::ApiKey))
}

fn impossible(term: &Term) -> (String, String) {
    let problem = format!("nobody can meet `{term}`");
    let mend = match &term.kind {
        Kind::Not(inner) => {
            let problem = format!("{problem}, because no credential but the one for `{inner}` is looked at here");
            return (problem, "name the credential that is wanted instead, as in `api_key`".to_owned());
        }
        Kind::All(_) => "its parts exclude each other; write `any(..)` if one of them suffices".to_owned(),
        _ => "remove it, or name a credential that could meet it".to_owned(),
    };
    (problem, mend)
}
