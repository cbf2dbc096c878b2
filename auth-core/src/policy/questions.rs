//! Questions about a policy table, answered for all callers at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::expr::Node;
use super::law::{Access, AnalysisError, Function, Space, Witness, beside, common, minimal};
use super::snapshot::{InvalidPattern, Pattern, PolicySnapshot, Row};
use super::{OwnedRequirement, Role};

/// More sets of facts are not listed.
const MOST_SETS: usize = 64;

/// A question that has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// The route is not a pattern.
    #[error(transparent)]
    Pattern(#[from] InvalidPattern),
    /// No route of the table matches.
    #[error("no route matches `{0}`")]
    NoRoute(String),
    /// A requirement is too large.
    #[error("{route}: {source}")]
    TooLarge {
        /// Method and path.
        route: String,
        /// The bound that was reached.
        source: AnalysisError,
    },
}

/// Who can call a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteCallers {
    /// Method and path.
    pub route: String,
    /// Its requirement, in words.
    pub requirement: String,
    /// The smallest sets of facts, each of which suffices; none if no caller can call it.
    pub sets: Vec<Witness>,
    /// Whether these are all of them.
    pub is_all: bool,
}

/// What callers can do at a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteReach {
    /// Method and path.
    pub route: String,
    /// Its requirement, in words.
    pub requirement: String,
    /// Which of the callers it lets in.
    pub reach: Reach,
    /// One of those that it lets in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Witness>,
    /// One of those that it refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Witness>,
}

/// Which of some callers a route lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Reach {
    /// All of them.
    All,
    /// Those that meet more besides.
    Some,
    /// None of them.
    None,
}

/// A route's own requirement that its router's guard makes redundant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RedundantRequirement {
    /// Method and path.
    pub route: String,
    /// The requirement of the handler.
    pub own: String,
    /// The guards around it, which let in no caller that the handler's requirement refuses.
    pub guard: String,
}

impl Row {
    fn error(&self) -> impl FnOnce(AnalysisError) -> QuestionError + '_ {
        |source| QuestionError::TooLarge { route: self.route(), source }
    }
}

impl PolicySnapshot {
    /// The smallest sets of roles, scopes, methods and conditions that suffice to call a route, for each route that matches
    /// `METHOD /path`. [`PolicyTable::snapshot`](crate::PolicyTable::snapshot) has an example.
    ///
    /// # Errors
    ///
    /// A wrong or unmatched pattern, or a requirement that is too large.
    pub fn who_can(&self, route: &str) -> Result<Vec<RouteCallers>, QuestionError> {
        let rows = Pattern::parse(route)?.find(&self.rows);
        if rows.is_empty() {
            return Err(QuestionError::NoRoute(route.to_owned()));
        }
        let callers = |row: &Row| {
            let (sets, is_all) = minimal(row.access(), MOST_SETS).map_err(row.error())?;
            Ok(RouteCallers { route: row.route(), requirement: row.words(), sets, is_all })
        };
        rows.into_iter().map(callers).collect()
    }

    /// What callers who meet `caller` can do: which of them each route lets in, those with all of them first.
    ///
    /// A role named without its enum, as in text, is satisfied by the roles that the table says.
    ///
    /// ```
    /// use auth_core::analysis::{PolicySnapshot, Reach, scope};
    ///
    /// let table: PolicySnapshot = "GET /a: scope(\"a\") [app::a]\nGET /b: all(scope(\"a\"), scope(\"b\")) [app::b]\n".parse()?;
    /// let reach = table.what_can(&scope("a")).unwrap();
    /// assert_eq!((reach[0].route.as_str(), reach[0].reach), ("GET /a", Reach::All));
    /// assert_eq!((reach[1].route.as_str(), reach[1].reach), ("GET /b", Reach::Some));
    /// # Ok::<(), auth_core::analysis::InvalidPolicy>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A requirement that is too large.
    pub fn what_can(&self, caller: &OwnedRequirement) -> Result<Vec<RouteReach>, QuestionError> {
        let caller = caller.clone().granting(&self.grants());
        let reach = |row: &Row| {
            let allowed = common(Access::from(&caller), row.access()).map_err(row.error())?;
            let refused = beside(Access::from(&caller), row.access()).map_err(row.error())?;
            let reach = match (&allowed, &refused) {
                (None, _) => Reach::None,
                (Some(_), Some(_)) => Reach::Some,
                (Some(_), None) => Reach::All,
            };
            Ok(RouteReach { route: row.route(), requirement: row.words(), reach, allowed, refused })
        };
        let mut routes = self.rows.iter().map(reach).collect::<Result<Vec<_>, QuestionError>>()?;
        routes.sort_by_key(|route| route.reach);
        Ok(routes)
    }

