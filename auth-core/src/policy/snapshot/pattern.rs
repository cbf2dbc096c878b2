//! Patterns of routes: `DELETE /users/**`.

use std::collections::BTreeSet;

use super::Row;
use super::path::{self, Segment};
use super::routing::Routing;

/// A pattern of requests, `METHOD /path` or a path alone.
///
/// `*` is any segment and `**` any number of them. A segment in braces is a value of a parameter that no route has as a literal.
/// The pattern `*` is what no route answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    method: Option<String>,
    path: String,
    segments: Vec<Segment>,
}

/// A text that is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a pattern of routes; write `DELETE /users/{{id}}`, `/users/**` or `*`, with at most 64 segments, two of them `**`"
)]
pub struct InvalidPattern(String);

/// The work for a pattern grows with these.
const MOST_SEGMENTS: usize = 64;
const MOST_BELOW: usize = 2;

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
        let mut segments = path::pattern(path);
        segments.dedup_by(|one, other| (&*one, &*other) == (&Segment::Below, &Segment::Below));
        let below = segments.iter().filter(|segment| **segment == Segment::Below).count();
        if segments.len() > MOST_SEGMENTS || below > MOST_BELOW {
            return Err(InvalidPattern(text.to_owned()));
        }
        let method = method.filter(|method| method != "ANY");
        Ok(Self { method, path: path.to_owned(), segments })
    }

    /// The rows that may answer a request of this pattern: routes, fallbacks and plain routers.
    pub(crate) fn find<'a>(&self, rows: &'a [Row]) -> Vec<&'a Row> {
        let found = match self.path.as_str() {
            "*" => BTreeSet::new(),
            _ => Routing::of(rows).find(self.method.as_deref(), &self.segments),
        };
        let is_found = |(i, row): &(usize, &Row)| found.contains(i) || self.is_of(row);
        rows.iter().enumerate().filter(is_found).map(|(_, row)| row).collect()
    }

    /// Whether the pattern is about this fallback or plain router, as its path says: `/api/*` and `/api/**` about `/api/*`.
    pub(crate) fn is_of(&self, row: &Row) -> bool {
        let own = self.path.strip_suffix("/**").or_else(|| path::below(&self.path));
        path::below(&row.path).is_some_and(|below| own == Some(below))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
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
    fn patterns_find_the_rows_that_answer() {
        assert_eq!(found("/**").len(), 11);
        assert_eq!(found("*"), ["fallback"]);
        assert_eq!(found("GET /"), ["root"]);
        assert_eq!(found("/users"), ["list"]);
        assert_eq!(found("/users/**"), ["fallback", "list", "me", "show", "delete", "key", "src/app.rs"]);
        // `/users/` is a path without a route.
        assert_eq!(found("/users/*"), ["fallback", "me", "show", "delete", "src/app.rs"]);
        assert_eq!(found("GET /users/{user_id}"), ["show"]);
        assert_eq!(found("DELETE /**"), ["fallback", "any", "delete", "src/app.rs"]);
        assert_eq!(found("HEAD /users"), ["list"]);
        assert_eq!(found("POST /users"), [""; 0]);
        assert_eq!(found("/none"), ["fallback"]);
    }

    #[test]
    fn the_rest_of_a_path_is_found_by_patterns_below_it() {
        for below in ["/files/secret", "/files/secret/**", "/files/{id}", "/files/{id}/edit", "/files/**/edit"] {
            assert!(found(below).contains(&"files".to_owned()), "{below}");
        }
        // The paths that it does not match are those of the fallback.
        assert_eq!(found("/files/**"), ["fallback", "files"]);
        assert_eq!((found("/files"), found("/files/")), (vec!["fallback".to_owned()], vec!["fallback".to_owned()]));
        assert_eq!(found("/files/{id}"), ["files"]);
    }

    /// The handlers of a table that may answer requests of the pattern.
    fn among(table: &str, pattern: &str) -> Vec<String> {
        let table: PolicySnapshot = table.parse().unwrap();
        let rows = Pattern::parse(pattern).unwrap().find(&table.rows).into_iter().map(|row| row.handler.clone());
        rows.collect()
    }

    #[test]
    fn the_innermost_fallback_answers_what_no_route_does() {
        let table = "\
            ANY *: public [outer]\n\
            ANY /api/*: public [inner]\n\
            GET /api/users: public [users]\n\
            GET /{page}: public [page]\n";
        for (pattern, expected) in [
            ("*", &["outer"][..]),
            ("/api/*", &["outer", "inner", "users"]),
            ("/api/**", &["outer", "inner", "users", "page"]),
            ("/api/users", &["users"]),
            ("/api/none", &["inner"]),
            ("DELETE /api/users/7", &["inner"]),
            // axum gives it to the outer one.
            ("/api/", &["outer", "inner"]),
            ("/none/7", &["outer"]),
            ("/none", &["page"]),
            ("/", &["outer"]),
        ] {
            assert_eq!(among(table, pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn the_method_chooses_among_the_handlers_of_a_path() {
        let table = "\
            OTHER *: public [others]\n\
            GET /one: public [get]\n\
            HEAD /two: public [head]\n\
            GET /two: public [get]\n\
            OTHER /two: public [other]\n\
            GET /three: public [get]\n\
            ANY /three: public [any]\n\
            GET /{id}: public [id]\n";
        for (pattern, expected) in [
            ("GET /one", &["get"][..]),
            ("HEAD /one", &["get"]),
            ("DELETE /one", &["others"]),
            ("/one", &["others", "get"]),
            ("HEAD /two", &["head"]),
            ("GET /two", &["get"]),
            ("DELETE /two", &["other"]),
            ("/two", &["head", "get", "other"]),
            ("HEAD /three", &["get"]),
            ("PROPFIND /three", &["any"]),
            // The path alone chooses the route: `/{id}` does not answer `GET /two`, nor does it answer for another method.
            ("DELETE /{id}", &["others"]),
            ("GET /four/five", &[]),
        ] {
            assert_eq!(among(table, pattern), expected, "{pattern}");
        }
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
        // Its routes may lack a handler of the method, which another fallback answers.
        let table = "OTHER *: public [others]\nANY /a/*: unchecked [src/app.rs]\nANY /a/{id}: public [id]\n";
        for pattern in ["GET /a/b", "/a/b/c"] {
            assert!(among(table, pattern).contains(&"others".to_owned()), "{pattern}");
        }
    }

    #[test]
    fn a_route_with_a_parameter_is_found_where_the_router_has_no_other() {
        // No literal route: the parameter takes it.
        assert_eq!(found("/admin/settings"), ["settings"]);
        assert_eq!(found("/users/7"), ["show", "delete"]);
        // A literal one goes first, for all methods.
        assert_eq!(found("GET /users/me"), ["me"]);
        assert_eq!(found("DELETE /users/me"), [""; 0]);
        let table = "GET /{a}/x: public [a]\nGET /{a}/{b}: public [b]\nGET /user_{name}/y: public [name]\n";
        assert_eq!(among(table, "/**/x"), ["a"]);
        assert_eq!(among(table, "/user_7/y"), ["name"]);
        assert_eq!(among(table, "/user_7/z"), ["b"]);
        assert_eq!(among(table, "/{a}/*"), ["a", "b", "name"]);
        let table = "GET /f/{*rest}: public [rest]\nGET /f/{id}: public [id]\n";
        assert_eq!((among(table, "/f/7"), among(table, "/f/7/8")), (vec!["id".to_owned()], vec!["rest".to_owned()]));
        let table = "ANY /{t}/*: public [tenant]\nANY /a/*: public [a]\n";
        assert_eq!((among(table, "/a/x"), among(table, "/b/x")), (vec!["a".to_owned()], vec!["tenant".to_owned()]));
        // Of these routes none matches `//x`.
        let table = "ANY *: public [all]\nGET /: public [x]\nGET /{a}: public [x]\nGET /{a}/: public [x]\nGET /{a}/{*r}: public [x]\n";
        assert!(among(table, "/*/**").contains(&"all".to_owned()));
    }

    #[test]
    fn other_texts_are_no_patterns() {
        for wrong in ["", "users", "GET", "get /users", "GET /a b", "GET  ", "/**/a/**/b/**", &"/a".repeat(65)] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
        for right in ["/**/**/**", "/**/a/**/{*rest}", &"/a".repeat(64), "ANY /a", "M-SEARCH *"] {
            assert!(Pattern::parse(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn a_pattern_with_many_segments_is_found_in_bounded_work() {
        let long = format!("/**{}/**", "/*".repeat(62));
        let table = "ANY *: public [fallback]\nGET /{*rest}: public [rest]\n";
        assert_eq!(among(table, &long), ["rest"]);
    }
}
