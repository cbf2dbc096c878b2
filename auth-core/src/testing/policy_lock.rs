//! The policy table held against a committed file.

use std::path::Path;

use crate::policy::PolicyTable;

const UPDATE: &str = "UPDATE_POLICY_LOCK";

/// Holds a router's policy table against a file that is committed and reviewed, usually `policy.lock` beside
/// `Cargo.toml` (tests run there): a guard that changed, a route that came or went fails the test until somebody has
/// looked at the file's diff.
///
/// The file holds [`PolicyTable::lock`]: method, path, requirement and handler with its module. Source lines are left
/// out, so that an edit above a handler changes nothing. With the environment variable `UPDATE_POLICY_LOCK=1` the file
/// is written instead.
///
/// ```no_run
/// # use auth_core::{GuardedRouter, Auth};
/// # fn router() -> GuardedRouter<Auth> { GuardedRouter::new() }
/// #[test]
/// fn nobodys_access_changed_unseen() {
///     auth_core::testing::policy_lock(&router().policy(), "policy.lock");
/// }
/// ```
///
/// # Panics
///
/// With the difference, when table and file differ, and when the file cannot be read or written.
#[track_caller]
pub fn policy_lock(table: &PolicyTable, path: impl AsRef<Path>) {
    let path = path.as_ref();
    let shown = path.display();
    let present = table.lock();
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        let written = std::fs::write(path, present);
        return written.unwrap_or_else(|error| panic!("{shown} could not be written: {error}"));
    }
    let mend = format!("if this is meant, run the test with {UPDATE}=1 and commit {shown}");
    match std::fs::read_to_string(path) {
        Ok(committed) if committed == present => {}
        Ok(committed) => {
            panic!("the policy is not the one in {shown}:\n\n{}\n{mend}", difference(&committed, &present))
        }
        Err(error) => panic!("{shown} could not be read: {error}\n{mend}; it will hold:\n\n{present}"),
    }
}

/// The lines that only one of the two has, in their order by path; both are sorted.
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
    fn a_changed_route_stands_beside_what_it_was() {
        let committed = "GET /a: auth [x::a]\nGET /b: auth [x::b]\nGET /c: auth [x::c]\n";
        let present = "GET /a: public [x::a]\nGET /c: auth [x::c]\nGET /d: auth [x::d]\n";
        let lines = "- GET /a: auth [x::a]\n+ GET /a: public [x::a]\n- GET /b: auth [x::b]\n+ GET /d: auth [x::d]\n";
        assert_eq!(difference(committed, present), lines);
    }
}