    /// The routes that let in the same callers, where there are several.
    ///
    /// # Errors
    ///
    /// All requirements together are too large: they are one question, of at most 500,000 steps.
    pub fn equivalent(&self) -> Result<Vec<Vec<String>>, QuestionError> {
        let mut space = Space::of(self.rows.iter().map(|row| row.access().node));
        let mut groups: BTreeMap<Function, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            let callers = space.access(row.access()).map_err(row.error())?;
            groups.entry(callers).or_default().push(row);
        }
        // Equal callers are one function only where all ages are known.
        let mut equal: BTreeMap<Function, Vec<&Row>> = BTreeMap::new();
        for (callers, rows) in groups {
            let canonical = space.canonical(callers).map_err(rows[0].error())?;
            equal.entry(canonical).or_default().extend(rows);
        }
        let mut groups: Vec<Vec<String>> =
            equal.into_values().map(|rows| rows.into_iter().map(Row::route).collect::<Vec<_>>()).collect();
        groups.retain(|routes| routes.len() > 1);
        for routes in &mut groups {
            routes.sort();
        }
        groups.sort();
        Ok(groups)
    }

    /// The roles of the enum that no requirement names.
    #[must_use]
    pub fn unused_roles<R: Role>(&self) -> Vec<&'static str> {
        self.unused_role_names(R::ALL.iter().map(|role| role.name()))
    }

    /// Those of `roles` that no requirement names.
    pub fn unused_role_names<'a>(&self, roles: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let named = self.named("role");
        roles.into_iter().filter(|role| !named.contains(role)).collect()
    }

    /// Those of `scopes` that no requirement names.
    pub fn unused_scopes<'a>(&self, scopes: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let named = self.named("scope");
        scopes.into_iter().filter(|scope| !named.contains(scope)).collect()
    }

    /// Every role that the table knows, by name: those that requirements name, and those that include one of them.
    ///
    /// ```
    /// use auth_core::analysis::PolicySnapshot;
    ///
    /// let line = "GET /users: role(moderator) [app::users] where role(moderator) is moderator or admin\n";
    /// let table: PolicySnapshot = line.parse()?;
    /// assert_eq!(table.known_roles(), ["admin", "moderator"]);
    /// assert_eq!(table.unused_role_names(table.known_roles()), ["admin"]);
    /// # Ok::<(), auth_core::analysis::InvalidPolicy>(())
    /// ```
    #[must_use]
    pub fn known_roles(&self) -> Vec<&str> {
        let mut known = self.named("role");
        for row in &self.rows {
            row.requirement.0.leaves(&mut |leaf| known.extend(leaf.granted_by.iter().flatten().map(|role| &**role)));
        }
        known.into_iter().collect()
    }

    /// The first arguments of all leaves of this word.
    fn named(&self, word: &str) -> BTreeSet<&str> {
        let mut named = BTreeSet::new();
        for row in &self.rows {
            row.requirement.0.leaves(&mut |leaf| {
                if let Some(name) = leaf.arguments.first().filter(|_| leaf.syntax.word == word) {
                    named.insert(name.text());
                }
            });
        }
        named
    }

    /// The routes whose own requirement changes nothing, because the guard of a router around it is stricter. A bare `auth` or
    /// `api_key` is not listed: it says what the handler reads.
    ///
    /// A table from a router knows guards and handler apart. A lock file and JSON have both as one `all(guard, own)`: there the
    /// last part of an `all(..)` is listed where those before it are stricter.
    ///
    /// # Errors
    ///
    /// A requirement that is too large.
    pub fn redundant(&self) -> Result<Vec<RedundantRequirement>, QuestionError> {
        let mut redundant = Vec::new();
        for row in &self.rows {
            for Apart { guard, own, words } in row.guard_and_own() {
                if matches!(words.as_str(), "auth" | "api_key") {
                    continue;
                }
                if beside((&guard).into(), (&own).into()).map_err(row.error())?.is_none() {
                    let guard = guard.to_string();
                    redundant.push(RedundantRequirement { route: row.route(), own: words, guard });
                    break;
                }
            }
        }
        Ok(redundant)
    }
}

