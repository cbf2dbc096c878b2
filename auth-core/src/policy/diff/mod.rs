//! What a change of a policy table means: for each route, which callers it lets in and refuses now.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::law::{Access, AnalysisError, Comparison, Witness, compare};
use super::snapshot::{PolicySnapshot, Routing, Row, normal_path};

/// The difference of two policy tables by what they mean, from [`PolicyTable::diff`](crate::PolicyTable::diff) or
/// [`PolicySnapshot::diff`](crate::analysis::PolicySnapshot::diff).
///
/// `Display` writes a line for each changed route. A route is a method and a path, whatever its parameters are called.
///
/// A new route lets in the callers that meet its requirement: it is wider. The requests of a removed route are answered by none,
/// or by what answers them instead, such as a route with a parameter or a fallback: where that lets in more callers, the removal
/// is wider.
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
    /// What answers the requests of a removed route now, as `METHOD /path: requirement`: a route with a parameter, a fallback.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answered_by: Vec<String>,
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
        let (old, new) = (Table::of(&old), Table::of(&new));
        let routes: BTreeSet<&Key> = old.rows.keys().chain(new.rows.keys()).collect();
        let changes = routes.into_iter().filter_map(|route| {
            let (was, is) = (old.answering(route), new.answering(route));
            let instead = match (was.as_slice(), is.as_slice()) {
                ([_, ..], []) => new.instead_of(&was, &old),
                _ => Vec::new(),
            };
            change(&route.1, was, is, &instead)
        });
        PolicyDiff { changes: changes.collect(), notes }
    }
}

/// Path, method, and whether it is a plain router: such rows can be several, and beside a fallback.
type Key = (String, String, bool);

struct Table<'a> {
    rows: BTreeMap<Key, Vec<&'a Row>>,
    snapshot: &'a PolicySnapshot,
    routing: Routing<'a>,
}

impl<'a> Table<'a> {
    fn of(snapshot: &'a PolicySnapshot) -> Self {
        let mut rows: BTreeMap<Key, Vec<&'a Row>> = BTreeMap::new();
        for row in &snapshot.rows {
            let key = (normal_path(&row.path), row.method.clone(), row.is_plain_router());
            rows.entry(key).or_default().push(row);
        }
        Self { rows, snapshot, routing: Routing::of(&snapshot.rows) }
    }

    /// The rows that answer requests of this method at this path: its own, else those that answer it as well.
    fn answering(&self, (path, method, is_plain): &Key) -> Vec<&'a Row> {
        let others: &[&str] = match method.as_str() {
            "ANY" | "OTHER" => &[],
            "HEAD" => &["GET", "ANY", "OTHER"],
            _ => &["ANY", "OTHER"],
        };
        std::iter::once(method.as_str())
            .chain(others.iter().copied())
            .find_map(|method| self.rows.get(&(path.clone(), method.to_owned(), *is_plain)))
            .cloned()
            .unwrap_or_default()
    }

    /// What answers the requests that these rows, which this table does not have, answer in the other: rows for each of them.
    fn instead_of(&self, removed: &[&Row], other: &Self) -> Vec<Vec<&'a Row>> {
        let answers: BTreeSet<_> =
            removed.iter().flat_map(|row| self.routing.instead_of(row, &other.routing)).collect();
        let rows = |answer: Vec<usize>| answer.into_iter().filter_map(|row| self.snapshot.rows.get(row)).collect();
        answers.into_iter().map(rows).collect()
    }
}

/// The line of a row without its route and source: words, roles, handler.
type Line = (String, String, String);

fn line(row: &Row) -> Line {
    (row.words(), row.suffix(), row.handler.clone())
}

/// The change of a path's route for this method; `None` if the lines are equal. What answers instead of a removed one is
/// `instead`.
fn change(method: &str, mut old: Vec<&Row>, mut new: Vec<&Row>, instead: &[Vec<&Row>]) -> Option<RouteChange> {
    let shown = *new.first().or_else(|| old.first())?;
    // Of several plain routers those with equal lines are the same.
    old.retain(|row| {
        let same = new.iter().position(|other| line(row) == line(other));
        same.map(|same| new.remove(same)).is_none()
    });
    if old.is_empty() && new.is_empty() {
        return None;
    }
    let (old_lines, new_lines) = (lines(&old), lines(&new));
    // Only as much of a line as tells the two apart.
    let differ = |of: fn(&Line) -> &String| old_lines.iter().map(of).ne(new_lines.iter().map(of));
    let (by_words, by_suffix) = (differ(|line| &line.0), differ(|line| &line.1));
    let words = |lines: &[Line]| {
        let words = lines.iter().map(|(words, suffix, handler)| match (by_words, by_suffix) {
            (true, _) => words.clone(),
            (false, true) => format!("{words}{suffix}"),
            (false, false) => format!("{words} [{handler}]"),
        });
        (!lines.is_empty()).then(|| words.collect::<Vec<_>>().join(" or "))
    };
    let (gained, lost, error) = match compared(&old, &new, instead) {
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
    let answered: BTreeSet<String> =
        instead.iter().flatten().map(|row| format!("{}: {}", row.route(), row.words())).collect();
    Some(RouteChange {
        kind,
        method: method.to_owned(),
        path: shown.path.clone(),
        old: words(&old_lines),
        new: words(&new_lines),
        answered_by: answered.into_iter().collect(),
        gained,
        lost,
        error,
    })
}

fn lines(rows: &[&Row]) -> Vec<Line> {
    rows.iter().map(|row| line(row)).collect()
}

/// The callers that a new row lets in and an old one does not, and the other way round. Rows of one route are several only
/// where it is not known which of them answers, so each is compared with each.
fn compared(old: &[&Row], new: &[&Row], instead: &[Vec<&Row>]) -> Result<Comparison, AnalysisError> {
    let mut whole = Comparison { gained: None, lost: None };
    let mut add = |old: &[Access<'_>], new: &[Access<'_>]| -> Result<(), AnalysisError> {
        let Comparison { gained, lost } = compare(old, new)?;
        whole.gained = whole.gained.take().or(gained);
        whole.lost = whole.lost.take().or(lost);
        Ok(())
    };
    let answers = if instead.is_empty() { vec![new] } else { instead.iter().map(Vec::as_slice).collect() };
    for new in answers {
        if let ([], rows) | (rows, []) = (old, new) {
            let all: Vec<_> = rows.iter().map(|row| row.access()).collect();
            if old.is_empty() { add(&[], &all)? } else { add(&all, &[])? }
        }
        for (old, new) in old.iter().flat_map(|old| new.iter().map(move |new| (old, new))) {
            add(&[old.access()], &[new.access()])?;
        }
    }
    Ok(whole)
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
        let code = |words: &str| {
            // A run of backquotes ends at one of the same length.
            let longest = words.split(|c| c != '`').map(str::len).max().unwrap_or_default();
            let fence = "`".repeat((longest + 1).max(2));
            format!("{fence} {} {fence}", words.replace('|', "\\|"))
        };
        for change in &self.changes {
            let requirement = match (&change.old, &change.new) {
                (Some(old), Some(new)) => format!("{} → {}", code(old), code(new)),
                (None, Some(new)) => format!("new: {}", code(new)),
                (old, None) => {
                    let removed = format!("removed: {}", code(old.as_deref().unwrap_or_default()));
                    let answered = change.answered_by.iter().map(|row| format!(", answered by {}", code(row)));
                    std::iter::once(removed).chain(answered).collect()
                }
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
        if !self.answered_by.is_empty() {
            write!(f, ", answered by {}", self.answered_by.join(" or "))?;
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
