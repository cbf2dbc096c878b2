//! A policy table as a value that can be read back: from a lock file, or from the JSON of the policy route.

mod conditions;
mod json;
mod lock;
mod path;
mod pattern;
mod routing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::str::FromStr;

use super::expr::{Node, OwnedRequirement, RoleGrants, Text, is_hidden, write_name};
use super::law::Access;
use super::{PolicyTable, RoutePolicy, Unchecked};
pub(super) use path::normal_path;
pub use pattern::InvalidPattern;
pub(crate) use pattern::Pattern;
pub(super) use routing::Routing;

/// A policy table, detached from the router: it is made from one, or read from a lock file or from the JSON that
/// [`GuardedRouter::policy_route`](crate::GuardedRouter::policy_route) serves.
///
/// It answers questions for all callers at once, exactly.
///
/// ```
/// use auth_core::analysis::PolicySnapshot;
///
/// let before: PolicySnapshot = "GET /reports: all(auth, scope(\"reports:read\")) [app::reports]\n".parse()?;
/// let after: PolicySnapshot = "GET /reports: any(auth, scope(\"reports:read\")) [app::reports]\n".parse()?;
/// assert_eq!(
///     before.diff(&after).to_string(),
///     "WIDER GET /reports: any(auth, scope(\"reports:read\")) (was all(auth, scope(\"reports:read\"))); \
///      now allowed: a subject without scope `reports:read`\n",
/// );
/// # Ok::<(), auth_core::analysis::InvalidPolicy>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicySnapshot {
    pub(super) rows: Vec<Row>,
}

/// One route, or one plain router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The guards of the routers around it, and its own requirement.
    pub(super) requirement: OwnedRequirement,
    pub(crate) conditions: Vec<String>,
    pub(super) limits: Vec<String>,
    /// The names of the guards of a plain router.
    pub(super) unchecked: Option<Vec<String>>,
    /// The handler, or the source file of a plain router.
    pub(super) handler: String,
    /// The source file and line, where they are known.
    pub(crate) place: Option<(String, u32)>,
    /// The guards around it and its own requirement apart, where they are known.
    pub(super) apart: Option<(OwnedRequirement, OwnedRequirement)>,
}

impl Row {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.conditions, &self.limits].into_iter().chain(&self.unchecked).flatten();
        [&self.method, &self.path, &self.handler].into_iter().chain(lists).map(String::as_str)
    }
}

/// A text that is not a policy table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a policy table: line {line}: {reason}")]
pub struct InvalidPolicy {
    line: usize,
    reason: String,
}

impl FromStr for PolicySnapshot {
    type Err = InvalidPolicy;

    /// Reads a lock file, or JSON if the text begins with a brace. A character that a terminal obeys or does not show is refused
    /// outside of the quotes of a requirement, where it has an escape.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let table = if text.trim_start().starts_with('{') { json::read(text) } else { lock::read(text) }?;
        for (i, row) in table.rows.iter().enumerate() {
            if let Some(c) = row.texts().flat_map(str::chars).find(|c| is_hidden(*c)) {
                return Err(InvalidPolicy {
                    line: i + 1,
                    reason: format!("a hidden character: {}", c.escape_unicode()),
                });
            }
        }
        Ok(table)
    }
}

impl From<&PolicyTable> for PolicySnapshot {
    fn from(table: &PolicyTable) -> Self {
        Self { rows: table.routes.iter().map(Row::from).chain(table.unchecked.iter().map(Row::from)).collect() }
    }
}

impl From<&RoutePolicy> for Row {
    fn from(row: &RoutePolicy) -> Self {
        let mut parts: Vec<_> = row.requirement.parts().map(|part| OwnedRequirement::from(*part)).collect();
        let own = parts.pop();
        let guards = parts.into_iter().reduce(|one, other| OwnedRequirement(one.0.and(other.0)));
        Self {
            method: row.method.to_owned(),
            path: row.path.clone(),
            requirement: (&row.requirement).into(),
            conditions: row.conditions.iter().map(|&condition| condition.to_owned()).collect(),
            limits: row.limits.clone(),
            unchecked: None,
            handler: row.handler(),
            place: Some((row.declared.file.to_owned(), row.declared.line)),
            apart: guards.zip(own),
        }
    }
}

