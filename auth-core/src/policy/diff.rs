//! What a change of a policy table means: for each route, which callers it lets in and refuses now.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::law::{Access, Comparison, Witness, compare};
use super::snapshot::{PolicySnapshot, Row, normal_path};

/// The difference of two policy tables by what they mean, from [`PolicyTable::diff`](crate::PolicyTable::diff) or
/// [`PolicySnapshot::diff`](crate::analysis::PolicySnapshot::diff).
///
/// `Display` writes a line for each changed route. A route is a method and a path, whatever its parameters are called. A new
/// route lets in the callers that meet its requirement, a removed one none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PolicyDiff {
    /// The routes whose line in the lock file changed.
    pub changes: Vec<RouteChange>,
    /// What the comparison had to assume.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A changed route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteChange {
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The HTTP method, as in the policy table.
    pub method: String,
    /// The path.
    pub path: String,
    /// Its requirement before, in words; `None` for a new route.
    pub old: Option<String>,
    /// Its requirement now; `None` for a removed route.
    pub new: Option<String>,
    /// A caller that is let in now and was not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gained: Option<Witness>,
    /// A caller that was let in before and is not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Witness>,
    /// Why it could not be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How the callers of a route changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ChangeKind {
    /// More callers are let in.
    Wider,
    /// Fewer callers are let in.
    Narrower,
    /// Some callers are let in that were not, and others are not any more.
    Changed,
    /// The same callers are let in; the words are others.
    Same,
    /// The requirements are too large to compare.
    Undecided,
}

impl ChangeKind {
    /// Whether the change may let in callers that were refused. What could not be decided may.
    #[must_use]
    pub const fn is_wider(self) -> bool {
        matches!(self, Self::Wider | Self::Changed | Self::Undecided)
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Wider => "WIDER",
            Self::Narrower => "NARROWER",
            Self::Changed => "CHANGED",
            Self::Same => "SAME",
            Self::Undecided => "UNDECIDED",
        })
    }
}

impl PolicySnapshot {
    /// What `new` changes, compared with this table, for every caller.
    ///
    /// A file of an earlier version does not say which roles include others; they are taken from the other table, and a note
    /// says so.
    #[must_use]
    pub fn diff(&self, new: &Self) -> PolicyDiff {
        let (old_grants, new_grants) = (self.grants(), new.grants());
        let notes = [(self, "old"), (new, "new")].into_iter().filter(|(table, _)| table.lacks_grants()).map(|(_, which)| {
            format!(
                "the {which} table does not say which roles include others, as it was written by an earlier version: \
                 inclusion is taken from the other table, and a change of it is not seen"
            )
        });
        let notes = notes.collect();
        let (old, new) = (self.granting(&new_grants), new.granting(&old_grants));
        let (old_rows, new_rows) = (by_route(&old), by_route(&new));
        let routes: BTreeSet<&(String, String)> = old_rows.keys().chain(new_rows.keys()).collect();
        let changes = routes.into_iter().filter_map(|route| {
            let [old, new] = [&old_rows, &new_rows].map(|rows| answering(rows, route));
            change(&old, &new)
        });
        PolicyDiff { changes: changes.collect(), notes }
    }
}

/// The rows of each path and method.
type Rows<'a> = BTreeMap<(String, String), Vec<&'a Row>>;

fn by_route(table: &PolicySnapshot) -> Rows<'_> {
    let mut rows = Rows::new();
    for row in &table.rows {
        rows.entry((normal_path(&row.path), row.method.clone())).or_default().push(row);
    }
    rows
}

/// The rows that answer requests of this method: its own, else those that answer it as well.
fn answering<'a>(rows: &Rows<'a>, (path, method): &(String, String)) -> Vec<&'a Row> {
    let others: &[&str] = match method.as_str() {
        "ANY" | "OTHER" => &[],
        "HEAD" => &["GET", "ANY"],
        _ => &["ANY"],
    };
    std::iter::once(method.as_str())
        .chain(others.iter().copied())
        .find_map(|method| rows.get(&(path.clone(), method.to_owned())))
        .cloned()
        .unwrap_or_default()
}