/// A guard, and what is required besides.
struct Apart {
    guard: OwnedRequirement,
    own: OwnedRequirement,
    /// The second in words, as it stands.
    words: String,
}

impl Row {
    /// Its requirement by what a guard may be and what the handler's own. Of text, the outermost guard first.
    fn guard_and_own(&self) -> Vec<Apart> {
        if let Some((guard, own)) = &self.apart {
            return vec![Apart { guard: guard.clone(), own: own.clone(), words: own.to_string() }];
        }
        let (mut apart, mut guards) = (Vec::new(), Vec::new());
        let (mut rest, mut kinds) = (&self.requirement.0, self.requirement.0.own_kinds());
        while !self.is_unchecked() {
            if let Node::By(own, inner) = rest {
                (rest, kinds) = (inner, *own);
            }
            let Node::All(parts) = rest else { break };
            let Some((last, before)) = parts.split_last().filter(|(_, before)| !before.is_empty()) else { break };
            let bound = |part: &Node| match part {
                Node::By(..) => part.clone(),
                part => Node::By(kinds, Box::new(part.clone())),
            };
            guards.extend(before.iter().map(bound));
            apart.push(Apart {
                guard: OwnedRequirement(match guards.as_slice() {
                    [one] => one.clone(),
                    all => Node::All(all.to_vec()),
                }),
                own: OwnedRequirement(bound(last)),
                words: OwnedRequirement(last.clone()).to_string(),
            });
            rest = last;
        }
        apart
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::{PolicySnapshot, Reach};

    #[test]
    fn requirements_in_other_words_are_equivalent() {
        let lines =
            "GET /a: fresh(\"5m\") [a]\nGET /b: all(fresh(\"5m\"), fresh(\"10m\")) [b]\nGET /c: fresh(\"10m\") [c]\n";
        let table: PolicySnapshot = lines.parse().unwrap();
        assert_eq!(table.equivalent().unwrap(), [["GET /a", "GET /b"]]);
    }

    #[test]
    fn a_part_of_a_requirement_reads_the_credentials_of_the_whole() {
        let table: PolicySnapshot = "GET /a: all(auth, scope(\"s\"), scope(\"s\")) [a]\n".parse().unwrap();
        let redundant = table.redundant().unwrap();
        assert_eq!((redundant.len(), redundant[0].own.as_str()), (1, "scope(\"s\")"));
        assert_eq!(redundant[0].guard, "all(auth, scope(\"s\"))");
    }
    #[test]
    fn requirements_with_a_part_that_decides_nothing_are_equivalent() {
        let lines = "GET /a: all(api_key, scope(\"a\")) [a]\nGET /b: all(api_key, any(all(scope(\"a\"), scope(\"b\")), \
                     all(scope(\"a\"), not(scope(\"b\"))))) [b]\n";
        let table: PolicySnapshot = lines.parse().unwrap();
        assert_eq!(table.equivalent().unwrap(), [["GET /a", "GET /b"]]);
    }

    #[test]
    fn a_part_of_a_requirement_reads_both_kinds_where_the_whole_does() {
        let lines = "GET /a: all(any(auth, api_key), scope(\"s\"), scope(\"s\")) [a]\n";
        let table: PolicySnapshot = lines.parse().unwrap();
        assert_eq!(table.redundant().unwrap().len(), 1);
    }

    #[test]
    fn a_caller_in_text_has_the_inclusion_of_the_table() {
        let lines = "GET /a: role(user) [a] where role(user) is user or admin\n\
                     GET /m: role(member) [m] where role(member) is member or user\n";
        let table: PolicySnapshot = lines.parse().unwrap();
        let reach = table.what_can(&"role(user)".parse().unwrap()).unwrap();
        let reach: Vec<_> = reach.iter().map(|it| (it.route.as_str(), it.reach)).collect();
        assert_eq!(reach, [("GET /a", Reach::All), ("GET /m", Reach::Some)]);
        assert_eq!(table.known_roles(), ["admin", "member", "user"]);
    }
    #[test]
    fn a_question_about_no_route_is_an_error() {
        let table: PolicySnapshot = "GET /a: auth [a]\n".parse().unwrap();
        assert_eq!(table.who_can("GET /b").unwrap_err().to_string(), "no route matches `GET /b`");
        assert_eq!(table.who_can("GET /a").unwrap()[0].sets.len(), 1);
    }

    #[test]
    fn what_lets_in_all_callers_comes_first() {
        let lines = "GET /a: api_key [a]\nGET /b: scope(\"s\") [b]\nGET /c: auth [c]\n";
        let table: PolicySnapshot = lines.parse().unwrap();
        let reach = table.what_can(&"by(auth, auth)".parse().unwrap()).unwrap();
        let reach: Vec<_> = reach.iter().map(|it| (it.route.as_str(), it.reach)).collect();
        assert_eq!(reach, [("GET /c", Reach::All), ("GET /a", Reach::Some), ("GET /b", Reach::Some)]);
    }

    #[test]
    fn a_name_is_used_by_the_word_that_names_it() {
        let lines = "GET /a: all(role(a), scope(\"b\"), amr(\"c\"), permission(\"d\")) [a] where role(a) is a or e\n";
        let table: PolicySnapshot = lines.parse().unwrap();
        let names = ["a", "b", "c", "d", "e"];
        assert_eq!(table.unused_role_names(names), ["b", "c", "d", "e"]);
        assert_eq!(table.unused_scopes(names), ["a", "c", "d", "e"]);
    }

    #[test]
    fn only_what_a_stricter_part_before_it_makes_redundant_is_listed() {
        let redundant = |line: &str| {
            let table: PolicySnapshot = line.parse().unwrap();
            let redundant = table.redundant().unwrap();
            redundant.into_iter().map(|it| (it.own, it.guard)).collect::<Vec<_>>()
        };
        let listed = |own: &str, guard: &str| vec![(own.to_owned(), guard.to_owned())];
        assert_eq!(redundant("GET /a: all(auth, scope(\"s\")) [a]\n"), []);
        // A bare `auth` says what the handler reads.
        assert_eq!(redundant("GET /a: all(scope(\"s\"), auth) [a]\n"), []);
        assert_eq!(redundant("GET /a: all(fresh(\"10m\"), fresh(\"5m\")) [a]\n"), []);
        let both = "GET /a: all(fresh(\"5m\"), fresh(\"10m\")) [a]\n";
        assert_eq!(redundant(both), listed("fresh(\"10m\")", "fresh(\"5m\")"));
        let plain = "ANY /m/*: unchecked behind A, A [src/a.rs] = all(role(a), role(a)) where role(a) is a\n";
        assert_eq!(redundant(plain), []);
        let inner =
            "GET /a: all(role(a), by(api_key, all(api_key, scope(\"s\"), scope(\"s\")))) [a] where role(a) is a\n";
        assert_eq!(redundant(inner).len(), 1, "{:?}", redundant(inner));
        assert!(redundant(inner)[0].1.contains("by(api_key, scope(\"s\"))"), "{:?}", redundant(inner));
    }
}
