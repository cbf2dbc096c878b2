//! Patterns of routes: `DELETE /users/**`.

use super::Row;

/// A pattern of routes, `METHOD /path` or a path alone.
///
/// `*` is any segment and `**` any number of them. A segment in braces is a parameter, whatever its name. A route with a
/// parameter matches where a request that the pattern describes can reach it, and so does a plain router. A guarded fallback
/// answers what no route does: it matches only by its own path, `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    method: Option<String>,
    path: String,
    segments: Vec<String>,
}

/// A text that is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a pattern of routes; write `DELETE /users/{{id}}`, `/users/**` or `*`")]
pub struct InvalidPattern(String);

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let (method, path) = match text.trim().split_once(' ') {
            Some((method, path)) => (Some(method.to_owned()), path.trim()),
            None => (None, text.trim()),
        };
        let is_method = method.iter().all(|method| method.bytes().all(|c| c.is_ascii_uppercase() || c == b'-'));
        if !is_method || !(path.starts_with('/') || path == "*") || path.contains(char::is_whitespace) {
            return Err(InvalidPattern(text.to_owned()));
        }
        let method = method.filter(|method| method != "ANY");
        Ok(Self { method, path: path.to_owned(), segments: segments(path) })
    }

    /// The rows that answer requests of this pattern.
    pub(crate) fn find<'a>(&self, rows: &'a [Row]) -> Vec<&'a Row> {
        rows.iter().filter(|row| self.has_method(row) && self.has_path(row, rows)).collect()
    }

    /// The routes of all methods answer those of the pattern; `get` answers HEAD as well.
    fn has_method(&self, row: &Row) -> bool {
        let Some(method) = &self.method else { return true };
        matches!(row.method.as_str(), "ANY" | "OTHER")
            || row.method == *method
            || (method == "HEAD" && row.method == "GET")
    }

    fn has_path(&self, row: &Row, rows: &[Row]) -> bool {
        if self.path == "*" {
            return row.path == "*";
        }
        let is_below = row.path == "*" || row.path.ends_with("/*");
        if !row.is_unchecked() && (is_below || row.method == "OTHER") {
            return row.path == self.path;
        }
        let route = segments(&row.path);
        if row.is_unchecked() && is_below {
            return row.path == self.path || reaches(&self.segments, &route[..route.len() - 1]);
        }
        if meet(&self.segments, &route, false).is_some() {
            return true;
        }
        // The router prefers a route without the parameter.
        meet(&self.segments, &route, true)
            .is_some_and(|reached| !rows.iter().any(|other| segments(&other.path) == reached && self.has_method(other)))
    }
}

fn segments(path: &str) -> Vec<String> {
    if path == "*" {
        return vec!["**".to_owned()];
    }
    let mut segments: Vec<String> = path.split('/').skip(1).map(normal).collect();
    if let Some(last) = segments.last_mut().filter(|last| *last == "{*}") {
        "**".clone_into(last);
    }
    segments
}

/// A segment without the name of its parameter.
fn normal(segment: &str) -> String {
    match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) if name.starts_with('*') => "{*}".to_owned(),
        Some(_) => "{}".to_owned(),
        None => segment.to_owned(),
    }
}

/// The path without the names of its parameters: routes with the same one are the same route.
pub(in crate::policy) fn normal_path(path: &str) -> String {
    path.split('/').map(normal).collect::<Vec<_>>().join("/")
}

/// The paths of the route that the pattern describes. A parameter of the route stands for a segment of the pattern only if
/// `bent`.
fn meet(pattern: &[String], route: &[String], bent: bool) -> Option<Vec<String>> {
    let (first, rest) = match pattern.split_first() {
        None => return route.is_empty().then(Vec::new),
        Some((first, rest)) => (first.as_str(), rest),
    };
    if first == "**" {
        // Of the route as much as possible, so that the rest is as literal as it is.
        return (0..=route.len()).find_map(|taken| {
            let met = meet(rest, &route[taken..], bent)?;
            Some(route[..taken].iter().cloned().chain(met).collect())
        });
    }
    let (segment, others) = route.split_first()?;
    let is = match (first, segment.as_str()) {
        ("*", _) => true,
        (first, "{}") if first != "{}" => bent,
        (first, segment) => first == segment,
    };
    let met = is.then(|| meet(rest, others, bent)).flatten()?;
    let reached = if first == "*" { segment.clone() } else { first.to_owned() };
    Some(std::iter::once(reached).chain(met).collect())
}

