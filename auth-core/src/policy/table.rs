//! The policy table: the requirement of every route, and its position in the source.

use serde::{Serialize, Serializer};

use super::{Declaration, RouteRequirement};

/// An HTTP method's name; `ANY` for all, `OTHER` for those without a handler on the path.
pub(crate) type Methods = &'static str;

/// One row of the policy table: a method and path, and who may call it.
///
/// ```
/// use auth_core::prelude::*;
///
/// #[require_scope("reports:read")]
/// async fn reports() {}
///
/// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/reports", get(reports));
/// let table = app.policy();
/// let row = &table.routes()[0];
/// assert_eq!((row.method, row.path.as_str(), row.declared.name), ("GET", "/reports", "reports"));
/// assert_eq!(row.requirement.to_string(), r#"scope("reports:read")"#);
/// assert!(row.conditions.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RoutePolicy {
    /// The HTTP method; `ANY` for all, `OTHER` for those without a handler on the path.
    pub method: &'static str,
    /// The path with the prefixes of all nests, in axum's syntax; a fallback's ends in `*`.
    pub path: String,
    /// What a caller must meet, including the guards of the routers around the route.
    #[serde(serialize_with = "in_words")]
    pub requirement: RouteRequirement,
    /// The conditions of the handler's `#[authorize(..)]`, checked after its guard, with normalized whitespace.
    pub conditions: Vec<&'static str>,
    /// The limits of the handler's `#[rate_limit(..)]`, as its arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// The path of the handler's function, where its guard is a policy that is declared elsewhere: by
    /// [`Guard<P>`](crate::Guard) or [`Allowed<P, U>`](crate::Allowed) as the first parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<&'static str>,
    /// Where the requirement was declared.
    #[serde(flatten)]
    pub declared: Declaration,
}

fn in_words<S: Serializer>(requirement: &RouteRequirement, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(requirement)
}

/// A plain router that was merged or nested unchecked: its routes have no access guard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Unchecked {
    /// The path below which it was nested; `*` for any.
    pub path: String,
    /// The policies of [`GuardedRouter::guard`](crate::GuardedRouter::guard) around it.
    pub guards: Vec<&'static str>,
    /// The source file of the call that added it.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
}

/// Every route of a router with its requirement and declaration, sorted by path.
///
/// `Display` writes it as aligned text; it serialises to JSON; [`markdown`](Self::markdown) is for documents, and
/// `testing::policy_lock` compares it to a committed file.
/// [`RoutePolicy`] has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PolicyTable {
    pub(crate) routes: Vec<RoutePolicy>,
    pub(crate) unchecked: Vec<Unchecked>,
}

impl PolicyTable {
    /// One row for each method and path.
    #[must_use]
    pub fn routes(&self) -> &[RoutePolicy] {
        &self.routes
    }

    /// The plain routers that were added by `merge_unchecked` and `nest_unchecked`.
    #[must_use]
    pub fn unchecked(&self) -> &[Unchecked] {
        &self.unchecked
    }

    pub(crate) fn below(mut self, prefix: &str) -> Self {
        for row in &mut self.routes {
            row.path = nested(prefix, &row.path);
        }
        for row in &mut self.unchecked {
            row.path = nested(prefix, &row.path);
        }
        self
    }

    pub(crate) fn sorted(mut self) -> Self {
        self.routes.sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
        self.unchecked.sort();
        self
    }
}

/// axum's path for `path` of a router nested under `prefix`.
fn nested(prefix: &str, path: &str) -> String {
    match (prefix.ends_with('/'), path) {
        (true, _) => format!("{prefix}{}", path.trim_start_matches('/')),
        (false, "/") => prefix.to_owned(),
        (false, "*") => format!("{prefix}/*"),
        (false, _) => format!("{prefix}{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::nested;

    #[test]
    fn nested_paths_are_those_of_axum() {
        let cases = [("/a", "/", "/a"), ("/a/", "/", "/a/"), ("/a/", "/b", "/a/b"), ("/a", "/b", "/a/b")];
        let fallbacks = [("/a", "*", "/a/*"), ("/a/", "*", "/a/*"), ("/a", "/b/*", "/a/b/*")];
        for (prefix, path, whole) in cases.into_iter().chain(fallbacks) {
            assert_eq!(nested(prefix, path), whole, "{path} under {prefix}");
        }
    }
}
