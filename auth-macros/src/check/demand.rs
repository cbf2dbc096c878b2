//! What may not be demanded of a caller: the same twice, nothing beside something, the impossible.

use std::collections::HashSet;

use syn::Ident;
use syn::spanned::Spanned as _;

use super::logic;
use crate::args::{Kind, Term};
use crate::diagnostics::Errors;
use crate::model::Requirements;

/// Complains of what is demanded together of the caller of one handler; `misread` says that some of it could not be
/// read, so that the rest is only a part.
pub(crate) fn demands(demands: &Requirements, misread: bool, errors: &mut Errors) {
    let mistakes = errors.count();
    let all = demands.all();
    if let (Some(condition), []) = (demands.conditions.first(), &*all) {
        errors.add(
            condition.span(),
            "`#[authorize]` has no guard beside it, so it would judge a caller whom nobody has verified",
            "write `#[require_auth]` above it; if anyone may call, `#[public]`",
        );
    }
    twice(&demands.guards, errors);
    open_beside(demands, &all, errors);
    for guard in &demands.guards {
        duplicates(guard, errors);
        open_inside(guard, errors);
    }
    if !misread && errors.count() == mistakes {
        logic::check(&all, errors);
    }
}

/// Complains of what a named policy demands.
pub(crate) fn policy(name: &Ident, term: &Term, errors: &mut Errors) {
    within_itself(name, term, errors);
    duplicates(term, errors);
    open_inside(term, errors);
    if errors.count() == 0 {
        logic::check(std::slice::from_ref(term), errors);
    }
}

fn within_itself(name: &Ident, term: &Term, errors: &mut Errors) {
    if let Kind::Policy(path) = &term.kind
        && path.is_ident(name)
    {
        errors.add(term.span, format_args!("the policy `{name}` is defined by itself"), "name what it requires");
    }
    for part in term.parts() {
        within_itself(name, part, errors);
    }
}

/// The same guard written twice above one handler.
fn twice(guards: &[Term], errors: &mut Errors) {
    let mut seen = HashSet::new();
    for guard in guards {
        if !seen.insert(guard.to_string()) {
            errors.add(guard.span, format_args!("`{guard}` is demanded twice"), "remove one of the two attributes");
        }
    }
}

/// Two guards of which one lets in everybody, with credentials or without.
fn open_beside(demands: &Requirements, all: &[Term], errors: &mut Errors) {
    let Some((open, guard)) = all.iter().enumerate().find(|(_, guard)| guard.is_open()) else { return };
    let Some(other) = all.iter().position(|other| other.to_string() != guard.to_string()) else { return };
    let mend = if demands.scope.guards.is_empty() {
        format!("remove `{guard}` if the caller must be known, the other guard if anyone may call")
    } else {
        "move the handler out of the module or impl block whose guard it does not want".to_owned()
    };
    errors.add(
        // The lower one of the two, which has a token to point at.
        all[open.max(other)].span,
        format_args!("this handler lets in anyone (`{guard}`) and demands `{}`: it cannot be both", all[other]),
        mend,
    );
}

/// What lets in everybody as a part of something else.
fn open_inside(term: &Term, errors: &mut Errors) {
    for part in term.parts() {
        if part.is_open() {
            let problem = format!("`{part}` stands alone: beside it every other requirement is void");
            let mend = format!("write `#[require({part})]` if anyone may call, else leave it out");
            errors.add(part.span, problem, mend);
        }
        open_inside(part, errors);
    }
}

/// The same requirement twice in one list.
fn duplicates(term: &Term, errors: &mut Errors) {
    if let Kind::All(parts) | Kind::Any(parts) = &term.kind {
        let mut seen = HashSet::new();
        for part in parts {
            if !seen.insert(key(part)) {
                errors.add(part.span, format_args!("{} is listed twice", described(part)), "remove one of the two");
            }
        }
    }
    for part in term.parts() {
        duplicates(part, errors);
    }
}

/// What two terms have in common when they demand the same.
pub(super) fn key(term: &Term) -> String {
    match &term.kind {
        // A bare role name is a variant of the enum called `Role`.
        Kind::Role(path) if path.get_ident().is_some() => format!("role(Role::{})", crate::args::shown(path)),
        _ => term.to_string(),
    }
}

fn described(term: &Term) -> String {
    match &term.kind {
        Kind::Role(path) => format!("the role `{}`", crate::args::shown(path)),
        Kind::Scope(scope) => format!("the scope {scope:?}"),
        _ => format!("`{term}`"),
    }
}