impl From<&Unchecked> for Row {
    fn from(row: &Unchecked) -> Self {
        Self {
            method: "ANY".to_owned(),
            path: row.path.clone(),
            requirement: row.requirement(),
            conditions: Vec::new(),
            limits: Vec::new(),
            unchecked: Some(row.guards.iter().map(|&guard| guard.to_owned()).collect()),
            handler: row.file.to_owned(),
            place: Some((row.file.to_owned(), row.line)),
            apart: None,
        }
    }
}

impl Row {
    pub(crate) fn access(&self) -> Access<'_> {
        Access { node: &self.requirement.0, conditions: &self.conditions }
    }

    /// Method and path.
    pub(crate) fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(crate) const fn is_unchecked(&self) -> bool {
        self.unchecked.is_some()
    }

    /// Its requirement, conditions and limits, in the words of the lock file.
    pub(crate) fn words(&self) -> String {
        if let Some(guards) = &self.unchecked {
            return std::iter::once("unchecked".to_owned())
                .chain(guards.iter().map(|guard| format!(" behind {guard}")))
                .collect();
        }
        let conditions = self.conditions.iter().map(|condition| format!(", authorize({condition})"));
        let limits = self.limits.iter().map(|limit| format!(", rate_limit({limit})"));
        std::iter::once(self.requirement.to_string()).chain(conditions).chain(limits).collect()
    }

    /// What its line in the lock file says behind the handler.
    pub(super) fn suffix(&self) -> String {
        let roles = roles_in_words(&self.requirement);
        match &self.unchecked {
            Some(guards) if !guards.is_empty() => format!(" = {}{roles}", self.requirement),
            _ => roles,
        }
    }

    /// Its line in the lock file.
    pub(super) fn line(&self) -> String {
        format!("{}: {} [{}]{}\n", self.route(), self.words(), self.handler, self.suffix())
    }
}

/// Which roles satisfy those that are named, ` where role(user) is user or admin`.
fn roles_in_words(requirement: &OwnedRequirement) -> String {
    struct Name<'a>(&'a str);
    impl std::fmt::Display for Name<'_> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write_name(f, self.0)
        }
    }
    let grants = requirement.0.grants().into_iter().enumerate().map(|(i, (name, roles))| {
        let roles: Vec<_> = roles.iter().map(|role| Name(role).to_string()).collect();
        format!("{} role({}) is {}", if i > 0 { "," } else { " where" }, Name(name), roles.join(" or "))
    });
    grants.collect()
}

impl PolicySnapshot {
    /// The text of the lock file, as [`PolicyTable::lock`] has it.
    #[must_use]
    pub fn lock(&self) -> String {
        self.rows.iter().map(Row::line).collect()
    }

    #[cfg(feature = "test-util")]
    pub(crate) fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    /// The roles that satisfy each role, by all rows that say so.
    pub(super) fn grants(&self) -> RoleGrants {
        let mut grants = BTreeMap::new();
        for row in &self.rows {
            for (name, roles) in row.requirement.0.grants() {
                grants.insert(name.to_owned(), roles.to_vec());
            }
        }
        grants
    }

    /// Whether a row names a role without those that satisfy it.
    pub(super) fn lacks_grants(&self) -> bool {
        let mut lacks = false;
        for row in &self.rows {
            row.requirement.0.leaves(&mut |leaf| lacks |= leaf.role().is_some() && leaf.granted_by.is_none());
        }
        lacks
    }

    pub(super) fn granting(&self, grants: &RoleGrants) -> Self {
        let mut rows = self.rows.clone();
        for row in &mut rows {
            row.requirement.0.grant(grants);
        }
        Self { rows }
    }
}

/// A requirement that demands nothing, in front of a plain router without guards.
pub(super) const fn unguarded() -> OwnedRequirement {
    OwnedRequirement(Node::Public)
}

/// The roles of a row in JSON.
pub(super) fn json_roles(requirement: &OwnedRequirement) -> BTreeMap<String, Vec<Text>> {
    requirement.0.grants().into_iter().map(|(name, roles)| (name.to_owned(), roles.to_vec())).collect()
}
