//! The transitive closure of `includes`: an admin that includes moderators includes the roles that they include.

use std::collections::{HashSet, VecDeque};

use super::parse::NamedVariant;
use crate::diagnostics::{Errors, choice};

/// For each role the indices of all roles that include it, itself first.
pub(super) fn close(roles: &[NamedVariant], errors: &mut Errors) -> Vec<Vec<usize>> {
    let direct = resolve(roles, errors);
    cycles(roles, &direct, errors);
    let granted_by = |role: usize| {
        let others = (0..roles.len()).filter(|other| *other != role && path(*other, role, &direct).is_some());
        std::iter::once(role).chain(others).collect()
    };
    (0..roles.len()).map(granted_by).collect()
}

/// The indices of the roles that each role names.
fn resolve(roles: &[NamedVariant], errors: &mut Errors) -> Vec<Vec<usize>> {
    let names: Vec<String> = roles.iter().map(|role| role.variant.to_string()).collect();
    let mut direct = Vec::new();
    for role in roles {
        let mut places = Vec::new();
        for name in &role.includes {
            match roles.iter().position(|other| other.variant == *name) {
                None => {
                    let near = choice(&name.to_string(), names.iter().map(String::as_str));
                    errors.add(name.span(), format_args!("there is no role `{name}` in this enum"), near);
                }
                Some(place) if places.contains(&place) => {
                    errors.add(name.span(), format_args!("`{name}` is listed twice"), "remove one of the two");
                }
                Some(place) => places.push(place),
            }
        }
        direct.push(places);
    }
    direct
}

/// Reports each cycle once, from its first role in order of declaration.
fn cycles(roles: &[NamedVariant], direct: &[Vec<usize>], errors: &mut Errors) {
    let mut reported = HashSet::new();
    for start in 0..roles.len() {
        let Some(circle) = path(start, start, direct) else { continue };
        if circle.iter().any(|role| reported.contains(role)) {
            continue;
        }
        reported.extend(circle.iter().copied());
        let path: Vec<_> = circle.iter().chain([&start]).map(|role| format!("`{}`", roles[*role].variant)).collect();
        let second = circle.get(1).copied().unwrap_or(start);
        let at = direct[start].iter().position(|role| *role == second);
        let span = at.and_then(|at| roles[start].includes.get(at)).unwrap_or(&roles[start].variant).span();
        let problem = match circle.len() {
            1 => format!("{} includes itself", path[0]),
            _ => format!("roles include each other in a circle: {}", path.join(" includes ")),
        };
        errors.add(span, problem, "remove one of these inclusions: a role includes lesser ones only");
    }
}

/// The shortest path of inclusions from `start` to `end`, without `end`.
fn path(start: usize, end: usize, direct: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut paths = VecDeque::from([vec![start]]);
    let mut seen = HashSet::new();
    while let Some(path) = paths.pop_front() {
        for &next in direct.get(*path.last()?)? {
            if next == end {
                return Some(path);
            }
            if seen.insert(next) {
                paths.push_back([path.as_slice(), &[next]].concat());
            }
        }
    }
    None
}
