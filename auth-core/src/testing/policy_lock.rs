//! Comparison of the policy table with a committed file.

use std::path::Path;

use crate::policy::{PolicySnapshot, PolicyTable};

const UPDATE: &str = "UPDATE_POLICY_LOCK";

/// Compares the policy table of a router with a committed file, usually `policy.lock` beside `Cargo.toml`, the working
/// directory of tests. A changed guard and an added or removed route fail the test until the file is updated, so that
/// the change appears in its diff. The message says for each changed route whether it became wider or narrower, and for
/// whom.
///
/// The file contains [`PolicyTable::lock`]: method, path, requirement, and handler with its module, without source
/// lines. With the environment variable `UPDATE_POLICY_LOCK=1` the file is written instead.
///
/// ```no_run
/// # use auth_core::{GuardedRouter, Auth};
/// # fn router() -> GuardedRouter<Auth> { GuardedRouter::new() }
/// #[test]
/// fn policy_is_reviewed() {
///     auth_core::testing::policy_lock(&router().policy(), "policy.lock");
/// }
/// ```
///
/// # Panics
///
/// When table and file differ, with the difference, and when the file cannot be read or written.
#[track_caller]
pub fn policy_lock(table: &PolicyTable, path: impl AsRef<Path>) {
    let path = path.as_ref();
    let shown = path.display();
    let present = table.lock();
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        let written = std::fs::write(path, present);
        return written.unwrap_or_else(|error| panic!("cannot write {shown}: {error}"));
    }
    let committed = committed(path, &present);
    if committed != present {
        let meaning = match committed.parse::<PolicySnapshot>() {
            Ok(old) => old.diff(&table.snapshot()).to_string(),
            Err(error) => format!("what it means is not known: {shown} is {error}\n"),
        };
        panic!("the policy differs from {shown}:\n\n{meaning}\n{}\n{}", difference(&committed, &present), help(path))
    }
}

/// Fails if a route lets in a caller that it refuses by a committed file: if it is new, or its requirement became weaker.
/// What only became stricter, or is said in other words, passes. [`policy_lock`] writes the file.
///
/// ```no_run
/// # use auth_core::{GuardedRouter, Auth};
/// # fn router() -> GuardedRouter<Auth> { GuardedRouter::new() }
/// #[test]
/// fn access_becomes_no_wider() {
///     auth_core::testing::no_wider_than(&router().policy(), "policy.lock");
/// }
/// ```
///
/// # Panics
///
/// When a route became wider, or could not be decided, with a caller who shows it; and when the file cannot be read, or is no
/// policy table.
#[track_caller]
pub fn no_wider_than(table: &PolicyTable, path: impl AsRef<Path>) {
    let path = path.as_ref();
    let shown = path.display();
    let old: PolicySnapshot = match committed(path, &table.lock()).parse() {
        Ok(old) => old,
        Err(error) => panic!("{shown} is {error}\n{}", help(path)),
    };
    let diff = old.diff(&table.snapshot());
    let wider: Vec<_> = diff.wider().map(|change| format!("{change}\n")).collect();
    assert!(wider.is_empty(), "the policy is wider than {shown}:\n\n{}\n{}", wider.concat(), help(path));
}

#[track_caller]
fn committed(path: &Path, present: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| {
        panic!("cannot read {}: {error}\n{}; it will contain:\n\n{present}", path.display(), help(path))
    })
}

fn help(path: &Path) -> String {
    let shown = path.display();
    format!("if the change is intended, run the test of `policy_lock` with {UPDATE}=1 and commit {shown}")
}

/// The lines that only one of the two has, ordered by route.
fn difference(committed: &str, present: &str) -> String {
    let lines = |text: &str, other: &str, sign: char| {
        let only = text.lines().filter(|line| !other.lines().any(|kept| kept == *line));
        only.map(|line| (route(line).to_owned(), sign, line.to_owned())).collect::<Vec<_>>()
    };
    let mut changed = lines(committed, present, '-');
    changed.extend(lines(present, committed, '+'));
    changed.sort_by(|(a, sign_a, _), (b, sign_b, _)| (a, sign_a == &'+').cmp(&(b, sign_b == &'+')));
    if changed.is_empty() {
        return "the same lines in another order or number\n".to_owned();
    }
    changed.into_iter().flat_map(|(_, sign, line)| [sign.to_string(), " ".to_owned(), line, "\n".to_owned()]).collect()
}

fn route(line: &str) -> &str {
    line.split_once(": ").map_or(line, |(route, _)| route)
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn old_and_new_line_of_a_route_are_adjacent() {
        let committed = "GET /a: auth [x::a]\nGET /b: auth [x::b]\nGET /c: auth [x::c]\n";
        let present = "GET /a: public [x::a]\nGET /c: auth [x::c]\nGET /d: auth [x::d]\n";
        let lines = "- GET /a: auth [x::a]\n+ GET /a: public [x::a]\n- GET /b: auth [x::b]\n+ GET /d: auth [x::d]\n";
        assert_eq!(difference(committed, present), lines);
    }
}