fn accesses<'a>(rows: &[&'a Row]) -> Vec<Access<'a>> {
    rows.iter().map(|row| row.access()).collect()
}

/// `None` if the lines are equal.
fn change(old: &[&Row], new: &[&Row]) -> Option<RouteChange> {
    let shown = new.first().or_else(|| old.first())?;
    let lines =
        |rows: &[&Row]| rows.iter().map(|row| (row.words(), row.suffix(), row.handler.clone())).collect::<Vec<_>>();
    let (old_lines, new_lines) = (lines(old), lines(new));
    if old_lines == new_lines {
        return None;
    }
    // Only as much of a line as tells the two apart.
    let differ = |of: fn(&(String, String, String)) -> &String| old_lines.iter().map(of).ne(new_lines.iter().map(of));
    let (by_words, by_suffix) = (differ(|line| &line.0), differ(|line| &line.1));
    let words = |lines: &[(String, String, String)]| {
        let words = lines.iter().map(|(words, suffix, handler)| match (by_words, by_suffix) {
            (true, _) => words.clone(),
            (false, true) => format!("{words}{suffix}"),
            (false, false) => format!("{words} [{handler}]"),
        });
        (!lines.is_empty()).then(|| words.collect::<Vec<_>>().join(" or "))
    };
    let compared = compare(&accesses(old), &accesses(new));
    let (gained, lost, error) = match compared {
        Ok(Comparison { gained, lost }) => (gained, lost, None),
        Err(error) => (None, None, Some(error.to_string())),
    };
    let kind = match (&gained, &lost) {
        _ if error.is_some() => ChangeKind::Undecided,
        (Some(_), Some(_)) => ChangeKind::Changed,
        (Some(_), None) => ChangeKind::Wider,
        (None, Some(_)) => ChangeKind::Narrower,
        (None, None) => ChangeKind::Same,
    };
    let (method, path) = (shown.method.clone(), shown.path.clone());
    Some(RouteChange { kind, method, path, old: words(&old_lines), new: words(&new_lines), gained, lost, error })
}

impl PolicyDiff {
    /// Whether no route changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes that let in callers that were refused, or that could not be decided.
    pub fn wider(&self) -> impl Iterator<Item = &RouteChange> {
        self.changes.iter().filter(|change| change.kind.is_wider())
    }

    /// The changes as a table in Markdown, for a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        if self.is_empty() {
            return "The policy did not change.\n".to_owned();
        }
        let mut text = "| | route | requirement | callers |\n| --- | --- | --- | --- |\n".to_owned();
        let code = |words: &str| format!("`` {} ``", words.replace('|', "\\|"));
        for change in &self.changes {
            let requirement = match (&change.old, &change.new) {
                (Some(old), Some(new)) => format!("{} → {}", code(old), code(new)),
                (None, Some(new)) => format!("new: {}", code(new)),
                (old, None) => format!("removed: {}", code(old.as_deref().unwrap_or_default())),
            };
            let route = code(&format!("{} {}", change.method, change.path));
            let callers = change.callers().replace('|', "\\|");
            // Writing to a string does not fail.
            let _ = writeln!(text, "| **{}** | {route} | {requirement} | {callers} |", change.kind);
        }
        for note in &self.notes {
            let _ = writeln!(text, "\nNote: {note}.");
        }
        text
    }
}

impl RouteChange {
    /// The callers for whom the answer is another one.
    fn callers(&self) -> String {
        let gained = self.gained.iter().map(|witness| format!("now allowed: {witness}"));
        let lost = self.lost.iter().map(|witness| format!("no longer allowed: {witness}"));
        gained.chain(lost).chain(self.error.clone()).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for RouteChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, method, path, .. } = self;
        write!(f, "{kind} {method} {path}: ")?;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => write!(f, "{new} (was {old})")?,
            (None, Some(new)) => write!(f, "{new} (new route)")?,
            (old, None) => write!(f, "removed (was {})", old.as_deref().unwrap_or_default())?,
        }
        match self.callers() {
            callers if callers.is_empty() => Ok(()),
            callers => write!(f, "; {callers}"),
        }
    }
}

impl fmt::Display for PolicyDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| writeln!(f, "{change}"))?;
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}
