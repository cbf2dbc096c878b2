//! The policy table: the requirement of every route, and its position in the source.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::expr::Text;
use super::snapshot::{PolicySnapshot, json_roles, unguarded};
use super::{Declaration, OwnedRequirement, PolicyDiff, Requirement, RouteRequirement};

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
    #[serde(flatten, serialize_with = "in_words")]
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
    /// Whether browsers send the access token in a cookie of browser mode.
    #[serde(skip)]
    pub(crate) in_browser: bool,
    /// Whether no browser mode covers the route.
    #[serde(skip)]
    pub(crate) outside_browser: bool,
}

/// A requirement in words, and which roles satisfy those that it names.
#[derive(Serialize)]
struct InWords {
    requirement: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    roles: BTreeMap<String, Vec<Text>>,
}

impl From<OwnedRequirement> for InWords {
    fn from(requirement: OwnedRequirement) -> Self {
        Self { requirement: requirement.to_string(), roles: json_roles(&requirement) }
    }
}

fn in_words<S: Serializer>(requirement: &RouteRequirement, serializer: S) -> Result<S::Ok, S::Error> {
    InWords::from(OwnedRequirement::from(requirement)).serialize(serializer)
}

fn guards_in_words<S: Serializer>(guards: &[Requirement], serializer: S) -> Result<S::Ok, S::Error> {
    let whole = (!guards.is_empty()).then(|| InWords::from(around(guards)));
    whole.serialize(serializer)
}

/// All of these guards, innermost first.
fn around(guards: &[Requirement]) -> OwnedRequirement {
    let guards = guards.iter().rev().map(|guard| OwnedRequirement::from(*guard));
    guards.reduce(|one, other| OwnedRequirement(one.0.and(other.0))).unwrap_or_else(unguarded)
}

/// A plain router that was merged or nested unchecked: its routes have no access guard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    /// What the guards around it require, innermost first.
    #[serde(flatten, serialize_with = "guards_in_words")]
    pub(crate) required: Vec<Requirement>,
}

impl Unchecked {
    /// What the guards around it require.
    pub(super) fn requirement(&self) -> OwnedRequirement {
        around(&self.required)
    }
}

/// By path, guards and position.
impl Ord for Unchecked {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |it: &'_ Self| (it.path.clone(), it.guards.clone(), it.file, it.line);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Unchecked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
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

    /// The table as a value that answers questions for all callers at once.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[require_scope("reports:read")]
    /// # async fn reports() {}
    /// let app: GuardedRouter<Auth> = GuardedRouter::new().route("/reports", get(reports));
    /// let callers = app.policy().snapshot().who_can("GET /reports").unwrap();
    /// assert_eq!(callers[0].sets[0].to_string(), "a subject with scope `reports:read`");
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> PolicySnapshot {
        self.into()
    }

    /// What `new` changes, compared with this table, for every caller: a line for each changed route, which begins with
    /// `WIDER`, `NARROWER`, `CHANGED` or `SAME` and names a caller for whom the answer is another.
    ///
    /// ```
    /// use auth_core::prelude::*;
    ///
    /// # #[require_auth]
    /// # async fn health() {}
    /// # mod changed {
    /// #     use auth_core::prelude::*;
    /// #     #[public]
    /// #     pub async fn health() {}
    /// # }
    /// let before: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(health));
    /// let after: GuardedRouter<Auth> = GuardedRouter::new().route("/health", get(changed::health));
    /// assert_eq!(
    ///     before.policy().diff(&after.policy()).to_string(),
    ///     "WIDER GET /health: public (was auth); now allowed: a caller without credentials\n",
    /// );
    /// ```
    #[must_use]
    pub fn diff(&self, new: &Self) -> PolicyDiff {
        self.snapshot().diff(&new.snapshot())
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

    /// Checks that a router with this table can be nested under `prefix` without losing a fallback: axum drops those nested
    /// in a router that has none itself, and the table would show a guard that no request meets.
    ///
    /// # Panics
    ///
    /// When one would be lost. A plain router in this one may have a fallback.
    #[track_caller]
    pub(crate) fn keeps_fallbacks(&self, prefix: &str) {
        let has_own = self.routes.iter().any(|row| (row.method, &*row.path) == ("ANY", "*"))
            || self.unchecked.iter().any(|row| row.path == "*");
        if !has_own && let Some(lost) = self.routes.iter().find(|row| row.method == "ANY" && row.path.ends_with("/*")) {
            let (path, Declaration { name, file, line, .. }) = (nested(prefix, &lost.path), lost.declared);
            panic!(
                "the fallback of `{path}` (`{name}`, {file}:{line}) would never be called, because the router nested at \
                 `{prefix}` has none of its own: give it a fallback, too, or nest the other router at its whole path"
            );
        }
    }

    pub(crate) fn sorted(mut self) -> Self {
        self.routes.sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
        self.unchecked.sort();
        self
    }
}

/// axum's path for `path` of a router nested under `prefix`.
pub(crate) fn nested(prefix: &str, path: &str) -> String {
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
