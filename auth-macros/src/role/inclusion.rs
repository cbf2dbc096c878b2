//! The transitive closure of `includes`: an admin that includes moderators includes the roles that they include.

use std::collections::HashSet;

use super::parse::NamedVariant;
use crate::diagnostics::{Errors, choice};

/// For each role the indices of all roles that include it, itself first.
pub(super) fn close(roles: &[NamedVariant], errors: &mut Errors) -> Vec<Vec<usize>> {
    let direct = resolve(roles, errors);
    cycles(roles, &direct, errors);
    let reached: Vec<HashSet<usize>> = (0..roles.len()).map(|from| reachable(from, &direct)).collect();
    let granted_by = |role: usize| {
        let others = (0..roles.len()).filter(move |other| *other != role);
        std::iter::once(role).chain(others.filter(|other| reached[*other].contains(&role))).collect()
    };
    (0..roles.len()).map(granted_by).collect()
}

/// The indices of the roles that each role names.
fn resolve(roles: &[NamedVariant], errors: &mut Errors) -> Vec<Vec<usize>> {
    let mut direct = Vec::new();
    for role in roles {
        let mut places = Vec::new();
        for name in &role.includes {
            match roles.iter().position(|other| other.variant == *name) {
                None => {
                    let near = choice(
                        &name.to_string(),
                        roles
                            .iter()
                            .map(|role| role.variant.to_string())
                            .collect::<Vec<_>>()
                            .iter()
                            .map(String::as_str),
                    );
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

fn reachable(from: usize, direct: &[Vec<usize>]) -> HashSet<usize> {
    let mut reached = HashSet::new();
    let mut open = vec![from];
    while let Some(role) = open.pop() {
        for &next in &direct[role] {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    reached
}

/// Reports each cycle once, from its first role in order of declaration.
fn cycles(roles: &[NamedVariant], direct: &[Vec<usize>], errors: &mut Errors) {
    let mut reported = HashSet::new();
    for start in 0..roles.len() {
        let Some(circle) = circle(start, direct) else { continue };
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

/// The shortest cycle through `start`.
fn circle(start: usize, direct: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    let mut seen = HashSet::new();
    while let Some(way) = ways.pop_front() {
        for &next in direct.get(*way.last()?)? {
            if next == start {
                return Some(way);
            }
            if seen.insert(next) {
                let mut longer = way.clone();
                longer.push(next);
                ways.push_back(longer);
            }
        }
    }
    None
}
