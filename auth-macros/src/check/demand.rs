//! Errors in what is demanded of a caller: a condition without a guard, a duplicate, a policy within itself.

use std::collections::HashSet;

use syn::spanned::Spanned as _;
use syn::{Ident, Path};

use crate::args::{By, Kind, RequirementExpr};
use crate::diagnostics::Errors;
use crate::model::Requirements;

/// Checks all that one handler demands of its caller.
pub(crate) fn demands(demands: &Requirements, errors: &mut Errors) {
    if let (Some(condition), []) = (demands.conditions.first(), &*demands.all()) {
        errors.add(
            condition.span(),
            "`#[authorize]` has no guard beside it, so its caller would not be verified",
            "write `#[require_auth]` above it; if anyone may call, `#[public]`",
        );
    }
    limits(demands, errors);
    twice(&demands.guards, errors);
    for guard in &demands.guards {
        duplicates(guard, errors);
    }
}

/// Refuses a limit that is there twice, limits without a guard, and limits by what a public handler does not verify.
fn limits(demands: &Requirements, errors: &mut Errors) {
    let guards = demands.all();
    for (at, limit) in demands.limits.iter().enumerate() {
        if demands.limits.iter().take(at).any(|earlier| earlier.counts_as(limit)) {
            errors.add(limit.span, "this rate limit is there twice", "remove one of the two, or write another quota");
        }
        if guards.is_empty() {
            errors.add(
                limit.span,
                "`#[rate_limit]` has no guard beside it, and limits are no guard",
                "write `#[require_auth]` above it; if anyone may call, `#[public]`",
            );
        } else if limit.by != By::Address && guards.iter().all(|guard| matches!(guard.kind, Kind::Public)) {
            errors.add(
                limit.span,
                "a public handler verifies no credential, so no subject and no key can be counted",
                "write `by = address`, or `#[require_auth]` instead of `#[public]`",
            );
        }
    }
}

/// Checks the requirement of a named policy.
pub(crate) fn policy(name: &Ident, term: &RequirementExpr, errors: &mut Errors) {
    within_itself(name, term, errors);
    duplicates(term, errors);
}

fn within_itself(name: &Ident, term: &RequirementExpr, errors: &mut Errors) {
    if let Kind::Policy(path) = &term.kind
        && is_of_here(path, name)
    {
        errors.add(term.span, format_args!("the policy `{name}` is defined by itself"), "name what it requires");
    }
    for part in term.parts() {
        within_itself(name, part, errors);
    }
}

/// Whether a path is `name`, or `self::name`.
fn is_of_here(path: &Path, name: &Ident) -> bool {
    let mut segments = path.segments.iter().map(|segment| &segment.ident);
    match (segments.next(), segments.next(), segments.next()) {
        (Some(only), None, _) => only == name,
        (Some(first), Some(last), None) => first == "self" && last == name,
        _ => false,
    }
}

/// Refuses the same guard twice above one handler.
fn twice(guards: &[RequirementExpr], errors: &mut Errors) {
    let mut seen = HashSet::new();
    for guard in guards {
        if !seen.insert(guard.to_string()) {
            errors.add(guard.span, format_args!("`{guard}` is demanded twice"), "remove one of the two attributes");
        }
    }
}

/// Refuses the same requirement twice in one list.
fn duplicates(term: &RequirementExpr, errors: &mut Errors) {
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

/// A key that is equal for terms that demand the same.
fn key(term: &RequirementExpr) -> String {
    match &term.kind {
        // A bare name is a variant of the enum `Role` or `Permission`.
        Kind::Role(path) if path.get_ident().is_some() => format!("role(Role::{})", crate::args::shown(path)),
        Kind::Permission(path) if path.get_ident().is_some() => {
            format!("permission(Permission::{})", crate::args::shown(path))
        }
        _ => term.to_string(),
    }
}

fn described(term: &RequirementExpr) -> String {
    match &term.kind {
        Kind::Role(path) => format!("the role `{}`", crate::args::shown(path)),
        Kind::Permission(path) => format!("the permission `{}`", crate::args::shown(path)),
        _ => format!("`{term}`"),
    }
}