/// Whether the pattern describes a path below this one.
fn reaches(pattern: &[String], below: &[String]) -> bool {
    match (pattern.split_first(), below.split_first()) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some((first, _)), _) if first == "**" => true,
        (Some((first, pattern)), Some((segment, below))) => {
            (first == "*" || first == segment || segment == "{}") && reaches(pattern, below)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, normal_path};
    use crate::policy::PolicySnapshot;

    const ROUTES: &str = "\
        ANY *: public [fallback]\n\
        ANY /any: public [any]\n\
        GET /: public [root]\n\
        GET /users: public [list]\n\
        GET /users/me: public [me]\n\
        GET /users/{id}: public [show]\n\
        DELETE /users/{id}: public [delete]\n\
        GET /users/{id}/keys/{key}: public [key]\n\
        GET /files/{*path}: public [files]\n\
        GET /{section}/settings: public [settings]\n\
        ANY /users/static/*: unchecked [src/app.rs]\n";

    fn found(pattern: &str) -> Vec<String> {
        let table: PolicySnapshot = ROUTES.parse().unwrap();
        let pattern = Pattern::parse(pattern).unwrap();
        pattern.find(&table.rows).into_iter().map(|row| row.handler.clone()).collect()
    }

    #[test]
    fn patterns_find_the_routes_that_answer() {
        assert_eq!(found("/**").len(), 10);
        assert_eq!(found("*"), ["fallback"]);
        assert_eq!(found("GET /"), ["root"]);
        assert_eq!(found("/users"), ["list"]);
        assert_eq!(found("/users/**"), ["list", "me", "show", "delete", "key", "settings", "src/app.rs"]);
        assert_eq!(found("/users/*"), ["me", "show", "delete", "settings", "src/app.rs"]);
        assert_eq!(found("GET /users/{user_id}"), ["show"]);
        assert_eq!(found("DELETE /**"), ["any", "delete", "src/app.rs"]);
        assert_eq!(found("HEAD /users"), ["list"]);
        assert_eq!(found("POST /users"), [""; 0]);
        assert_eq!(found("/files/**"), ["files", "settings"]);
    }

    #[test]
    fn a_plain_router_is_found_where_it_may_answer() {
        let found = |path: &str, pattern: &str| {
            let table: PolicySnapshot = format!("ANY {path}: unchecked [src/app.rs]\n").parse().unwrap();
            Pattern::parse(pattern).unwrap().find(&table.rows).len() == 1
        };
        for pattern in ["/**", "GET /users/{id}", "*", "/"] {
            assert!(found("*", pattern), "{pattern}");
        }
        for (pattern, is) in [("/a/b/c", true), ("/a/*/c", true), ("/**/c", true), ("/a", false), ("/b/**", false)] {
            assert_eq!(found("/a/b/*", pattern), is, "{pattern}");
        }
        assert!(found("/one", "/one") && !found("/one", "/one/two"));
    }

    #[test]
    fn a_route_with_a_parameter_is_found_where_the_router_has_no_other() {
        // No literal route: the parameter takes it.
        assert_eq!(found("/admin/settings"), ["settings"]);
        assert_eq!(found("/users/7"), ["show", "delete"]);
        // A literal one goes first, but not for another method.
        assert_eq!(found("GET /users/me"), ["me"]);
        assert_eq!(found("DELETE /users/me"), ["delete"]);
    }

    #[test]
    fn other_texts_are_no_patterns() {
        for wrong in ["", "users", "GET", "get /users", "GET /a b", "GET  "] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(normal_path("/a/{id}/{*rest}"), "/a/{}/{*}");
    }
}
