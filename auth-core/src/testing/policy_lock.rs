//! Comparison of the policy table with a committed file.

use std::path::Path;

use crate::policy::PolicyTable;

const UPDATE: &str = "UPDATE_POLICY_LOCK";

/// Compares the policy table of a router with a committed file, usually `policy.lock` beside `Cargo.toml`, the working
/// directory of tests. A changed guard and an added or removed route fail the test until the file is updated, so that
/// the change appears in its diff.
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
    let help = format!("if the change is intended, run the test with {UPDATE}=1 and commit {shown}");
    match std::fs::read_to_string(path) {
        Ok(committed) if committed == present => {}
        Ok(committed) => {
            panic!("the policy differs from {shown}:\n\n{}\n{help}", difference(&committed, &present))
        }
        Err(error) => panic!("cannot read {shown}: {error}\n{help}; it will contain:\n\n{present}"),
    }
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
